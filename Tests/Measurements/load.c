// A load generator for scripts/measure: one thread, one epoll loop, bounded work, loopback only.
//
//   load submit PORT CONNECTIONS IN_FLIGHT TOTAL   submits TOTAL tasks of 32 bytes, counts the replies' lines, and prints
//                                                  submits per second: over all, in the first and in the last tenth
//   load idle PORT CONNECTIONS                     opens connections, says "ready", and keeps them until its input ends
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char request[] =
    "{\"type\":\"run\",\"task_name\":\"too_long_echo\",\"data\":\"12345678901234567890123456789012\"}\n";
enum { REQUEST = sizeof request - 1, MOST_IN_FLIGHT = 1024 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int open_connection(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_requests(int fd, int count) {
    static char batch[REQUEST * MOST_IN_FLIGHT];
    if (batch[0] == 0)
        for (int i = 0; i < MOST_IN_FLIGHT; i++) memcpy(batch + i * REQUEST, request, REQUEST);
    for (long sent = 0, all = (long)count * REQUEST; sent < all;) {
        ssize_t n = write(fd, batch + sent, all - sent);
        if (n < 0 && errno != EINTR) fail("write");
        if (n > 0) sent += n;
    }
}

static void submit(int port, int connections, int in_flight, long total) {
    int poller = epoll_create1(EPOLL_CLOEXEC);
    int *fds = calloc(connections, sizeof *fds);
    for (int i = 0; i < connections; i++) {
        fds[i] = open_connection(port);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fds[i], &event) < 0) fail("epoll_ctl");
    }
    long sent = 0, answered = 0, tenth = total / 10;
    double start = now(), first_tenth = 0, last_tenth = 0;
    struct epoll_event events[256];
    static char buffer[65536];

    for (int i = 0; i < connections && sent < total; i++) {
        int count = in_flight < total - sent ? in_flight : (int)(total - sent);
        send_requests(fds[i], count);
        sent += count;
    }
    while (answered < total) {
        int ready = epoll_wait(poller, events, 256, 20000);
        if (ready <= 0) fail("no answer within 20 s");
        for (int i = 0; i < ready; i++) {
            ssize_t n = read(events[i].data.fd, buffer, sizeof buffer);
            if (n <= 0) fail("the connection ended");
            int lines = 0;
            for (ssize_t at = 0; at < n; at++) lines += buffer[at] == '\n';
            if (answered < tenth && answered + lines >= tenth) first_tenth = now() - start;
            if (answered < total - tenth && answered + lines >= total - tenth) last_tenth = now();
            answered += lines;
            int count = lines < total - sent ? lines : (int)(total - sent);
            if (count > 0) send_requests(events[i].data.fd, count);
            sent += count;
        }
    }
    double end = now();
    printf("%.0f submits/s; first tenth %.0f/s, last tenth %.0f/s, last / first %.2f\n", total / (end - start),
        tenth / first_tenth, tenth / (end - last_tenth), first_tenth / (end - last_tenth));
}

int main(int count, char **arguments) {
    if (count == 6 && !strcmp(arguments[1], "submit")) {
        int in_flight = atoi(arguments[4]);
        if (in_flight < 1 || in_flight > MOST_IN_FLIGHT) return 64;
        submit(atoi(arguments[2]), atoi(arguments[3]), in_flight, atol(arguments[5]));
    } else if (count == 4 && !strcmp(arguments[1], "idle")) {
        for (int i = atoi(arguments[3]); i > 0; i--) open_connection(atoi(arguments[2]));
        puts("ready");
        fflush(stdout);
        while (getchar() != EOF) {}
    } else {
        fputs("usage: load submit PORT CONNECTIONS IN_FLIGHT TOTAL | load idle PORT CONNECTIONS\n", stderr);
        return 64;
    }
    return 0;
}
