// How late a waiter hears of a task's end, for scripts/bench. A program can't see the end itself: it submits tasks that take a
// known time, one after the other, and looks at what the waiter's line comes later than that. The timer's lateness is in it.
//
//   waits WAITER TASK DELAY SERVER COUNT   submits COUNT TASKs that take DELAY milliseconds each, and prints, as one JSON object,
//                                        percentiles in nanoseconds: "bound" from the submit's sending on, "late" from its
//                                        reply on
//
// WAITER is same if the connection that submits waits too, or other if a second one waits.
#include "lines.h"
#include "loopback.h"

enum { MOST = 10000 };
static int64_t bound[MOST], late[MOST];

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, int64_t *times, long count) {
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("\"%s\": {\"p50\": %lld, \"p99\": %lld}", name, (long long)times[count / 2], (long long)times[count * 99 / 100]);
}

int main(int count, char **arguments) {
    long tasks = count == 6 ? atol(arguments[5]) : 0;
    if (tasks < 1 || tasks > MOST || (strcmp(arguments[1], "same") && strcmp(arguments[1], "other"))) {
        fputs("usage: waits same|other TASK DELAY SERVER COUNT\n", stderr);
        return 64;
    }
    const char *server = arguments[4];
    int64_t delay = (int64_t)(atof(arguments[3]) * 1e6);
    struct lines submitter = open_lines(server);
    struct lines waiter = strcmp(arguments[1], "same") ? open_lines(server) : submitter;
    for (long i = 0; i < tasks; i++) {
        int64_t sent = (int64_t)now();
        say(&submitter, "{\"seq\":1,\"type\":\"run\",\"task_name\":\"%s\",\"data\":\"x\"}\n", arguments[2]);
        hear(&submitter, "{\"seq\":1,\"task_id\":");
        int64_t replied = (int64_t)now();
        say(&waiter, "{\"seq\":2,\"type\":\"get_result\",\"task_id\":%ld,\"wait\":true}\n", i + 1);
        hear(&waiter, "{\"seq\":2,\"status\":\"success\"");
        int64_t heard = (int64_t)now();
        bound[i] = heard - sent - delay;
        late[i] = heard - replied - delay;
    }
    putchar('{');
    print("bound", bound, tasks);
    printf(", ");
    print("late", late, tasks);
    puts("}");
    return 0;
}
