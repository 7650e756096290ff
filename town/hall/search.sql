-- What is searched and how (search.h). `match` and the like are questions in the store's own language
-- (search_text.h); they are put to FTS5 on SQLite, to a GIN index over tsvectors on PostgreSQL.

-- PostgreSQL believes that a common word is found sooner by reading each row; but what it would read
-- lies beside the rows. A plan that is made without looking at the word goes by the index. For the
-- running transaction.
-- name: hall.search_plan
SELECT 'as it is' AS plan

-- name: hall.search_plan @postgres
SELECT set_config('plan_cache_mode', 'force_generic_plan', true) AS plan

-- How many of each group (a kind, a band of prices, facets), whatever else was asked.
-- part: counts
SELECT g.kind_id, g.band, g.certificates, g.markets, c.n, c.priced,
    CASE WHEN :kind = 0 OR k.id = :kind OR k.parent_id = :kind THEN 1 ELSE 0 END AS is_in_kind
FROM (SELECT d.group_id, count(*) FILTER (WHERE :factory = 0 OR d.organisation_id = :factory) AS n,
        count(*) FILTER (WHERE (:factory = 0 OR d.organisation_id = :factory)
            AND (:min_fen = 0 OR d.price_fen >= :min_fen)
            AND (:max_fen = 0 OR d.price_fen <= :max_fen)) AS priced

-- part: by_group
GROUP BY d.group_id) AS c
JOIN hall_groups g ON g.id = c.group_id
JOIN kinds k ON k.id = g.kind_id
WHERE c.n > 0

-- name: hall.search_counts
{counts} {matching} {by_group}

-- What was asked for besides words, of a product's row d.
-- part: asked
(:factory = 0 OR d.organisation_id = :factory)
    AND (:kind = 0 OR d.kind_id = :kind
        OR d.kind_id IN (SELECT id FROM kinds WHERE parent_id = :kind))
    AND (:min_fen = 0 OR d.price_fen >= :min_fen)
    AND (:max_fen = 0 OR d.price_fen <= :max_fen)
    AND (:certificates = 0 OR d.certificates & :certificates <> 0)
    AND (:markets = 0 OR d.markets & :markets <> 0)

-- What has the words.
-- part: matching
FROM hall_index f JOIN hall_docs d ON d.product_id = f.rowid
WHERE f.hall_index MATCH :match

-- part: matching @postgres
FROM hall_docs d
WHERE d.words @@ :match::tsquery

-- The title is what was typed; it begins so.
-- part: whole
(d.title_zh = :folded OR d.title_en = :folded)

-- part: begins
(d.title_zh >= :folded AND d.title_zh < :beyond OR d.title_en >= :folded AND d.title_en < :beyond)

-- part: sorted
ORDER BY CASE :sort WHEN 'price' THEN d.price_fen WHEN 'price_down' THEN -d.price_fen
    WHEN 'new' THEN -d.product_id ELSE d.product_id END, d.product_id

-- The places of the order (search_order.h): what sells more comes first in each.
-- part: best_first
ORDER BY d.sold DESC, d.product_id
LIMIT :limit OFFSET :offset

-- name: hall.search_whole
SELECT d.product_id AS id FROM hall_docs d
WHERE {asked} AND {whole}
{best_first}

-- name: hall.search_whole_size
SELECT count(*) AS n FROM hall_docs d
WHERE {asked} AND {whole}

-- name: hall.search_begins
SELECT d.product_id AS id FROM hall_docs d
WHERE {asked} AND {begins} AND NOT {whole}
{best_first}

-- name: hall.search_begins_size
SELECT count(*) AS n FROM hall_docs d
WHERE {asked} AND {begins} AND NOT {whole}

-- name: hall.search_place
SELECT d.product_id AS id
{matching} AND {asked} AND NOT {begins}
{best_first}

-- name: hall.search_place_size
SELECT count(*) AS n
{matching} AND {asked} AND NOT {begins}

-- What sells most, and its tokens.
-- part: walked
FROM (SELECT d.product_id AS id, d.sold, CASE WHEN {begins} THEN 1 ELSE 0 END AS begins
    FROM hall_docs d
    WHERE {asked} AND NOT {whole}
    ORDER BY d.sold DESC, d.product_id
    LIMIT :limit) AS w

-- name: hall.search_walk
SELECT w.id, w.begins, t.words
{walked} JOIN hall_texts t ON t.product_id = w.id
ORDER BY w.sold DESC, w.id

-- name: hall.search_walk @postgres
SELECT w.id, w.begins, array_to_string(tsvector_to_array(t.words), ' ') AS words
{walked} JOIN hall_docs t ON t.product_id = w.id
ORDER BY w.sold DESC, w.id

