// clang-format off
/*
 * events: matchmaking events, where makers and agencies meet by a schedule that respects what both
 * wish; what came of each meeting, and what was sold afterwards.
 *
 *   an event    (none) ──create──▶ open ──plan──▶ planned ──publish──▶ published ──begin──▶ running ──finish──▶ done
 *                                  │ move        │ plan, move          │ move
 *                                  └─────────────┴── cancel; lapse ────┴── cancel ──▶ cancelled
 *
 *   a party     (none) ──invite──▶ invited ──join──▶ in ──arrive──▶ here
 *                 │                   │ decline       │ leave         │ leave
 *                 └──join──▶ in       ▼               └──▶ left ◀─────┘
 *                                  declined               (declined, left: invite or join again)
 *
 *   a meeting   (none) ──publish──▶ planned ──meet──▶ met
 *                                     │  └──miss──▶ missed ──meet──▶ met
 *                                     └──fall──▶ fallen
 *
 * Parties sign up and wish until the deadline; the base plans (schedule.h says what is great),
 * looks at the preview, which names who meets nobody, and publishes. Whoever comes after that, or
 * comes back, gets what is free; "fill" (published, running) plans what was wished since, "shift"
 * puts a meeting elsewhere. Whoever leaves then takes its meetings to come with it: they fall, and
 * who is freed is offered others, while all other meetings stay. One whose slot has begun is met
 * when both had signed in, else missed. The event begins and ends by itself or by the base. When it
 * is done, meetings of which somebody said something, or whose parties had both signed in,
 * were held; the others were missed. Each change of state is a row of a log.
 *
 *   GET  /events                        GET  /events/{id}               (public)
 *   POST /events/{id}/join              most, away[]; of the base: organisation
 *   POST /events/{id}/invite            organisation[]                  (the base)
 *   POST /events/{id}/parties           party, do (join, decline, leave, arrive), note
 *   GET  /events/{id}/wishes            POST: hearts_PARTY (-1 to 3), product[]
 *   GET  /events/{id}/timetable         party (the base)                feed
 *   POST /events/{id}/feed              a new address of one's calendar
 *   GET  /events/feeds/{token}/calendar.ics
 *   POST /events/meetings/{id}          outcome, note; of the base: side
 *   GET  /events/meetings/{id}/move     POST: place                     (the base)
 *   GET  /events/follow-ups/{id}        POST: answer, note
 *   GET  /events/{id}/door?code=        POST: code
 *   GET  /events/desk, /events/{id}/desk, /events/{id}/plan, /events/{id}/screen, /events/{id}/wall
 *   GET  /events/{id}/report, /events/{id}/report.xlsx                  (the base)
 *   POST /events                        title_zh, title_en, about_zh, about_en, starts_at, slot_min, slots, break_after,
 *                                       break_min, tables, space or room, deadline
 *   POST /events/{id}/plan              makes the preview
 *   POST /events/{id}/move              starts_at, deadline, space or room
 *   POST /events/{id}/do                do (publish, fill, begin, finish, cancel), note
 */
// clang-format on
#ifndef TOWN_EVENTS_EVENTS_H
#define TOWN_EVENTS_EVENTS_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    EVENTS_SLOTS_MAX = 48,
    EVENTS_TABLES_MAX = 100,
    EVENTS_SIDE_MAX = 150,    /* that take part, of a side */
    EVENTS_INVITED_MAX = 300, /* that are there, of a side, when nobody more is invited */
    EVENTS_PARTIES_MAX = 2 * (EVENTS_SIDE_MAX + EVENTS_INVITED_MAX), /* that lists show */
    EVENTS_NOTE_MAX = 200,                                           /* characters */
    EVENTS_ROOM_MAX = 40,
    EVENTS_PRODUCTS_MAX = 50, /* that a party names */
    EVENTS_SHOWN = 200,
    EVENTS_MEETINGS_MAX = EVENTS_SLOTS_MAX * EVENTS_TABLES_MAX,
    EVENTS_AHEAD_DAYS = 366,
    EVENTS_CHECK_SAYS = 20,
    EVENTS_REFILL_ROUNDS = 20, /* of schedule_solve(), on the writer: when somebody leaves */
    EVENTS_TURN_MS = 5 * 1000,
    EVENTS_TURN_MAX = 50,
    EVENTS_ASK_MAX = 50,                /* meetings whose follow-ups a turn makes */
    EVENTS_EARLY_MS = 24 * 3600 * 1000, /* so long before it begins the base may begin it */
    EVENTS_GRACE_MS = 60 * 60 * 1000,   /* so long after its end it is done by itself */
    EVENTS_NEAR_MS = 24 * 3600 * 1000,  /* who takes part is reminded so long before */
    EVENTS_FOLLOW_SOON = 7,             /* days after its end that each side is asked, */
    EVENTS_FOLLOW_LATE = 30,            /* and asked again */
};

