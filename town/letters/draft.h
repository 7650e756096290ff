/*
 * The text of a letter: plain lines with figures in them as tokens, what these say now, and how two
 * texts differ.
 *
 *   西区规划面积[[west_area|4.81平方公里]]，已有[[factories|200余家]]厂商
 *
 * A token is [[NAME]], [[NAME|WORDS]], [[NAME#OF|WORDS]], [[NAME@DAY|WORDS]] or
 * [[NAME#OF@DAY|WORDS]]: a figure of town/figures; of what; as of the end of a day like 2021-06-23
 * (else now, or the moment of signing); what is printed, with its qualifier and unit as far as they
 * belong to the number. No brackets, bars or line breaks within; WORDS is at most FIGURE_QUOTE_MAX
 * bytes. Without WORDS the value is printed with its unit (figures_printed()).
 */
#ifndef TOWN_LETTERS_DRAFT_H
#define TOWN_LETTERS_DRAFT_H

#include "town/figures/figures.h"

enum { DRAFT_TOKENS_MAX = 200 }; /* of one text, and of a letter with its attachments */

/* ---- token.c ---- */

struct letter_token {
    size_t from, to; /* bytes of the text */
    bool is_bad;     /* it begins like one and is none: what follows is not set */
    struct str name, words;
    int64_t of; /* 0: of none */
    bool has_day;
    int64_t day;
};
/* The tokens of a UTF-8 text in order. *at: where to go on, 0 at first. */
bool token_next(struct str text, size_t *at, struct letter_token *out);

/* ---- figures.c: what they say ---- */

/*
 * What stands against a token, at once or at signing, the worst first. Signing refuses all of them
 * but the last two, which only warn.
 */
enum draft_trouble {
    DRAFT_FINE,
    DRAFT_BAD_TOKEN,
    DRAFT_NO_FIGURE, /* nobody has such a figure, or it wants another OF */
    DRAFT_DAY_AHEAD, /* as of a day that has not come */
    DRAFT_FAILING,   /* its query fails now */
    DRAFT_UNKNOWN,   /* there is no value as of then */
    DRAFT_UNREAD,    /* WORDS cannot be read as a quotation */
    DRAFT_UNIT,      /* they are in another unit */
    DRAFT_FAILS,     /* they do not hold */
    DRAFT_THIN,      /* it holds, but a paper is not there as a scan, or no row is behind it */
    DRAFT_PRIVATE,   /* it holds, but nobody outside can open it */
};
const char *draft_trouble_name(enum draft_trouble t); /* "fine", "bad_token", … */
static inline bool draft_may_sign(enum draft_trouble t)
{
    return t == DRAFT_FINE || t >= DRAFT_THIN;
}

struct letter_figure { /* strings in the arena, or of the text */
    struct letter_token token;
    struct figure_frozen frozen; /* set unless the trouble is one of the first four */
    struct str printed;          /* WORDS, or the value with its unit; without a value: empty */
    enum figure_qualifier qualifier;
    enum draft_trouble trouble;
};

/* Each token of a text as of now_ms. DRAFT_GLANCE: without walking the evidence, evidence_n is -1
 * where there is some; DRAFT_FREEZE: all of figures_freeze(). A figure whose query fails is one in
 * trouble, not an error, and the transaction goes on: inside a transaction or a snapshot.
 * ERR_LIMIT beyond DRAFT_TOKENS_MAX; else only what the store itself says. */
enum draft_how { DRAFT_GLANCE, DRAFT_FREEZE };
enum err draft_figures(struct db *db, struct arena *arena, struct str text, int64_t now_ms,
                       enum draft_how how, struct letter_figure **out, size_t *n) MUST_CHECK;
/* The text as it is printed: each token's printed words in its place; of one without them the token
 * itself stays. In the arena. */
struct str draft_printed(struct arena *arena, struct str text, const struct letter_figure *figures,
                         size_t n);

#endif
