"""script/gen-queries: what it makes of good files, and where it stops the build."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv.pop(1)).resolve()


class GenQueries(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_on(self, files):
        paths = []
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        out = [self.root / n for n in ("queries.h", "queries.c", "migrations.c")]
        done = subprocess.run([sys.executable, SCRIPT, "--header", out[0], "--source", out[1],
                               "--migrations", out[2], *paths], capture_output=True, text=True)
        return done, [p.read_text() if p.exists() else "" for p in out]

    def made(self, sql, name="d.q"):
        done, (_, source, _) = self.run_on({"d/d.sql": f"-- name: {name}\n{sql}\n"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return source

    def refused(self, files, why):
        done, _ = self.run_on(files)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(why, done.stderr)

    def test_parameters_are_numbered_by_first_appearance(self):
        source = self.made("SELECT :b, :a, :b WHERE x=:a")
        self.assertIn('.sql = "SELECT ?1, ?2, ?1 WHERE x=?2"', source)
        self.assertIn('.sql_pg = "SELECT $1, $2, $1 WHERE x=$2"', source)
        self.assertIn(".params = 2", source)

    def test_strings_comments_and_casts_are_left_alone(self):
        source = self.made("SELECT ':no''t :me', \":nor\", x::text, 12 -- :hidden\n"
                           "/* :hidden ; */ FROM t WHERE y = :yes;")
        self.assertIn("':no''t :me', \\\":nor\\\", x::text, 12 FROM t WHERE y = ?1", source)
        self.assertIn(".params = 1", source)

    def test_text_beyond_ascii_survives(self):
        self.assertIn("\\345\\260\\217", self.made("SELECT '小'"))

    def test_postgres_form_keeps_the_general_order(self):
        _, (_, source, _) = self.run_on({"d/d.sql": "-- name: d.q\nSELECT :a, :b\n"
                                                    "-- name: d.q @postgres\nSELECT :b::int, :a\n"})
        self.assertIn('.sql = "SELECT ?1, ?2"', source)
        self.assertIn('.sql_pg = "SELECT $2::int, $1"', source)
        self.assertEqual(source.count("const struct query q_d_q ="), 1)

    def test_many_rows_become_arrays_for_postgres(self):
        source = self.made("-- many: bigint, text, bytea\nINSERT INTO t (a, b, c, d)\n"
                           "VALUES (:a, COALESCE(:b, ''), 7, :c) RETURNING a")
        self.assertIn("VALUES (?1, COALESCE(?2, ''), 7, ?3) RETURNING a", source)
        self.assertIn("INSERT INTO t (a, b, c, d) SELECT many.a, COALESCE(many.b, ''), 7, many.c FROM"
                      " unnest($1::bigint[], $2::text[], $3::bytea[]) AS many (a, b, c)"
                      " RETURNING a", source)
        self.assertIn('.many = "itb"', source)
        self.assertIn(".many = NULL", self.made("SELECT 1"))

    def test_many_rows_of_anything_else_need_a_form_of_their_own(self):
        select = "-- name: d.q\n-- many: bigint\nSELECT a FROM t WHERE a = :a\n"
        own = "-- name: d.q @postgres\nSELECT a FROM t WHERE a = ANY (:a::bigint[])\n"
        done, (_, source, _) = self.run_on({"d/d.sql": select + own})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a = ANY ($1::bigint[])", source)
        self.refused({"d/d.sql": select}, "needs a form @postgres")
        self.refused({"d/d.sql": select.replace("bigint", "integer") + own}, "d.sql:2:")
        self.refused({"d/d.sql": select.replace("bigint", "bigint, text") + own}, "2 types")
        self.refused({"d/d.sql": select + own.replace("\n", "\n-- many: bigint\n", 1)},
                     "the general form")

    def test_what_statements_have_in_common_is_a_part(self):
        source = self.made("SELECT :b, {cols} {rows}\n"
                           "-- part: cols\n-- said once\nt.x,\n    :a AS y\n"
                           "-- part: rows\nFROM t WHERE {of} AND z = '{1,2}'\n-- part: of\nt.w = :b")
        self.assertIn('.sql = "SELECT ?1, t.x, ?2 AS y FROM t WHERE t.w = ?1 AND z = \'{1,2}\'"', source)

    def test_a_part_of_two_forms_makes_two_forms(self):
        source = self.made("-- many: bigint\nSELECT {x} WHERE a {is}\n-- part: x\n1\n"
                           "-- part: is\n= :a\n-- part: is @postgres\n= ANY (:a)")
        self.assertIn('.sql = "SELECT 1 WHERE a = ?1"', source)
        self.assertIn('.sql_pg = "SELECT 1 WHERE a = ANY ($1)"', source)

    def test_parts_that_are_wrong_stop_the_build(self):
        one = "-- name: d.q\nSELECT {x}\n"
        for text, why in ((one, "there is no part x"), (one + "-- part: x\n{x}\n", "holds itself"),
                          (one + "-- part: x\n1\n-- part: x\n2\n", "there twice"),
                          (one + "-- part: x\n1\n-- part: y\n2\n", "nothing uses part y"),
                          (one + "-- part: x @postgres\n1\n", "but no general one"),
                          (one + "-- part: X\n1\n", "malformed name of a part"),
                          (one + "-- name: d.q @postgres\nSELECT 1\n-- part: x\n1\n-- part: x @postgres\n2\n",
                           "there twice")):
            self.refused({"d/d.sql": text}, why)

    def test_malformed_files_stop_the_build(self):
        for name in ("q", "D.q", "d.Q", "d.q @oracle", "d.", "other.q"):
            self.refused({"d/d.sql": f"-- name: {name}\nSELECT 1\n"}, "d.sql:1:")
        self.refused({"d/d.sql": "-- name: d.q\n-- nothing\n"}, "without a statement")
        self.refused({"d/d.sql": "SELECT 1\n"}, "before the first")
        self.refused({"d/d.sql": "-- only a comment\n"}, "no '-- name:'")
        self.refused({"d/d.sql": "-- name: d.q\nSELECT 1;\nSELECT 2\n"}, "d.sql:3:")
        self.refused({"d/d.sql": "-- name: d.q\nSELECT 'open\n"}, "never closed")
        for sql in ("SELECT ?1", "SELECT $1", "SELECT x = ?", "SELECT @a"):
            self.refused({"d/d.sql": f"-- name: d.q\n{sql}\n"}, "parameters are written :name")

    def test_names_are_unique(self):
        twice = "-- name: d.q\nSELECT 1\n"
        self.refused({"d/d.sql": twice + twice}, "there twice")
        self.refused({"d/d.sql": "-- name: d.q @postgres\nSELECT 1\n"}, "no general one")
        self.refused({"d/d.sql": "-- name: d.q\nSELECT :a\n-- name: d.q @postgres\nSELECT :b\n"},
                     "the same parameters")

    def test_migrations_are_ordered_and_unique(self):
        query = {"d/d.sql": "-- name: d.q\nSELECT 1\n"}
        _, (_, _, source) = self.run_on({**query, "d/migrations/0012_b.sql": "CREATE TABLE b(x);\n",
                                         "e/migrations/0003_a.sql": "CREATE TABLE a(x);\n"})
        self.assertLess(source.index('{3, "0003_a"'), source.index('{12, "0012_b"'))
        self.refused({**query, "d/migrations/0003_c.sql": "SELECT 1", "e/migrations/0003_a.sql": "x"},
                     "0003 is there twice")
        self.refused({**query, "d/migrations/3_a.sql": "SELECT 1"}, "NNNN_what.sql")
        self.refused({**query, "d/migrations/0004_a.sql": " \n"}, "empty")

    def test_a_statement_has_a_limit_of_parameters(self):
        self.made("SELECT " + ", ".join(f":p{i}" for i in range(64)))
        many = "SELECT " + ", ".join(f":p{i}" for i in range(65))
        self.refused({"d/d.sql": f"-- name: d.q\n{many}\n"}, "more than 64 parameters")

    def migration(self, sql, **other):
        files = {"d/d.sql": "-- name: d.q\nSELECT 1\n", "d/migrations/0001_a.sql": sql,
                 **{f"d/migrations/{name}": text for name, text in other.items()}}
        done, (_, _, source) = self.run_on(files)
        self.assertEqual(done.returncode, 0, done.stderr)
        return source

    def test_migrations_are_translated_for_postgres(self):
        source = self.migration(
            "-- an INTEGER here stays\n"
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER, c BLOB, d TEXT) STRICT;\n"
            "CREATE TABLE e (a INTEGER PRIMARY KEY REFERENCES a (id), f TEXT CHECK (f <> 'BLOB'),"
            " PRIMARY KEY (a, f)) STRICT, WITHOUT ROWID;\n")
        sqlite, postgres = source.split("-- an INTEGER here stays")[1:]
        self.assertIn("id INTEGER PRIMARY KEY, b INTEGER, c BLOB, d TEXT) STRICT;", sqlite)
        self.assertIn("id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, b BIGINT, c BYTEA, "
                      'd TEXT COLLATE \\"C\\");', postgres)
        self.assertIn("a BIGINT PRIMARY KEY REFERENCES a (id)", postgres)
        self.assertIn("CHECK (f <> 'BLOB'), PRIMARY KEY (a, f));", postgres)
        self.assertIn("false}", postgres)

    def test_a_trigger_that_refuses_becomes_a_function(self):
        source = self.migration(
            "CREATE TABLE a (x INTEGER);\n"
            "CREATE TRIGGER a_stays BEFORE DELETE ON a\n"
            "BEGIN\n    SELECT RAISE(ABORT, 'it''s 100% kept');\nEND;\n"
            "CREATE TRIGGER a_same BEFORE UPDATE OF x, y ON a WHEN OLD.x > 1 BEGIN"
            " SELECT RAISE(ABORT, 'no'); END;\nCREATE INDEX a_x ON a (x);\n")
        self.assertIn("RAISE EXCEPTION 'it''s 100%% kept';", source)
        self.assertIn("CREATE TRIGGER a_stays BEFORE DELETE ON a FOR EACH ROW\\n", source)
        self.assertIn("CREATE TRIGGER a_stays_at_once BEFORE TRUNCATE ON a FOR EACH STATEMENT", source)
        self.assertIn("CREATE TRIGGER a_same BEFORE UPDATE OF x, y ON a FOR EACH ROW WHEN "
                      "(OLD.x > 1)", source)
        self.assertEqual(source.count("CREATE INDEX a_x ON a (x);"), 2)

    def test_what_has_no_rule_needs_a_file_of_its_own(self):
        query = {"d/d.sql": "-- name: d.q\nSELECT 1\n"}
        for line in ("INSERT OR IGNORE INTO a VALUES (1);", "CREATE TABLE b (x REAL);",
                     "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;"):
            self.refused({**query, "d/migrations/0001_a.sql": f"-- one\n'{chr(10)}';\n{line}\n"},
                         "0001_a.sql:4: ")
            own = {"0001_a.postgres.sql": "SELECT 'by hand';\n"}
            source = self.migration(line, **own)
            self.assertIn("SELECT 'by hand';", source)
            self.assertIn("true}", source)
        self.refused({**query, "d/migrations/0001_a.sql": "SELECT 1",
                      "d/migrations/0001_b.postgres.sql": "SELECT 1"}, "without its migration")


if __name__ == "__main__":
    unittest.main()
