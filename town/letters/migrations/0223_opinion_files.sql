-- A paper of a co-handler's opinion: whoever may read the opinion opens it. NULL: it is the suggestion's own.
ALTER TABLE suggestion_files ADD COLUMN handler_id INTEGER REFERENCES suggestion_handlers (id);
