// A C interface to the part of simdjson that uv-task uses: its DOM parser, which validates the whole text.
//
// A parser owns one document. The document, and every pointer into it, is valid until the next parse with the same parser, or
// until the parser is freed.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_parser csimdjson_parser;

typedef enum {
    CSIMDJSON_NULL,
    CSIMDJSON_BOOL,
    CSIMDJSON_INTEGER,
    CSIMDJSON_DOUBLE,  // a fraction, an exponent, or an integer outside int64_t
    CSIMDJSON_STRING,
    CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT,
} csimdjson_kind;

/// A position in a parsed document (simdjson's `tape_ref`).
typedef struct {
    const void *document;
    size_t index;
} csimdjson_position;

/// The members of an object, or the elements of an array, from `next` on.
typedef struct {
    csimdjson_position next;
    csimdjson_position end;
} csimdjson_sequence;

/// UTF-8 without escapes. Not NUL-terminated: it may contain NUL.
typedef struct {
    const uint8_t *start;
    size_t length;
} csimdjson_string;

static inline bool csimdjson_equals(csimdjson_string string, const uint8_t *bytes, size_t length) {
    return string.length == length && __builtin_memcmp(string.start, bytes, length) == 0;
}

/// `kind` says which member of the union is valid.
typedef struct {
    csimdjson_kind kind;
    union {
        bool boolean;
        int64_t integer;
        csimdjson_string string;
        csimdjson_sequence sequence;
    };
} csimdjson_value;

typedef struct {
    csimdjson_string name;
    csimdjson_value value;
} csimdjson_member;

/// Returns NULL if memory is exhausted.
csimdjson_parser *csimdjson_parser_create(void);
void csimdjson_parser_free(csimdjson_parser *parser);

/// Parses `text`, which must be one JSON object, with white space around it allowed. `text` may be NULL if `length` is 0.
/// Returns 0 and stores the object's members, in the order of the text; or returns the number of the error.
int csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, const csimdjson_member **members, size_t *count);

/// Finds a member by its name, byte for byte. Returns NULL if there is none, and sets `*repeated` if there is more than one.
const csimdjson_value *csimdjson_find(
    const csimdjson_member *members, size_t count, const uint8_t *name, size_t length, bool *repeated);

/// The message of an error number. It is never freed.
const char *csimdjson_message(int error);

/// Stores the next member and moves on. Returns false after the last one.
bool csimdjson_next_member(csimdjson_sequence *object, csimdjson_member *member);

/// Stores the next element and moves on. Returns false after the last one.
bool csimdjson_next_element(csimdjson_sequence *array, csimdjson_value *value);

#ifdef __cplusplus
}
#endif
#endif
