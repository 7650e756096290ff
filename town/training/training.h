/*
 * training: courses for hosts, by occupation, trade and level; what they lead to.
 *
 *   course ─▶ run (once: seats, sessions) ─▶ enrolment ─▶ attendance ─▶ exam ─▶ certificate ─▶
 * record ─▶ air
 *
 *            enrol            complete
 *   (none) ─────────▶ enrolled ───────▶ completed        a seat: available ─▶ taken, in the ledger
 *      │ wait           ▲  │ leave
 *      ▼          seat  │  ▼          a seat that is given back goes to the first who waits
 *   waiting ────────────┘ left ──enrol, wait──▶ as (none)
 *      └── leave ──▶ left
 *
 * A session of a run is in a room or online; one online is a show, and the show's replay is its
 * recording. A certificate is valid, expired or revoked. Where a rule is in force (none is by
 * default), a host without a valid certificate of its occupation is not let on air: town/shows asks
 * training_gate, which town/town.c gives it.
 */
#ifndef TOWN_TRAINING_TRAINING_H
#define TOWN_TRAINING_TRAINING_H

#include "store/writer.h"
#include "town/figures/figures.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    TRAINING_SEATS_MAX = 1000,
    TRAINING_SESSIONS_MAX = 60, /* of a run */
    TRAINING_NAME_MAX = 30,     /* characters of the name on a certificate */
    TRAINING_ROOM_MAX = 40,
    TRAINING_NOTE_MAX = 200, /* of a reason */
    TRAINING_SHOWN = 200,
    TRAINING_CHECK_SAYS = 20,

    TRAINING_EARLY_MS = 30 * 60 * 1000, /* before a session codes are good, and so long after */
    TRAINING_WATCH_EVERY_MS = 30 * 1000,
    TRAINING_WATCH_GAP_MS = 75 * 1000, /* a longer silence between two signs was not watched */
    TRAINING_WATCHED_PERCENT = 80,     /* of an online session's time, to have been there */

    TRAINING_SWEEP_MS = 1000, /* exams whose time is over are closed so often */
    TRAINING_BANK_BYTES = 512 * 1024,
    TRAINING_BANK_ROWS = 1000,           /* questions that are taken at once */
    TRAINING_NEAR_MS = 24 * 3600 * 1000, /* a session is reminded of so long before */
    TRAINING_EXPIRING_DAYS = 30,
};

extern const struct web_module training_module;
extern const struct transition_table training_enrolment_table;
extern const struct messages_kind training_kinds[];
extern const size_t training_kinds_n;
extern const struct figure training_figures[];
extern const size_t training_figures_n;

/* Before the writer's first command; and once, before requests come. */
void training_prepare(struct writer *w);
enum err training_start(void) MUST_CHECK;
void training_stop(void);

/* For shows_air_gate(): may a host go on air at that moment? */
enum err training_gate(struct db *db, struct arena *arena, int64_t host, int64_t at_ms,
                       bool *may) MUST_CHECK;

/* ---- commands; also for the demo's filler ---- */

struct training_course {
    struct str occupation, trade;
    int64_t level;
    struct str title_zh, title_en, about_zh, about_en;
    int64_t hours;         /* 0: what the occupation's level asks for */
    int64_t teacher, bank; /* bank 0: none yet */
    int64_t exam_questions, exam_minutes, exam_tries, pass_percent, attend_percent, valid_months;
    bool is_on;
};
/* id 0: a new one, and *out says which. ERR_INVALID with its field. */
enum err training_course_save(struct tx *tx, int64_t id, const struct training_course *c,
                              int64_t *out) MUST_CHECK;
enum err training_run_add(struct tx *tx, int64_t course, int64_t seats, int64_t *run) MUST_CHECK;
/* How many seats there are: fewer than are taken is ERR_CONFLICT; more go to those who wait. */
enum err training_seats_set(struct tx *tx, int64_t run, int64_t seats, int64_t actor) MUST_CHECK;

struct venue_booking; /* town/venue/venue.h */
struct training_session {
    int64_t run;
    struct str title_zh, title_en, room; /* room: or empty, and */
    int64_t show;                        /* then the show that it is, */
    int64_t space;                       /* or a space of the base (town/venue), booked for it */
    int64_t starts_at, ends_at;
};
enum err training_session_add(struct tx *tx, const struct training_session *s,
                              int64_t *id) MUST_CHECK;

/* To another time, with its room: ERR_CONFLICT when it has begun, is a show, or the room cannot be
 * had then. Those who are in it are told. */
enum err training_session_move(struct tx *tx, const struct training_session *s, int64_t session,
                               int64_t actor) MUST_CHECK;
/* For venue_set_subjects(): the base has given it another room. Those who are in it are told. */
enum err training_room_moved(struct tx *tx, int64_t session, const struct venue_booking *to,
                             int64_t actor) MUST_CHECK;
/* Books a space for a session that has none: ERR_CONFLICT when it cannot be had. */
enum err training_session_book(struct tx *tx, int64_t session, int64_t space) MUST_CHECK;

/* A seat, or a place on the waitlist. Again is the same enrolment. name: for the certificate;
 * empty: as it was given before. ERR_CONFLICT when the run takes nobody any more. */
enum err training_enrol(struct tx *tx, int64_t run, int64_t user, struct str name,
                        int64_t actor) MUST_CHECK;
enum err training_leave(struct tx *tx, int64_t run, int64_t user, int64_t actor) MUST_CHECK;

enum err training_bank_add(struct tx *tx, struct str name_zh, struct str name_en,
                           int64_t *id) MUST_CHECK;

/* Questions as question.h says, so many cells each. ERR_INVALID when one has a fault. */
enum err training_questions_add(struct tx *tx, int64_t bank, const struct str *cells,
                                size_t n) MUST_CHECK;
/* For the demo's filler, where the past has no exam: completed, with a certificate. */
enum err training_complete(struct tx *tx, int64_t run, int64_t user) MUST_CHECK;
enum err training_attend(struct tx *tx, int64_t session, int64_t user, int64_t actor,
                         struct str reason) MUST_CHECK;

/* From the day on. *rule may be NULL. */
enum err training_rule_add(struct tx *tx, struct str occupation, int64_t day, struct str note,
                           int64_t actor, int64_t *rule) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err training_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg,
                        int *violations) MUST_CHECK;

#endif
