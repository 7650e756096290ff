#include "town/hall/stock.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/map.h"
#include "ledger/ledger_peers.h"
#include "store/queries.h"

enum {
    LISTENERS_MAX = 4,
    SCRATCH_MAX = 1024 * 1024,
    TOLD_TOGETHER = 200,
    SUBJECT_MAX = 32,
    MOVED_EVERY_MS = 1000,
    MOVED_MOST = 1000, /* SKUs at a time; others are told of with their next change */
};

/* "sku:ID", in the caller's buffer. */
static struct str subject_of(int64_t sku_id, char buffer[SUBJECT_MAX])
{
    int n = snprintf(buffer, SUBJECT_MAX, "sku:%lld", (long long)sku_id);
    return str_n(buffer, (size_t)n);
}

enum err hall_stock_open(struct tx *tx, int64_t sku_id, struct hall_stock *out)
{
    char buffer[SUBJECT_MAX];
    int64_t book;
    enum err e = ledger_book(tx, "piece", subject_of(sku_id, buffer), &book);
    if (!e)
        e = ledger_account_open(tx, book, "available", LEDGER_DEBITS_LE_CREDITS, &out->available);
    if (!e)
        e = ledger_account_open(tx, book, "sold", 0, &out->sold);
    if (!e)
        e = ledger_account_open(tx, book, "outside", 0, &out->outside);
    return e;
}

static void take_account(struct hall_stock *stock, struct str role, int64_t account)
{
    if (str_eq_z(role, "available"))
        stock->available = account;
    else if (str_eq_z(role, "sold"))
        stock->sold = account;
    else if (str_eq_z(role, "outside"))
        stock->outside = account;
}

static enum err find_accounts(struct tx *tx, const int64_t *skus, size_t n, struct map *places,
                              struct hall_stock *out)
{
    struct rows rs;
    struct str *subjects = arena_array(tx->arena, n, sizeof(*subjects));
    enum err e = subjects ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < n; i++) {
        char buffer[SUBJECT_MAX];
        out[i] = (struct hall_stock){0};
        subjects[i] = arena_str(tx->arena, subject_of(skus[i], buffer));
        e = subjects[i].p ? map_put(places, subjects[i], &out[i]) : ERR_NOMEM;
    }
    if (!e)
        e = ledger_accounts_of(tx->db, "piece", subjects, n, tx->arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++)
        take_account(map_get(places, row_str(&rs, row, "subject")), row_str(&rs, row, "role"),
                     row_int(&rs, row, "account"));
    return e;
}

enum err hall_stock_open_many(struct tx *tx, const int64_t *skus, size_t n, struct hall_stock *out)
{
    struct map places; /* subject → where its accounts go */
    map_init(&places);
    enum err e = find_accounts(tx, skus, n, &places, out);
    map_free(&places);
    for (size_t i = 0; !e && i < n; i++)
        if (!out[i].available || !out[i].sold || !out[i].outside)
            e = hall_stock_open(tx, skus[i], &out[i]);
    return e;
}

enum err hall_stock_add(struct tx *tx, int64_t sku_id, int64_t pieces, struct ledger_id id)
{
    struct hall_stock stock;
    char buffer[SUBJECT_MAX];
    if (pieces == 0 || pieces > HALL_STOCK_PIECES_MAX || pieces < -HALL_STOCK_PIECES_MAX) {
        *tx->info = (struct err_info){
            .code = ERR_INVALID, .field = "stock", .limit = HALL_STOCK_PIECES_MAX};
        return ERR_INVALID;
    }
    enum err e = hall_stock_open(tx, sku_id, &stock);
    if (e)
        return e;
    struct ledger_transfer t = {.id = id,
                                .debit = pieces > 0 ? stock.outside : stock.available,
                                .credit = pieces > 0 ? stock.available : stock.outside,
                                .amount = pieces > 0 ? pieces : -pieces,
                                .reason = pieces > 0 ? "restock" : "take_out",
                                .ref = subject_of(sku_id, buffer)};
    e = ledger_post(tx, &t);
    if (!e)
        hall_stock_touch(tx, sku_id);
    return e;
}

