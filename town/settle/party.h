/*
 * Parties: whose money there is. "factory:3", "host:7", "agency:5", "base", as town/pay names them.
 *
 *   a factory     frozen:factory:3 (paid, not yet its own) and free:factory:3 (released to it)
 *   all others    got:host:7 (shares received)
 */
#ifndef TOWN_SETTLE_PARTY_H
#define TOWN_SETTLE_PARTY_H

#include "web/web.h"

enum party_kind { PARTY_FACTORY, PARTY_HOST, PARTY_AGENCY, PARTY_BASE };
enum { PARTY_MINE_MAX = 8 }; /* of one visitor */

struct party {
    enum party_kind kind;
    int64_t id;                         /* 0: the base */
    struct str key;                     /* "factory:3" */
    struct str name_zh, name_en;        /* of the base: empty */
    const char *frozen_role, *own_role; /* in the ledger; frozen_role NULL: it has none */
};

/* ERR_NOT_FOUND: there is none such. All in the arena. */
enum err party_read(struct db *db, struct arena *arena, struct str key,
                    struct party *out) MUST_CHECK;
/* In the visitor's language; of the base a text. */
struct str party_name(const struct req *r, const struct party *p);
/* The name of a key in the visitor's language, or the key itself. */
struct str party_name_of(const struct req *r, struct str key);
/* Those that the visitor acts for: its factory, itself as a host, its agencies. */
enum err party_mine(struct req *r, struct party out[PARTY_MINE_MAX], size_t *n) MUST_CHECK;
/* ERR_NOT_FOUND when it is neither the visitor's nor the visitor one of the base. */
enum err party_check(struct req *r, const struct party *p) MUST_CHECK;

#endif
