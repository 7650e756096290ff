CREATE INDEX products_by_model ON products (model);
