// One task after the other, each submitted when the one before has been answered, by one client on one connection, for
// scripts/bench. `cycle SERVER PORT COUNT` prints, as one JSON object, how many that are in a second, and percentiles of the
// time that one takes, in nanoseconds.
//
//   uv-task      submits an echo and asks for its result, in one write: that time is an upper bound of the time from the
//                task's end to its waiter's line
//   beanstalkd   put, reserve and delete, each after the answer to the one before: the client is the worker too
#include "histogram.h"
#include "lines.h"
#include "loopback.h"

#define DATA "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void ask_uv_task(struct lines *server, long number) {
    say(server,
        "{\"seq\":1,\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"" DATA "\"}\n"
        "{\"seq\":2,\"type\":\"get_result\",\"task_id\":%ld,\"wait\":true}\n", number);
    hear(server, "{\"seq\":1,\"task_id\":");
    hear(server, "{\"seq\":2,\"status\":\"success\"");
}

static void ask_beanstalkd(struct lines *server, long number) {
    (void)number;
    say(server, "put 0 0 60 32\r\n" DATA "\r\n");
    hear(server, "INSERTED ");
    say(server, "reserve\r\n");
    long job = atol(hear(server, "RESERVED "));
    hear(server, DATA);
    say(server, "delete %ld\r\n", job);
    hear(server, "DELETED");
}

int main(int count, char **arguments) {
    void (*ask)(struct lines *, long) = NULL;
    if (count == 4 && !strcmp(arguments[1], "uv-task")) ask = ask_uv_task;
    if (count == 4 && !strcmp(arguments[1], "beanstalkd")) ask = ask_beanstalkd;
    if (!ask) {
        fputs("usage: cycle uv-task|beanstalkd PORT COUNT\n", stderr);
        return 64;
    }
    struct lines server = open_lines(arguments[2]);
    static struct histogram times;
    uint64_t start = now();
    long cycles = atol(arguments[3]);
    for (long i = 1; i <= cycles; i++) {
        uint64_t begin = now();
        ask(&server, i);
        histogram_add(&times, now() - begin, 1);
    }
    printf("{\"per_second\": %.1f, \"p50\": %llu, \"p99\": %llu}\n", (double)cycles / ((double)(now() - start) / 1e9),
        (unsigned long long)histogram_percentile(&times, 0.5), (unsigned long long)histogram_percentile(&times, 0.99));
    return 0;
}
