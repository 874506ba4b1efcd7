"""The live line of uv-task's waits on a real terminal."""

import os
import re
import signal
import tempfile
import unittest

from terminal import TerminalTest

BAR = re.compile(r"(?:task \d+|\d of \d done; task \d+) \[(#*)(-*)\] (about \d s left|less than 1 s left|any moment now)")


def filled(line):
    """How many cells of a bar are filled; None where the line shows no bar."""
    found = BAR.fullmatch(line)
    return len(found[1]) if found else None


class LiveLine(TerminalTest):
    # too_long_echo runs 3 s, permutation 0.75 s.
    time_scale = 0.15

    def test_position_then_bar_then_the_result(self):
        terminal = self.open_terminal()
        self.run_task("too_long_echo", "first")
        terminal.start("uv-task run too_long_echo hello --wait")
        terminal.wait_for(
            lambda: re.fullmatch(r"task 2: next in the queue, done in about \d s", terminal.screen[-1]), "the position")
        self.daemon.ask("cancel", task_id=1)
        first = terminal.wait_for(lambda: terminal.screen[-1] if filled(terminal.screen[-1]) is not None else None, "a bar")
        terminal.wait_for(lambda: (filled(terminal.screen[-1]) or 0) > filled(first), "a longer bar")
        # One line, drawn in place, with the cursor behind it.
        self.assertEqual(len(terminal.screen), 2)
        # Gone at the end.
        self.assertEqual(terminal.finish(), (["hello"], 0))
        self.assertEqual(terminal.cursor[1], 2)

    def test_nothing_is_shown_of_a_short_wait(self):
        terminal = self.open_terminal()
        self.assertEqual(terminal.run("uv-task run echo hello --wait"), (["hello"], 0))

    def test_each_line_of_results(self):
        terminal = self.open_terminal()
        self.assertEqual(
            terminal.run("printf 'ab\\ncd\\n' | uv-task run reverse --each-line --wait"), (["ba", "dc"], 0))

    def test_only_on_a_terminal(self):
        # stdout goes to a file; the line is stderr's.
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "result")
            terminal = self.open_terminal(OUT=file)
            terminal.start("uv-task run too_long_echo hello --wait > $OUT")
            terminal.wait_for_text("task 1 [")
            self.assertEqual(terminal.finish(), ([], 0))
            with open(file, "rb") as result:
                self.assertEqual(result.read(), b"hello")
            # And the other way round.
            terminal.start("uv-task run permutation hello --wait 2> $OUT")
            self.assertEqual(terminal.finish(), (["ehllo"], 0))
            self.assertEqual(os.path.getsize(file), 0)

    def test_dumb_terminals_have_none(self):
        terminal = self.open_terminal()
        terminal.start("TERM=dumb uv-task run permutation hello --wait")
        self.daemon.wait_for_waits(1)
        seen = set()
        while self.daemon.state_of(1) != "success":
            seen.update(terminal.screen[1:])
        self.assertLessEqual(seen, {"ehllo", "done:0"})
        self.assertEqual(terminal.finish(), (["ehllo"], 0))


class Several(TerminalTest):
    def test_lines_stand_above_it(self):
        terminal = self.open_terminal()
        for _ in range(3):
            self.run_task("too_long_echo")
        terminal.start("uv-task wait 3 1 2")
        terminal.wait_for_text("0 of 3 done; task 1 [")
        self.daemon.ask("cancel", task_id=1)
        terminal.wait_for_text("1 of 3 done; task 2 [")
        self.assertEqual(terminal.screen[1], "1 error")
        self.assertEqual(len(terminal.screen), 3)
        self.daemon.ask("cancel", task_id=3)
        terminal.wait_for_text("2 of 3 done; task 2 [")
        self.assertEqual(terminal.screen[1:3], ["1 error", "3 error"])
        self.assertEqual(len(terminal.screen), 4)
        self.daemon.ask("cancel", task_id=2)
        self.assertEqual(terminal.finish(), (["1 error", "3 error", "2 error"], 1))


