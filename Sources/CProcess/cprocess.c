#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "cprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

static void announce(int descriptor) {
    char line[24];
    size_t start = sizeof line;
    line[--start] = '\n';
    for (unsigned long rest = (unsigned long)getpid(); rest > 0; rest /= 10) line[--start] = (char)('0' + rest % 10);
    ssize_t written = write(descriptor, line + start, sizeof line - start);
    (void)written;
}

static int lower_descriptor_limit(unsigned long count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if (limit.rlim_cur <= count) return 0;
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

// Like execvp: tries each candidate, and runs a file that is not a program (ENOEXEC) as a script of /bin/sh.
// Returns an errno if nothing can be executed.
static int execute(const cprocess_program *program) {
    int error = ENOENT;
    for (char *const *file = program->files; *file; file++) {
        execve(*file, program->arguments, program->environment);
        if (errno == ENOEXEC) {
            size_t count = 0;
            while (program->arguments[count]) count++;
            memmove(program->arguments + 2, program->arguments + 1, count * sizeof *program->arguments);
            program->arguments[0] = (char *)"/bin/sh";
            program->arguments[1] = *file;
            execve("/bin/sh", program->arguments, program->environment);
            return errno;
        }
        if (errno == EACCES) error = EACCES;
        else if (errno != ENOENT && errno != ENOTDIR) return errno;
    }
    return error;
}

// Sets up the child and calls exec. Returns an errno if a step fails.
// The child shares this process's memory, so it may call only async-signal-safe functions.
static int set_up_and_execute(const cprocess_program *program) {
    if (setsid() < 0) return errno;
    if (program->announce_to >= 0) announce(program->announce_to);
    // If the announcement had no reader, a blocked SIGPIPE is pending. Ignoring it discards it; below it gets its default
    // action back.
    signal(SIGPIPE, SIG_IGN);
    for (int number = 1; number < NSIG; number++) {
        if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    }
    for (int stream = 0; stream < 3; stream++) {
        if (dup2(program->streams[stream], stream) < 0) return errno;
    }
    if (program->descriptor_limit > 0 && lower_descriptor_limit(program->descriptor_limit) != 0) return errno;
    if (program->directory && chdir(program->directory) != 0) return errno;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return execute(program);
}

// Not inlined: the child must not change the stack frame of the function that called vfork.
__attribute__((noinline, noreturn)) static void run_child(const cprocess_program *program, int report) {
    int error = set_up_and_execute(program);
    ssize_t written = write(report, &error, sizeof error);
    (void)written;
    _exit(127);
}

// Opens a pipe whose ends exec closes: end of file without an errno means that exec succeeded.
static int open_report(int ends[2]) {
#ifdef __linux__
    // At once, so that no child of another thread has a copy for as long as it runs.
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#else
    if (pipe(ends) != 0) return errno;
    if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0) return 0;
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return error;
#endif
}

int cprocess_start(const cprocess_program *program, pid_t *process) {
    int report[2];
    int error = open_report(report);
    if (error != 0) return error;

    // Signals are blocked because a handler in the child would run in this process's memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) run_child(program, report[1]);
    if (child < 0) error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child > 0) {
        *process = child;
        ssize_t count;
        do count = read(report[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (error != 0) while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    close(report[0]);
    return error;
}

bool cprocess_has_ended(pid_t process, int *status, int *signal) {
    siginfo_t information = {0};
    if (waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT) != 0) return false;
    if (information.si_pid != process) return false;
    bool has_exited = information.si_code == CLD_EXITED;
    *status = has_exited ? information.si_status : 0;
    *signal = has_exited ? 0 : information.si_status;
    return true;
}

bool cprocess_adopt_orphans(void) {
#ifdef __linux__
    return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
#else
    return false;
#endif
}

void cprocess_rename(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name);
#else
    (void)name;
#endif
}
