// A C face for the part of toml++ that uv-task uses: its parser, and a walk over what it has read.
//
// A document owns all that is reached through it, until it is freed.
#ifndef CTOMLPLUSPLUS_H
#define CTOMLPLUSPLUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ctomlplusplus_document ctomlplusplus_document;

typedef enum {
    CTOMLPLUSPLUS_STRING,
    CTOMLPLUSPLUS_INTEGER,
    CTOMLPLUSPLUS_FLOAT,
    CTOMLPLUSPLUS_BOOLEAN,
    CTOMLPLUSPLUS_DATE_OR_TIME,
    CTOMLPLUSPLUS_ARRAY,
    CTOMLPLUSPLUS_TABLE,
} ctomlplusplus_kind;

typedef struct {
    ctomlplusplus_kind kind;
    uint32_t line;         // where the value begins, from 1 on
    uint32_t key_line;     // where its key stands; 0 without one
    const uint8_t *key;    // UTF-8, unescaped; NULL for the elements of arrays and for the document's own table
    size_t key_length;
    const uint8_t *string; // UTF-8, unescaped; not NUL-terminated as far as the length goes
    size_t string_length;
    int64_t integer;
    double floating;
    bool boolean;
    size_t count;          // how many nodes an array or a table has directly below it
} ctomlplusplus_node;

/// How deep inline tables and arrays may stand in each other.
enum { CTOMLPLUSPLUS_MAX_NESTED_VALUES = 16 };

/// Reads `text`, which may be NULL where `length` is 0. Ends the process where memory is short.
ctomlplusplus_document *ctomlplusplus_parse(const uint8_t *text, size_t length);
void ctomlplusplus_free(ctomlplusplus_document *document);

/// Why the text was refused, in toml++'s words (`parse_error::description`), and on which line; NULL where it was not.
const char *ctomlplusplus_error(const ctomlplusplus_document *document, uint32_t *line);

/// Every node, each before those below it; those of a table in the order of the text. The first is the document's own
/// table. None where the text was refused.
const ctomlplusplus_node *ctomlplusplus_nodes(const ctomlplusplus_document *document, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
