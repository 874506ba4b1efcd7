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


def _stat(pid):
    """State, parent, group and session of a process; nothing where there is none."""
    try:
        # After the command's name, which may contain spaces.
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], *map(int, fields[1:4])


def _processes():
    """Of each process: its id, state, parent, group and session."""
    stats = ((int(name), _stat(name)) for name in os.listdir("/proc") if name.isdigit())
    return [(pid, *stat) for pid, stat in stats if stat]


def members_of_group(group):
    """The processes of a group that have not ended."""
    return [pid for pid, state, _, its_group, _ in _processes() if its_group == group and state not in "ZX"]


def children(pid):
    """Its children and their states: Z has ended, and waits for its parent to take notice."""
    return {child: state for child, state, parent, _, _ in _processes() if parent == pid}


def processes_with(setting):
    """Those of this user that were started with a setting, NAME=VALUE, in their environment."""
    found = []
    for pid, *_ in _processes():
        try:
            if setting.encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(pid)
        except OSError:
            pass
    return found


def session_of(pid):
    return _stat(pid)[3]


def group_of(pid):
    return _stat(pid)[2]


def name_of(pid):
    """What killing by name goes by; nothing where the process has ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None


def signals_of(pid, kind):
    """The signals that a process has ignored (SigIgn), blocked (SigBlk) or caught (SigCgt), as bits."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1], 16)
    raise AssertionError(f"no {kind}")
