/* What the files of this department share. */
#ifndef TOWN_EVENTS_INTERNAL_H
#define TOWN_EVENTS_INTERNAL_H

#include "town/day.h"
#include "town/events/events.h"
#include "town/events/schedule.h"

#define MINUTE_MS (INT64_C(60) * 1000)

/* --- common.c --- */

enum err events_refuse(struct tx *tx, enum err e, const char *field, const char *key) MUST_CHECK;
bool events_is_base(const struct req *r);
enum err events_id(const struct req *r, const char *name, int64_t *id) MUST_CHECK;
struct str events_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                       const char *en);
/* When a slot of an event (a row of events.get) begins. */
int64_t events_slot_ms(const struct rows *event, int64_t slot);
/* The slot that a moment lies in; -1: none does. */
int events_slot_now(const struct rows *event, int64_t now_ms);
/* Sign-up and wishes (a row of events.get): until the deadline, whether its timetable is out or
 * not: who comes then gets what is free. */
bool events_is_open(const struct rows *event, size_t row, int64_t now_ms);
/* id, title, about, state, state_name, is_open, is_out, starts_at, ends_at, place, slot_min, slots,
 * tables, deadline_at, factories, agencies, arrived, meetings, met */
void events_put(struct req *r, struct view *v, const struct rows *rs, size_t row);
/* id, organisation, slug, name, side, state, state_name, most, arrived_at */
void events_put_party(struct req *r, struct view *v, const struct rows *rs, size_t row);
/* id, slot, table, factory, agency, starts_at, ends_at, state, state_name, is_mutual; and what one
 * side ("factory", "agency") said: SIDE_hearts, SIDE_outcome, SIDE_note. side NULL: both, which
 * only the base may see. Row of events.meeting. */
void events_put_meeting(struct req *r, struct view *v, const struct rows *rs, size_t row,
                        const char *side);
/* The visitor's own party of an event, if it has one: n 0 or 1. */
enum err events_own_party(struct req *r, int64_t event, struct rows *out) MUST_CHECK;

/* --- state.c --- */

/* One step, its log; held_at of a finish. `e` gets the row before it. */
enum err event_step(struct tx *tx, int64_t event, const char *what, unsigned as, int64_t actor,
                    struct str note, struct rows *e) MUST_CHECK;
enum err party_step(struct tx *tx, int64_t party, const char *what, unsigned as, int64_t actor,
                    struct str note) MUST_CHECK;
enum err meeting_step(struct tx *tx, int64_t meeting, struct str state, const char *what,
                      unsigned as, int64_t actor, struct str note) MUST_CHECK;

/* --- plan.c --- */

struct event_problem { /* in the arena */
    struct rows event;
    int64_t *left, *right; /* parties' ids */
    struct schedule_problem p;
    struct schedule_party *lefts, *rights;
    struct schedule_meeting *held;
};
/* held: meetings that are planned stand as they are. now_ms: of a running one, slots that have
 * begun are nobody's. ERR_CONFLICT, key events.plan_nobody. */
enum err event_problem_load(struct db *db, int64_t event, bool held, int64_t now_ms,
                            struct arena *arena, struct err_info *info,
                            struct event_problem *out) MUST_CHECK;
struct event_preview {
    struct event_problem problem;
    struct schedule_plan plan;
    int64_t greedy;
};
/* The seed is the event's: the same wishes give the same preview. */
enum err event_solve(struct event_problem *problem, struct arena *arena,
                     struct event_preview *out) MUST_CHECK;
/* ERR_CONFLICT, key events.plan_old: somebody joined, left or wished meanwhile. */
enum err event_draft_write(struct tx *tx, const struct event_preview *p, int64_t actor) MUST_CHECK;
enum err event_publish(struct tx *tx, int64_t event, int64_t actor) MUST_CHECK;
/* The base's asking for event_refill(), once the timetable is out. */
enum err event_fill(struct tx *tx, int64_t event, int64_t actor) MUST_CHECK;
struct freed {
    int64_t parties[EVENTS_SLOTS_MAX];
    size_t n;
};
/* Who is free gets other meetings, those that there are stay. Who was freed (NULL: nobody) or got
 * a further one is told. */
