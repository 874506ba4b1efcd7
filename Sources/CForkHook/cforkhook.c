#include "cforkhook.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

static int announced_to = -1;

// Makes only calls that are safe in a forked child of a process with threads.
static void announce(void) {
    if (announced_to < 0) return;
    char line[24];
    size_t start = sizeof line;
    line[--start] = '\n';
    for (unsigned long rest = (unsigned long)getpid(); rest > 0; rest /= 10) line[--start] = (char)('0' + rest % 10);
    int saved = errno;
    ssize_t written = write(announced_to, line + start, sizeof line - start);
    (void)written;
    errno = saved;
}

int cforkhook_announce_to(int descriptor) {
    static bool is_installed = false;
    if (!is_installed) {
        int error = pthread_atfork(NULL, NULL, announce);
        if (error != 0) return error;
        is_installed = true;
    }
    announced_to = descriptor;
    return 0;
}
