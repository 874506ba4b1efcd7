// A C face for the part of simdjson that uv-task uses: its DOM parser, which checks the whole text.
//
// A parser owns one document. What a parse answers, and every pointer reached through it, is valid
// until the next parse with the same parser, or until the parser is freed.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_parser csimdjson_parser;

/// A place in a parsed document (simdjson's `tape_ref`).
typedef struct {
    const void *document;
    size_t index;
} csimdjson_place;

typedef enum {
    CSIMDJSON_NULL,
    CSIMDJSON_BOOL,
    CSIMDJSON_INTEGER,
    CSIMDJSON_DOUBLE,  // a fraction, an exponent, or an integer above INT64_MAX
    CSIMDJSON_STRING,
    CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT,
} csimdjson_kind;

/// The members of an object, or the elements of an array, that are still to be read.
typedef struct {
    csimdjson_place next;
    csimdjson_place end;
} csimdjson_members;

/// The value is where its kind has it.
typedef struct {
    const uint8_t *name;
    size_t name_length;
    csimdjson_kind kind;
    union {
        bool boolean;
        int64_t integer;
        struct {
            const uint8_t *string;  // UTF-8, unescaped; not NUL-terminated as far as the length goes
            size_t string_length;
        };
        csimdjson_members members;
        csimdjson_members elements;
    };
} csimdjson_member;

/// Whether so many bytes are the same.
static inline bool csimdjson_equal(const void *left, const void *right, size_t length) {
    return __builtin_memcmp(left, right, length) == 0;
}

/// NULL when memory is short.
csimdjson_parser *csimdjson_parser_create(void);
void csimdjson_parser_free(csimdjson_parser *parser);

/// Reads `text`, which must be one JSON object and nothing else, with white space around it allowed.
/// `text` may be NULL where `length` is 0.
/// Answers NULL and fills in `members`, or answers why not, as a text that is never freed.
const char *csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, csimdjson_members *members);

/// The next member, in the order of the text; false after the last one.
bool csimdjson_next(csimdjson_members *members, csimdjson_member *member);

/// The next element of an array, as a member whose name is empty; false after the last one.
bool csimdjson_next_element(csimdjson_members *elements, csimdjson_member *element);

#ifdef __cplusplus
}
#endif
#endif
