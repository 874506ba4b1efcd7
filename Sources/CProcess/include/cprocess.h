// Starts programs. Not by uv_spawn: that forks, which copies the tables of all of this process's memory, and everybody waits
// meanwhile: 1 ms with little of it, 11 ms with 250 MB. A vfork copies nothing, and what a child does before it becomes another
// program must not be Swift.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    // The files that it may be, ended by NULL: the first that can be run is.
    char *const *files;
    // Ended by NULL, the first being what the program is told as its name; one more place behind that is left free.
    char **arguments;
    char *const *environment;
    // NULL for this process's.
    const char *directory;
    // What its standard streams are; none of them is 0, 1 or 2.
    int streams[3];
    // How many descriptors it may have open; 0 for as many as this process.
    unsigned long descriptor_limit;
    // Where its process id is written, in digits with a newline, before it runs; -1 for nowhere.
    int announced_to;
} cprocess_program;

// Starts a program as the first process of a session of its own, with all signals at their defaults and none blocked, and
// returns when it runs. Answers 0, or why it does not.
int cprocess_start(const cprocess_program *program, pid_t *process);

// Whether a child has ended, and with which status, or by which signal. Its id stays its own until waitpid.
bool cprocess_has_ended(pid_t process, int *status, int *signal);

#endif
