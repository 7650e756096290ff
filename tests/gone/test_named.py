"""Every column of the schema that names an object is in the view by which files are swept (town/gone):
one that is not would lose its files when another department's row goes."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]
NAMES = "object|scan|scan_sha256|sha256|pdf_sha256|webp|jpeg|pdf|file|zip"
# The list of what goes itself; and an archive's id that only says which one it was.
OTHERS = {("photo_gone", "object"), ("objects_gone", "object"), ("import_pictures", "zip")}


class Named(unittest.TestCase):
    def test_every_column_that_names_an_object(self):
        found, view = set(), ""
        for file in sorted(ROOT.glob("*/*/migrations/*.sql"), key=lambda f: f.name):
            text = re.sub(r"--[^\n]*", "", file.read_text())
            for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)[^;]*;", text, re.DOTALL):
                found |= {(name, c) for c in re.findall(rf"^\s+({NAMES}) TEXT", body, re.MULTILINE)}
            found |= set(re.findall(rf"ALTER TABLE (\w+) ADD COLUMN ({NAMES}) TEXT", text))
            for body in re.findall(r"CREATE VIEW objects_named AS(.*?);", text, re.DOTALL):
                view = body
        named = {(table, column) for column, table in
                 re.findall(r"SELECT (\w+)(?: AS object)? FROM (\w+)", view)}
        self.assertGreater(len(named), 5)
        self.assertEqual(found - OTHERS, named)


if __name__ == "__main__":
    unittest.main()
