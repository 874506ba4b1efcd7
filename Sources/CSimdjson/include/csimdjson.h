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
            bool is_ascii;  // known to be; else it may be all the same
        };
        csimdjson_members members;
        csimdjson_members elements;
    };
} csimdjson_member;

/// Copies so many bytes. Most are few, and a call would take longer than the copy: what is longer than half of 16, 8 or 4 bytes
/// is copied as the first ones and the last ones.
static inline void csimdjson_copy(uint8_t *to, const uint8_t *from, size_t length) {
    typedef struct { uint64_t a, b; } sixteen;
#define CSIMDJSON_COPY_ENDS(type)                                                                                       \
    if (length >= sizeof(type)) {                                                                                       \
        type first, last;                                                                                               \
        __builtin_memcpy(&first, from, sizeof first);                                                                   \
        __builtin_memcpy(&last, from + length - sizeof last, sizeof last);                                              \
        __builtin_memcpy(to, &first, sizeof first);                                                                     \
        __builtin_memcpy(to + length - sizeof last, &last, sizeof last);                                                \
        return;                                                                                                         \
    }
    if (length > 32) {
        __builtin_memcpy(to, from, length);
        return;
    }
    CSIMDJSON_COPY_ENDS(sixteen)
    CSIMDJSON_COPY_ENDS(uint64_t)
    CSIMDJSON_COPY_ENDS(uint32_t)
    CSIMDJSON_COPY_ENDS(uint16_t)
#undef CSIMDJSON_COPY_ENDS
    if (length > 0) *to = *from;
}

/// Where the first newline is, of so many bytes; NULL where there is none.
static inline const void *csimdjson_newline(const void *bytes, size_t length) {
    return __builtin_memchr(bytes, '\n', length);
}

/// Whether so many bytes are the same.
static inline bool csimdjson_equal(const void *left, const void *right, size_t length) {
    return __builtin_memcmp(left, right, length) == 0;
}

/// Names to look out for, each by its number. `first` has a name of each length, and `next` another one of the same length; -1
/// ends a chain.
enum { CSIMDJSON_MOST_NAMES = 32, CSIMDJSON_LONGEST_NAME = 31 };
typedef struct {
    const uint8_t *names[CSIMDJSON_MOST_NAMES];
    int8_t first[CSIMDJSON_LONGEST_NAME + 1];
    int8_t next[CSIMDJSON_MOST_NAMES];
} csimdjson_names;

/// What an object has under some names: bit n of `present` tells that it has the one with the number n, and bit n of
/// `repeated` that it has it more than once. `values` has the first of each that is present.
typedef struct {
    uint32_t present, repeated;
    csimdjson_member values[CSIMDJSON_MOST_NAMES];
} csimdjson_fields;

/// Its values, as a pointer: Swift takes an array in a struct for a tuple.
static inline const csimdjson_member *csimdjson_values(const csimdjson_fields *fields) { return fields->values; }

/// Begins with no names.
void csimdjson_no_names(csimdjson_names *names);

/// Gives a name that is never freed a number that is not given yet.
void csimdjson_add_name(csimdjson_names *names, int number, const uint8_t *name, size_t length);

/// Writes a number as 16 hexadecimal digits.
/// Answers where the next byte goes.
static inline uint8_t *csimdjson_put_hexadecimal(uint8_t *to, uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4) *to++ = (uint8_t)"0123456789abcdef"[number >> shift & 0xF];
    return to;
}

/// Writes a number in decimal digits, at most 20 bytes with its sign.
/// Answers where the next byte goes.
uint8_t *csimdjson_put_integer(uint8_t *to, int64_t number);

/// NULL when memory is short.
csimdjson_parser *csimdjson_parser_create(void);
void csimdjson_parser_free(csimdjson_parser *parser);

/// Reads `text`, which must be one JSON object and nothing else, with white space around it allowed.
/// `text` may be NULL where `length` is 0.
/// Answers 0 and fills in `members`, or answers the number of what is wrong.
int csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *text, size_t length, csimdjson_members *members);

/// What is wrong, as a text that is never freed.
const char *csimdjson_message(int error);

/// Reads a plain object, as nearly all messages are: no value is an object, an array or a number but an integer of at most 18
/// digits, and all text is ASCII without escapes. It takes one pass, which a parser of all JSON can't do, and half of its
/// time. Text that it answers points into `text`.
/// Answers whether it is one, and fills in `fields`; false says nothing of `text`.
bool csimdjson_read_plain(
    const uint8_t *text, size_t length, const csimdjson_names *names, csimdjson_fields *fields);

/// The next member, in the order of the text; false after the last one.
bool csimdjson_next(csimdjson_members *members, csimdjson_member *member);

/// Notes what stands under the names, and passes over all else.
void csimdjson_collect(const csimdjson_members *members, const csimdjson_names *names, csimdjson_fields *fields);

/// The next element of an array, as a member whose name is empty; false after the last one.
bool csimdjson_next_element(csimdjson_members *elements, csimdjson_member *element);

#ifdef __cplusplus
}
#endif
#endif
