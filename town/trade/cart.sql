-- The cart (cart.h).

-- name: trade.cart
SELECT sku_id, show_id, quantity, is_picked, added_at FROM cart_lines
WHERE user_id = :user_id
ORDER BY added_at DESC, sku_id
LIMIT :most

-- name: trade.cart_picked
SELECT sku_id, show_id, quantity FROM cart_lines
WHERE user_id = :user_id AND is_picked = 1
ORDER BY added_at DESC, sku_id
LIMIT :most

-- name: trade.cart_count
SELECT count(*) AS n FROM cart_lines WHERE user_id = :user_id

-- The same thing again is more of it, in the show that it was seen in last.
-- name: trade.cart_add
INSERT INTO cart_lines (user_id, sku_id, show_id, quantity, added_at)
VALUES (:user_id, :sku_id, :show_id, :quantity, :now)
ON CONFLICT (user_id, sku_id) DO UPDATE SET
    quantity = CASE WHEN cart_lines.quantity + excluded.quantity > :most THEN :most
        ELSE cart_lines.quantity + excluded.quantity END,
    show_id = coalesce(excluded.show_id, cart_lines.show_id), is_picked = 1,
    added_at = excluded.added_at

-- name: trade.cart_set
UPDATE cart_lines SET quantity = :quantity, is_picked = :is_picked
WHERE user_id = :user_id AND sku_id = :sku_id

-- name: trade.cart_remove
-- many: bigint, bigint
DELETE FROM cart_lines WHERE user_id = :user_id AND sku_id = :sku_id

-- name: trade.cart_remove @postgres
DELETE FROM cart_lines c USING unnest(:user_id::bigint[], :sku_id::bigint[]) AS m (user_id, sku_id)
WHERE c.user_id = m.user_id AND c.sku_id = m.sku_id