-- Are there so many that have the words?
-- name: hall.search_many
SELECT count(*) AS n FROM (SELECT 1 AS one {matching} LIMIT :limit) AS f

-- name: hall.search_sorted
SELECT d.product_id AS id
{matching} AND {asked}
{sorted}
LIMIT :limit OFFSET :offset

-- Without words.
-- name: hall.browse_counts
{counts} FROM hall_docs d {by_group}

-- name: hall.browse_page
SELECT d.product_id AS id FROM hall_docs d
WHERE {asked}
{sorted}
LIMIT :limit OFFSET :offset

-- Which kinds and makers have the words: of so many goods that have them, with the most first.
-- name: hall.suggest_kinds
SELECT k.slug, k.name_zh, k.name_en
FROM (SELECT rowid AS id FROM hall_index WHERE hall_index MATCH :match LIMIT :goods) AS f
JOIN hall_docs d ON d.product_id = f.id
JOIN kinds k ON k.id = d.kind_id
GROUP BY k.id, k.slug, k.name_zh, k.name_en
ORDER BY count(*) DESC, k.id
LIMIT :most

-- name: hall.suggest_kinds @postgres
SELECT k.slug, k.name_zh, k.name_en
FROM (SELECT f.kind_id, count(*) AS n
    FROM (SELECT kind_id FROM hall_docs WHERE words @@ :match::tsquery LIMIT :goods) AS f
    GROUP BY f.kind_id) AS c
JOIN kinds k ON k.id = c.kind_id
ORDER BY c.n DESC, k.id
LIMIT :most

-- name: hall.suggest_makers
SELECT o.slug, o.name_zh, o.name_en
FROM (SELECT d.organisation_id, count(*) AS n
    FROM (SELECT rowid AS id FROM hall_index WHERE hall_index MATCH :match LIMIT :goods) AS f
    JOIN hall_docs d ON d.product_id = f.id
    GROUP BY d.organisation_id ORDER BY count(*) DESC, d.organisation_id LIMIT :most) AS m
JOIN organisations o ON o.id = m.organisation_id
ORDER BY m.n DESC, o.id

-- name: hall.suggest_makers @postgres
SELECT o.slug, o.name_zh, o.name_en
FROM (SELECT f.organisation_id, count(*) AS n
    FROM (SELECT organisation_id FROM hall_docs WHERE words @@ :match::tsquery LIMIT :goods) AS f
    GROUP BY f.organisation_id ORDER BY count(*) DESC, f.organisation_id LIMIT :most) AS m
JOIN organisations o ON o.id = m.organisation_id
ORDER BY m.n DESC, o.id

-- name: hall.titles
-- many: bigint
SELECT id, title_zh, title_en FROM products WHERE id = :product

-- name: hall.titles @postgres
SELECT id, title_zh, title_en FROM products WHERE id = ANY (:product::bigint[])

-- name: hall.search_spellings
SELECT word FROM hall_spellings WHERE length(word) BETWEEN :least AND :most
ORDER BY word
LIMIT :limit

-- Keeping it.

-- name: hall.search_doc
SELECT p.id, p.organisation_id, p.kind_id, p.title_zh, p.title_en, p.model, p.price_fen, p.status,
    p.market, o.name_zh AS factory_zh, o.name_en AS factory_en, k.name_zh AS kind_zh,
    k.name_en AS kind_en, coalesce(u.name_zh, '') AS above_zh, coalesce(u.name_en, '') AS above_en,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold
FROM products p
JOIN organisations o ON o.id = p.organisation_id
JOIN kinds k ON k.id = p.kind_id
LEFT JOIN kinds u ON u.id = k.parent_id
WHERE p.id = :product

-- name: hall.search_codes
SELECT code, gtin FROM skus WHERE product_id = :product AND status = 'on' ORDER BY position

-- name: hall.search_group_put
INSERT INTO hall_groups (kind_id, band, certificates, markets)
VALUES (:kind, :band, :certificates, :markets)
ON CONFLICT DO NOTHING

-- name: hall.search_doc_put
INSERT INTO hall_docs (product_id, organisation_id, kind_id, price_fen, band, certificates, markets,
    sold, title_zh, title_en, group_id)
SELECT :product, :organisation, :kind, :price_fen, :band, :certificates, :markets,
    :sold, :title_zh, :title_en, (SELECT id FROM hall_groups WHERE kind_id = :kind AND band = :band
        AND certificates = :certificates AND markets = :markets)
WHERE :words IS NOT NULL
ON CONFLICT (product_id) DO UPDATE
SET organisation_id = excluded.organisation_id, kind_id = excluded.kind_id,
    price_fen = excluded.price_fen, band = excluded.band, certificates = excluded.certificates,
    markets = excluded.markets, sold = excluded.sold, title_zh = excluded.title_zh,
    title_en = excluded.title_en, group_id = excluded.group_id

