"""uv-task watch on a real terminal."""

import os
import re
import signal
import unittest

from terminal import TerminalTest


class Watch(TerminalTest):
    def setUp(self):
        super().setUp()
        self.run_task("too_long_echo")
        self.run_task("revers")

    def watch(self, command="uv-task watch", **options):
        """A terminal that shows the watch, over something that stood there before."""
        terminal = self.open_terminal(**options)
        terminal.run("echo earlier")
        terminal.type(command)
        terminal.wait_for_text("^C leaves")
        return terminal

    def check_restored(self, terminal, said, code, command="uv-task watch"):
        """What stood there before is back, with the cursor, and the prompt below what is said."""
        terminal.wait_for(lambda: terminal.screen[-1] == f"done:{code}", "the prompt")
        before = ["echo earlier", "earlier", f"done:0 {command}"]
        self.assertEqual([line.removeprefix("^C") for line in terminal.screen if line != "^C"],
                         [*before, *said, f"done:{code}"])
        self.assertEqual(terminal.cursor[0], len(f"done:{code} "))
        for name, value in ("cursor_flag", "1"), ("alternate_on", "0"), ("wrap_flag", "1"):
            self.assertEqual(terminal.value(name), value, name)

    def test_it_shows_and_updates_and_leaves(self):
        terminal = self.watch()
        for name, value in ("cursor_flag", "0"), ("alternate_on", "1"), ("wrap_flag", "0"):
            self.assertEqual(terminal.value(name), value, name)
        screen = terminal.screen
        self.assertRegex(
            screen[0], rf"\A127\.0\.0\.1:{self.daemon.port}  up \S+ s  1 waiting, 1 running, 0 done  1 connection\Z")
        self.assertEqual(screen[1].split()[:3], ["ID", "STATUS", "TYPE"])
        self.assertEqual([line.split()[:3] for line in screen[2:4]],
                         [["1", "execute", "too_long_echo"], ["2", "waiting", "revers"]])
        self.assertEqual(screen[4:], ["^C leaves"])
        self.assertIn("\x1b[1m\x1b[33mexecute\x1b[0m", terminal.colored_screen[2])
        # A new task, and the end of another.
        self.run_task("revers")
        terminal.wait_for_text("3  waiting  revers")
        self.daemon.ask("cancel", task_id=1)
        terminal.wait_for_text("1 waiting, 1 running, 1 done")
        self.assertEqual([line.split()[:2] for line in terminal.screen[2:5]],
                         [["2", "execute"], ["3", "waiting"], ["1", "error"]])
        # Fewer lines than before leave nothing of the earlier ones.
        self.assertEqual(len(terminal.screen), 6)
        terminal.press("C-c")
        self.check_restored(terminal, [], 0)

    def test_a_resize(self):
        terminal = self.watch(columns=100, rows=24)
        for _ in range(20):
            self.run_task("revers")
        terminal.wait_for_text("21 waiting, 1 running")
        for columns, rows in (40, 8), (20, 5), (120, 30), (20, 3), (10, 2), (10, 1), (100, 24):
            terminal.resize(columns, rows)

            def is_drawn():
                screen = terminal.screen
                fits = screen[0].startswith("127.0.0.1"[:min(columns, 9)]) and all(len(line) <= columns for line in screen)
                if rows > 1:
                    fits = fits and screen[-1] == "^C leaves"[:columns]
                # The header, the names of the columns, 22 tasks, the last line; no table without a row for a task.
                return fits and len(screen) == (2 if rows == 3 else min(rows, 25))

            terminal.wait_for(is_drawn, f"{columns} columns, {rows} rows")
        terminal.press("C-c")
        terminal.wait_for_text("done:0")
        self.assertEqual((terminal.value("cursor_flag"), terminal.value("alternate_on")), ("1", "0"))

    def test_twenty_columns(self):
        terminal = self.open_terminal(20, 10, C="uv-task watch")
        terminal.start("$C")
        terminal.wait_for_text("^C leaves")
        screen = terminal.screen
        self.assertEqual(len(screen), 5)
        self.assertTrue(all(len(line) <= 20 for line in screen), screen)
        self.assertEqual([line[:11] for line in screen[2:4]], [" 1  execute"[-11:], " 2  waiting"[-11:]])
        terminal.press("C-c")
        terminal.wait_for_text("done:0")

    def test_a_killed_daemon(self):
        terminal = self.watch(columns=200)
        self.daemon.close()
        terminal.wait_for(lambda: terminal.screen[-1] == "done:6", "the prompt")
        self.assertEqual((terminal.value("cursor_flag"), terminal.value("alternate_on")), ("1", "0"))
        self.assertEqual(terminal.screen[:3], ["echo earlier", "earlier", "done:0 uv-task watch"])
        self.assertRegex("\n".join(terminal.screen[3:]), r"\Auv-task: [^\n]+\ndone:6\Z")

    def test_a_killed_watch_by_other_signals(self):
        for number, code in (signal.SIGTERM, 143), (signal.SIGHUP, 129):
            terminal = self.watch("sh -c 'echo $$ >$PID; exec uv-task watch'", PID=f"{self.daemon.port_file}.{number}")
            with open(f"{self.daemon.port_file}.{number}", encoding="utf-8") as file:
                process = int(file.read())
            os.kill(process, number)
            terminal.wait_for_text(f"done:{code}")
            self.assertEqual((terminal.value("cursor_flag"), terminal.value("alternate_on")), ("1", "0"))

    def test_no_tasks(self):
        self.daemon.close()
        self.daemon = self.start_daemon()
        terminal = self.watch()
        self.assertEqual(terminal.screen[1:], ["no tasks", "^C leaves"])
        terminal.press("C-c")
        self.check_restored(terminal, [], 0)

    def test_without_colors(self):
        terminal = self.watch("NO_COLOR=1 uv-task watch")
        self.assertFalse(re.search("\x1b", "".join(terminal.colored_screen)))
        terminal.press("C-c")
        self.check_restored(terminal, [], 0, "NO_COLOR=1 uv-task watch")

    def test_dumb_terminals_have_none(self):
        terminal = self.open_terminal(200)
        lines, code = terminal.run("TERM=dumb uv-task watch")
        self.assertEqual((lines, code), ([
            "uv-task: watch needs a terminal on stdout; uv-task list prints the tasks once, and watch --json a line a second"
        ], 64))


if __name__ == "__main__":
    unittest.main()
