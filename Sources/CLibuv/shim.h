// The door to libuv, with what Swift cannot call itself.
#ifndef UV_TASK_CLIBUV_SHIM_H
#define UV_TASK_CLIBUV_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <linux/sockios.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// Bytes of a socket that the other side has not acknowledged yet; -1 where that can't be told.
// Here because ioctl takes a variable number of arguments.
static inline int uv_task_unacknowledged(int socket) {
    int count = -1;
#ifdef __linux__
    if (ioctl(socket, SIOCOUTQ, &count) < 0) return -1;
#else
    socklen_t size = sizeof count;
    if (getsockopt(socket, SOL_SOCKET, SO_NWRITE, &count, &size) < 0) return -1;
#endif
    return count;
}

// Bytes of a socket that came in and were not read yet; -1 where that can't be told.
static inline int uv_task_unread(int socket) {
    int count = -1;
    return ioctl(socket, FIONREAD, &count) < 0 ? -1 : count;
}

// Has glibc give the memory of large blocks back as soon as they are freed. By itself it begins to keep them, and then holds
// several times what is in use.
static inline void uv_task_give_back_large_blocks(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

// Takes a connection that waits at a listening socket: its descriptor, closed by exec, or a libuv error code.
// Here because Swift does not see accept4. Nor does C without _GNU_SOURCE, which would make other types of this module than
// of Swift's own; hence the system call.
static inline int uv_task_accept(int listener) {
#ifdef __linux__
    int socket = (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return socket < 0 ? uv_translate_sys_error(errno) : socket;
#else
    int socket = accept(listener, NULL, NULL);
    if (socket < 0) return uv_translate_sys_error(errno);
    if (fcntl(socket, F_SETFD, FD_CLOEXEC) == 0) return socket;
    int error = uv_translate_sys_error(errno);
    close(socket);
    return error;
#endif
}

// Keeps all descriptors from this one on from being inherited by other programs; where the system can't do that at once,
// those below 1024.
// Here because Swift sees close_range no more than C does without _GNU_SOURCE.
static inline void uv_task_close_on_exec_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0) return;
#endif
    for (int descriptor = first; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        if (flags >= 0) fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
    }
}

// Makes this process the parent of what its children leave behind; 0 where the system can't.
static inline int uv_task_adopt_orphans(void) {
#ifdef __linux__
    return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
#else
    return 0;
#endif
}

// The name under which killall and pkill find this process, where the system has one beside the command line.
// Here because prctl takes a variable number of arguments.
static inline void uv_task_rename_process(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name);
#else
    (void)name;
#endif
}

// How many characters a terminal shows; 0 where that can't be told.
// Not uv_tty_get_winsize: uv_tty_init would open the terminal anew and change how it is read and written.
static inline int uv_task_columns(int terminal) {
    struct winsize size;
    return ioctl(terminal, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

static inline int uv_task_rows(int terminal) {
    struct winsize size;
    return ioctl(terminal, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_row;
}

#endif
