// A dialogue of lines with a server, for programs that ask one thing after the other.
#pragma once
#include "loopback.h"
#include <stdarg.h>
#include <string.h>

struct lines { FILE *out, *in; };

static inline struct lines open_lines(const char *server) {
    int fd = open_connection(server);
    struct lines self = {fdopen(fd, "w"), fdopen(fd, "r")};
    if (!self.out || !self.in) fail("fdopen");
    return self;
}

// In one write.
__attribute__((format(printf, 2, 3))) static inline void say(struct lines *self, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int written = vfprintf(self->out, format, values);
    va_end(values);
    if (written < 0 || fflush(self->out) != 0) fail("write");
}

// The next line, which begins in this way: what stands behind the beginning, until the next call.
static inline const char *hear(struct lines *self, const char *beginning) {
    static char line[1024];
    if (!fgets(line, sizeof line, self->in)) strcpy(line, "the end\n");
    if (!strncmp(line, beginning, strlen(beginning))) return line + strlen(beginning);
    fprintf(stderr, "%s was expected, and came: %s", beginning, line);
    exit(1);
}