enum err hall_stock_left(struct db *db, int64_t sku_id, struct arena *arena, int64_t *left)
{
    struct rows rs;
    const struct val sku = V_INT(sku_id);
    enum err e = db_select_many(db, &q_hall_stock_now, &sku, 1, arena, &rs);
    *left = !e && rs.n ? row_int(&rs, 0, "available") : 0;
    return e;
}

/* --- telling of changes; all of it on the writer's thread once it runs --- */

static struct {
    hall_stock_listener *fn;
    void *arg;
} listeners[LISTENERS_MAX];
static _Atomic int listeners_n; /* the writer's own work may run while the town starts */

/* SKUs touched since the last commit. A lost batch leaves its own here: they are told of again with
 * the next commit, which is harmless, since what is told is read then. */
static int64_t *touched;
static size_t touched_n, touched_room;

void hall_stock_on_change(hall_stock_listener *fn, void *arg)
{
    for (int i = 0; i < listeners_n; i++)
        if (listeners[i].fn == fn && listeners[i].arg == arg) /* of a town before this one */
            return;
    if (listeners_n == LISTENERS_MAX) {
        LOG(ERROR, "hall.too_many_stock_listeners", L_I("most", LISTENERS_MAX));
        abort();
    }
    listeners[listeners_n].arg = arg;
    listeners[listeners_n].fn = fn;
    listeners_n++;
}

void hall_stock_touch(struct tx *tx, int64_t sku_id)
{
    (void)tx;
    if (listeners_n == 0 || (touched_n > 0 && touched[touched_n - 1] == sku_id))
        return;
    if (touched_n == touched_room) {
        size_t room = touched_room ? touched_room * 2 : 64;
        int64_t *more = realloc(touched, room * sizeof(*touched));
        if (!more)
            return; /* a card shows an old number until the next change */
        touched = more;
        touched_room = room;
    }
    touched[touched_n++] = sku_id;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void leave_each_once(void)
{
    size_t n = 0;
    if (touched_n > 1)
        qsort(touched, touched_n, sizeof(*touched), by_number);
    for (size_t i = 0; i < touched_n; i++)
        if (i == 0 || touched[i] != touched[i - 1])
            touched[n++] = touched[i];
    touched_n = n;
}

static enum err tell_some(struct db *db, const int64_t *skus, size_t n, struct arena *arena)
{
    struct rows rs;
    struct val *args = arena_array(arena, n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        args[i] = V_INT(skus[i]);
    enum err e = db_select_many(db, &q_hall_stock_now, args, n, arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++) {
        struct hall_stock_change change = {
            row_int(&rs, row, "sku_id"), row_int(&rs, row, "available"), row_int(&rs, row, "sold")};
        for (int i = 0; i < listeners_n; i++)
            listeners[i].fn(&change, listeners[i].arg);
    }
    return e;
}

static void tell(struct db *db, void *arg)
{
    (void)arg;
    leave_each_once();
    for (size_t i = 0; i < touched_n; i += TOLD_TOGETHER) {
        size_t n = touched_n - i < TOLD_TOGETHER ? touched_n - i : TOLD_TOGETHER;
        struct arena arena;
        arena_init(&arena, SCRATCH_MAX);
        enum err e = tell_some(db, touched + i, n, &arena);
        if (e)
            LOG(WARN, "hall.stock_not_told", L_I("skus", (int64_t)n), L_ERR(e));
        arena_free(&arena);
    }
    touched_n = 0;
}

/* What another process has sold falls in this one's rooms, too. */
static enum err touch_moved_elsewhere(struct tx *tx, void *arg)
{
    struct rows rs;
    int64_t after, sku_id;
    (void)arg;
    if (!ledger_peers_moved(&after))
        return OK;
    enum err e = db_select(tx->db, &q_hall_skus_moved, ARGS(V_INT(after), V_INT(MOVED_MOST)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str subject = row_str(&rs, i, "subject");
        if (str_starts(subject, "sku:") &&
            str_to_i64(str_slice(subject, 4, subject.n), &sku_id) == OK)
            hall_stock_touch(tx, sku_id);
    }
    if (!e)
        ledger_peers_told();
    return e;
}

void hall_stock_start(struct writer *w)
{
    writer_on_commit(w, tell, NULL);
    writer_every(w, MOVED_EVERY_MS, "hall.moved_elsewhere", touch_moved_elsewhere, NULL);
}
