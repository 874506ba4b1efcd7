// The load generator of scripts/bench: one thread, one epoll loop; uv-task's, Redis' and beanstalkd's protocols, all driven
// the same way. Loopback only, bounded in count and time.
//
//   load REQUEST SERVER CONNECTIONS IN_FLIGHT SIZE SECONDS   sends REQUESTs with SIZE bytes of data for so long, after a
//                                                            fifth of it to warm up: each connection has IN_FLIGHT unanswered
//   load REQUEST SERVER CONNECTIONS IN_FLIGHT SIZE =COUNT    sends so many
//   load idle SERVER CONNECTIONS                             opens connections, says "ready", and keeps them until its input
//                                                            ends
//
// SERVER: a port of this machine, or the path of a unix socket. REQUEST: one of the table below. It prints, as one JSON object, how many were answered, in how many seconds, and
// percentiles of the time from the write that a request was part of to the read that its reply was part of, in nanoseconds.
#include "histogram.h"
#include "loopback.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <unistd.h>

// What is sent, and how a reply begins: # stands for the size of the data, @ for the data.
static const struct kind {
    const char *name, *request, *reply;
    // A reply that has data has it on a line of its own.
    int lines;
} kinds[] = {
    {"uv-task-submit", "{\"type\":\"run\",\"task_name\":\"too_long_echo\",\"data\":\"@\"}\n", "{\"task_id\":", 1},
    {"uv-task-submit-seq", "{\"seq\":1,\"type\":\"run\",\"task_name\":\"too_long_echo\",\"data\":\"@\"}\n",
        "{\"seq\":1,\"task_id\":", 1},
    {"floor-submit-seq", "{\"seq\":1,\"type\":\"run\",\"task_name\":\"too_long_echo\",\"data\":\"@\"}\n", "{\"task_id\":", 1},
    {"uv-task-echo", "{\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"@\"}\n", "{\"task_id\":", 1},
    {"uv-task-status", "{\"type\":\"status\",\"task_id\":2}\n", "{\"status\":\"success\"", 1},
    {"uv-task-status-seq", "{\"seq\":1,\"type\":\"status\",\"task_id\":2}\n", "{\"seq\":1,\"status\":\"success\"", 1},
    {"uv-task-result", "{\"seq\":1,\"type\":\"get_result\",\"task_id\":2}\n",
        "{\"seq\":1,\"status\":\"success\",\"data\":\"x", 1},
    {"floor-status", "{\"type\":\"status\",\"task_id\":2}\n", "{\"task_id\":", 1},
    {"floor-status-seq", "{\"seq\":1,\"type\":\"status\",\"task_id\":2}\n", "{\"task_id\":", 1},
    {"redis-lpush", "*3\r\n$5\r\nLPUSH\r\n$5\r\nqueue\r\n$#\r\n@\r\n", ":", 1},
    {"redis-get", "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", "$#\r", 2},
    {"redis-set", "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$#\r\n@\r\n", "+OK", 1},
    {"beanstalkd-put", "put 0 0 60 #\r\n@\r\n", "INSERTED ", 1},
    {"beanstalkd-peek", "peek 2\r\n", "FOUND 2 #\r", 2},
};

enum { MOST_IN_FLIGHT = 1024, BATCH = 1 << 20, READ = 1 << 16 };

struct connection {
    int fd;
    bool awaits_room;
    // Of the repeated request: how many bytes are still to be sent, and where in the batch they begin.
    size_t unsent, position;
    // Of the reply that comes in: which of its lines, and how many bytes of the first have come, up to its beginning's length.
    int line;
    size_t seen;
    // The requests without an answer, by the writes that they were part of: a ring, the oldest first.
    unsigned first, writes;
    struct write { uint64_t time; unsigned unanswered; } *ring;
};

static int reply_lines;
static char *reply_beginning, *batch;
static size_t reply_beginning_length, request_length, batch_length;
static int poller;
static unsigned in_flight;
static uint64_t left = UINT64_MAX, answered;
static struct histogram latencies;

static char *expand(const char *pattern, size_t size) {
    size_t most = strlen(pattern) + size + 20;
    char *text = malloc(most + 1), *at = text;
    for (; *pattern; pattern++) {
        if (*pattern == '#') at += sprintf(at, "%zu", size);
        else if (*pattern == '@') at = (char *)memset(at, 'x', size) + size;
        else *at++ = *pattern;
    }
    *at = 0;
    return text;
}

static void prepare(const struct kind *kind, size_t size) {
    reply_lines = kind->lines;
    reply_beginning = expand(kind->reply, size);
    reply_beginning_length = strlen(reply_beginning);
    char *request = expand(kind->request, size);
    request_length = strlen(request);
    // Whole requests, at least one.
    size_t count = BATCH / request_length > 0 ? BATCH / request_length : 1;
    batch_length = count * request_length;
    batch = malloc(batch_length);
    for (size_t i = 0; i < count; i++) memcpy(batch + i * request_length, request, request_length);
    free(request);
}

static void poll_for_room(struct connection *self, bool awaits_room) {
    if (self->awaits_room == awaits_room) return;
    self->awaits_room = awaits_room;
    struct epoll_event event = {.events = EPOLLIN | (awaits_room ? EPOLLOUT : 0), .data.ptr = self};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, self->fd, &event) < 0) fail("epoll_ctl");
}

static void send_unsent(struct connection *self) {
    while (self->unsent > 0) {
        size_t most = batch_length - self->position;
        ssize_t n = write(self->fd, batch + self->position, self->unsent < most ? self->unsent : most);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) fail("write");
        if (n < 0) break;
        self->unsent -= (size_t)n;
        self->position = (self->position + (size_t)n) % batch_length;
    }
    poll_for_room(self, self->unsent > 0);
}

