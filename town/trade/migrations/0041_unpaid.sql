-- What a buyer has ordered lately and not paid: asked before each order (ORDER_UNPAID_MAX).
CREATE INDEX orders_unpaid ON orders (buyer_id, placed_at) WHERE status <> 'paid';
