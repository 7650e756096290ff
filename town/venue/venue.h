/*
 * venue: the base's spaces and who has which when. What other departments may call.
 *
 *            book
 *   (none) ───────────────────────────▶ confirmed ──check_in──▶ checked_in ──finish──▶ done
 *     │ ask            grant               ▲ │ │ miss                                   ▲
 *     ├─────▶ asked ───────────────────────┤ │ └──────▶ no_show     (of a subject) finish│
 *     │ wait                       confirm │ │ remind                    from confirmed ─┘
 *     └─────▶ waitlisted ──offer──▶ pending ◀┘
 *                                     └──lapse──▶ released
 *   move stays in its state; cancel ends asked, waitlisted, pending and confirmed; refuse ends
 * asked; lapse ends asked and waitlisted too, when their time has come.
 *
 * asked, pending, confirmed and checked_in hold their cells; done holds them until it ended,
 * no_show until it was noticed. A cell is one step of one space: an account of the ledger that
 * cannot be taken twice. A booking lies in one day of the town.
 */
#ifndef TOWN_VENUE_VENUE_H
#define TOWN_VENUE_VENUE_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    VENUE_STEP_MIN = 30,
    VENUE_STEPS = 48, /* of a day */
    VENUE_SPACES_MAX = 500,
    VENUE_WEEKS_MAX = 26,
    VENUE_TITLE_MAX = 60,   /* characters */
    VENUE_SUBJECT_MAX = 64, /* bytes */
    VENUE_TURN_MAX = 100,   /* bookings a job's slice looks at */
    VENUE_TURN_MS = 5 * 1000,
    VENUE_CHECK_SAYS = 20,
};

enum venue_as { VENUE_BOOKER = 1, VENUE_BASE = 2, VENUE_SYSTEM = 4 };
extern const struct transition_table venue_table;

/* [from, until) in steps of one day of the town: 19:00 to 22:00 is 38, 44. */
struct venue_when {
    int64_t day;
    int from, until;
};
int64_t venue_begins_ms(const struct venue_when *w);
int64_t venue_ends_ms(const struct venue_when *w);
/* The steps that a time lies in, begun ones whole. ERR_INVALID (field from or until, key
 * venue.no_midnight, venue.no_backwards) when they are not of one day, or none. */
enum err venue_when_of(int64_t from_ms, int64_t until_ms, struct venue_when *out,
                       struct err_info *info) MUST_CHECK;

/* Why a space cannot be had; each has a text venue.no_NAME. */
enum venue_no {
    VENUE_YES,
    VENUE_NO_SPACE,  /* out of use, or no such */
    VENUE_NO_PAST,   /* has begun */
    VENUE_NO_HOURS,  /* outside its hours */
    VENUE_NO_CLOSED, /* in a closure */
    VENUE_NO_TAKEN,
    /* and of a person who books for itself: */
    VENUE_NO_YOURS, /* not a space that this person may book */
    VENUE_NO_LONG,
    VENUE_NO_FAR,
    VENUE_NO_MANY,
    VENUE_NO_BLOCKED, /* for what was missed */
    VENUE_NO_COUNT
};
extern const char *const venue_no_names[VENUE_NO_COUNT]; /* "taken"; NULL for VENUE_YES */

/* ---- in a command's transaction ---- */

struct venue_new {
    int64_t space;
    struct venue_when when;
    struct str subject; /* "session:4": a department's, which keeps no rules of persons, is not
                           asked to reconfirm nor to check in; none: a person's own */
    struct str title_zh, title_en; /* what the boards show; en empty: as zh */
    int64_t user;                  /* whose it is */
    bool is_base;                  /* an operator does it: rules of persons do not count */
    int64_t series;                /* 0: none */
};
/* ERR_CONFLICT with info->key "venue.no_taken", and so on; ERR_FORBIDDEN when the person may not
 * book it. A person who has just this booking has it (OK, the same id). */
enum err venue_book(struct tx *tx, const struct venue_new *n, int64_t *booking) MUST_CHECK;
/* Waits for it: it is offered when it is free. Of one that is free, books it. */
enum err venue_wait(struct tx *tx, const struct venue_new *n, int64_t *booking) MUST_CHECK;
/* To another time or space or both; resizing too. actor 0: the town. A refusal is as venue_book()'s
 * and has moved nothing. */
