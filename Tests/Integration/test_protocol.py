"""The three classic requests, on the wire."""

import unittest

from fake_server import reset_at_close
from harness import Daemon, get_result, in_parallel, result, run, state, status, submitted


class Replies(unittest.TestCase):
    """As the specification of the protocol prints them, byte for byte."""

    def test_run_status_and_result(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send('{"type":"run","task_name":"revers","data":"hello"}')
            connection.expect('{"task_id":1}')
            connection.send('{"type":"status","task_id":1}')
            connection.expect('{"status":"success"}')
            connection.send('{"type":"get_result","task_id":1}')
            connection.expect('{"status":"success","data":"olleh"}')

    def test_ids_begin_at_one_and_grow_by_one(self):
        with Daemon() as daemon, daemon.connect() as one, daemon.connect() as other:
            for task_id in range(1, 11, 2):
                one.send(run("echo"))
                one.expect(submitted(task_id))
                other.send(run("no such task"))
                other.expect(submitted(task_id + 1))

    def test_an_unfinished_task_has_no_data(self):
        with Daemon(time_scale=1) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo", "a"), run("echo", "b"))
            connection.expect(submitted(1), submitted(2))
            connection.send(get_result(1), get_result(2))
            connection.expect('{"status":"execute","data":null}', '{"status":"waiting","data":null}')

    def test_an_unknown_task_name_gets_an_id_and_ends_in_error(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(run("no such task", "x"), status(1), get_result(1))
            connection.expect('{"task_id":1}', '{"status":"error"}', '{"status":"error","data":null}')

    def test_results_keep_every_character(self):
        text = 'кавычки " и \\ \b\f\n\r\t\x00\x1f\x7f é 👩‍👩‍👧 🇺🇦 \u2028'
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(run("echo", text), status(1), get_result(1))
            connection.expect(submitted(1), state("success"))
            self.assertEqual(connection.receive(), {"status": "success", "data": text})

    def test_characters_are_those_that_a_reader_sees(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(run("revers", "e\u0301👩‍👩‍👧🇺🇦"), status(1), get_result(1))
            connection.expect(submitted(1), state("success"), result("success", "🇺🇦👩‍👩‍👧e\u0301"))


class HeldStatus(unittest.TestCase):
    def test_on_the_submitting_connection_it_is_answered_at_the_end_and_the_rest_behind_it(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("permutation", "кот"))
            connection.expect(submitted(1))
            connection.send(status(1), get_result(1), run("echo", "next"))
            self.assertEqual(daemon.state_of(1), "execute")
            connection.expect(state("success"), result("success", "окт"), submitted(2))

    def test_on_another_connection_it_is_answered_at_once(self):
        with Daemon(time_scale=1) as daemon, daemon.connect() as submitter, daemon.connect() as other:
            submitter.send(run("too_long_echo"), run("echo"))
            submitter.expect(submitted(1), submitted(2))
            submitter.send(status(1))
            other.send(status(1), status(2))
            other.expect(state("execute"), state("waiting"))

    def test_a_result_is_never_held(self):
        with Daemon(time_scale=1) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo"), get_result(1))
            connection.expect(submitted(1), '{"status":"execute","data":null}')

    def test_each_submitter_waits_for_its_own_task(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as first, daemon.connect() as second:
            first.send(run("permutation", "ab"))
            first.expect(submitted(1))
            second.send(run("permutation", "cd"))
            second.expect(submitted(2))
            second.send(status(2), get_result(2))
            first.send(status(1))
            first.expect(state("success"))
            self.assertEqual(daemon.state_of(2), "execute")
            second.expect(state("success"), result("success", "dc"))

    def test_a_client_that_vanishes_while_it_waits_disturbs_nobody(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as other:
            with daemon.connect() as vanishing:
                vanishing.send(run("permutation", "кот"), status(1))
                vanishing.expect(submitted(1))
            other.send(run("revers", "hello"))
            other.expect(submitted(2))
            other.send(status(2), get_result(2), get_result(1))
            other.expect(state("success"), result("success", "olleh"), result("success", "окт"))

    def test_a_client_that_vanishes_while_it_waits_is_noticed(self):
        with Daemon("--log-level", "debug", time_scale=1) as daemon:
            with daemon.connect() as vanishing:
                vanishing.send(run("too_long_echo"), status(1), get_result(1))
                vanishing.expect(submitted(1))
                self.assertEqual(daemon.state_of(1), "execute")
                reset_at_close(vanishing.socket)
            daemon.wait_for_log("connection 1 closed: failed")
            self.assertEqual(daemon.state_of(1), "execute")

    def test_more_than_its_buffer_holds_may_wait_behind_it(self):
        count = 20_000
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("permutation", "кот"), status(1))
            connection.expect(submitted(1))

            def send():
                connection.send(*[get_result(1)] * count)
                connection.end_input()

            def receive():
                connection.expect(state("success"), *[result("success", "окт")] * count)
                connection.expect_end()

            in_parallel(send, receive)

    def test_half_a_close_is_answered_first(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "hello"), status(1), get_result(1))
            connection.end_input()
            connection.expect(submitted(1), state("success"), result("success", "olleh"))
            connection.expect_end()

    def test_half_a_close_before_large_results_were_read(self):
        text = "x" * 1_000_000
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(run("echo", text), status(1))
            connection.expect(submitted(1), state("success"))
            connection.send(*[get_result(1)] * 20)
            connection.end_input()
            # Answered only if the daemon is not stuck in writing.
            self.assertEqual(daemon.state_of(1), "success")
            connection.expect(*[result("success", text)] * 20)
            connection.expect_end()

    def test_half_a_close_with_nothing_asked_is_closed(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.end_input()
            connection.expect_end()


class UnknownTasks(unittest.TestCase):
    def test_an_unknown_id_closes_the_connection_without_an_answer(self):
        with Daemon() as daemon:
            for request in status(1), get_result(1), status(99), get_result((1 << 53) - 1):
                with self.subTest(request), daemon.connect() as connection:
                    connection.send(request)
                    connection.expect_end()

    def test_what_was_asked_before_it_is_answered(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(run("echo", "a"), run("echo", "b"), status(3), run("echo", "c"))
            connection.expect(submitted(1), submitted(2))
            connection.expect_end()
            # The fourth request was never looked at.
            with daemon.connect() as other:
                other.send(run("echo"))
                other.expect(submitted(3))


if __name__ == "__main__":
    unittest.main()
