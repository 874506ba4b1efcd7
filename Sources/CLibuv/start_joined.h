// Starts a program that a person could have started at the same terminal: ssh.
//
// This is not what CProcess does for the commands of a daemon. Those are in a session of their own, with no signal ignored,
// so that a daemon can end them with all that they started. This program stays in the session and the process group, where
// it may ask for a password and gets ^C, and keeps ignored signals. A client needs no more of CProcess than fork and exec.
#ifndef UV_TASK_CLIBUV_START_JOINED_H
#define UV_TASK_CLIBUV_START_JOINED_H
#include "shim.h"
#include <signal.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// Starts a program, looked up in PATH, with `socket` as its stdin and stdout. Returns its process id, or a libuv error code.
//
// Signals that this process ignores are ignored by the program too, except SIGPIPE: uv_spawn would reset them, and a
// program under nohup would lose its child at the hang-up. On Linux the program gets SIGTERM if the thread that started it
// ends first. A child must not run Swift before exec, hence the C.
static inline int uv_task_start_joined(char *const *arguments, int socket) {
    int report[2];  // closed by exec; has the error if that fails
    int result = uv_pipe(report, 0, 0);
    if (result < 0) return result;
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);  // a handler of libuv in the child would write to this process's loop
    pid_t child = fork();
    if (child == 0) {
        for (int number = 1; number < NSIG; number++) {
            struct sigaction action;
            bool isIgnored = sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
            if (!isIgnored || number == SIGPIPE) signal(number, SIG_DFL);
        }
        bool isReady = true;
#ifdef __linux__
        isReady = prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
#endif
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (isReady && dup2(socket, 0) == 0 && dup2(socket, 1) == 1) execvp(arguments[0], arguments);
        int error = errno;
        (void)!write(report[1], &error, sizeof error);
        _exit(127);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    ssize_t count = 0;
    if (child > 0) {
        do count = read(report[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (count != 0) waitpid(child, NULL, 0);
    }
    close(report[0]);
    return child > 0 && count == 0 ? (int)child : uv_translate_sys_error(error);
}

#endif
