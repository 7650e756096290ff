-- A talk as a whole, one row an order: what lists, badges and a maker's day ask for, so that they need not look at
-- messages. What is seen is the last message of which its side says so; unread are the other side's after it.
CREATE TABLE talks (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    buyer_id INTEGER NOT NULL, -- the order's
    factory_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    waits_since INTEGER, -- since when the buyer waits for an answer
    buyer_seen INTEGER NOT NULL,
    factory_seen INTEGER NOT NULL,
    buyer_unread INTEGER NOT NULL,
    factory_unread INTEGER NOT NULL
) STRICT;
CREATE INDEX talks_waiting ON talks (factory_id, waits_since) WHERE waits_since IS NOT NULL;
CREATE INDEX talks_by_factory ON talks (factory_id, last_id);
CREATE INDEX talks_new_to_buyer ON talks (buyer_id, order_id) WHERE buyer_unread > 0;
CREATE INDEX talks_new_to_factory ON talks (factory_id, order_id) WHERE factory_unread > 0;
CREATE INDEX talk_words_by_author ON talk_words (user_id, at);

-- Of those that there are, a side has seen what it answered.
INSERT INTO talks (order_id, buyer_id, factory_id, n, last_id, waits_since, buyer_seen, factory_seen, buyer_unread,
                   factory_unread)
SELECT o.id, o.buyer_id, o.factory_id, count(*), max(w.id),
    CASE WHEN count(*) < 200 THEN min(CASE WHEN w.side = 'buyer' AND w.id > a.factory_seen THEN w.at END) END,
    a.buyer_seen, a.factory_seen,
    count(CASE WHEN w.side = 'factory' AND w.id > a.buyer_seen THEN 1 END),
    count(CASE WHEN w.side = 'buyer' AND w.id > a.factory_seen THEN 1 END)
FROM (SELECT order_id, COALESCE(max(CASE WHEN side = 'buyer' THEN id END), 0) AS buyer_seen,
          COALESCE(max(CASE WHEN side = 'factory' THEN id END), 0) AS factory_seen
      FROM talk_words GROUP BY order_id) a
JOIN orders o ON o.id = a.order_id JOIN talk_words w ON w.order_id = a.order_id
GROUP BY o.id, o.buyer_id, o.factory_id, a.buyer_seen, a.factory_seen;