enum err venue_move(struct tx *tx, int64_t booking, int64_t space, const struct venue_when *when,
                    int64_t actor, bool is_base) MUST_CHECK;
/* Cancels it; its cells are free and go to who waits. One that has ended is left. */
enum err venue_free(struct tx *tx, int64_t booking, int64_t actor, struct str note) MUST_CHECK;

struct venue_booking {
    int64_t id, space; /* id 0: there is none */
    struct venue_when when;
    struct str state, space_zh, space_en, code;
    int64_t user;
};
/* The booking of a subject that is not over; id 0 when it has none. */
enum err venue_of_subject(struct db *db, struct str subject, struct arena *arena,
                          struct venue_booking *out) MUST_CHECK;

/* What a department does when the base has given another space to one of its subjects, which stays
 * when it is: says so where it shows it, and tells who is concerned. In the same transaction. */
struct venue_subject {
    const char *kind; /* "session" of "session:4" */
    enum err (*moved)(struct tx *tx, int64_t id, const struct venue_booking *to, int64_t actor);
};
/* Borrowed for ever; town/town.c calls it before the writer's first command. */
void venue_set_subjects(const struct venue_subject *subjects, size_t n);

/* Whether a place that is named freely, so that nothing is booked, is one of the base's rooms: two
 * would hold it. */
enum err venue_is_named(struct db *db, struct str text, struct arena *arena, bool *is) MUST_CHECK;

/* ---- for pages ---- */

struct venue_wish {
    struct venue_when when;
    struct str kind;      /* "live_room", or none: any */
    struct str equipment; /* tags with blanks between: all of them */
    int64_t seats;        /* at least */
    int64_t booking;      /* whose own cells count as free: it is to be moved; 0: none */
    int64_t user;         /* who may book them: a member's view; 0: the base's, all */
    int64_t organisation;
};
/* `member` [{id, code, name, kind, kind_name, floor, area, seats, equipment [{tag, name}], price}]:
 * spaces that are free then, in the order of floors, at most `most`. */
enum err venue_put_free(struct req *r, struct view *v, const char *member,
                        const struct venue_wish *wish, size_t most) MUST_CHECK;

/* What happens in every space now, and what comes next, today or tomorrow: floors [{name, spaces
 * [space with state ("busy", "free", "off" out of its hours, "closed"), free_until ("19:30"), now
 * (booking with passed, in percent, and is_due: nobody has checked in yet) and next (booking with
 * is_tomorrow), either may be null]}], busy (somebody is in), spaces_n. For the base: bookings bear
 * names. */
enum err venue_put_now(struct req *r, struct view *v) MUST_CHECK;

extern const struct web_module venue_module;
extern const struct console_line venue_lines[];
extern const size_t venue_lines_n;
extern const struct messages_kind venue_kinds[];
extern const size_t venue_kinds_n;
struct shows_rooms; /* town/shows/shows.h */
extern const struct shows_rooms venue_show_rooms;
void venue_prepare(struct writer *w);
/* What is due, at most `most` of each kind; *done: how many. For the job, tests and the demo. */
enum err venue_turn(struct tx *tx, int most, int *done) MUST_CHECK;

/* ---- floors and spaces, for the base's pages and the demo's filler ---- */

struct venue_space_new {
    int64_t floor;
    struct str code, kind, name_zh, name_en, equipment, who_may;
    int64_t organisation; /* of who_may "factory" */
    int64_t area_dm2, seats, price_fen;
    bool needs_word;
    int from, until; /* every day */
};
enum err venue_floor_add(struct tx *tx, struct str name_zh, struct str name_en,
                         int64_t *floor) MUST_CHECK;
enum err venue_space_add(struct tx *tx, const struct venue_space_new *n, int64_t *space) MUST_CHECK;
struct venue_closure {
    int64_t space; /* 0: all */
    int64_t from_day, until_day;
    int from, until;
    struct str reason_zh, reason_en;
    int64_t by;
};
enum err venue_close(struct tx *tx, const struct venue_closure *c, int64_t *closure) MUST_CHECK;
/* One step of the table, for pages, the demo and tests. ERR_CONFLICT, ERR_FORBIDDEN. */
enum err venue_do(struct tx *tx, int64_t booking, const char *event, unsigned as, int64_t actor,
                  struct str note) MUST_CHECK;

/* For `guildhall check`: that rows and ledger agree, that nobody shares, that states are true. */
enum err venue_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
