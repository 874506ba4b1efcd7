// A plain epoll loop that sends what load.c sends, and nothing beside: no time is taken, no reply is looked at beyond its
// newline, all writes block. scripts/bench drives the floor with both, to show that load.c is not what limits.
//
//   plain PORT CONNECTIONS IN_FLIGHT SIZE SECONDS   prints requests per second, after a fifth of that time to warm up
#include "loopback.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static char *batch;
static size_t length;

static void send_requests(int fd, int count) {
    for (size_t sent = 0, all = (size_t)count * length; sent < all;) {
        ssize_t n = write(fd, batch + sent, all - sent);
        if (n < 0 && errno != EINTR) fail("write");
        if (n > 0) sent += (size_t)n;
    }
}

int main(int count, char **arguments) {
    if (count != 6) {
        fputs("usage: plain PORT CONNECTIONS IN_FLIGHT SIZE SECONDS\n", stderr);
        return 64;
    }
    int connections = atoi(arguments[2]), in_flight = atoi(arguments[3]), size = atoi(arguments[4]);
    double seconds = atof(arguments[5]);
    const char head[] = "{\"type\":\"run\",\"task_name\":\"too_long_echo\",\"data\":\"", tail[] = "\"}\n";
    length = sizeof head - 1 + (size_t)size + sizeof tail - 1;
    batch = malloc(length * (size_t)in_flight);
    for (int i = 0; i < in_flight; i++) {
        char *at = batch + (size_t)i * length;
        memcpy(at, head, sizeof head - 1);
        memset(at + sizeof head - 1, 'x', (size_t)size);
        memcpy(at + length - (sizeof tail - 1), tail, sizeof tail - 1);
    }

    int poller = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < connections; i++) {
        int fd = open_connection(arguments[1]);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
        send_requests(fd, in_flight);
    }
    static char buffer[65536];
    struct epoll_event events[256];
    uint64_t answered = 0, warm = now() + (uint64_t)(seconds * 0.2e9), start = 0, time;
    while ((time = now()) < warm + (uint64_t)(seconds * 1e9)) {
        if (start == 0 && time >= warm) {
            start = time;
            answered = 0;
        }
        int ready = epoll_wait(poller, events, 256, 20000);
        if (ready <= 0) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            ssize_t n = read(events[i].data.fd, buffer, sizeof buffer);
            if (n <= 0) fail("read");
            int lines = 0;
            for (const char *at = buffer, *end = at + n; (at = memchr(at, '\n', (size_t)(end - at))); at++) lines++;
            answered += (uint64_t)lines;
            send_requests(events[i].data.fd, lines);
        }
    }
    printf("%.1f\n", (double)answered / ((double)(time - start) / 1e9));
    return 0;
}
