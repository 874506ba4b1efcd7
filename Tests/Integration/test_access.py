"""Which users may use a daemon, over TCP on loopback and over its unix socket. More is in AccessControlTests."""

import os
import subprocess
import unittest

from access import AS_NOBODY, FULL, NOBODY, FolderTest, SocketDaemon, as_root, has_user_namespaces, strangers
from harness import CLIENT_PROGRAM, DAEMON_PROGRAM, PATIENCE, Daemon, client


@as_root
class OtherUsers(FolderTest):
    def test_none_is_served_over_loopback_if_commands_run(self):
        connections = 10_000 if FULL else 250
        with Daemon("--tasks", self.types) as daemon:
            self.assertIn(f"listening on 127.0.0.1:{daemon.port} (user 0 only)\n", daemon.log)
            self.assertEqual(strangers(daemon.port, connections), {"not_allowed": connections})
            stats = daemon.ask("stats")
            self.assertEqual((stats["submitted"], stats["accepted"]), (0, 1))
            self.assertEqual(stats["refused"]["not_allowed"], connections)
            daemon.wait_for_log("× not_allowed")

    def daemon_of(self, user, *command):
        options = "--host", "127.0.0.1", "--port", "0", "--tasks", self.types
        return SocketDaemon(
            self.folder_of(user) / "socket", *options, tcp=True, command=command, program=self.copy(DAEMON_PROGRAM),
            **{**AS_NOBODY, "user": user, "group": user})

    def test_root_is_no_exception(self):
        """Programs forward whole networks to loopback as root."""
        with self.daemon_of(NOBODY) as daemon:
            self.assertEqual(strangers(daemon.port, 5, user=0), {"not_allowed": 5})
            self.assertEqual(strangers(daemon.port, 5), {"served": 5})
            self.assertEqual(strangers(daemon.path, 5, user=0), {"served": 5})

    @unittest.skipUnless(has_user_namespaces(), "this system gives users no user namespaces")
    def test_a_user_whom_the_namespace_does_not_know_is_nobody(self):
        """The system reports all of them with the number that the daemon has here."""
        with self.daemon_of(1234, "unshare", "--user", f"--map-user={NOBODY}") as daemon:
            self.assertEqual(strangers(daemon.port, 5, user=2000), {"not_allowed": 5})
            self.assertEqual(strangers(daemon.path, 5, user=1234), {"served": 5})

    def test_the_legacy_client_of_another_user_prints_what_it_always_did(self):
        arguments = ["--action", "run", "--task_name", "revers", "--data", "пример", "--waiting_for_data", "true"]
        with Daemon() as daemon:
            ran = subprocess.run(
                [self.copy(CLIENT_PROGRAM), *arguments, "--host", "127.0.0.1", "--port", str(daemon.port)],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False, **AS_NOBODY)
            self.assertEqual(
                (ran.stdout.decode(), ran.stderr.decode(), ran.returncode), client(daemon, *arguments))


@as_root
class SocketModes(FolderTest):
    """The mode of the socket decides who may connect; who can is served, whatever --tcp-users says."""

    def test_by_default_only_the_own_user_may_connect(self):
        with SocketDaemon(self.path, "--tasks", self.types) as daemon:
            self.assertEqual(strangers(self.path, 5), {"no way in": 5})
            self.assertIn(f"listening on {self.path} (mode 0600)\n", daemon.log)
            with daemon.connect() as own:
                self.assertEqual(own.ask("stats")["accepted"], 1)

    def test_a_group_or_everyone_may_be_allowed_to_connect(self):
        with SocketDaemon(self.path, "--tasks", self.types, "--socket-group", NOBODY) as daemon:
            self.assertIn(f"listening on {self.path} (mode 0660 and group {NOBODY})\n", daemon.log)
            self.assertEqual(strangers(self.path, 5), {"served": 5})
            self.assertEqual(strangers(self.path, 5, user=NOBODY - 1), {"no way in": 5})
        with SocketDaemon(self.path, "--tasks", self.types, "--socket-mode", "666"):
            self.assertEqual(strangers(self.path, 5), {"served": 5})

    def test_a_group_that_the_system_does_not_let_the_daemon_give_is_an_error(self):
        folder = self.folder_of(NOBODY)
        ran = subprocess.run(
            [self.copy(DAEMON_PROGRAM), "--no-tcp", "--socket", folder / "socket", "--socket-group", "0"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False, **AS_NOBODY)
        self.assertEqual((ran.stdout, ran.returncode), (b"", 1))
        self.assertRegex(
            ran.stderr.decode(),
            r"\Auv-taskd: cannot give the socket \S+ mode 0660 and group 0: [^\n]*--socket-group that you are a member of.*\n\Z")
        self.assertEqual(os.listdir(folder), ["socket.lock"])
