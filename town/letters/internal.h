/* What the files of letters have in common. */
#ifndef TOWN_LETTERS_INTERNAL_H
#define TOWN_LETTERS_INTERNAL_H

#include "base/map.h"
#include "town/letters/clock.h"
#include "town/letters/draft.h"
#include "town/letters/letters.h"

/* ---- state.c ---- */

struct letter_step { /* a row of the table for one suggestion */
    int64_t suggestion;
    const char *event;
    struct letters_actor by;
    const char *about; /* "handler:7", or NULL */
    struct str note;
};
/* Looks the event up in the table (ERR_CONFLICT, ERR_FORBIDDEN; ERR_INVALID with field "note" when
 * it wants words), moves the suggestion and writes the event. *to may be NULL. Who hears of it is
 * told (tell.c). */
enum err case_step(struct tx *tx, const struct letter_step *s, struct str *to) MUST_CHECK;
/* An event that changes no state: an opinion, a talk, more time. */
enum err case_note(struct tx *tx, const struct letter_step *s) MUST_CHECK;
enum err case_refuse(struct tx *tx, enum err e, const char *field, const char *key,
                     int64_t limit) MUST_CHECK;
/* The row as letters.get. ERR_NOT_FOUND. */
enum err case_row(struct tx *tx, int64_t suggestion, struct rows *out) MUST_CHECK;
/* May the draft go to be checked: every co-handler of the round has answered or was released, and a
 * talk with a deputy is on record. ERR_CONFLICT with its key. */
enum err case_may_submit(struct tx *tx, int64_t suggestion) MUST_CHECK;
bool case_may_disclose(const struct rows *row, bool is_public); /* register.c: is it a change? */

/* ---- case.c: one that is looked at ---- */

/* Everybody who works on it: they read opinions, the draft and the record; deputies do not. */
#define LETTERS_INSIDE (~(unsigned)LETTERS_AS_DEPUTY)

struct letter_case {
    int64_t id;
    unsigned as;     /* LETTERS_AS_…, never 0 */
    int64_t body;    /* for which this visitor acts: the lead before a co-handler before the desk */
    int64_t handler; /* of the co-handler, id of suggestion_handlers, or 0 */
    int64_t deputy;  /* id of suggestion_deputies, or 0 */
    struct rows row; /* as letters.get */
};
/* Of the path parameter {id}, for this visitor. ERR_NOT_FOUND: there is none such, or it is none of
 * theirs. */
enum err case_load(struct req *r, struct letter_case *out) MUST_CHECK;
/* The same of a suggestion that is known by its id. */
enum err case_load_of(struct req *r, int64_t suggestion, struct letter_case *out) MUST_CHECK;
struct letters_actor case_actor(const struct req *r, const struct letter_case *c);
struct str case_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                     const char *en);
/* `suggestion` {id, number, title, session, state, state_name, round, lead, …} of a row as
 * letters.get. */
void case_put(struct req *r, struct view *v, const struct rows *rs, size_t i);
/* A day as "2026-05-01"; nothing when it is null. */
void case_put_day(struct view *v, const char *name, const struct rows *rs, size_t i,
                  const char *column);
/* A form was done: on to `to` (arena), or the page again with why: `put` fills r->view anew for
 * `id`, `page` is its template. JSON gets the refusal itself. */
enum err letters_done(struct req *r, enum err result, const char *to, const char *page,
                      enum err (*put)(struct req *r, int64_t id), int64_t id) MUST_CHECK;
/* A day of a field. ERR_INVALID with the field. */
enum err case_read_day(struct req *r, const char *field, int64_t *day) MUST_CHECK;
enum err case_read_id(struct req *r, const char *param, int64_t *id) MUST_CHECK;

/* ---- files.c ---- */

struct case_file { /* name: as a list shows it; both empty: none was chosen */
    struct str name, object;
};
/* Keeps what a form brings in a field; the object goes to a command by gone_write(). Errors: as
 * scan_keep(). */
enum err case_file_keep(struct req *r, const char *field, struct case_file *out) MUST_CHECK;
/* handler: of whose opinion it is part; 0: of the suggestion. ERR_LIMIT. */
enum err case_file_add(struct tx *tx, int64_t suggestion, int64_t handler,
                       const struct case_file *file, const struct letters_actor *by) MUST_CHECK;

/* ---- letter.c ---- */

/* A draft for the current round, by the lead; with the last text of the one before, when there is
 * one. When a round begins, and after a recall. */
enum err letter_open(struct tx *tx, int64_t suggestion, int64_t by, int64_t *id) MUST_CHECK;
/* The current letter of a suggestion as letters.letter; no rows: there is none yet. */
enum err letter_current(struct db *db, int64_t suggestion, struct arena *arena,
                        struct rows *out) MUST_CHECK;

/* "智经信〔2021〕8号": as papers have it in any language; in the arena. */
struct str letter_number(struct str short_name, int64_t year, int64_t n, struct arena *arena);

/* ---- round.c: what begins and ends a round ---- */

/* The lead has taken it on, or nobody declined in time: its co-handlers are asked, and there is a
 * letter to draft. */
enum err round_begin(struct tx *tx, int64_t suggestion, const struct letters_actor *by) MUST_CHECK;
/* The event "send", and the day until which the opinion form is expected. */
enum err round_sent(struct tx *tx, int64_t suggestion, const struct letters_actor *by) MUST_CHECK;
/* The event "recall": another letter is drafted, with the last one's text. */
enum err round_recall(struct tx *tx, int64_t suggestion, const struct letters_actor *by,
                      struct str note, int64_t *letter) MUST_CHECK;
/* Another round of what somebody is not satisfied with; ERR_LIMIT after the rule's again_most. */
enum err round_again(struct tx *tx, int64_t suggestion, const struct letters_actor *by,
                     struct str note) MUST_CHECK;
