"""Runs tests, shows their progress on one line, and reports failures at the end. Called by scripts/test.

usage: run_tests.py targets [NAME…] [-- OPTION…]   unit tests, through `swift test` with these options
       run_tests.py programs [NAME…]               integration tests
"""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
INTEGRATION = REPOSITORY / "Tests" / "Integration"


class Progress:
    """A line that is written over on a terminal. Elsewhere there is a line for every hundred tests."""

    def __init__(self, what):
        self._what = what
        self._is_shown = sys.stdout.isatty()

    def show(self, count, text, failures=0):
        failed = f", {failures} failed so far" if failures else ""
        line = f"test: {self._what}: {count}{failed} {text}"
        if self._is_shown:
            print("\r\033[K" + line[:shutil.get_terminal_size().columns - 1], end="", flush=True)
        elif count and count % 100 == 0:
            print(f"test: {self._what}: {count}{failed}", flush=True)

    def end(self):
        if self._is_shown:
            print("\r\033[K", end="")


def report(failures, again):
    """Prints each failure and how to run it again."""
    for text in failures:
        print(text.rstrip(), end="\n\n")
    if again:
        print("test: run again what failed:")
        for name in again:
            print(f"    scripts/test {name}")


# How `swift test` begins an event, not always on a new line. Lines that begin otherwise belong to the event before.
EVENT = re.compile("(?=[◇✔✘➜⚠] (?:Test|Suite) )")


def events(output, log):
    """The lines of an output, which are written to the log. Each event begins a line."""
    for raw in output:
        log.write(raw)
        yield from filter(None, EVENT.split(raw.decode(errors="replace")))


def run_targets(names, options):
    """Whether all passed. The whole output is in a log."""
    build = options[options.index("--scratch-path") + 1] if "--scratch-path" in options else ".build"
    log_path = REPOSITORY / build / "test.log"
    log_path.parent.mkdir(exist_ok=True)
    command = ["swift", "test", "--disable-xctest", *options]
    for name in names:
        command += ["--filter", name]
    progress, issues, failed = Progress("targets"), [], {}
    count, summary, is_issue = 0, None, False
    last_lines = collections.deque(maxlen=60)
    # Tests that run at the same time hold threads of libuv's pool until other threads of it have done their work.
    environment = {**os.environ, "UV_THREADPOOL_SIZE": "64"}
    with subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process, \
            open(log_path, "wb") as log:
        for line in events(process.stdout, log):
            last_lines.append(line)
            if not EVENT.match(line):
                if is_issue:
                    issues[-1] += line
                elif summary is None and not count:
                    progress.show(0, line.strip())
                continue
            is_issue = "recorded an issue" in line
            if is_issue:
                issues.append(line)
            elif line.startswith(("✔ Test run with ", "✘ Test run with ")):
                summary = line
            elif match := re.match(r"[✔✘] Test (.+?)(\(.*\))?( with \d+ test cases)? (passed|failed) ", line):
                count += 1
                if match[4] == "failed":
                    failed[match[1].strip('"')] = True
                progress.show(count, match[1], len(failed))
    progress.end()
    report(issues if summary else ["".join(last_lines)], failed)
    unknown = unknown_names(names) if summary else []
    for name in unknown:
        print(f"test: there is no target, suite or test {name}")
    if summary and count:
        print(summary.strip())
    if process.returncode:
        print(f"test: the whole output is in {log_path.relative_to(REPOSITORY)}")
    return process.returncode == 0 and summary is not None and not unknown


def unknown_names(names):
    """Those that `swift test` would leave out without a word."""
    command = "swift", "test", "list", "--disable-xctest", "--skip-build"
    listed = names and subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True).stdout
    return [name for name in names if not re.search(name, listed)]


def name_to_repeat(test):
    """The name of a test, also if unittest could not import it, or set up its class."""
    name = getattr(test, "test_case", test).id().removeprefix("unittest.loader._FailedTest.")
    return re.sub(r"^setUp(Class|Module) \((.+)\)$", r"\2", name)


class Result(unittest.TestResult):
    def __init__(self, progress):
        super().__init__()
        self._progress = progress

    def startTest(self, test):
        super().startTest(test)
        self._progress.show(self.testsRun, test.id(), len(self.failures) + len(self.errors))


def run_programs(names):
    """Whether all passed."""
    os.chdir(INTEGRATION)
    sys.path.insert(0, str(INTEGRATION))
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromNames(names) if names else loader.discover(".")
    progress = Progress("programs")
    result = Result(progress)
    tests.run(result)
    progress.end()
    bad = [*result.failures, *result.errors]
    report([f"{test.id()}\n{text}" for test, text in bad], dict.fromkeys(name_to_repeat(test) for test, _ in bad))
    for reason, count in collections.Counter(reason for _, reason in result.skipped).items():
        print(f"test: not run: {count} tests: {reason}")
    print(f"test: programs: {result.testsRun} tests, {len(bad)} failures")
    return result.wasSuccessful()


def main():
    part, *names = sys.argv[1:]
    options = []
    if "--" in names:
        index = names.index("--")
        names, options = names[:index], names[index + 1:]
    passed = run_targets(names, options) if part == "targets" else run_programs(names)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
