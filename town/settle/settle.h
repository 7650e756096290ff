/*
 * settle: who gets which share of an order's goods money, and what each party is told of it.
 *
 *   receive ─▶ reckoned by the rules in force when the order was placed ─▶ pay_share() for each
 * party close   ─▶ pay_release(): what is left is the maker's own
 *
 * Of a line one rule counts, the first that there is of: the show's host, the host's agency, the
 * maker and the kind, the maker, the town. Host and agency share in lines that were bought in a
 * show; the freight is the maker's. A party whom the order's provider does not know gets nothing
 * yet: its share stays the maker's and is listed, until somebody shares it or the order is closed.
 */
#ifndef TOWN_SETTLE_SETTLE_H
#define TOWN_SETTLE_SETTLE_H

#include "store/writer.h"
#include "town/console/console.h"
#include "web/web.h"

extern const struct web_module settle_module;
extern const struct console_line settle_lines[];
extern const size_t settle_lines_n;

enum {
    SETTLE_NOTICE_DAYS = 7, /* a rule is published so long before it begins */
    SETTLE_NOTE_MAX = 200,  /* characters */
    SETTLE_CHECK_SAYS = 20,
    SETTLE_ISSUE_AFTER_MS = 3600 * 1000, /* a month's statements are issued so long after its end */
};

struct settle_rule {
    const char *scope;                   /* "town", "factory", "kind", "host", "agency" */
    int64_t factory_id, kind_id, who_id; /* as the scope needs; else 0 */
    int64_t day;                         /* town/day.h: its first */
    bool is_ended;                       /* from then on the scope has no rule of its own */
    int64_t host_bp, agency_bp, base_bp; /* hundredths of a percent */
    int64_t corrects_id; /* 0; or the rule whose place it takes: then of the same scope */
    struct str note;
};

/* ERR_INVALID with a field: scope, factory, kind, who (there is none such), day (too soon; limit:
 * the days that it takes), ratio (more than a provider lets go; limit: that cap), note (missing of
 * a correction); ERR_CONFLICT (field corrects): it has begun, or was corrected before. */
enum err settle_rule_add(struct tx *tx, const struct settle_rule *rule, int64_t user_id,
                         int64_t *id) MUST_CHECK;
/* The most that a provider lets go in shares from now on. ERR_INVALID (field most). */
enum err settle_cap_set(struct tx *tx, struct str provider, int64_t most_bp,
                        int64_t user_id) MUST_CHECK;
/* What a party did not get when the order was received, because its provider did not know it: now.
 * ERR_CONFLICT (field status: the order is not open any more; party: still not known, or nothing of
 * it is left). */
enum err settle_share_now(struct tx *tx, int64_t order_id, struct str party) MUST_CHECK;

/* A field's hundredths of a percent: "12.5", "12.50", "12.5%"; empty: 0. ERR_INVALID (ratio). */
enum err settle_read_percent(struct req *r, const char *field, int64_t *bp) MUST_CHECK;

/* ---- which agency shares in what a host sells (agency.c) ---- */

/* Of what is sold from now on and before until_ms. ERR_CONFLICT (field host): another one does. */
enum err settle_agency_begin(struct tx *tx, int64_t host, int64_t agency,
                             int64_t until_ms) MUST_CHECK;
/* Until another moment: longer while it lasts, or shorter. ERR_NOT_FOUND: it does not. */
enum err settle_agency_until(struct tx *tx, int64_t host, int64_t agency,
                             int64_t until_ms) MUST_CHECK;

/* Before the writer starts. */
void settle_start(struct writer *w);

/* ---- for `guildhall check` ---- */

enum err settle_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
