-- Messages and the crew's log are kept with the recording: whatever the program does, the store lets
-- them go only once that is being removed, and not while somebody holds it back.
CREATE TRIGGER show_messages_kept BEFORE DELETE ON show_messages
WHEN NOT EXISTS (SELECT 1 FROM recordings r
    WHERE r.show_id = OLD.show_id AND r.state = 'removing' AND r.held_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'messages of a show are kept with its recording');
END;

CREATE TRIGGER show_events_kept BEFORE DELETE ON show_events
WHEN NOT EXISTS (SELECT 1 FROM recordings r
    WHERE r.show_id = OLD.show_id AND r.state = 'removing' AND r.held_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'events of a show are kept with its recording');
END;
