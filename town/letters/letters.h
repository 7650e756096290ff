/*
 * letters: suggestions of deputies and proposals of the political consultation, from the day they
 * are registered to what became of their promises, and the letters that answer them.
 *
 *   registered ─▶ examined ─▶ assigned ─▶ drafting ⇄ checking ─▶ countersigning ─▶ signing
 *       │            │  ▲________│ decline                                             │ sign
 *       ├─▶ returned │                                                                 ▼
 *       └─▶ merged ◀─┘    followed ◀─ closed ◀─ rated ◀─ sent ◀─ sealed ◀─ numbered ◀─ signed
 *
 * From rated a "not satisfied" leads back to drafting, in another round; a recall leads there from
 * signed and what follows, with another letter. One table has it all (state.c); each step is a row
 * of suggestion_events, which are never changed.
 *
 * A *body* is an organisation of kind "bureau" with a row of its own. Its people have ROLE_OFFICER
 * and posts there; people of a body that is the desk register, examine, assign and decide on more
 * time. Whoever has nothing to do with a case gets 404.
 *
 * Days are the town's (town/day.h). Texts that go on paper are Chinese; names of sessions and
 * classes are in both languages.
 */
#ifndef TOWN_LETTERS_LETTERS_H
#define TOWN_LETTERS_LETTERS_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

extern const struct web_module letters_module, letters_issue_module, letters_draft_module,
    letters_replies_module;
extern const struct console_line letters_lines[];
extern const size_t letters_lines_n;
extern const struct messages_kind letters_kinds[];
extern const size_t letters_kinds_n;

enum {
    LETTERS_NAME_MAX = 60,
    LETTERS_SHORT_MAX = 12,
    LETTERS_CONTACT_MAX = 120,
    LETTERS_TITLE_MAX = 120,
    LETTERS_TEXT_MAX = 20000,  /* of a suggestion */
    LETTERS_DRAFT_MAX = 60000, /* of a letter, and of its attachments */
    LETTERS_NOTE_MAX = 500,
    LETTERS_WORDS_MAX = 2000,
    LETTERS_OPINION_MAX = 5000,
    LETTERS_SOURCE_MAX = 200,
    LETTERS_DEPUTIES_MAX = 30,     /* of one suggestion */
    LETTERS_HANDLERS_MAX = 20,     /* bodies of one round */
    LETTERS_FILES_MAX = 20,        /* of a suggestion itself */
    LETTERS_OPINION_FILES_MAX = 5, /* of one opinion */
    LETTERS_FILE_NAME_MAX = 120,
    LETTERS_IMPORT_BODY_MAX = 9 * 1024 * 1024,
    LETTERS_BODY_MAX = 512 * 1024, /* of a form with a text */
    LETTERS_NUMBER_MAX = 99999,
    LETTERS_RATINGS_MAX = 3, /* of one deputy in one round: an answer, and two changes of it */
    LETTERS_SHOWN = 50,      /* on a page of a list */
    LETTERS_CODE_LEN = 24,
    LETTERS_CHECK_SAYS = 20,
};

/* Whom somebody acts as, of a case. */
enum {
    LETTERS_AS_DESK = 1,
    LETTERS_AS_LEAD = 2,  /* of the lead, whatever the post */
    LETTERS_AS_DRAFT = 4, /* of the lead, with that post */
    LETTERS_AS_CHECK = 8,
    LETTERS_AS_SIGN = 16,
    LETTERS_AS_SEAL = 32,
    LETTERS_AS_CO = 64, /* of a co-handler */
    LETTERS_AS_DEPUTY = 128,
    LETTERS_AS_SYSTEM = 256,
};

/* Posts of somebody in a body, bits of letter_posts.posts. */
enum { POST_DRAFT = 1, POST_CHECK = 2, POST_SIGN = 4, POST_SEAL = 8, POST_ALL = 15 };

extern const struct transition_table letters_table;

/* ---- inside the writer's transaction; for pages, the import and the demo ---- */

