// libuv's own spawn-and-wait loop, for scripts/measure: a program without standard streams, one run after the other.
//
//   spawn COUNT PROGRAM [ARGUMENT...]   prints how many microseconds a run takes: the mean, and the median
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static char **command;
static int left;
static uint64_t *rounds, *round_now, began;

static void fail(const char *what, int error) {
    fprintf(stderr, "spawn: %s: %s\n", what, uv_strerror(error));
    exit(1);
}

static void start(uv_process_t *process);

static void did_close(uv_handle_t *handle) {
    uint64_t now = uv_hrtime();
    *round_now++ = now - began;
    began = now;
    if (--left > 0) start((uv_process_t *)handle);
}

static void did_end(uv_process_t *process, int64_t status, int signal) {
    if (status || signal) fail(command[0], UV_EIO);
    uv_close((uv_handle_t *)process, did_close);
}

static void start(uv_process_t *process) {
    uv_process_options_t options = {.file = command[0], .args = command, .exit_cb = did_end};
    int error = uv_spawn(uv_default_loop(), process, &options);
    if (error) fail(command[0], error);
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    int total = count > 2 ? atoi(arguments[1]) : 0;
    if (total < 1) {
        fputs("usage: spawn COUNT PROGRAM [ARGUMENT...]\n", stderr);
        return 64;
    }
    command = arguments + 2;
    left = total;
    rounds = round_now = calloc(total, sizeof *rounds);
    uint64_t first = began = uv_hrtime();
    uv_process_t process;
    start(&process);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    double mean = (began - first) / 1e3 / total;
    qsort(rounds, total, sizeof *rounds, compare);
    printf("%.0f %.0f\n", mean, rounds[total / 2] / 1e3);
    return 0;
}
