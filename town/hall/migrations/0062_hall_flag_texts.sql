-- The text that the base let stand: another one is looked at anew.
ALTER TABLE product_flags ADD COLUMN cleared_text TEXT;

-- A number of twelve digits is the one of thirteen that begins with a nought (GS1 General Specifications).
UPDATE skus SET gtin = '0' || gtin WHERE length(gtin) = 12
    AND NOT EXISTS (SELECT 1 FROM skus o WHERE o.gtin = '0' || skus.gtin);
UPDATE skus SET gtin = substr(gtin, 2) WHERE length(gtin) = 14 AND substr(gtin, 1, 1) = '0'
    AND NOT EXISTS (SELECT 1 FROM skus o WHERE o.gtin = substr(skus.gtin, 2));