class NarrowTerminals(TerminalTest):

    def one_row(self, terminal, *texts):
        """The live line, which must be in one row under the command."""
        terminal.wait_for(lambda: len(terminal.screen) == 2 and any(text in terminal.screen[1] for text in texts), texts)
        return terminal.screen[1]

    def test_twenty_columns(self):
        self.run_task("too_long_echo")
        self.run_task("revers")
        self.run_task("revers")
        for columns, command, text in (
            (20, "uv-task result 1 --wait", "about 6 h left"), (20, "uv-task result 3 --wait", "2nd in the queue"),
            (20, "uv-task wait 2 3", "0 of 2 done"), (12, "uv-task wait 2 3", "0 of 2 done"), (9, "uv-task wait 2 3", "0 of 2"),
            (40, "uv-task result 1 --wait", "] about 6 h left"),
        ):
            with self.subTest(columns=columns, command=command):
                terminal = self.open_terminal(columns, 10, C=command)
                # What is typed must fit too.
                terminal.start("$C")
                line = self.one_row(terminal, text)
                self.assertLess(len(line), columns)
                terminal.press("C-c")
                terminal.wait_for(lambda: "done:130" in "".join(terminal.screen), "the prompt")
                terminal.close()

    def test_a_resize_redraws_at_once(self):
        terminal = self.open_terminal(C="uv-task result 1 --wait")
        self.run_task("too_long_echo")
        terminal.start("$C")
        self.assertRegex(self.one_row(terminal, "about 6 h left"), r"\Atask 1 \[-{20}\] about 6 h left\Z")
        for columns, pattern in (
            (20, r"about 6 h left"), (80, r"task 1 \[-{20}\] about 6 h left"), (32, r"task 1 \[-{6,}\] about 6 h left"),
            (12, r"about 6 h.*"), (100, r"task 1 \[-{20}\] about 6 h left"),
        ):
            terminal.resize(columns, 24)
            # Where tmux breaks a line into several it moves as many from the top of the screen into its history.
            terminal.wait_for(lambda: re.fullmatch(rf"(\$C\n)?{pattern}", "\n".join(terminal.screen)), f"one row at {columns}")
        self.daemon.ask("cancel", task_id=1)
        terminal.wait_for_text("done:1")
        said = "uv-task: task 1 ended in error: cancelled while it ran (cancelled)"
        self.assertEqual([line for line in terminal.screen if line != "$C"], [said, "done:1"])


class Interrupts(TerminalTest):
    def check_clean(self, terminal, said, code):
        """The line is gone, what is said stands at its place, and the prompt below it at the first column."""
        lines, exit_code = terminal.finish()
        # The terminal itself shows what was pressed; the shell ends the line of a program that a signal has ended.
        lines = [line.removeprefix("^C") for line in lines if line]
        self.assertRegex("\n".join(lines), rf"\A{said}\Z")
        self.assertEqual(exit_code, code)
        self.assertEqual(terminal.cursor[0], len(f"done:{code} "))
        self.assertEqual((terminal.value("cursor_flag"), terminal.value("alternate_on")), ("1", "0"))

    def test_while_run_waits(self):
        terminal = self.open_terminal(200)
        terminal.start("uv-task run too_long_echo x --wait")
        terminal.wait_for_text("about 6 h left")
        terminal.press("C-c")
        self.check_clean(terminal, (
            r"uv-task: interrupted; task 1 goes on\. To wait for it: uv-task result 1 --wait --instance [0-9a-f]{16}"), 130)
        self.assertEqual(self.daemon.state_of(1), "execute")

    def test_while_wait_waits(self):
        self.run_task("too_long_echo")
        self.run_task("revers")
        terminal = self.open_terminal()
        terminal.start("uv-task wait 1 2")
        terminal.wait_for_text("0 of 2 done; task 1 [")
        terminal.press("C-c")
        self.check_clean(
            terminal, r"uv-task: interrupted; 2 tasks go on\. To wait for them: uv-task wait 1 2", 130)

    def test_a_loop_ends_with_it(self):
        terminal = self.open_terminal(200)
        terminal.start("bash -c 'for i in 1 2 3; do uv-task run too_long_echo $i --wait; done'")
        terminal.wait_for_text("about 6 h left")
        terminal.press("C-c")
        self.check_clean(terminal, r"uv-task: interrupted; task 1 goes on\. .*", 130)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_a_killed_daemon(self):
        terminal = self.open_terminal(250)
        terminal.start("uv-task run too_long_echo x --wait")
        terminal.wait_for_text("about 6 h left")
        self.daemon.close()
        lines, code = terminal.finish()
        self.assertRegex("\n".join(lines), (
            rf"\Auv-task: the connection to 127\.0\.0\.1:{self.daemon.port} was lost while task 1 was waited for \(.*\)\. If "
            r"the daemon still runs: uv-task result 1 --wait --instance [0-9a-f]{16}\Z"))
        self.assertEqual((code, terminal.cursor[0]), (6, len("done:6 ")))

    def test_a_daemon_that_falls_silent(self):
        # The position that a terminal asks for has a deadline.
        terminal = self.open_terminal(250)
        terminal.start("uv-task run too_long_echo x --wait --connect-timeout 500ms")
        terminal.wait_for_text("about 6 h left")
        os.kill(self.daemon.pid, signal.SIGSTOP)
        try:
            lines, code = terminal.finish()
        finally:
            os.kill(self.daemon.pid, signal.SIGCONT)
        self.assertEqual((len(lines), code), (1, 6))
        self.assertIn("was lost while task 1 was waited for (no answer from 127.0.0.1", lines[0])


if __name__ == "__main__":
    unittest.main()
