// What a hop to libuv's thread pool and back takes, for scripts/bench: `hops COUNT` queues COUNT pieces of work that do nothing,
// each when the one before has ended, and prints how many that are in a second.
#include "loopback.h"
#include <uv.h>

static long left;

static void work(uv_work_t *request) { (void)request; }

static void did_work(uv_work_t *request, int status) {
    if (status == 0 && --left > 0) uv_queue_work(request->loop, request, work, did_work);
}

int main(int count, char **arguments) {
    long hops = count == 2 ? atol(arguments[1]) : 0;
    if (hops < 1) {
        fputs("usage: hops COUNT\n", stderr);
        return 64;
    }
    left = hops;
    uv_work_t request;
    uint64_t start = now();
    uv_queue_work(uv_default_loop(), &request, work, did_work);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    printf("%.1f\n", (double)hops / ((double)(now() - start) / 1e9));
    return left;
}
