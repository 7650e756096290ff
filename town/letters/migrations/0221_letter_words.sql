-- What a reply is found by in the public register: pairs of characters and words of what everybody may read of it, kept
-- when it is sent (town/letters/reply_words.c).
CREATE TABLE letter_words (
    word TEXT NOT NULL,
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    PRIMARY KEY (word, letter_id)
) STRICT;

-- Those that were sent before: their words are kept soon after the start.
CREATE TABLE letter_words_due (
    letter_id INTEGER PRIMARY KEY REFERENCES letters (id)
) STRICT;
INSERT INTO letter_words_due (letter_id) SELECT id FROM letters WHERE state = 'sent';
