-- What the wall and the list of interventions ask for, beside thousands of other rows.
CREATE INDEX show_messages_flagged ON show_messages (show_id, id) WHERE held_why IS NOT NULL;
CREATE INDEX show_events_interventions ON show_events (id) WHERE kind IN ('warned', 'warning_seen', 'cut', 'resumed');
