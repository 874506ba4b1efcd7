// libuv's own spawn-and-wait loop, for scripts/bench: a program without standard streams, one run after the other.
//
//   spawn COUNT PROGRAM [ARGUMENT...]   prints how many microseconds a run takes: the mean
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static char **command;
static int left;

static void fail(const char *what, int error) {
    fprintf(stderr, "spawn: %s: %s\n", what, uv_strerror(error));
    exit(1);
}

static void start(uv_process_t *process);

static void did_close(uv_handle_t *handle) {
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

int main(int count, char **arguments) {
    int total = count > 2 ? atoi(arguments[1]) : 0;
    if (total < 1) {
        fputs("usage: spawn COUNT PROGRAM [ARGUMENT...]\n", stderr);
        return 64;
    }
    command = arguments + 2;
    left = total;
    uint64_t start_time = uv_hrtime();
    uv_process_t process;
    start(&process);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    printf("%.1f\n", (uv_hrtime() - start_time) / 1e3 / total);
    return 0;
}
