// A C interface to the part of toml++ that uv-task uses: its parser, and the parsed tree as an array.
#ifndef CTOMLPLUSPLUS_H
#define CTOMLPLUSPLUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CTOMLPLUSPLUS_STRING,
    CTOMLPLUSPLUS_INTEGER,
    CTOMLPLUSPLUS_BOOLEAN,
    CTOMLPLUSPLUS_ARRAY,
    CTOMLPLUSPLUS_TABLE,
    CTOMLPLUSPLUS_OTHER,   // a float, a date or a time, which no key of a task file takes
} ctomlplusplus_kind;

typedef struct {
    ctomlplusplus_kind kind;
    uint32_t line;         // where the value begins, counted from 1
    uint32_t key_line;     // 0 if the node has no key
    const uint8_t *key;    // unescaped UTF-8; NULL for array elements and for the root table
    size_t key_length;
    const uint8_t *string; // unescaped UTF-8; may contain NUL
    size_t string_length;
    int64_t integer;
    bool boolean;
    size_t count;          // the number of elements of an array, or of members of a table
} ctomlplusplus_node;

/// A parsed text. It owns everything that it points to.
typedef struct {
    const char *error;     // why the text was refused; NULL if it was accepted
    uint32_t error_line;
    // The tree in preorder, beginning with the root table. The members of a table are in the order of the text. Empty if
    // the text was refused.
    const ctomlplusplus_node *nodes;
    size_t node_count;
} ctomlplusplus_document;

/// The deepest level of a node; the members of the root table are on level 1.
enum { CTOMLPLUSPLUS_MAX_DEPTH = 32 };

/// Parses `text`, which may be NULL if `length` is 0. Never returns NULL: ends the process if memory runs out.
const ctomlplusplus_document *ctomlplusplus_parse(const uint8_t *text, size_t length);
void ctomlplusplus_free(const ctomlplusplus_document *document);

#ifdef __cplusplus
}
#endif
#endif
