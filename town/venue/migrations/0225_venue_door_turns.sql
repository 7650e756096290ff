-- Whether the door has a screen, whose code turns (town/turning.h); otherwise a printed sheet.
ALTER TABLE venue_spaces ADD COLUMN door_turns INTEGER NOT NULL DEFAULT 0 CHECK (door_turns IN (0, 1));