struct letters_body {
    struct str slug, name_zh, name_en; /* of an organisation that is made for it */
    struct str short_name;             /* 智经信: of its numbers */
    struct str mark;                   /* above its papers, in red */
    struct str contact;
    bool is_desk;
};
/* ERR_EXISTS with field "slug" or "short". ERR_INVALID with its field. */
enum err letters_body_add(struct tx *tx, const struct letters_body *b, int64_t *id) MUST_CHECK;
/* posts 0: an officer without a post. Gives ROLE_OFFICER. */
enum err letters_post_set(struct tx *tx, int64_t body, int64_t user, unsigned posts,
                          struct str title) MUST_CHECK;
enum err letters_post_remove(struct tx *tx, int64_t body, int64_t user) MUST_CHECK;
/* It is no more: nothing new is assigned to it; the desk releases or replaces it where it is. */
enum err letters_body_close(struct tx *tx, int64_t body, bool closed) MUST_CHECK;

struct letters_session {
    struct str slug, name_zh, name_en;
    bool is_consultation;
    int64_t opened_day;
    int64_t by; /* 0: the town's founding data, here and below */
};
enum err letters_session_add(struct tx *tx, const struct letters_session *s,
                             int64_t *id) MUST_CHECK;

struct letters_rule { /* as letter_rules has it */
    int64_t session, from_day;
    int64_t reply_months, most_months, co_months;
    int64_t decline_days;
    bool decline_workdays; /* else calendar days */
    int64_t again_months, again_most, form_workdays;
    struct str source;
    int64_t by;
};
enum err letters_rule_add(struct tx *tx, const struct letters_rule *rule) MUST_CHECK;
enum err letters_class_add(struct tx *tx, int64_t session, struct str code, struct str name_zh,
                           struct str name_en, bool wants_promise) MUST_CHECK;

struct letters_deputy {
    struct str name, group;
    struct str login; /* of an account, or empty */
};
struct letters_suggestion {
    int64_t session, number;
    struct str title, text;
    int64_t received_day;
    bool is_public;
    struct letters_deputy deputies[LETTERS_DEPUTIES_MAX];
    size_t deputies_n;
    int64_t by, desk; /* who registers it, for which body */
    bool words_later; /* one of many: it is found a little later (words.c) */
};
/* ERR_EXISTS with field "number". */
enum err letters_register(struct tx *tx, const struct letters_suggestion *s,
                          int64_t *id) MUST_CHECK;

/* Who does something to a case: as bits, user, and for which body. */
struct letters_actor {
    unsigned as;
    int64_t user, body;
};
/* An event of the table that needs nothing but words: examine, return, close, pass … */
enum err letters_do(struct tx *tx, int64_t suggestion, const char *event,
                    const struct letters_actor *by, struct str note) MUST_CHECK;
/* lead and co-handlers, ids of bodies. From "examined", or again from "assigned" and "drafting". */
enum err letters_assign(struct tx *tx, int64_t suggestion, int64_t lead, const int64_t *co,
                        size_t co_n, const struct letters_actor *by, struct str note) MUST_CHECK;
enum err letters_merge(struct tx *tx, int64_t suggestion, int64_t into,
                       const struct letters_actor *by, struct str note) MUST_CHECK;
/* Whether the replies to it may be public: the desk or the lead, with words why, at any time. What
 * was sent is in the public register, and shows its text to who verifies it, only while they may.
 */
enum err letters_disclose(struct tx *tx, int64_t suggestion, bool is_public,
                          const struct letters_actor *by, struct str note) MUST_CHECK;
/* handler: id of suggestion_handlers. */
enum err letters_opinion(struct tx *tx, int64_t suggestion, int64_t handler, struct str words,
                         const struct letters_actor *by) MUST_CHECK;
/* A co-handler that will not answer, or is no more: the letter goes on without it, and says so. */
enum err letters_release(struct tx *tx, int64_t suggestion, int64_t handler,
                         const struct letters_actor *by, struct str note) MUST_CHECK;
enum err letters_countersign(struct tx *tx, int64_t suggestion, int64_t handler,
                             const struct letters_actor *by) MUST_CHECK;
