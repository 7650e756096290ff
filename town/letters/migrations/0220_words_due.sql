-- Suggestions of a register that was brought in, whose words are still to be kept (town/letters/words.c).
CREATE TABLE suggestion_words_due (
    suggestion_id INTEGER PRIMARY KEY REFERENCES suggestions (id)
) STRICT;