-- name: hall.search_doc_put @postgres
INSERT INTO hall_docs (product_id, organisation_id, kind_id, price_fen, band, certificates, markets,
    sold, title_zh, title_en, group_id, words)
VALUES (:product, :organisation, :kind, :price_fen, :band, :certificates, :markets,
    :sold, :title_zh, :title_en, (SELECT id FROM hall_groups WHERE kind_id = :kind AND band = :band
        AND certificates = :certificates AND markets = :markets),
    array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (product_id) DO UPDATE
SET organisation_id = excluded.organisation_id, kind_id = excluded.kind_id,
    price_fen = excluded.price_fen, band = excluded.band, certificates = excluded.certificates,
    markets = excluded.markets, sold = excluded.sold, title_zh = excluded.title_zh,
    title_en = excluded.title_en, group_id = excluded.group_id,
    words = CASE WHEN hall_docs.words = excluded.words THEN hall_docs.words ELSE excluded.words END

-- SQLite's texts are beside the rows, and its index is told what it forgets and learns; a trigger may
-- not do that, since the schema is not trusted.
-- name: hall.search_text_forget
INSERT INTO hall_index (hall_index, rowid, words)
SELECT 'delete', product_id, words FROM hall_texts WHERE product_id = :product AND words <> :words

-- name: hall.search_text_forget @postgres
UPDATE hall_docs SET sold = sold WHERE false AND product_id = :product AND title_zh = :words

-- name: hall.search_text_put
INSERT INTO hall_texts (product_id, words) VALUES (:product, :words)
ON CONFLICT (product_id) DO UPDATE SET words = excluded.words
WHERE hall_texts.words <> excluded.words

-- name: hall.search_text_put @postgres
UPDATE hall_docs SET sold = sold WHERE false AND product_id = :product AND title_zh = :words

-- name: hall.search_text_learn
INSERT INTO hall_index (rowid, words)
SELECT product_id, words FROM hall_texts WHERE product_id = :product

-- name: hall.search_text_learn @postgres
UPDATE hall_docs SET sold = sold WHERE false AND product_id = :product

-- name: hall.search_spelling_put
-- many: text
INSERT INTO hall_spellings (word) VALUES (:word) ON CONFLICT DO NOTHING

-- name: hall.search_text_drop
DELETE FROM hall_texts WHERE product_id = :product

-- name: hall.search_text_drop @postgres
DELETE FROM hall_docs WHERE product_id = :product

-- name: hall.search_doc_drop
DELETE FROM hall_docs WHERE product_id = :product

-- name: hall.search_sold
UPDATE hall_docs
SET sold = coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
    ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
    WHERE s.product_id = hall_docs.product_id), 0)
WHERE product_id = (SELECT product_id FROM skus WHERE id = :sku)

-- name: hall.search_version
SELECT version FROM hall_search_state WHERE id = 1

-- name: hall.search_version_put
INSERT INTO hall_search_state (id, version) VALUES (1, :version)
ON CONFLICT (id) DO UPDATE SET version = excluded.version

-- What should be in the index, and what is, by rising id.
-- name: hall.search_shown
SELECT p.id, p.status FROM products p WHERE p.id > :after ORDER BY p.id LIMIT :most

-- name: hall.search_of_kind
SELECT id FROM products
WHERE (kind_id = :kind OR kind_id IN (SELECT id FROM kinds WHERE parent_id = :kind)) AND id > :after
ORDER BY id
LIMIT :most

-- name: hall.search_of_maker
SELECT id FROM products WHERE organisation_id = :factory AND id > :after ORDER BY id LIMIT :most

-- name: hall.search_there
SELECT d.product_id AS id, t.words, d.kind_id, d.organisation_id, d.price_fen, d.band
FROM hall_docs d LEFT JOIN hall_texts t ON t.product_id = d.product_id
WHERE d.product_id = :product

-- name: hall.search_there @postgres
SELECT d.product_id AS id, array_to_string(tsvector_to_array(d.words), ' ') AS words, d.kind_id,
    d.organisation_id, d.price_fen, d.band
FROM hall_docs d
WHERE d.product_id = :product

-- name: hall.search_sizes
SELECT (SELECT count(*) FROM hall_docs) AS docs,
    (SELECT coalesce(sum(doc), 0) FROM hall_index_tokens) AS tokens

-- name: hall.search_sizes @postgres
SELECT count(*) AS docs, coalesce(sum(length(words)), 0) AS tokens FROM hall_docs

-- SQLite's index made anew from the texts.
-- name: hall.search_index_anew
INSERT INTO hall_index (hall_index) VALUES ('rebuild')

-- name: hall.search_index_anew @postgres
UPDATE hall_search_state SET version = version