enum err letters_talk(struct tx *tx, int64_t suggestion, int64_t deputy, int64_t day,
                      struct str how, struct str words, const struct letters_actor *by) MUST_CHECK;
/* More time: asked for by the lead before the day, granted or refused by the desk. */
enum err letters_extension_ask(struct tx *tx, int64_t suggestion, int64_t until_day, struct str why,
                               const struct letters_actor *by) MUST_CHECK;
enum err letters_extension_decide(struct tx *tx, int64_t suggestion, int64_t extension, bool grant,
                                  const struct letters_actor *by, struct str note) MUST_CHECK;
/* rating: "satisfied", "basically", "not". A scan has both or neither. Whoever answers for the
 * deputy says it in words or by the scan: ERR_INVALID with field "words". */
struct letters_rating {
    int64_t deputy;
    struct str rating, words, scan_name, scan_sha256;
};
enum err letters_rate(struct tx *tx, int64_t suggestion, const struct letters_rating *rating,
                      const struct letters_actor *by) MUST_CHECK;
enum err letters_promise(struct tx *tx, int64_t suggestion, struct str words, int64_t body,
                         int64_t due_day, const struct letters_actor *by, int64_t *id) MUST_CHECK;
enum err letters_promise_over(struct tx *tx, int64_t suggestion, int64_t promise, bool is_done,
                              const struct letters_actor *by, struct str note) MUST_CHECK;

/* ---- issuing (issue.h) ---- */

/* By who may sign, who has proven it. version: the text that was read, 0: whatever it is now. Its
 * figures are frozen; ERR_CONFLICT with a key when one does not hold, or a countersignature, the
 * class or a text is missing. */
enum err letters_sign(struct tx *tx, int64_t suggestion, int64_t version,
                      const struct letters_actor *by) MUST_CHECK;
/* The number that a letter of this body and day would get: the smallest that is free again, or
 * the one after the last. */
enum err letters_number_next(struct db *db, struct arena *arena, int64_t body, int64_t day,
                             int64_t *year, int64_t *n) MUST_CHECK;
/* n: 0 takes the next one. ERR_EXISTS with field "n" when it is taken, ERR_CONFLICT when it is not
 * the first of its series and would leave a gap; limit: the next one. */
enum err letters_number(struct tx *tx, int64_t suggestion, int64_t n,
                        const struct letters_actor *by) MUST_CHECK;
/* Before it is sealed; the number may be given again. */
enum err letters_number_void(struct tx *tx, int64_t suggestion, struct str note,
                             const struct letters_actor *by) MUST_CHECK;
struct letters_paper { /* a PDF that was drawn and kept as an object */
    int64_t letter, number_id, bytes;
    struct str sha256;
};
/* Draws and keeps the final paper of a numbered letter: outside the writer. missing (or NULL): the
 * character that no font has, when info->field is "letter_glyph". Errors: as job_letter(). */
enum err letters_paper_draw(struct db *db, struct arena *arena, int64_t suggestion,
                            struct str public_url, struct letters_paper *out, char missing[8],
                            struct err_info *info) MUST_CHECK;
/* The town's key signs what it is. ERR_CONFLICT when it was drawn of another letter or number, or
 * this process has no key. */
enum err letters_seal(struct tx *tx, int64_t suggestion, const struct letters_paper *p,
                      const struct letters_actor *by) MUST_CHECK;
enum err letters_send(struct tx *tx, int64_t suggestion, const struct letters_actor *by) MUST_CHECK;
/* From signed on. Its number is void, and free again only if the letter was not sent; another draft
 * begins with its text. */
enum err letters_recall(struct tx *tx, int64_t suggestion, struct str note,
                        const struct letters_actor *by) MUST_CHECK;
/* Makes what limits the asking of strangers. */
enum err letters_start(void) MUST_CHECK;
void letters_stop(void);

void letters_prepare(struct writer *w);
/* Puts `is_deputy` for who made a suggestion and works at no body: the menu leads there. */
enum err letters_frame(struct req *r) MUST_CHECK;

/* ---- for `guildhall check` ---- */
enum err letters_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations) MUST_CHECK;

#endif
