// The floor of scripts/bench: a server on libuv alone that answers each line with the same line, whatever it says. It parses
// nothing, keeps nothing and logs nothing: what it takes, libuv and the system take. `floor PORT` serves.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const char reply[] = "{\"task_id\":1234567}\n";
enum { REPLY = sizeof reply - 1, READ = 1 << 16 };

static char input[READ];
// A line has at least its newline.
static char output[READ * REPLY];

static void check(int result) {
    if (result >= 0) return;
    fprintf(stderr, "floor: %s\n", uv_strerror(result));
    exit(1);
}

static void give_input(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    (void)handle, (void)size;
    *buffer = uv_buf_init(input, sizeof input);
}

static void did_write(uv_write_t *request, int status) {
    (void)status;
    free(request);
}

static void did_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer) {
    if (n < 0) {
        uv_close((uv_handle_t *)stream, (uv_close_cb)free);
        return;
    }
    size_t length = 0;
    for (const char *at = buffer->base, *end = at + n; (at = memchr(at, '\n', (size_t)(end - at))); at++) length += REPLY;
    if (length == 0) return;
    uv_buf_t replies = uv_buf_init(output, (unsigned)length);
    int written = uv_try_write(stream, &replies, 1);
    if (written == (int)length) return;
    // What the socket does not take is kept: a copy behind the request.
    size_t taken = written > 0 ? (size_t)written : 0;
    uv_write_t *request = malloc(sizeof *request + length - taken);
    uv_buf_t rest = uv_buf_init((char *)(request + 1), (unsigned)(length - taken));
    memcpy(rest.base, output + taken, rest.len);
    check(uv_write(request, stream, &rest, 1, did_write));
}

static void did_connect(uv_stream_t *listener, int status) {
    check(status);
    uv_tcp_t *stream = malloc(sizeof *stream);
    check(uv_tcp_init(listener->loop, stream));
    check(uv_accept(listener, (uv_stream_t *)stream));
    check(uv_tcp_nodelay(stream, 1));
    check(uv_read_start((uv_stream_t *)stream, give_input, did_read));
}

int main(int count, char **arguments) {
    if (count != 2) return 64;
    signal(SIGPIPE, SIG_IGN);
    for (size_t at = 0; at < sizeof output; at += REPLY) memcpy(output + at, reply, REPLY);
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    check(uv_ip4_addr("127.0.0.1", atoi(arguments[1]), &address));
    check(uv_tcp_init(loop, &listener));
    check(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0));
    check(uv_listen((uv_stream_t *)&listener, 4096, did_connect));
    return uv_run(loop, UV_RUN_DEFAULT);
}
