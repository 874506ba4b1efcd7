"""A real terminal: programs in tmux, and what its screen shows."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile

from commands import CommandTest, clean_environment
from harness import CLIENT_PROGRAM, PATIENCE, wait_until

TMUX = shutil.which("tmux")

# Like ^C, so that no tmux outlives the tests.
signal.signal(signal.SIGTERM, signal.default_int_handler)


class Terminal:
    """A shell in a tmux of its own, of a fixed size, in a with statement. It is ended whatever happens.

    Variables are those of the shell; TERM is tmux's own.
    """

    # What the shell prints when a command has ended, followed by the exit code.
    PROMPT = "done:"

    def __init__(self, columns=80, rows=24, **variables):
        self._folder = tempfile.TemporaryDirectory()
        self._socket = os.path.join(self._folder.name, "tmux")
        start_file = os.path.join(self._folder.name, "start")
        with open(start_file, "w", encoding="utf-8") as file:
            file.write(f"PS1='{self.PROMPT}$? '\n")
        # An interactive shell runs the file that ENV names.
        environment = {**clean_environment(**variables), "ENV": start_file, "PATH": os.pathsep.join(
            [os.path.dirname(CLIENT_PROGRAM), os.environ.get("PATH", "")])}
        # Tests may run in somebody's tmux.
        environment.pop("TMUX", None)
        self._environment = environment
        # Registered after the folder, which is thus removed later: tmux is reached through it.
        atexit.register(self.close)
        try:
            self._tmux(
                "-u", "-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(rows), "exec sh", ";",
                "set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual", ";",
                "resize-window", "-x", str(columns), "-y", str(rows))
            self.wait_for(lambda: self.line_of_prompt is not None, "the shell's prompt")
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # All that runs in it ends with it.
        subprocess.run(
            [TMUX, "-S", self._socket, "kill-server"], env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)
        self._folder.cleanup()
        atexit.unregister(self.close)

    def _tmux(self, *arguments):
        ran = subprocess.run(
            [TMUX, "-S", self._socket, *arguments], env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        if ran.returncode:
            raise AssertionError(f"tmux {arguments} ended with {ran.returncode}: {ran.stderr.decode()}")
        return ran.stdout.decode()

    # MARK: What is typed

    def type(self, text):
        """Text and a newline."""
        self._tmux("send-keys", "-l", "--", text)
        self._tmux("send-keys", "Enter")

    def press(self, *keys):
        """Keys as tmux calls them: C-c, C-d."""
        self._tmux("send-keys", *keys)

    def start(self, command):
        """Clears the screen and types a command."""
        self._tmux("send-keys", "-R", ";", "clear-history")
        self.type(command)

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    # MARK: What is seen

    @property
    def screen(self):
        """The lines of the screen without the empty ones at its end."""
        return self._tmux("capture-pane", "-p").rstrip("\n").split("\n")

    @property
    def colored_screen(self):
        """The same with escape sequences."""
        return self._tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")

    def value(self, name):
        """The value of a variable of tmux, such as cursor_flag."""
        return self._tmux("display", "-p", f"#{{{name}}}").strip()

    @property
    def line_of_prompt(self):
        """The index of the last line if the shell waits there for a command, else None."""
        screen = self.screen
        last = screen[-1]
        if last.startswith(self.PROMPT) and last[len(self.PROMPT):].strip().isdigit():
            return len(screen) - 1
        return None

    def wait_for(self, condition, what):
        """Polls until the condition holds."""
        try:
            return wait_until(condition, what)
        except AssertionError as failure:
            raise AssertionError("\n".join([str(failure), "the screen:", *self.screen])) from None

    def wait_for_text(self, text):
        """Waits until a line of the screen contains it."""
        self.wait_for(lambda: any(text in line for line in self.screen), repr(text))

    def finish(self):
        """Waits for the prompt. Returns the lines before it without what was typed, and the exit code."""
        line = self.wait_for(lambda: self.line_of_prompt, "the prompt")
        screen = self.screen
        return screen[1:line], int(screen[line][len(self.PROMPT):])

    def run(self, command):
        """Runs a command to its end."""
        self.start(command)
        return self.finish()


class TerminalTest(CommandTest):
    """Each test has a daemon, and terminals in which uv-task finds it."""

    def setUp(self):
        if not TMUX:
            self.fail("tmux is missing: scripts/setup --tests installs it")
        super().setUp()

    def open_terminal(self, columns=80, rows=24, **variables):
        where = {"UV_TASK_HOST": "127.0.0.1", "UV_TASK_PORT": self.daemon.port}
        terminal = Terminal(columns, rows, **{**where, **variables})
        self.addCleanup(terminal.close)
        return terminal
