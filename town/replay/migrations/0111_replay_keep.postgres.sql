-- As 0111_replay_keep.sql: a trigger's condition cannot ask another table here, its function can.
CREATE FUNCTION show_rows_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM recordings r
        WHERE r.show_id = OLD.show_id AND r.state = 'removing' AND r.held_at IS NULL) THEN
        RAISE EXCEPTION 'messages and events of a show are kept with its recording';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER show_messages_kept BEFORE DELETE ON show_messages FOR EACH ROW
    EXECUTE FUNCTION show_rows_kept();
CREATE TRIGGER show_events_kept BEFORE DELETE ON show_events FOR EACH ROW
    EXECUTE FUNCTION show_rows_kept();

CREATE FUNCTION show_rows_not_at_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'messages and events of shows are kept';
END $$;
CREATE TRIGGER show_messages_kept_at_once BEFORE TRUNCATE ON show_messages FOR EACH STATEMENT
    EXECUTE FUNCTION show_rows_not_at_once();
CREATE TRIGGER show_events_kept_at_once BEFORE TRUNCATE ON show_events FOR EACH STATEMENT
    EXECUTE FUNCTION show_rows_not_at_once();
