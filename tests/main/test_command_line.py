"""What is said to a command line with a slip in it: test_command_line.py GUILDHALL"""
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-command-line-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_it(self, *words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    def refused(self, why, *words, status=1):
        done = self.run_it(*words)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(why, done.stderr)
        self.assertEqual(done.stdout, "")
        return done

    def test_no_such_command(self):
        for words, why in ((["sreve"], "sreve: no such command"),
                           (["seal", "rotat"], "seal rotat: no such command"),
                           (["--data", "x", "serve"], "a command comes first")):
            done = self.refused(why, *words, status=2)
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_a_value_that_is_none(self):
        for name, value, wanted in (("durability", "maybe", "power-loss|process-crash|none"),
                                    ("loops", "99", "a number from 0 to 64"),
                                    ("http", "8080", "an address and a port"),
                                    ("log-level", "loud", "debug, info, warn or error")):
            self.refused(f'{name}: "{value}" is not acceptable: wanted is', "serve",
                         f"--{name}", value)
            self.refused(wanted, "serve", f"--{name}", value)

    def test_a_password_is_told_only_of_one_who_was_added(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        add = ["user", "add", *settings, "--login", "office", "--role", "admin"]
        done = self.run_it(*add)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\Apassword: \S{16}\nuser 1 added\n\Z")
        self.refused("--login: somebody has this name already", *add)
        self.refused("--organisation: there is no factory of this short name", "user", "add",
                     *settings, "--login", "clerk", "--role", "factory", "--organisation", "none")

    def test_another_password_is_for_somebody_who_is_there(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        self.refused("--login: nobody has this name", "user", "password", *settings, "--login", "nobody")
        self.refused("--login: is needed", "user", "password", *settings)
        self.refused("--login: a value is needed", "user", "password", *settings, "--login")
        self.refused("--role: is no option of user password", "user", "password", *settings,
                     "--login", "nobody", "--role", "admin")

    def test_roles_are_given_and_taken(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        self.run_it("user", "add", *settings, "--login", "yuan", "--role", "buyer")
        change = ["user", "change", *settings, "--login", "yuan"]
        self.assertEqual(self.run_it(*change, "--give", "host", "--take", "buyer").returncode, 0)
        store = sqlite3.connect(self.folder / "guildhall.db")
        self.addCleanup(store.close)
        roles = lambda: store.execute("SELECT roles FROM users").fetchone()[0]
        self.assertEqual(roles(), 2)
        self.assertEqual(self.run_it(*change, "--give", "operator", "--give", "admin").returncode, 0)
        self.assertEqual(roles(), 2 + 8 + 16)
        self.refused("--login: nobody has this name", "user", "change", *settings, "--login", "nobody", "--take", "host")
        self.refused("--login: is needed", "user", "change", *settings, "--take", "host")
        self.refused("--login: what is to change?", *change)
        self.refused("--give: one of buyer", *change, "--give", "king")
        self.refused("--give: a factory's owner", *change, "--give", "factory")
        self.refused("exclude each other", *change, "--give", "host", "--take", "host")
        self.refused("exclude each other", *change, "--disable", "--enable")
        self.refused("--name: is no option of user change", *change, "--name", "Yuan")
        self.assertEqual(roles(), 2 + 8 + 16)

    def test_a_second_factor_is_lifted(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        self.run_it("user", "add", *settings, "--login", "chief", "--role", "buyer")
        change = ["user", "change", *settings, "--login", "chief", "--second-factor"]
        self.refused("--second-factor: there is none", *change, "off")
        self.refused("--second-factor: off is all", *change, "on")
        store = sqlite3.connect(self.folder / "guildhall.db")
        self.addCleanup(store.close)
        with store:
            store.execute("INSERT INTO second_factors (user_id, secret, began_at, proven_at, last_step, wrong,"
                          " wrong_since) VALUES (1, x'00', 1, 1, 1, 0, 0)")
        self.assertEqual(self.run_it(*change, "off").returncode, 0)
        self.assertEqual(store.execute("SELECT COUNT(*) FROM second_factors").fetchone()[0], 0)
        self.assertEqual(store.execute("SELECT event FROM second_factor_events").fetchall(), [("lifted",)])

    def test_the_towns_keys(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        first = self.run_it("signing-key", *settings)
        self.assertRegex(first.stdout, r"\Akey 1, since [0-9-]{10}: [0-9a-f]{64}, signs\n\Z")
        done = self.run_it("signing-key", "rotate", *settings)
        self.assertIn("signing-2.key signs from now on", done.stdout)
        both = self.run_it("signing-key", *settings).stdout.splitlines()
        self.assertEqual(both[0], first.stdout.strip().removesuffix(", signs"))
        self.assertRegex(both[1], r"\Akey 2, .*, signs\Z")
        kept = (self.folder / "signing.pub").read_text().split()
        self.assertEqual([kept[0], kept[2]], ["1", "2"])
        self.assertIn(kept[3], both[1])
        self.assertEqual((self.folder / "signing-2.key").stat().st_mode & 0o777, 0o600)
        self.refused("no such setting", "signing-key", "rotat", *settings)

    def test_a_disabled_account_has_no_use_for_a_password(self):
        settings = ["--data", str(self.folder), "--log-level", "warn"]
        self.run_it("user", "add", *settings, "--login", "office", "--role", "admin")
        again = ["user", "password", *settings, "--login", "office"]
        self.assertRegex(self.run_it(*again).stdout, r"\Apassword: \S{16}\n\Z")
        self.assertEqual(self.run_it("user", "change", *settings, "--login", "office", "--disable").returncode, 0)
        store = sqlite3.connect(self.folder / "guildhall.db")
        self.addCleanup(store.close)
        before = store.execute("SELECT password FROM users").fetchall()
        self.refused("--login: is disabled", *again)
        self.assertEqual(store.execute("SELECT password FROM users").fetchall(), before)

    def test_a_folder_that_cannot_be_used(self):
        plain = self.folder / "plain"
        plain.touch()
        self.refused(f"{plain} cannot be written: Not a directory", "serve", "--data", str(plain))
        absent = self.folder / "no" / "folder"
        self.refused(f"{absent} cannot be made: No such file or directory", "serve", "--data",
                     str(absent))
        self.refused(f"cannot be read or made in {absent}: No such file", "seal", "status",
                     "--data", str(absent))

    def test_a_certificate_that_is_none(self):
        settings = ["--data", str(self.folder), "--http", "127.0.0.1:0", "--rtmp", "127.0.0.1:0",
                    "--https", "127.0.0.1:0", "--log-level", "warn"]
        self.refused("https: needs --tls-cert and --tls-key", "serve", *settings)
        self.refused("tls-cert: /nowhere/chain.pem: No such file or directory", "serve", *settings,
                     "--tls-cert", "/nowhere/chain.pem", "--tls-key", "/nowhere/key.pem")


if __name__ == "__main__":
    unittest.main()
