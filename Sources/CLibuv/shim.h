// libuv with the system headers that the Libuv target uses, and system calls that Swift cannot call itself.
#ifndef UV_TASK_CLIBUV_SHIM_H
#define UV_TASK_CLIBUV_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <linux/sockios.h>
#include <sys/syscall.h>
#endif

// ioctl and fcntl are variadic, so Swift cannot call them.

// Bytes that were sent and that the peer has not acknowledged; -1 if unknown.
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

// Bytes that were received and not read; -1 if unknown.
static inline int uv_task_unread(int socket) {
    int count = -1;
    return ioctl(socket, FIONREAD, &count) < 0 ? -1 : count;
}

// Whether a socket is a unix socket.
static inline bool uv_task_is_unix(int socket) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    return getsockname(socket, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

// The user whose process connected a unix socket; -1 if unknown, or if the socket is no unix socket.
static inline int64_t uv_task_peer_user(int socket) {
#ifdef __linux__
    struct { pid_t process; uid_t user; gid_t group; } peer;  // struct ucred, which needs _GNU_SOURCE
    socklen_t size = sizeof peer;
    bool isKnown = getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.user != (uid_t)-1;
    return isKnown ? (int64_t)peer.user : -1;
#else
    uid_t user;
    gid_t group;
    return getpeereid(socket, &user, &group) < 0 ? -1 : (int64_t)user;
#endif
}

// The size of a terminal in characters; 0 if unknown.
// uv_tty_get_winsize needs uv_tty_init, which reopens the terminal and changes its mode.
static inline struct winsize uv_task_window(int terminal) {
    struct winsize size = {0};
    ioctl(terminal, TIOCGWINSZ, &size);
    return size;
}

// accept4 and close_range are declared only under _GNU_SOURCE, which would make the types of this module differ from those
// of Swift's Glibc module. Hence the system calls.

// Accepts a connection: a nonblocking descriptor that exec closes, or a libuv error code.
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

// The longest path of a unix socket, in bytes.
static const int uv_task_unix_path_limit = sizeof ((struct sockaddr_un *)0)->sun_path - 1;

// A unix socket on which `use` (bind or connect) succeeded: a nonblocking descriptor that exec closes, or a libuv error
// code. uv_pipe_bind is not used: libuv 1.44 cuts off long paths silently, and removes the file when it closes the socket.
static inline int uv_task_unix_socket(const char *path, int (*use)(int, const struct sockaddr *, socklen_t)) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) > (size_t)uv_task_unix_path_limit) return UV_ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor < 0) return uv_translate_sys_error(errno);
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        && use(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    int error = uv_translate_sys_error(errno);
    close(descriptor);
    return error;
}

// Binds a socket whose file only its owner may open: at no instant has the file another mode.
static inline int uv_task_bind_privately(int socket, const struct sockaddr *address, socklen_t size) {
#ifdef __linux__
    // The file gets the mode of the socket, less the umask, which is not changed here: it belongs to all threads.
    return fchmod(socket, 0600) < 0 ? -1 : bind(socket, address, size);
#else
    mode_t before = umask(0177);
    int result = bind(socket, address, size);
    umask(before);
    return result;
#endif
}

static inline int uv_task_bind_unix(const char *path) { return uv_task_unix_socket(path, uv_task_bind_privately); }
static inline int uv_task_connect_unix(const char *path) { return uv_task_unix_socket(path, connect); }

// Sets close-on-exec on all descriptors from `first` on, or on those below 1024 if the system has no close_range.
static inline void uv_task_close_on_exec_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0) return;
#endif
    for (int descriptor = first; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        if (flags >= 0) fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
    }
}

// Makes glibc return blocks of 256 KiB and more to the system when they are freed. By default it raises the threshold at
// run time, and then keeps several times the memory in use.
static inline void uv_task_return_large_blocks(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

#endif
