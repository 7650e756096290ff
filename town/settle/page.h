/* Pages of settle; see each one's template for its view. */
#ifndef TOWN_SETTLE_PAGE_H
#define TOWN_SETTLE_PAGE_H

#include "town/settle/internal.h"
#include "town/settle/settlement.h"
#include "web/web.h"

enum {
    PAGE_ORDERS = 100,  /* of a statement on one page */
    PAGE_PARTIES = 200, /* of the list that the base chooses from */
    PAGE_MONTHS = 36,   /* of a party, that were issued */
    FILE_CHUNK = 100,   /* orders that are read at a time, */
    FILE_CHUNKS = 10,   /* and so often for one file; further ones are in the next */
};

/* --- statements.c --- */

enum err statements_get(struct req *r) MUST_CHECK;      /* GET /settle/statements */
enum err statements_of_party(struct req *r) MUST_CHECK; /* GET /settle/statements/{party} */
enum err statements_of_month(struct req *r) MUST_CHECK; /* GET /settle/statements/{party}/{month} */
/* "Town v2", in the visitor's language; and what a kind of party gets by it: "12.5 %". */
struct str statements_rule(struct req *r, struct str scope, int64_t version);
struct str statements_percent(struct arena *arena, int64_t bp);
/* The rules that counted for a movement, as one text: "Town v2 3 %". Empty but for shares. */
struct str statements_ratio(struct req *r, const struct settlement *s,
                            const struct settlement_order *o, const struct settlement_move *m);
/* From ?after=: the order after which it goes on. */
enum err statements_after(struct req *r, int64_t *after) MUST_CHECK;

/* --- statement_file.c, statement_paper.c --- */

struct statement_part { /* of a statement: as much as a file takes */
    struct settlement_order *orders[FILE_CHUNKS];
    size_t n[FILE_CHUNKS], chunks, rows; /* rows: movements */
    int64_t next;                        /* ?after= of the next; 0: it is the last */
};
enum err statement_part_load(struct req *r, const struct settlement *s, int64_t after,
                             struct statement_part *part) MUST_CHECK;
/* A header that says where the next part is, if there is one. */
void statement_part_next(struct req *r, const struct statement_part *part);
/* "statement-factory-3-2026-05.xlsx" */
const char *statement_filename(struct req *r, const struct settlement *s, const char *ending);
enum err statement_pdf(struct req *r, const struct settlement *s) MUST_CHECK;

enum err statement_xlsx(struct req *r, const struct settlement *s) MUST_CHECK;

/* --- order_money.c --- */

enum err order_money_get(struct req *r) MUST_CHECK; /* GET /orders/{id}/money */
enum err order_money_part(struct req *r, struct view *order, const struct rows *row,
                          unsigned as) MUST_CHECK;

/* --- payouts.c --- */

enum err payouts_get(struct req *r) MUST_CHECK;   /* GET /settle/payouts */
enum err payouts_share(struct req *r) MUST_CHECK; /* POST /settle/payouts/share */

/* --- rules.c --- */

enum err rules_get(struct req *r) MUST_CHECK;  /* GET /settle/rules */
enum err rules_post(struct req *r) MUST_CHECK; /* POST /settle/rules */
enum err caps_post(struct req *r) MUST_CHECK;  /* POST /settle/caps */

#endif
