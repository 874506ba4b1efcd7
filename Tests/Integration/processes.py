"""What /proc says about processes, and how to start one with a limit of open files."""

import contextlib
import os
import pathlib


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def thread_count(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def with_open_files(count, kind=""):
    """A command that runs what follows it with a limit of open files. The kind -S sets the soft limit alone."""
    return "sh", "-c", f'ulimit {kind} -n {count} && exec "$@"', "sh"


def _processes():
    """The id, state, parent and group of each process."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # After the command's name, which may contain spaces.
            state, *ids = pathlib.Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()[:3]
            yield int(name), state, *map(int, ids)


def members_of_group(group):
    """The processes of a group that have not ended."""
    return [pid for pid, state, _, its_group in _processes() if its_group == group and state not in "ZX"]


def children(pid):
    """The states of a process's children, by id. Z is a child that has ended and was not reaped."""
    return {child: state for child, state, parent, _ in _processes() if parent == pid}


def processes_with(setting):
    """This user's processes that were started with a setting, NAME=VALUE, in their environment."""
    found = []
    for pid, *_ in _processes():
        with contextlib.suppress(OSError):
            if setting.encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found


def name_of(pid):
    """The name that pkill knows; None if the process has ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
