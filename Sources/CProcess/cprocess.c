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

// As execvp does, with the files that it would try: one that is no program for the system is a script for the shell.
static int run(const cprocess_program *program) {
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

// What the child does. It has this process's memory, and this process waits: it calls what is safe in a signal handler, and
// returns only where it could not become another program.
static int become(const cprocess_program *program) {
    if (setsid() < 0) return errno;
    if (program->announced_to >= 0) announce(program->announced_to);
    // Where nobody reads that, the signal for it waits, though it was to be ignored: this throws it away.
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
    return run(program);
}

// In a frame of its own: that of its caller is still this process's.
__attribute__((noinline, noreturn)) static void be_child(const cprocess_program *program, int answer) {
    int error = become(program);
    ssize_t written = write(answer, &error, sizeof error);
    (void)written;
    _exit(127);
}

// An answer that is closed by exec says that there is no error.
static int open_answer(int ends[2]) {
    if (pipe(ends) != 0) return errno;
    int error = 0;
    for (int end = 0; end < 2; end++) {
        if (fcntl(ends[end], F_SETFD, FD_CLOEXEC) != 0) error = errno;
    }
    if (error != 0) {
        for (int end = 0; end < 2; end++) close(ends[end]);
    }
    return error;
}

int cprocess_start(const cprocess_program *program, pid_t *process) {
    int answer[2];
    int error = open_answer(answer);
    if (error != 0) return error;

    // No handler may run in the child, with this process's memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) be_child(program, answer[1]);
    if (child < 0) error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(answer[1]);
    if (child > 0) {
        *process = child;
        ssize_t count;
        do count = read(answer[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (error != 0) while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    close(answer[0]);
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
