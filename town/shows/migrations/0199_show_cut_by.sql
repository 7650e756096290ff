-- Who cut the picture off: what the base did its crew cannot undo.
ALTER TABLE shows ADD COLUMN is_cut_by_base INTEGER NOT NULL DEFAULT 0 CHECK (is_cut_by_base IN (0, 1));
