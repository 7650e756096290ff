"""The store of a test, SQLite or PostgreSQL, for what a test sets up and looks at behind the program.

GUILDHALL_TEST_STORE unset: guildhall.db in the town's folder. Else it names a server, as
"postgres:host=... user=..." (script/test starts one); each Database makes a database on it. A test
with a server of its own says so in SERVER, before it makes a town.

    with store.connect() as db:
        for (id,) in db.all("SELECT id FROM orders WHERE buyer_id = ?", 7): ...

Statements are written with ? and run on both. A connection is one transaction: committed at the end
of the block, given up when an exception leaves it; what it reads is of one moment.
"""
import contextlib
import itertools
import os
import pathlib
import sqlite3

SERVER = os.environ.get("GUILDHALL_TEST_STORE") or None
numbers = itertools.count(1)


class Connection:
    def __init__(self, raw, mark):
        self.raw, self.mark = raw, mark

    def run(self, sql, *values):
        cursor = self.raw.cursor()
        cursor.execute(sql.replace("?", self.mark), values)
        return cursor

    def all(self, sql, *values):
        return self.run(sql, *values).fetchall()

    def one(self, sql, *values):
        """The first column of the first row."""
        return self.all(sql, *values)[0][0]

    def count_on(self, *tables):
        """After rows with numbers of the test's own: PostgreSQL counts on from its sequence."""
        for table in tables if self.mark != "?" else ():
            self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}")


def postgres(name):
    import psycopg2
    return psycopg2.connect(SERVER.removeprefix("postgres:") + f" dbname={name}")


class Database:
    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "guildhall.db"
        self.name = f"town_{os.getpid()}_{next(numbers)}" if SERVER else None
        if SERVER:
            self._on_server(f"CREATE DATABASE {self.name} TEMPLATE template0 ENCODING UTF8")

    def settings(self):
        return ["--store", f"{SERVER} dbname={self.name}"] if SERVER else []

    @contextlib.contextmanager
    def connect(self):
        if SERVER:
            raw = postgres(self.name)
            raw.set_session(isolation_level="REPEATABLE READ")
        else:
            raw = sqlite3.connect(self.file, timeout=10)
        try:
            with raw:
                yield Connection(raw, "%s" if SERVER else "?")
        finally:
            raw.close()

    def remove(self):
        if SERVER:
            self._on_server(f"DROP DATABASE {self.name} WITH (FORCE)")

    @staticmethod
    def _on_server(sql):
        raw = postgres("postgres")
        raw.autocommit = True
        raw.cursor().execute(sql)
        raw.close()
