ALTER TABLE orders DROP CONSTRAINT orders_status_check;
ALTER TABLE orders DROP CONSTRAINT orders_check;
ALTER TABLE orders ADD COLUMN checkout_id BIGINT;
ALTER TABLE orders ADD COLUMN province BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN goods_fen BIGINT;
ALTER TABLE orders ADD COLUMN freight_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN discount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN refunded_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN freight_refunded_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN packed_at BIGINT;
ALTER TABLE orders ADD COLUMN shipped_at BIGINT;
ALTER TABLE orders ADD COLUMN received_at BIGINT;
ALTER TABLE orders ADD COLUMN closed_at BIGINT;
ALTER TABLE orders ADD COLUMN auto_at BIGINT;
UPDATE orders SET checkout_id = id, goods_fen = total_fen;
ALTER TABLE orders ALTER COLUMN checkout_id SET NOT NULL;
ALTER TABLE orders ALTER COLUMN goods_fen SET NOT NULL;
ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IN ('placed', 'paid', 'packed',
    'shipped', 'received', 'closed', 'refunded', 'cancelled', 'expired'));
ALTER TABLE orders ADD CHECK ((status IN ('placed', 'cancelled', 'expired')) = (paid_at IS NULL));
ALTER TABLE orders ADD CHECK (goods_fen >= 0 AND freight_fen >= 0
    AND discount_fen BETWEEN 0 AND goods_fen);
ALTER TABLE orders ADD CHECK (total_fen = goods_fen + freight_fen - discount_fen);
ALTER TABLE orders ADD CHECK (refunded_fen BETWEEN 0 AND total_fen
    AND freight_refunded_fen BETWEEN 0 AND freight_fen);

DROP INDEX orders_unpaid;
CREATE INDEX orders_unpaid ON orders (buyer_id, placed_at) WHERE paid_at IS NULL;
CREATE INDEX orders_by_factory_status ON orders (factory_id, status, id);
CREATE INDEX orders_by_checkout ON orders (checkout_id, id);
CREATE INDEX orders_by_clock ON orders (auto_at) WHERE auto_at IS NOT NULL;

ALTER TABLE order_lines ADD COLUMN show_id BIGINT;
ALTER TABLE order_lines ADD COLUMN discount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN refunded_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
UPDATE order_lines l SET show_id = o.show_id FROM orders o WHERE o.id = l.order_id;
ALTER TABLE order_lines ADD CHECK (discount_fen BETWEEN 0 AND quantity * price_fen);
ALTER TABLE order_lines ADD CHECK (refunded_fen BETWEEN 0 AND quantity * price_fen - discount_fen);
ALTER TABLE order_lines ADD CHECK (returned BETWEEN 0 AND quantity);

ALTER TABLE order_events ADD COLUMN amount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_events ADD COLUMN note TEXT NOT NULL DEFAULT '';