static void send_requests(struct connection *self, unsigned count, uint64_t time) {
    if (count > left) count = (unsigned)left;
    if (count == 0) return;
    left -= count;
    unsigned last = self->first + self->writes++;
    self->ring[last < in_flight ? last : last - in_flight] = (struct write){time, count};
    self->unsent += count * request_length;
    send_unsent(self);
}

static void check(struct connection *self, const char *text, size_t length) {
    size_t expected = reply_beginning_length - self->seen;
    if (length < expected) expected = length;
    if (memcmp(text, reply_beginning + self->seen, expected) == 0) {
        self->seen += expected;
        return;
    }
    fprintf(stderr, "load: %s was expected, and came: %.*s\n", reply_beginning, (int)(length < 200 ? length : 200), text);
    exit(1);
}

// How many replies end in the text.
static unsigned take_replies(struct connection *self, const char *text, size_t length) {
    unsigned count = 0;
    for (const char *end = text + length; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (self->line == 0) check(self, text, (size_t)((newline ? newline : end) - text));
        if (!newline) break;
        text = newline + 1;
        if (++self->line < reply_lines) continue;
        self->line = 0;
        self->seen = 0;
        count++;
    }
    return count;
}

// So many of the oldest have their answers now.
static void take_times(struct connection *self, unsigned count, uint64_t time) {
    while (count > 0) {
        if (self->writes == 0) {
            fputs("load: more replies than requests\n", stderr);
            exit(1);
        }
        struct write *oldest = &self->ring[self->first];
        unsigned part = count < oldest->unanswered ? count : oldest->unanswered;
        histogram_add(&latencies, time - oldest->time, part);
        count -= part;
        oldest->unanswered -= part;
        if (oldest->unanswered > 0) continue;
        self->first = self->first + 1 < in_flight ? self->first + 1 : 0;
        self->writes--;
    }
}

static void receive(struct connection *self) {
    static char buffer[READ];
    ssize_t n = read(self->fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) fail("read");
    if (n == 0) {
        fputs("load: the server ended a connection\n", stderr);
        exit(1);
    }
    unsigned count = take_replies(self, buffer, (size_t)n);
    uint64_t time = now();
    take_times(self, count, time);
    answered += count;
    send_requests(self, count, time);
}

static void run_until(uint64_t end, uint64_t count) {
    struct epoll_event events[256];
    while (answered < count && now() < end) {
        int ready = epoll_wait(poller, events, 256, 20000);
        if (ready == 0) {
            fputs("load: no answer within 20 s\n", stderr);
            exit(1);
        }
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct connection *one = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) send_unsent(one);
            if (events[i].events & ~(uint32_t)EPOLLOUT) receive(one);
        }
    }
}

static void print(double seconds) {
    printf("{\"count\": %llu, \"seconds\": %.6f, \"per_second\": %.1f", (unsigned long long)answered, seconds,
        (double)answered / seconds);
    static const struct { const char *name; double part; } percentiles[] = {
        {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        printf(", \"%s\": %llu", percentiles[i].name,
            (unsigned long long)histogram_percentile(&latencies, percentiles[i].part));
    puts("}");
}

static void idle(const char *server, int connections) {
    for (int i = 0; i < connections; i++) open_connection(server);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF) {}
}

static int usage(void) {
    fputs("usage: load REQUEST SERVER CONNECTIONS IN_FLIGHT SIZE SECONDS|=COUNT\n       load idle SERVER CONNECTIONS\n", stderr);
    return 64;
}

static const struct kind *find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

static struct connection *connect_all(const char *server, int count) {
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = calloc((size_t)count, sizeof *all);
    for (int i = 0; i < count; i++) {
        all[i].fd = open_connection(server);
        all[i].ring = malloc(in_flight * sizeof *all[i].ring);
        fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &event) < 0) fail("epoll_ctl");
    }
    return all;
}

// For so many seconds, or, where that is 0, until all that are left are answered.
static void measure(struct connection *all, int connections, double seconds) {
    uint64_t start = now(), total = left;
    for (int i = 0; i < connections; i++) send_requests(&all[i], in_flight, now());
    if (seconds > 0) {
        run_until(start + (uint64_t)(seconds * 0.2e9), UINT64_MAX);
        histogram_clear(&latencies);
        answered = 0;
        start = now();
        run_until(start + (uint64_t)(seconds * 1e9), UINT64_MAX);
    } else {
        run_until(UINT64_MAX, total);
    }
    print((double)(now() - start) / 1e9);
}

int main(int count, char **arguments) {
    if (count == 4 && !strcmp(arguments[1], "idle")) {
        idle(arguments[2], atoi(arguments[3]));
        return 0;
    }
    if (count != 7) return usage();
    const struct kind *kind = find(arguments[1]);
    int connections = atoi(arguments[3]), size = atoi(arguments[5]);
    in_flight = (unsigned)atoi(arguments[4]);
    bool counts = arguments[6][0] == '=';
    double seconds = counts ? 0 : atof(arguments[6]);
    if (counts) left = strtoull(arguments[6] + 1, NULL, 10);
    bool has_amount = counts ? left > 0 : seconds > 0;
    if (!kind || connections < 1 || in_flight < 1 || in_flight > MOST_IN_FLIGHT || size < 0 || !has_amount) return usage();
    prepare(kind, (size_t)size);
    measure(connect_all(arguments[2], connections), connections, seconds);
    return 0;
}
