-- What buyer and maker write to each other about an order; may name people.
CREATE TABLE talk_words (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    user_id INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buyer', 'factory')),
    at INTEGER NOT NULL,
    words BLOB NOT NULL -- sealed for "talk_words.words"
) STRICT;
CREATE INDEX talk_words_by_order ON talk_words (order_id, id);
