// Searches for the bytes that matter to a reader or writer of JSON. In C, because Swift has no call that turns a comparison of
// 64 bytes into 64 bits.
#ifndef JSON_MARKS_H
#define JSON_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { JSON_BLOCK = 64 };

typedef uint8_t json_block __attribute__((ext_vector_type(JSON_BLOCK)));
typedef bool json_flags __attribute__((ext_vector_type(JSON_BLOCK)));

/// Which bytes of a block are quotes, backslashes, braces or newlines: a bit for each byte, the lowest for the first one.
typedef struct {
    uint64_t quotes;
    uint64_t backslashes;
    uint64_t braces_and_newlines;
} json_marks;

static inline uint64_t json_bits(json_flags flags) {
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest bit is that of the first byte");
    uint64_t bits;
    memcpy(&bits, &flags, sizeof bits);
    return bits;
}

/// Loads a block of JSON_BLOCK bytes, or of `count` bytes if that is less; spaces follow them.
static inline void json_load(json_block *block, const uint8_t *bytes, size_t count) {
    *block = ' ';
    if (count < JSON_BLOCK) memcpy(block, bytes, count);
    else memcpy(block, bytes, JSON_BLOCK);
}

static inline json_marks json_find_marks(const uint8_t *bytes, size_t count) {
    json_block block;
    json_load(&block, bytes, count);
    json_marks marks;
    marks.quotes = json_bits(__builtin_convertvector(block == '"', json_flags));
    marks.backslashes = json_bits(__builtin_convertvector(block == '\\', json_flags));
    marks.braces_and_newlines =
        json_bits(__builtin_convertvector((block == '{') | (block == '}') | (block == '\n'), json_flags));
    return marks;
}

/// Which bytes of a block must be escaped in a string (RFC 8259, section 7).
static inline uint64_t json_find_escaped(const uint8_t *bytes, size_t count) {
    json_block block;
    json_load(&block, bytes, count);
    return json_bits(__builtin_convertvector((block == '"') | (block == '\\') | (block < 0x20), json_flags));
}

#endif
