// The door to libuv. Everything that this project needs of it is callable from Swift as it is.
#ifndef UV_TASK_CLIBUV_SHIM_H
#define UV_TASK_CLIBUV_SHIM_H
#include <uv.h>
#endif