/* What countersigned a draft that goes back holds no more. */
enum err round_uncountersign(struct tx *tx, int64_t suggestion) MUST_CHECK;
/* From countersigning on to signing, once nobody is left who has to. */
enum err round_complete(struct tx *tx, int64_t suggestion) MUST_CHECK;

/* ---- due.c: the clocks of one case ---- */

/* The rule in force on a day. ERR_CONFLICT with its key when the session has none. */
enum err due_rule(struct db *db, struct arena *arena, int64_t session, int64_t day,
                  struct clock_rule *rule, int64_t *again_most) MUST_CHECK;
/* A clock of a case, with its steps. row as letters.get; ERR_NOT_FOUND when it does not run. */
enum err due_of(struct db *db, struct arena *arena, const struct rows *row, enum clock_what what,
                struct clock_result *out) MUST_CHECK;
/* Writes the day of a case's reply anew: something was granted, or the calendar changed. */
enum err due_again(struct tx *tx, int64_t suggestion) MUST_CHECK;
/* For workdays_on_changed(): all that run, some at a time. */
enum { DUE_BATCH = 200 };
enum err due_calendar_changed(struct tx *tx) MUST_CHECK;

/* ---- assign.c ---- */

enum { LETTERS_LAPSE_MS = 60 * 1000 };
/* For writer_every(): who has not declined in time has taken it on. */
enum err letters_lapse(struct tx *tx, void *unused) MUST_CHECK;

/* ---- words.c ---- */

/* What a text is found by: pairs of Chinese characters, words of letters and digits in lower case;
 * each once with how often. What is beyond `most` of them is passed over. In the arena. */
enum { WORDS_MAX = 4000, WORD_BYTES_MAX = 40 };
struct words {
    struct map seen;
    size_t n, most;
    struct word {
        struct str text;
        int64_t weight;
    } * word;
};
void words_init(struct words *w, size_t most);
void words_free(struct words *w); /* what is in the arena stays */
enum err words_of(struct arena *arena, struct str text, int64_t weight, struct words *w) MUST_CHECK;
/* What somebody looks for: a number is looked up as one, words by their first pairs. */
enum { WORDS_Q_MAX = 60, WORDS_FOUND_BY = 4 };
struct words_asked {
    struct str q;                    /* as it was typed, trimmed */
    int64_t number;                  /* 0: none */
    struct str word[WORDS_FOUND_BY]; /* empty: no more */
};
enum err words_asked(struct arena *arena, struct str asked, struct words_asked *out) MUST_CHECK;
enum err words_keep(struct tx *tx, int64_t suggestion, struct str title,
                    struct str text) MUST_CHECK;
/* For writer_every(): of those that were brought in together, some at a time, so that nobody waits
 * for the words of a whole register. */
enum { WORDS_DUE_MS = 1000, WORDS_DUE_BYTES = 12000, WORDS_DUE_MOST = 100 };
enum err words_due(struct tx *tx, void *unused) MUST_CHECK;

/* ---- tell.c ---- */

enum err tell_of_step(struct tx *tx, const struct rows *row, const char *event,
                      const struct letter_step *s) MUST_CHECK;
/* The lead is reminded a fortnight before its day, and the day after it; a newer day takes the
 * former's place, and none means that nothing waits any more. row as letters.get. */
enum err tell_of_due(struct tx *tx, const struct rows *row) MUST_CHECK;
/* Co-handlers who have not answered are reminded a week before their day; the other: no more. */
enum err tell_of_opinions(struct tx *tx, const struct rows *row) MUST_CHECK;
enum err tell_no_opinion(struct tx *tx, int64_t handler) MUST_CHECK;

/* ---- list.c ---- */

struct letters_who { /* what somebody is to suggestions at all */
    bool is_desk, is_officer, is_deputy;
    int64_t desk; /* the body that is the desk, when is_desk */
};
enum err letters_who(struct req *r, struct letters_who *out) MUST_CHECK;
/* `left`, days to go to the reply, and `late`, the same below zero; nothing when there is no day.
 * row as letters.get. */
void letters_put_left(struct view *v, const struct rows *rs, size_t i, int64_t today);

/* ---- similar.c ---- */

/* `similar` [as case_put(), and may_open, reply]: the five that are most like a title, of those
 * that the visitor sees and those that may be public; without the suggestion `but` (0: with all).
 * reply: id of its public reply, when there is one. */
enum err similar_put(struct req *r, struct str title, int64_t but, bool is_desk) MUST_CHECK;

/* ---- stats.c ---- */

/* `leads` and, of the same members, `sums`: see pages/session_leads.html. */
enum err stats_put(struct req *r, int64_t session) MUST_CHECK;

/* ---- case_view.c ---- */

/* The whole page, as far as the visitor may see it: see pages/case.html. */
enum err case_put_page(struct req *r, const struct letter_case *c) MUST_CHECK;
/* letters_done() of a form of that page. */
enum err case_done(struct req *r, int64_t suggestion, enum err result) MUST_CHECK;

/* ---- routes ---- */

handler_fn letters_list, letters_new, letters_register_post;         /* list.c, register_page.c */
handler_fn letters_similar;                                          /* similar.c */
handler_fn session_sheet;                                            /* session_sheet.c */
handler_fn case_page, case_post, case_form_post, case_opinion_post;  /* case_view.c, act.c */
handler_fn case_file_post, case_file_get, case_form_get;             /* files.c */
handler_fn intake_page, intake_post, intake_get, intake_take_post;   /* intake_page.c */
handler_fn sessions_page, session_page, session_post, sessions_post; /* sessions_page.c */
handler_fn bodies_page, bodies_post, body_page, body_post;           /* bodies_page.c */

#endif
