-- Titles that begin with what was typed (town/hall/search_order.h).
CREATE INDEX hall_docs_by_title_zh ON hall_docs (title_zh);
CREATE INDEX hall_docs_by_title_en ON hall_docs (title_en);
