"""A database that cannot be served: one line that says why, and an exit status: test_bad_store.py GUILDHALL"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import database  # noqa: E402
from town import free_port  # noqa: E402

PROGRAM = sys.argv.pop(1)
NEWER = "which this version does not know: it was written by a newer one"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-bad-store-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_on(self, store, command):
        return subprocess.run([PROGRAM, *command.split(), "--data", str(self.folder), "--http",
                               f"127.0.0.1:{free_port()}", "--rtmp", f"127.0.0.1:{free_port()}",
                               "--store", store], capture_output=True, text=True, timeout=60)

    def refused(self, store, why, commands=("serve", "check")):
        for command in commands:
            done = self.run_on(store, command)
            said = done.stderr + done.stdout
            self.assertEqual(done.returncode, 1, said)
            self.assertIn(why, said)
            self.assertEqual(len(done.stderr.splitlines()), 1 if done.stderr else 0, said)
            self.assertNotIn("s3cret", said)

    def town(self):
        """A database with a town's tables in it."""
        made = database.Database(self.folder)
        self.addCleanup(made.remove)
        store = (f"{database.SERVER} dbname={made.name}" if database.SERVER
                 else f"sqlite:{made.file}")
        done = subprocess.run([PROGRAM, "user", "add", "--data", str(self.folder), "--store", store,
                               "--login", "office", "--role", "operator", "--password-stdin"],
                              input="correct-horse\n", text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return made, store


class BadStore(Case):
    def test_a_newer_database(self):
        made, store = self.town()
        with made.connect() as db:
            db.run("INSERT INTO schema_migrations (number, name, checksum, applied_at)"
                   " VALUES (9999, 'of_tomorrow', 'x', 1)")
        self.refused(store, f"the database holds migration of_tomorrow, {NEWER}")

    def test_another_programs(self):
        made = database.Database(self.folder)
        self.addCleanup(made.remove)
        store = (f"{database.SERVER} dbname={made.name}" if database.SERVER
                 else f"sqlite:{made.file}")
        with made.connect() as db:
            db.run("CREATE TABLE of_another (a integer)")
        before = None if database.SERVER else made.file.read_bytes()
        copy = self.folder / "copy"
        self.refused(store, "the database holds tables of another program",
                     ["serve", "check", "migrate", "migrate --dry-run", "seal status",
                      f"backup {copy}"])
        self.assertFalse(copy.exists())
        if before is not None:
            self.assertEqual(made.file.read_bytes(), before)

    def test_not_an_address(self):
        self.refused("mysql://root:s3cret@localhost/town", "store: not a store's address")


@unittest.skipIf(database.SERVER, "of SQLite")
class BadFile(Case):
    def test_no_database(self):
        junk = self.folder / "junk.db"
        junk.write_bytes(os.urandom(10000))
        self.refused(f"sqlite:{junk}", "junk.db: file is not a database")
        self.refused(f"sqlite:{self.folder}", "Is a directory")
        self.refused("sqlite:/nowhere/town.db", "No such file or directory",
                     ["serve", "check", f"backup {self.folder}/copy"])

    def test_an_empty_one_has_nothing_to_check(self):
        (self.folder / "empty.db").touch()
        self.refused(f"sqlite:{self.folder}/empty.db", "the database is empty",
                     ["check", f"backup {self.folder}/copy"])


@unittest.skipUnless(database.SERVER, "of PostgreSQL")
class BadServer(Case):
    def sql(self, *statements, name="postgres"):
        raw = database.postgres(name)
        raw.autocommit = True
        for statement in statements:
            raw.cursor().execute(statement)
        raw.close()

    def test_another_encoding(self):
        name = f"latin_{os.getpid()}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1"
                 " LC_COLLATE 'C' LC_CTYPE 'C'")
        self.addCleanup(self.sql, f"DROP DATABASE {name}")
        self.refused(f"{database.SERVER} dbname={name}",
                     "guildhall: store: the database's encoding is not UTF8")

    def test_no_rights(self):
        made, store = self.town()
        poor = f"poor_{os.getpid()}"
        as_poor = store.replace("user=guildhall", f"user={poor}")
        self.sql(f"CREATE ROLE {poor} LOGIN")
        self.addCleanup(self.sql, f"DROP ROLE {poor}")
        self.addCleanup(self.sql, f"DROP OWNED BY {poor}", name=made.name)
        self.refused(as_poor, "this user may not make tables in the schema public", ["serve"])
        self.sql(f"GRANT CREATE ON SCHEMA public TO {poor}",
                 f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {poor}", name=made.name)
        self.refused(as_poor, "this user may not write the database's tables", ["serve"])
        self.assertEqual(self.run_on(as_poor, "check").stdout, "all is well\n")
        self.sql(f"REVOKE CONNECT ON DATABASE {made.name} FROM PUBLIC")
        self.refused(as_poor, f'permission denied for database "{made.name}"')

    def test_nobody_there(self):
        self.refused(f"postgres://someone:s3cret@127.0.0.1:{free_port()}/town", "Connection refused")
        self.refused(f"{database.SERVER} dbname=nowhere", 'database "nowhere" does not exist')
        self.refused("postgres:host=/nowhere password=s3cret", "No such file or directory")
        self.refused("postgres:hist=/nowhere password=s3cret", "not a PostgreSQL address")

    def test_an_empty_one_has_nothing_to_check(self):
        made = database.Database(self.folder)
        self.addCleanup(made.remove)
        self.refused(f"{database.SERVER} dbname={made.name}", "the database is empty", ["check"])


if __name__ == "__main__":
    unittest.main()
