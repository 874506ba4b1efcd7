// A word from each forked child before it becomes another program. libuv has no place for one between fork and exec, and what
// runs there must not be Swift.
#ifndef CFORKHOOK_H
#define CFORKHOOK_H

// From here on every forked child writes its process id, in decimal digits with a newline, to a descriptor; or, where that is
// -1, nothing. Answers 0, or what pthread_atfork failed with.
int cforkhook_announce_to(int descriptor);

#endif