enum err event_refill(struct tx *tx, int64_t event, int64_t actor,
                      const struct freed *freed) MUST_CHECK;

/* --- shift.c --- */

struct event_place {
    int64_t meeting, slot, table, /* from 0, from 1 */
        with;                     /* the meeting that it changes places with; 0: none is there */
};
/* A meeting to come of a timetable that is out, to where both can be then, and so can both of whom
 * it changes places with; all of them are told. ERR_CONFLICT, also when somebody else is there. */
enum err event_shift(struct tx *tx, const struct event_place *to, int64_t actor) MUST_CHECK;

/* --- meeting.c --- */

/* Those of a party that are still to be, in the slots of a mask. */
enum err meetings_fall(struct tx *tx, int64_t party, int64_t slots, int64_t actor,
                       struct freed *out) MUST_CHECK;
/* What was held and what was missed; and a first slice of meetings_ask(). */
enum err meetings_close(struct tx *tx, const struct rows *event) MUST_CHECK;
/* Each side of *left further meetings of an event that is over is to be asked how it went on. */
enum err meetings_ask(struct tx *tx, int64_t event, int64_t ends_at, int64_t *left) MUST_CHECK;

/* --- tell.c --- */

enum err tell_party(struct tx *tx, const struct rows *event, int64_t party, int64_t organisation,
                    const char *kind) MUST_CHECK;
/* All who take part, or are invited too. */
enum err tell_all(struct tx *tx, int64_t event, const char *kind, bool invited) MUST_CHECK;
/* The day before, at its newest time, if that is still to come; `on` false: no more. */
enum err tell_near(struct tx *tx, int64_t event, bool on) MUST_CHECK;
/* The same of one party: of who comes late, and of who leaves. */
enum err tell_near_one(struct tx *tx, const struct rows *event, int64_t party,
                       int64_t organisation) MUST_CHECK;
enum err tell_near_not(struct tx *tx, int64_t party) MUST_CHECK;
enum err tell_follow(struct tx *tx, int64_t follow, int64_t organisation,
                     int64_t due_ms) MUST_CHECK;

/* --- door codes, feeds (door.c, feed.c) --- */

struct str events_feed_address(struct req *r, int64_t party, int64_t feed_n);

/* --- pages --- */

/* The event of the path; ERR_NOT_FOUND. */
enum err events_load(struct req *r, struct rows *event) MUST_CHECK;
enum err events_load_meeting(struct req *r, struct rows *meeting) MUST_CHECK;
enum err events_page_event_put(struct req *r, const struct rows *event) MUST_CHECK;
enum err events_desk_put(struct req *r, int64_t event) MUST_CHECK;
enum err events_form_put(struct req *r) MUST_CHECK;

handler_fn events_page_list, events_page_event;                        /* public.c */
handler_fn events_do_join, events_do_party, events_do_invite;          /* party_page.c */
handler_fn events_page_wishes, events_do_wishes;                       /* wish_page.c */
handler_fn events_page_timetable, events_do_outcome, events_do_feed;   /* timetable.c */
handler_fn events_feed;                                                /* feed.c */
handler_fn events_page_follow, events_do_follow;                       /* follow_page.c */
handler_fn events_page_door, events_do_door, events_page_screen;       /* door.c */
handler_fn events_page_desk, events_page_desk_event, events_do_create, /* desk.c */
    events_do_move, events_do_step;
handler_fn events_page_plan, events_do_plan;   /* plan_page.c */
handler_fn events_page_shift, events_do_shift; /* shift.c */
handler_fn events_page_wall;                   /* wall.c */
handler_fn events_page_report, events_do_xlsx; /* report.c */

#endif
