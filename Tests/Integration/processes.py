"""What the system tells of a process, in /proc; and how to start one under a limit."""

import os
import pathlib


def _status_bytes(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {name}")


def resident_bytes(pid):
    return _status_bytes(pid, "VmRSS")


def most_resident_bytes(pid):
    """The most since it began."""
    return _status_bytes(pid, "VmHWM")


def processor_seconds(pid):
    """The time that all its threads have used."""
    # After the command's name, which may contain spaces; then the 12th and 13th: user and system time.
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def thread_count(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def with_open_files(count, kind=""):
    """A command that runs what follows it with a limit of open files; with the kind -S the soft one alone."""
    return "sh", "-c", f'ulimit {kind} -n {count} && exec "$@"', "sh"
