"""What uv-task prints differently on a terminal: results, colours, hints."""

import os
import re
import tempfile
import unittest

from terminal import TerminalTest

ESCAPES = "\x1b[31mred\x1b[0m\x07 \x9b2J и"


class Results(TerminalTest):
    time_scale = 0

    def test_escape_sequences_are_shown(self):
        self.finished("echo", ESCAPES)
        terminal = self.open_terminal()
        shown = r"\u{1B}[31mred\u{1B}[0m\u{7} \u{9B}2J и"
        for command in "uv-task result 1", "uv-task result --wait 1", "uv-task result 1 2>&-":
            self.assertEqual(terminal.run(command), ([shown], 0))
        self.assertFalse(re.search("\x1b", "".join(terminal.colored_screen)))
        # As they are through a pipe, without a newline; the terminal does what they say, and cat writes to it.
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "bytes")
            terminal = self.open_terminal(OUT=file)
            self.assertEqual(terminal.run("uv-task result 1 | cat > $OUT"), ([], 0))
            with open(file, encoding="utf-8") as result:
                self.assertEqual(result.read(), ESCAPES)

    def test_a_newline_is_added(self):
        terminal = self.open_terminal()
        for data, lines in ("one", ["one"]), ("", [""]), ("one\ntwo", ["one", "two"]), ("one\n", ["one", ""]):
            terminal.start(f"uv-task run echo --wait -- \"$(printf '{data}_')\"".replace("\n", "\\n"))
            shown, code = terminal.finish()
            self.assertEqual((shown, code), ([*lines[:-1], lines[-1] + "_"], 0))
        self.finished("echo", "last")
        self.assertEqual(terminal.run("uv-task result 5"), (["last"], 0))

    def test_replies_are_the_same(self):
        self.finished("echo", "\x1b[31m")
        terminal = self.open_terminal()
        self.assertEqual(
            terminal.run("uv-task result 1 --json"), (['{"task_id":1,"status":"success","data":"\\u001b[31m"}'], 0))


class Input(TerminalTest):
    time_scale = 0

    def test_data_that_is_typed(self):
        terminal = self.open_terminal()
        for command in "uv-task run echo --wait", "uv-task run echo - --wait", "uv-task run echo --wait --exact":
            terminal.start(command)
            terminal.wait_for_text("uv-task: reading the data up to ^D")
            terminal.type("two words")
            terminal.press("C-d")
            lines, code = terminal.finish()
            self.assertEqual(lines[:3], ["uv-task: reading the data up to ^D", "two words", "two words"])
            # Where the result ends with a newline none is added.
            self.assertEqual((lines[3:], code), ([], 0))

    def test_lines_that_are_typed(self):
        terminal = self.open_terminal()
        terminal.start("uv-task run echo --each-line")
        terminal.wait_for_text("uv-task: reading one task a line up to ^D")
        for number in 1, 2:
            terminal.type(f"line {number}")
            # The id comes while the next line is waited for.
            terminal.wait_for(lambda: terminal.screen[-1] == str(number), "the id")
        terminal.press("C-d")
        self.assertEqual(terminal.finish(), (
            ["uv-task: reading one task a line up to ^D", "line 1", "1", "line 2", "2"], 0))

    def test_an_interrupt_while_data_is_typed(self):
        for command in "uv-task run echo", "uv-task run echo --wait", "uv-task run echo --each-line", \
                "uv-task run echo --each-line --wait":
            with self.subTest(command):
                terminal = self.open_terminal()
                terminal.start(command)
                terminal.wait_for_text("up to ^D")
                terminal.press("C-c")
                lines, code = terminal.finish()
                said = [line.removeprefix("^C") for line in lines if line.removeprefix("^C")]
                # Before there is a task to wait for, the signal itself ends it, without a word.
                self.assertLessEqual(said[1:], ["uv-task: interrupted"])
                self.assertEqual(code, 130)
                terminal.close()
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_nothing_is_said_where_stdin_is_none(self):
        terminal = self.open_terminal()
        self.assertEqual(terminal.run("echo x | uv-task run echo --wait"), (["x"], 0))
        self.assertEqual(terminal.run("uv-task run echo --wait < /dev/null"), ([""], 0))


class Hints(TerminalTest):
    def test_where_a_task_stands(self):
        terminal = self.open_terminal(120)
        self.assertEqual(terminal.run("uv-task run too_long_echo x"), (["1", "running, done in about 6 h"], 0))
        self.assertEqual(terminal.run("uv-task run revers x"), (["2", "next in the queue, done in about 6 h"], 0))
        self.assertEqual(terminal.run("uv-task run revers x"), (["3", "2nd in the queue, done in about 7 h"], 0))
        self.assertEqual(terminal.run("id=$(uv-task run revers x); echo $id"), (
            ["3rd in the queue, done in about 7 h", "4"], 0))
        self.assertEqual(terminal.run("uv-task status 2"), (["waiting", "next in the queue, done in about 6 h"], 0))
        self.assertEqual(terminal.run("uv-task status 1 3"), (
            ["execute", "task 1: running, done in about 6 h", "waiting", "task 3: 2nd in the queue, done in about 7 h"], 0))
        self.assertEqual(terminal.run("uv-task status 2 2>&1 | cat"), (["waiting"], 0))
        # The reply tells it all.
        lines, code = terminal.run("uv-task run revers x --json")
        self.assertEqual((len(lines), lines[0][:13], code), (1, '{"task_id":5,', 0))

    def test_colors_of_a_list(self):
        self.finished("echo")
        for _ in range(3):
            self.run_task("too_long_echo")
        self.expect("cancel 4", "4 error\n")
        terminal = self.open_terminal(120)
        self.assertEqual(terminal.run("uv-task list")[1], 0)
        colored = terminal.colored_screen
        for line, text in (
            (2, "\x1b[31merror\x1b["), (3, " 3  waiting  "), (4, "\x1b[1m\x1b[33mexecute\x1b["), (5, "\x1b[32msuccess\x1b["),
        ):
            self.assertIn(text, colored[line])
        for command in (
            "NO_COLOR=1 uv-task list", "TERM=dumb uv-task list", "uv-task list | cat", "uv-task stats", "uv-task info",
        ):
            self.assertEqual(terminal.run(command)[1], 0)
            self.assertNotIn("\x1b", "".join(terminal.colored_screen), command)
        # Nothing is set where the variable is empty.
        terminal.run("NO_COLOR= uv-task list")
        self.assertIn("\x1b[31merror", "".join(terminal.colored_screen))

    def test_a_list_in_a_narrow_terminal(self):
        self.run_task("too_long_echo")
        terminal = self.open_terminal(20, C="uv-task list")
        terminal.start("$C")
        lines, code = terminal.finish()
        self.assertEqual((lines, code), (["ID  STATUS   TYPE  …", " 1  execute  too_lo…"], 0))

    def test_an_empty_list(self):
        terminal = self.open_terminal()
        self.assertEqual(terminal.run("uv-task list"), (["no tasks"], 0))
        self.assertEqual(terminal.run("uv-task list 2>&1 | cat"), ([], 0))


class HelpOnATerminal(TerminalTest):
    def test_it_is_as_wide_as_the_terminal(self):
        for columns in 60, 100:
            terminal = self.open_terminal(columns, 100)
            self.assertEqual(terminal.run("uv-task run --help | cat")[1], 0)
            lines, code = terminal.run("uv-task stats --help")
            self.assertEqual((lines[0], code), ("OVERVIEW: Print the server's counters.", 0))
            self.assertLessEqual(max(map(len, lines)), columns)


if __name__ == "__main__":
    unittest.main()