enum events_as { EVENTS_PARTY = 1, EVENTS_BASE = 2, EVENTS_SYSTEM = 4 };
extern const struct transition_table events_table, events_party_table, events_meeting_table;

extern const struct web_module events_module;
extern const struct console_line events_lines[];
extern const size_t events_lines_n;
extern const struct messages_kind events_kinds[];
extern const size_t events_kinds_n;
extern const struct figure events_figures[];
extern const size_t events_figures_n;
void events_prepare(struct writer *w);

/* ---- commands; also for the demo's filler ---- */

struct venue_booking; /* town/venue/venue.h */
struct events_new {
    struct str title_zh, title_en, about_zh, about_en;
    int64_t starts_at, deadline_at;
    int64_t slot_min, slots, break_after, break_min, tables;
    int64_t space;   /* of town/venue, booked for it; 0: */
    struct str room; /* named freely */
};
/* ERR_INVALID with its field; ERR_CONFLICT of a space that cannot be had. */
enum err events_create(struct tx *tx, const struct events_new *n, int64_t actor,
                       int64_t *event) MUST_CHECK;
/* For venue_set_subjects(): the base has given it another room. Who takes part is told. */
enum err events_room_moved(struct tx *tx, int64_t event, const struct venue_booking *to,
                           int64_t actor) MUST_CHECK;
/* "publish" takes the preview, "fill" adds to what is published, "begin", "finish", "cancel".
 * ERR_CONFLICT, ERR_FORBIDDEN. */
enum err events_do(struct tx *tx, int64_t event, const char *what, unsigned as, int64_t actor,
                   struct str note) MUST_CHECK;

struct events_terms {
    int64_t most; /* meetings; 0: as many as there are slots */
    int64_t away; /* bit s: not there in slot s */
};
/* Again is another saying of the same: only the terms change. *party may be NULL. ERR_CONFLICT
 * after the deadline, but for the base. */
enum err events_join(struct tx *tx, int64_t event, int64_t organisation,
                     const struct events_terms *terms, unsigned as, int64_t actor,
                     int64_t *party) MUST_CHECK;
enum err events_invite(struct tx *tx, int64_t event, int64_t organisation, int64_t actor,
                       int64_t *party) MUST_CHECK;
/* "decline", "leave", "arrive". */
enum err events_party_do(struct tx *tx, int64_t party, const char *what, unsigned as, int64_t actor,
                         struct str note) MUST_CHECK;
/* -1: not with them; 0 forgets it. */
enum err events_wish(struct tx *tx, int64_t party, int64_t other, int64_t hearts) MUST_CHECK;
/* Of a maker, what it shows; of an agency, what it wants to see. Replaces what was named before;
 * what is not there to name is left out. */
enum err events_name_products(struct tx *tx, int64_t party, const int64_t *products,
                              size_t n) MUST_CHECK;
/* The preview: solves, which takes a while, and writes it. Pages solve outside the writer. */
enum err events_plan(struct tx *tx, int64_t event, int64_t actor) MUST_CHECK;

struct events_outcome {
    int64_t meeting, actor;
    const char *side; /* "factory", "agency" */
    struct str outcome, note;
};
enum err events_outcome(struct tx *tx, const struct events_outcome *o) MUST_CHECK;
enum err events_follow_answer(struct tx *tx, int64_t follow, struct str answer, struct str note,
                              int64_t actor) MUST_CHECK;
/* For writer_every(), tests and the demo: what is due begins, is done, or lapses. */
enum err events_turn(struct tx *tx, void *unused) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err events_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
