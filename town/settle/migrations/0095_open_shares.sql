-- Orders that are open for sharing: what is listed of shares that could not be given.
CREATE INDEX orders_received ON orders (id) WHERE status = 'received';
