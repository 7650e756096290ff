/*
 * claims: after sales. What a buyer asks for of an order that is paid, and what becomes of it.
 *
 *             open          agree             send_back            refund
 *   (none) ──────────▶ asked ──────▶ agreed ───────────▶ sent_back ───────▶ done
 *                       │ │ refund (at once: nothing comes back)   │ resend      ▲
 *                       │ └───────────────────────────────▶ done   ▼      finish │
 *                       │ refuse                                 resent ─────────┘
 *                       ▼            dispute            decide (an amount), agree, reject
 *                    refused ◀──────────────▶ disputed ──▶ done, agreed, rejected
 *
 *   withdraw (buyer, until goods are on their way) ─▶ withdrawn;  lapse (the clock) ─▶ lapsed;
 *   the order is over by other means ─▶ overtaken
 *
 * Kinds: refund (money, nothing comes back), return (goods back, then money), exchange (goods back,
 * then the same anew). The money goes back by order_refund() under the key "claim:ID", so shares
 * are returned first and nothing goes back twice. While a claim is open the order's own clock
 * stands still; while one waits for its maker's answer nothing is shipped. Each wait has a clock
 * (due_at): who lets it run out is taken to agree, or to have given up.
 */
#ifndef TOWN_CLAIMS_CLAIMS_H
#define TOWN_CLAIMS_CLAIMS_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/transition.h"
#include "town/trade/trade.h"
#include "web/web.h"

#define CLAIM_HOUR_MS (INT64_C(3600) * 1000)
#define CLAIM_DAY_MS (24 * CLAIM_HOUR_MS)
#define CLAIM_ANSWER_MS (48 * CLAIM_HOUR_MS) /* the maker answers, or it is agreed */
#define CLAIM_SEND_MS (7 * CLAIM_DAY_MS)     /* the buyer sends back, or it lapses */
#define CLAIM_ARRIVE_MS (7 * CLAIM_DAY_MS)   /* the maker says that it came, or it did */
#define CLAIM_FINISH_MS (10 * CLAIM_DAY_MS)  /* the buyer says that the new one came, or it did */
#define CLAIM_DISPUTE_MS (7 * CLAIM_DAY_MS)  /* a refusal is disputed, or stands */
#define CLAIM_REST_MS CLAIM_DAY_MS /* at least so long the order's clock has left afterwards */

enum {
    CLAIM_TEXT_MAX = 500,      /* characters of a note */
    CLAIM_NOTES_MAX = 100,     /* of one claim */
    CLAIM_PICTURES_MAX = 6,    /* of one note */
    CLAIM_BODY_MAX = 48 << 20, /* of a form with pictures */
    CLAIM_OPEN_MAX = 5,        /* open ones of one order */
    CLAIMS_CHECK_SAYS = 20,
};

extern const struct web_module claims_module;
extern const struct console_line claims_lines[];
extern const size_t claims_lines_n;
extern const struct transition_table claim_transitions; /* who: enum order_as */

void claims_start(
    struct writer *w); /* before the writer's first command; NULL: no clock of its own */

/* Pictures that were kept as objects (town/scan). */
struct claim_pictures {
    struct str objects[CLAIM_PICTURES_MAX];
    size_t n;
};
struct claim_line {
    int64_t line, pieces;
};
struct claim_ask {
    int64_t order_id, buyer_id;
    const char *kind, *reason;
    struct claim_line lines[ORDER_LINES_MAX];
    size_t n;
    int64_t amount_fen; /* 0: all that the pieces are worth; else less, where nothing comes back */
    struct str text;
    struct claim_pictures pictures;
};
/* ERR_NOT_FOUND: no order of that buyer's. ERR_CONFLICT, ERR_INVALID with field and key: status
 * (the order cannot be claimed of now, or too many are open), kind, reason, line, pieces (limit:
 * what is left), amount (limit). */
enum err claim_open(struct tx *tx, const struct claim_ask *ask, int64_t *claim) MUST_CHECK;

struct claim_more {             /* what an event brings along; as far as it needs it */
    struct str text;            /* refuse, dispute, decide, reject: why */
    struct str carrier, number; /* send_back, resend */
    bool is_for_sale;           /* refund, resend: what came back can be sold again */
    int64_t amount_fen;         /* decide */
};
/* ERR_CONFLICT (field status), ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_INVALID with a field. What an
 * event wants in words and has not is field text. */
enum err claim_do(struct tx *tx, int64_t claim, const char *event, struct order_actor by,
                  const struct claim_more *more) MUST_CHECK;
/* A word about it, pictures, or both; also after it ended. ERR_LIMIT. */
enum err claim_say(struct tx *tx, int64_t claim, struct order_actor by, struct str text,
                   const struct claim_pictures *pictures) MUST_CHECK;
/* What is due by the clock, at most `most`. */
enum err claim_clock(struct tx *tx, int most, int *stepped) MUST_CHECK;

/* What pieces of an order's line are worth now, beside other open claims; and how many there are to
 * claim. rows: claims.lines_of_order; `i` in it. */
struct claim_left {
    int64_t pieces, fen;
};
struct claim_left claim_left_of(const struct rows *lines, size_t i, int64_t pieces);
/* Has the base been asked to settle a claim of the order, and has not yet? */
enum err claims_disputed(struct db *db, struct arena *arena, int64_t order_id,
                         bool *yes) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err claims_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
