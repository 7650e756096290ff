/* What the files of this department share. */
#ifndef TOWN_VENUE_INTERNAL_H
#define TOWN_VENUE_INTERNAL_H

#include "town/day.h"
#include "town/venue/grid.h"
#include "town/venue/venue.h"

#define STEP_MS (INT64_C(60000) * VENUE_STEP_MIN)
#define HOUR_MS (INT64_C(3600) * 1000)

enum {
    TITLE_BYTES = 240,
    WAITING_MAX = 50,        /* looked at when something is freed */
    REGRET_MS = 3600 * 1000, /* who cancels so soon after booking has missed nothing */
    STUCK_MS = 3600 * 1000,  /* one that its job cannot do is tried again after */
};

/* --- cells.c: what the ledger holds --- */

/* ERR_CONFLICT, key venue.no_taken, when one of them is taken; nothing of it is kept then. */
enum err cells_take(struct tx *tx, int64_t booking, int64_t space, int64_t day, int from,
                    int until) MUST_CHECK;
enum err cells_give(struct tx *tx, int64_t booking, int64_t space, int64_t day, int from,
                    int until) MUST_CHECK;

/* --- rules.c --- */

struct venue_rules {
    int64_t id, first_day, longest_min, ahead_days, open_most, weeks_most, reconfirm_h, release_h,
        early_min, late_min, cancel_h, miss_most, miss_days, block_days, offer_min;
};
enum err rules_at(struct db *db, int64_t now_ms, struct arena *arena,
                  struct venue_rules *out) MUST_CHECK;

/* --- judge.c: may it be had --- */

struct judge {
    int64_t space;
    struct venue_when when;
    int64_t user;
    bool by_rules;  /* a person's own: rules of persons count */
    bool is_series; /* one of several: how far ahead is the series' matter */
    int64_t except; /* the booking that is moved, or 0 */
};
/* rules: in force now. *space_row (may be NULL): the space. */
enum err judge_booking(struct db *db, int64_t now_ms, const struct venue_rules *rules,
                       const struct judge *j, struct arena *arena, enum venue_no *why) MUST_CHECK;
enum err judge_refuse(struct err_info *info, enum venue_no why); /* the error and its text */

/* --- find.c: days as masks --- */

struct grid {
    struct rows spaces; /* as q_venue_spaces_on */
    struct grid_day *days;
    size_t n;
};
/* All spaces in use, or the one; `except`'s own cells are free. */
enum err grid_load(struct db *db, int64_t day, int64_t space, int64_t except, struct arena *arena,
                   struct grid *out) MUST_CHECK;

/* --- view.c: spaces as pages show them --- */

bool space_fits(const struct rows *rs, size_t i, const struct venue_wish *w);
bool space_is_for(const struct rows *rs, size_t i, const struct venue_wish *w);
void space_put(struct req *r, struct view *v, const struct rows *rs, size_t i);

/* --- state.c --- */

/* The booking as a row; ERR_NOT_FOUND. */
enum err booking_get(struct db *db, int64_t id, struct arena *arena, struct rows *out) MUST_CHECK;
/* From when its booker may check in, by the rules of now. */
enum err check_in_from(struct db *db, const struct rows *b, int64_t now_ms, struct arena *arena,
                       int64_t *from) MUST_CHECK;
/* The first step of a booking: its row is there, its cells are not. event: "book", "ask", "wait".
 */
enum err state_begin(struct tx *tx, int64_t booking, const char *event, unsigned as,
                     int64_t actor) MUST_CHECK;
/* Who waits for the space that day is offered what is free. */
enum err state_offer_next(struct tx *tx, int64_t space, int64_t day) MUST_CHECK;
/* What comes next of itself to a booking as it is now; written to its row. */
enum err state_due(struct tx *tx, int64_t booking) MUST_CHECK;
enum err state_log(struct tx *tx, int64_t booking, int64_t actor, const char *event,
                   struct str note) MUST_CHECK;

/* --- when.c: times as they are sent --- */

/* day "2026-11-28" with from and until "19:00", or from and until "2026-11-28T19:00" and no day.
 * Refused with the field: not of one day, backwards, off the grid. */
enum err when_read(struct req *r, struct str day, struct str from, struct str until,
                   struct venue_when *out) MUST_CHECK;
enum err when_field(struct req *r, struct venue_when *out) MUST_CHECK;
/* day, from, until, starts_at, ends_at, from_step, until_step */
void when_put(struct req *r, struct view *v, const struct venue_when *w);

/* --- pages --- */

bool venue_is_base(const struct req *r);
/* Of a row of venue.booking_get; who asks sees and may what is theirs. */
void booking_put(struct req *r, struct view *v, const struct rows *b, size_t i);

handler_fn venue_page_search;                                                  /* search.c */
handler_fn venue_page_book, venue_do_book;                                     /* book_page.c */
handler_fn venue_page_mine, venue_page_booking, venue_do_move, venue_do_event; /* booking_page.c */
/* What of a space may change (edit.c). A refusal names its field. */
enum { SPACE_NAME_ZH = 40, SPACE_NAME_EN = 80 };
enum err space_read(struct req *r, struct venue_space_new *n) MUST_CHECK;
enum err space_read_one_of(struct req *r, const char *field, const char *const *names, size_t n,
                           struct str *out) MUST_CHECK;
enum err space_read_hours(struct req *r, const char *from_field, const char *until_field, int *from,
                          int *until) MUST_CHECK;
/* tags [{tag, name, is_on}]: equipment to tick. */
void space_put_tags(struct req *r, struct str has, bool typed);

handler_fn venue_page_manage, venue_do_floor, venue_do_space, venue_page_edit, venue_do_edit,
    venue_do_hours, venue_do_close, venue_do_lift, venue_do_rules; /* manage.c */
handler_fn venue_feed, venue_do_feed, venue_do_revoke;             /* feed.c */
enum err feed_put_mine(struct req *r) MUST_CHECK;
handler_fn venue_page_sheet, venue_do_sheet, venue_page_door, venue_do_door; /* door.c */
#define VENUE_DOOR_USE "venue.door"                                          /* of town/turning.h */
struct str door_about(struct arena *arena, int64_t space);
handler_fn venue_page_screen;                                        /* screen.c */
const char *screen_address(struct req *r, const struct rows *space); /* what a tablet opens */
/* space.c: another address of its door, and whether its code turns. */
enum err space_door(struct tx *tx, int64_t space, bool turns) MUST_CHECK;
handler_fn venue_page_space, venue_page_board; /* board.c */

/* --- tell.c: messages to who has a booking --- */

/* Whoever has a booking in a closure that was just made. */
enum err tell_closed(struct tx *tx, const struct venue_closure *c, int64_t closure) MUST_CHECK;
enum err tell_step(struct tx *tx, int64_t booking, const char *event, int64_t actor) MUST_CHECK;
/* Whoever has the booking of a show, a class or an event, which somebody else has moved. */
enum err tell_moved(struct tx *tx, int64_t booking, int64_t actor) MUST_CHECK;

/* --- show.c --- */

/* By the booking's own page: a show goes with its booking; of a class or an event only the room may
 * change, ERR_CONFLICT, for its time is theirs. */
enum err subject_move(struct tx *tx, int64_t booking, int64_t space, const struct venue_when *w,
                      int64_t actor, bool is_base) MUST_CHECK;

#endif
