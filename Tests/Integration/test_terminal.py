"""uv-task on a real terminal: the live line, watch, typed input, ^C."""

import os
import re
import signal

from terminal import TerminalTest


class Waits(TerminalTest):
    BAR = r"task 1 \[-{20}\] about 6 h left"

    def wait_for_screen(self, terminal, pattern):
        """Waits until the screen shows the command and lines that match."""
        terminal.wait_for(lambda: re.fullmatch(rf"(\$C|.*uv-task .*)\n{pattern}", "\n".join(terminal.screen)), pattern)

    def test_the_line_stays_below_the_output_and_leaves_nothing(self):
        for _ in range(3):
            self.run_task("too_long_echo")
        terminal = self.open_terminal()
        terminal.start("uv-task wait 3 1 2")
        self.wait_for_screen(terminal, r"0 of 3 done; task 1 \[-+\] about 6 h left")
        self.daemon.ask("cancel", task_id=1)
        self.wait_for_screen(terminal, r"1 error\n1 of 3 done; task 2 \[-+\] about 6 h left")
        self.daemon.ask("cancel", task_id=3)
        self.wait_for_screen(terminal, r"1 error\n3 error\n2 of 3 done; task 2 \[-+\] about 6 h left")
        self.daemon.ask("cancel", task_id=2)
        self.assertEqual(terminal.finish(), (["1 error", "3 error", "2 error"], 1))

    def test_a_resize_redraws_the_line_in_one_row(self):
        self.run_task("too_long_echo")
        terminal = self.open_terminal(C="uv-task result 1 --wait")
        terminal.start("$C")
        for columns, pattern in (
            (80, self.BAR), (20, r"about 6 h left"), (32, r"task 1 \[-{6,}\] about 6 h left"), (12, r"about 6 h.*"),
            (100, self.BAR),
        ):
            terminal.resize(columns, 24)
            # If tmux breaks a line into several, it moves as many from the top of the screen into its history.
            terminal.wait_for(
                lambda: re.fullmatch(rf"(\$C\n)?{pattern}", "\n".join(terminal.screen)), f"one row at {columns}")
        terminal.press("C-c")
        terminal.wait_for_text("done:130")

    def test_control_c_also_ends_the_loop_around_it(self):
        terminal = self.open_terminal(200)
        terminal.start("bash -c 'for i in 1 2 3; do uv-task run too_long_echo $i --wait; done'")
        terminal.wait_for_text("about 6 h left")
        terminal.press("C-c")
        lines, code = terminal.finish()
        # The terminal shows ^C. The shell ends the line of a program that a signal has ended.
        lines = [line.removeprefix("^C") for line in lines if line]
        self.assertRegex("\n".join(lines), (
            r"\Auv-task: interrupted; task 1 goes on\. To wait for it: uv-task result 1 --wait --instance [0-9a-f]{16}\Z"))
        self.assertEqual(
            (code, terminal.value("cursor_x"), terminal.value("cursor_flag")), (130, str(len("done:130 ")), "1"))
        self.assertEqual((self.daemon.state_of(1), self.daemon.ask("stats")["submitted"]), ("execute", 1))


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
        self.check_modes(terminal, is_watching=True)
        return terminal

    def check_modes(self, terminal, is_watching):
        modes = [terminal.value(name) for name in ("alternate_on", "cursor_flag", "wrap_flag")]
        self.assertEqual(modes, ["1", "0", "0"] if is_watching else ["0", "1", "1"])

    def check_restored(self, terminal, code):
        terminal.wait_for_text(f"done:{code}")
        self.assertEqual(terminal.screen[:2], ["echo earlier", "earlier"])
        self.check_modes(terminal, is_watching=False)

    def test_it_shows_and_updates_and_leaves(self):
        terminal = self.watch()
        screen = terminal.screen
        self.assertRegex(
            screen[0], rf"\A127\.0\.0\.1:{self.daemon.port}  up .*  1 waiting, 1 running, 0 done  1 connection\Z")
        self.assertEqual([line.split()[:3] for line in screen[1:]], [
            ["ID", "STATUS", "TYPE"], ["1", "execute", "too_long_echo"], ["2", "waiting", "revers"], ["^C", "leaves"]])
        self.assertIn("\x1b[1m\x1b[33mexecute\x1b[0m", terminal.colored_screen[2])
        self.run_task("revers")
        terminal.wait_for_text("3  waiting  revers")
        self.daemon.ask("cancel", task_id=1)
        terminal.wait_for_text("1 waiting, 1 running, 1 done")
        terminal.press("C-c")
        self.check_restored(terminal, 0)

    def test_a_resize_fills_the_screen_anew(self):
        terminal = self.watch(columns=100, rows=24)
        self.call("run revers --each-line", data=b"x\n" * 20)
        for columns, rows, lines in (40, 8, 8), (120, 30, 25), (20, 3, 2), (10, 1, 1), (100, 24, 24):
            terminal.resize(columns, rows)

            def is_drawn():
                screen = terminal.screen
                fits = screen[0].startswith("127.0.0.1") and all(len(line) <= columns for line in screen)
                return fits and len(screen) == lines and (lines == 1 or screen[-1] == "^C leaves")

            terminal.wait_for(is_drawn, f"{columns} columns, {rows} rows")

    def test_a_signal_restores_the_screen(self):
        for number, code in (signal.SIGTERM, 143), (signal.SIGHUP, 129):
            file = f"{self.daemon.port_file}.{code}"
            terminal = self.watch("sh -c 'echo $$ >$PID; exec uv-task watch'", PID=file)
            with open(file, encoding="utf-8") as pid:
                os.kill(int(pid.read()), number)
            self.check_restored(terminal, code)


class Streams(TerminalTest):
    def test_data_that_is_typed(self):
        terminal = self.open_terminal()
        terminal.start("uv-task run echo --wait")
        terminal.wait_for_text("uv-task: reading the data up to ^D")
        terminal.type("two words")
        terminal.press("C-d")
        # The second is the result.
        self.assertEqual(terminal.finish(), (["uv-task: reading the data up to ^D", "two words", "two words"], 0))

    def test_control_c_while_data_is_typed_submits_nothing(self):
        for command in "uv-task run echo --wait", "uv-task run echo --each-line --wait":
            terminal = self.open_terminal()
            terminal.start(command)
            terminal.wait_for_text("up to ^D")
            terminal.press("C-c")
            self.assertEqual(terminal.finish()[1], 130)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_results_are_escaped_and_lists_are_colored(self):
        self.finished("echo", "\x1b[31mred\x1b[0m")
        terminal = self.open_terminal()
        self.assertEqual(terminal.run("uv-task result 1"), ([r"\u{1B}[31mred\u{1B}[0m"], 0))
        self.assertEqual(terminal.run("uv-task list")[1], 0)
        self.assertIn("\x1b[32msuccess\x1b[", "".join(terminal.colored_screen))
        # Through a pipe, the bytes are unchanged, and the terminal obeys them.
        terminal.run("uv-task result 1 | cat; echo")
        self.assertIn("\x1b[31mred", "".join(terminal.colored_screen))
