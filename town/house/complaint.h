/*
 * Complaints about a show, a message in its talk, or one of its sellers, by anybody.
 *
 *   make ──▶ received ──look──▶ looking ──answer──▶ answered ──close──▶ closed
 *                                  ▲  └───reject──▶ rejected ──close──▶ closed
 *                                  └──────again──────┘ (by who complained, once)
 *
 * First look within a workday, answer within seven days; whoever complained closes it when content,
 * else it closes by itself. Words and contact are sealed; the contact is read only for a purpose,
 * which is kept. A member sees it under their complaints, a guest by its number and code. Kept for
 * three years after it was closed, then forgotten.
 *
 *   GET  /shows/{id}/complain         message
 *   POST /shows/{id}/complaints       about, message, seller, kind, words, contact, evidence_at
 *   GET  /complaints                  number, code
 *   GET  /complaints/{id}             code
 *   POST /complaints/{id}             do (again, close), words, code
 *   GET  /house/complaints            before
 *   GET, POST /house/complaints/{id}  do (look, answer, reject), words
 *   POST /house/complaints/{id}/open  purpose
 */
#ifndef TOWN_HOUSE_COMPLAINT_H
#define TOWN_HOUSE_COMPLAINT_H

#include "town/house/house.h"
#include "town/transition.h"

enum {
    COMPLAINT_WORDS_MIN = 5, /* characters */
    COMPLAINT_WORDS_MAX = 1000,
    COMPLAINT_CONTACT_MAX = 100,
    COMPLAINT_PURPOSE_MAX = 100,
    COMPLAINT_LOOK_WORKDAYS = 1,
    COMPLAINT_ANSWER_DAYS = 7,
    COMPLAINT_CLOSE_DAYS = 15,  /* after the last answer */
    COMPLAINT_OF_USER_MAX = 5,  /* within COMPLAINT_LATELY_MS */
    COMPLAINT_OF_PEER_MAX = 10, /* people behind one address */
    COMPLAINT_LATELY_MS = 3600 * 1000,
    COMPLAINT_OPENING_MS = 1800000, /* so long one of the base reads the contact */
    COMPLAINT_KEPT_DAYS = 3 * 365 + 1,
    COMPLAINT_CODE = 10, /* letters */
    COMPLAINT_SWEEP_MS = 60 * 1000,
};

enum complaint_as { COMPLAINT_BY = 1, COMPLAINT_BASE = 2, COMPLAINT_SYSTEM = 4 };
extern const struct transition_table complaint_transitions;
extern const char *const complaint_kinds[]; /* NULL ends; texts house.kind_NAME */

struct complaint_new {
    const char *about; /* "show", "message", "seller" */
    int64_t show, message, factory, user, evidence_at;
    struct str kind, words, contact, peer; /* peer: a hash */
};
/* ERR_NOT_FOUND: no such show. ERR_INVALID (field): no such message, seller, kind. ERR_LIMIT. */
enum err complaint_make(struct tx *tx, const struct complaint_new *c, int64_t *id) MUST_CHECK;

struct complaint_deed {
    int64_t complaint, actor; /* actor: one of the base, or 0 */
    const char *event;
    enum complaint_as as;
    struct str words; /* or none */
};
/* ERR_NOT_FOUND, ERR_CONFLICT, ERR_INVALID (words are needed). */
enum err complaint_do(struct tx *tx, const struct complaint_deed *d) MUST_CHECK;
enum err complaint_open(struct tx *tx, int64_t complaint, int64_t user,
                        struct str purpose) MUST_CHECK;
/* Closes what was answered long ago, forgets what was kept for long enough. For writer_every(). */
enum err complaint_sweep(struct tx *tx, void *unused) MUST_CHECK;

/* What a guest shows beside the number: derived, nothing of it is stored. */
struct str complaint_code(struct arena *arena, int64_t complaint, int64_t made_at);

#endif
