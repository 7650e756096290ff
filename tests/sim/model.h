/*
 * The town's books as plain arrays: what must come of each request by what the headers promise
 * (ledger/ledger.h, town/trade/order.h, town/hall/stock.h, store/idem.h), and nothing of how. No
 * SQL, no sets, no savepoints: a request that is refused gets the model back as it was.
 *
 * Transfers are in the order of commits; an index into them stands for a hold. Times are the
 * batch's.
 */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "ledger/ledger.h"
#include "town/trade/order.h"

enum {
    MODEL_ACCOUNTS = 64,
    MODEL_TRANSFERS = 4000,
    MODEL_ORDERS = 1000,
    MODEL_KEYS = 1500,
    MODEL_LINES = 4,
    MODEL_EVENTS = 4,
    MODEL_LINKS = 5,
    MODEL_SKUS = 6,
    MODEL_WISHES = ORDER_LINES_MAX + 1,
    MODEL_TEXT = 32,
    MODEL_REF = LEDGER_REF_MAX + 8,
};

struct model_sku {
    int64_t id, factory, price_fen;
    bool for_sale;
};
extern const struct model_sku model_skus[MODEL_SKUS]; /* as setup.c puts them into the hall */

struct model_account {
    char unit[8], subject[MODEL_TEXT], role[MODEL_TEXT];
    int flags;
    int64_t debits_pending, debits_posted, credits_pending, credits_posted;
};

enum model_kind { M_POSTED = 1, M_HOLD, M_POST, M_VOID, M_EXPIRE };
struct model_transfer {
    int64_t number; /* of its id, see model_id(); 0: an id that the town chose */
    enum model_kind kind;
    int debit, credit; /* accounts */
    int64_t amount, timeout_ms, at_ms;
    int hold, resolved; /* transfers, or -1 */
    const char *reason; /* static */
    char ref[MODEL_REF];
};

struct model_line {
    int64_t sku, quantity, price_fen;
    int hold;
};
struct model_event {
    const char *event, *from, *to, *as;
    int64_t by, at_ms;
};
struct model_order { /* number: its place, from 1 */
    int64_t buyer, factory, total_fen, placed_at, hold_until, paid_at;
    const char *status;
    struct model_line lines[MODEL_LINES];
    struct model_event events[MODEL_EVENTS];
    int lines_n, events_n;
};

/* What a client is told. */
struct answer {
    enum err command; /* of the command; else all of this */
    enum err outcome; /* of the request under its key */
    int64_t subject, amount;
    const char *field, *message; /* NULL: none */
};

struct model_key {
    int64_t user, number, created_at;
    const char *operation;
    uint64_t body;
    struct answer answer;
};

struct model {
    struct model_account accounts[MODEL_ACCOUNTS];
    struct model_transfer transfers[MODEL_TRANSFERS];
    struct model_order orders[MODEL_ORDERS];
    struct model_key keys[MODEL_KEYS];
    int accounts_n, transfers_n, orders_n, keys_n;
};

/* A request: what one client wants. */
enum request_kind {
    ASK_PLACE,       /* the hot command */
    ASK_PLACE_ALONE, /* order_place() under a key of its own kind */
    ASK_PAY,
    ASK_CANCEL,
    ASK_RESTOCK,
    ASK_LINKED,
    ASK_LINKED_ELSE, /* a chain, and when that is refused its last link alone */
    ASK_ONE_LINK,    /* the same without a chain around it */
    ASK_AND_FAIL,    /* moves, then fails: nothing may stay */
    ASK_CLOSE,
    ASK_KINDS,
};

struct request_link {
    enum ledger_link_does does;
    int64_t number, hold; /* of ids */
    int debit, credit;    /* the simulator's accounts; -1: one that is not there */
    int64_t amount, timeout_ms;
    int reason_n, ref_n; /* bytes of each */
};

struct request {
    enum request_kind kind;
    int64_t user, key;
    uint64_t body; /* stands for what the key's hash is made of */
    size_t wishes_n;
    struct order_wish wishes[MODEL_WISHES];
    int64_t order; /* to pay or cancel */
    unsigned as;
    int64_t sku, pieces, number; /* to restock */
    size_t links_n;
    struct request_link links[MODEL_LINKS];
    int account; /* to close */
};

struct ledger_id model_id(int64_t number); /* 0: the id that is none */
const char *model_reason(int n);           /* n bytes; static */
struct str model_ref(int n);

/* Accounts 0 … SIM_ACCOUNTS - 1 are the simulator's own. */
enum { SIM_ACCOUNTS = 6 };
struct sim_account {
    const char *subject, *role;
    int flags;
};
extern const struct sim_account sim_accounts[SIM_ACCOUNTS];

void model_init(struct model *m);
void model_copy(struct model *to, const struct model *from);
bool model_is_nearly_full(const struct model *m);
void model_apply(struct model *m, const struct request *q, int64_t now_ms, struct answer *a);
void model_expire(struct model *m, int64_t now_ms); /* the town's periodic work */
void model_prune(struct model *m, int64_t now_ms);
/* As hall_stock_left(), and what was sold. */
void model_stock(const struct model *m, int64_t sku, int64_t *left, int64_t *sold);

#endif
