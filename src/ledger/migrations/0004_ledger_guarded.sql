-- The ledger's tables refer to each other by foreign keys, which SQLite checks at the price of a
-- look into an index. See the form for PostgreSQL.
SELECT 1;
