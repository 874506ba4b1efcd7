// Starts and observes processes.
//
// uv_spawn forks, which copies the page tables of the whole process while everything else waits: 1 ms for a small process,
// 11 ms for one of 250 MB. vfork copies nothing, but the child must not run Swift before it calls exec.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    // Candidate files, ended by NULL. The first that can be executed is.
    char *const *files;
    // The argument vector, ended by NULL, with one unused element behind it: a script without "#!" needs one more argument.
    char **arguments;
    char *const *environment;
    // NULL for the current directory.
    const char *directory;
    // Descriptors that become standard input, output and error. None of them is 0, 1 or 2.
    int streams[3];
    // The soft limit of open descriptors; 0 to inherit it.
    unsigned long descriptor_limit;
    // Where the child writes its process id, as decimal digits and a newline, before exec; -1 for nowhere.
    int announce_to;
} cprocess_program;

// Starts a program as the leader of a new session, with default actions for all signals and none blocked.
// Returns 0 once exec has succeeded, or the errno of the step that failed; no child is left then.
int cprocess_start(const cprocess_program *program, pid_t *process);

// Whether a child has ended. Sets its exit status, or the number of the signal that ended it; the other is 0.
// The process id stays reserved until waitpid.
bool cprocess_has_ended(pid_t process, int *status, int *signal);

// Makes this process the parent of its descendants whose parents end. Returns false if the system has no such feature.
bool cprocess_adopt_orphans(void);

// Sets the name that killall and pkill match, if the system has one beside the command line.
void cprocess_rename(const char *name);

#endif
