-- How many of a long letter's words are kept already: the rest follows some at a time (town/letters/reply_words.c).
ALTER TABLE letter_words_due ADD COLUMN done INTEGER NOT NULL DEFAULT 0;

-- Of those that were sent before no more than 4,000 words were kept.
INSERT INTO letter_words_due (letter_id)
SELECT letter_id FROM letter_words GROUP BY letter_id HAVING count(*) >= 4000
ON CONFLICT (letter_id) DO NOTHING;
