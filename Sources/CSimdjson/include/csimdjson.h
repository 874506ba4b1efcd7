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

/// A value in a parsed document (simdjson's `dom::element`).
typedef struct {
    const void *document;
    size_t index;
} csimdjson_element;

/// An object with an index of its members by a hash of their names: most look-ups find their member without a search.
typedef struct {
    csimdjson_element element;
    /// The number of members, counting repeated names each time.
    size_t count;
    /// The hashes, from 0 to 63, that some member has, and those that more than one has.
    uint64_t hashes;
    uint64_t shared_hashes;
    /// For each hash, the position of the last member that has it.
    size_t positions[64];
} csimdjson_object;

/// The elements of an array, or the names and values of an object in turn, from `next` on.
typedef struct {
    csimdjson_element next;
    csimdjson_element end;
} csimdjson_sequence;

/// UTF-8 without escapes. Not NUL-terminated: it may contain NUL.
typedef struct {
    const uint8_t *start;
    size_t length;
} csimdjson_string;

static inline bool csimdjson_equals(csimdjson_string string, const uint8_t *bytes, size_t length) {
    return string.length == length && __builtin_memcmp(string.start, bytes, length) == 0;
}

/// Returns NULL if memory is exhausted.
csimdjson_parser *csimdjson_parser_create(void);
void csimdjson_parser_free(csimdjson_parser *parser);

/// Parses `text`, which must be one JSON object, with white space around it allowed. `text` may be NULL if `length` is 0.
/// Returns 0 and stores the object, or returns the number of the error.
int csimdjson_parse(csimdjson_parser *parser, const uint8_t *text, size_t length, const csimdjson_object **object);

/// The message of an error number. It is never freed.
const char *csimdjson_message(int error);

// Each of these returns false if the element has another type.
bool csimdjson_is_null(csimdjson_element element);
bool csimdjson_get_boolean(csimdjson_element element, bool *value);
/// An integer in int64_t, written without fraction and exponent.
bool csimdjson_get_integer(csimdjson_element element, int64_t *value);
bool csimdjson_get_object(csimdjson_element element, csimdjson_object *object);
bool csimdjson_get_elements(csimdjson_element element, csimdjson_sequence *elements);

/// `start` is NULL if the element is no string.
csimdjson_string csimdjson_get_string(csimdjson_element element);

/// The value of the only member with a name, compared byte for byte. If there is no such member, `document` is NULL, and
/// `index` is the number of members that have the name: 0, or 2 for two or more.
csimdjson_element csimdjson_find(const csimdjson_object *object, const uint8_t *name, size_t length);

csimdjson_sequence csimdjson_members(const csimdjson_object *object);

/// Stores the next element, name or value and moves on. Returns false after the last one.
bool csimdjson_next(csimdjson_sequence *rest, csimdjson_element *value);

/// The most bytes of a number that is written.
enum { CSIMDJSON_MAX_DIGITS = 20 };

/// Writes a number (`std::to_chars`) and returns its length. Swift has no call that writes a number into memory.
size_t csimdjson_write_integer(int64_t value, uint8_t *text);

#ifdef __cplusplus
}
#endif
#endif
