"""Every process that the benchmark started ends with it, however it ends; also those that its programs started."""

import ctypes
import os
import pathlib
import resource
import signal
import sys

SIGNALS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def adopt_all():
    """What a program has left behind when it ended becomes a child of this process, daemons included."""
    set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit("bench: the system does not let it look after the programs that it starts")


def end_at_signals():
    """At the first signal all is ended, as at a failure; those behind it must not disturb that."""
    def end(number, _):
        ignore_signals()
        # They stand still until they are killed: else one complains that another has gone.
        for process in children():
            os.kill(process, signal.SIGSTOP)
        print(f"bench: ended by {signal.Signals(number).name}", file=sys.stderr)
        sys.exit(128 + number)

    for one in SIGNALS:
        signal.signal(one, end)


def ignore_signals():
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)


def children():
    """The ids of those that run, or have ended and were not waited for."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            # Behind the name, which may have spaces and parentheses: the state and the parent.
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # it has just ended
        if int(parent) == os.getpid():
            yield int(process.name)


def end_all():
    """Kills the children, then those that have thereby become children, until there are none."""
    ignore_signals()
    while left := list(children()):
        for process in left:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def allow_open_files(count):
    """For this process and all that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        sys.exit(f"bench: {count:,} files must be open at a time, and {hard:,} may be; raise that: ulimit -Hn {count}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
