/* The database as lines of text, read with queries of its own, and the model as such lines. */
#include "sim.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger_check.h"
#include "store/queries.h"
#include "town/trade/trade.h"

enum { LOOK_ARENA = 64 << 20, SLICE = 5000, LINE = 600 };

#define ALL                                                                                        \
    "SELECT 'order' AS what, id AS a, 0 AS b, buyer_id AS c, factory_id AS d, total_fen AS e,"     \
    " placed_at AS f, hold_until AS g, COALESCE(paid_at, -1) AS h, status AS s, '' AS t"           \
    " FROM orders "                                                                                \
    "UNION ALL SELECT 'line', l.order_id, l.line, l.sku_id, l.quantity, l.price_fen,"              \
    " COALESCE(h.seq, -1), 0, 0, '', ''"                                                           \
    " FROM order_lines l LEFT JOIN ledger_transfers h ON h.id = l.hold "                           \
    "UNION ALL SELECT 'receiver', order_id, 0, 0, 0, 0, 0, 0, 0, '', '' FROM order_receivers "     \
    "UNION ALL SELECT 'event', order_id, id, COALESCE(actor_id, 0), at, 0, 0, 0, 0,"               \
    " event || ' ' || COALESCE(from_state, '-') || ' ' || to_state, actor_as FROM order_events "   \
    "UNION ALL SELECT 'key', 0, 0, subject, amount, created_at, 0, 0, 0,"                          \
    " actor || ' ' || operation || ' ' || key || ' ' || result,"                                   \
    " COALESCE(field, '-') || ' ' || COALESCE(message_key, '-') FROM idempotency_keys "            \
    "UNION ALL SELECT 'open', hold, 0, COALESCE(due_ms, 0), 0, 0, 0, 0, 0, '', ''"                 \
    " FROM ledger_holds "                                                                          \
    "UNION ALL SELECT 'account', a.id, 0, a.flags, a.debits_pending, a.debits_posted,"             \
    " a.credits_pending, a.credits_posted, 0, b.unit || ' ' || b.subject || ' ' || a.role, ''"     \
    " FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book "                                \
    "ORDER BY what, a, b"

static void add_line(struct picture *p, const char *line)
{
    if (p->n == p->room) {
        p->room = p->room ? p->room * 2 : 256;
        p->lines = realloc(p->lines, p->room * sizeof(*p->lines));
        if (!p->lines)
            abort();
    }
    p->lines[p->n++] = strdup(line);
}

#define ADD(p, ...)                                                                                \
    do {                                                                                           \
        char line_[LINE];                                                                          \
        snprintf(line_, sizeof(line_), __VA_ARGS__);                                               \
        add_line(p, line_);                                                                        \
    } while (0)

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct picture *p)
{
    if (p->n)
        qsort(p->lines, p->n, sizeof(*p->lines), by_text);
}

void picture_free(struct picture *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->lines[i]);
    free(p->lines);
    *p = (struct picture){0};
}

bool pictures_differ(const struct picture *store, const struct picture *model, char *out,
                     size_t size)
{
    size_t i = 0, k = 0, used = 0;
    int shown = 0;
    out[0] = 0;
    while ((i < store->n || k < model->n) && shown < 8) {
        int order = i == store->n   ? 1
                    : k == model->n ? -1
                                    : strcmp(store->lines[i], model->lines[k]);
        if (order != 0 && used < size) {
            used += (size_t)snprintf(
                out + used, size - used, "\n    %s %s",
                order < 0 ? "store:" : "model:", order < 0 ? store->lines[i] : model->lines[k]);
            shown++;
        }
        i += order <= 0;
        k += order >= 0;
    }
    return shown > 0;
}

/* --- the store --- */

static struct {
    int64_t seq[MODEL_TRANSFERS + 1];
    int n;
} places; /* seq → place, of the slice last read */

static int place_of(int64_t seq)
{
    int low = 0, high = places.n;
    while (low < high) {
        int mid = (low + high) / 2;
        if (places.seq[mid] < seq)
            low = mid + 1;
        else
            high = mid;
    }
    return low < places.n && places.seq[low] == seq ? low : -1;
}

static void hash_int(crypto_hash_sha256_state *state, int64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
    crypto_hash_sha256_update(state, b, 8);
}

static void hash_text(crypto_hash_sha256_state *state, struct str s)
{
    hash_int(state, (int64_t)s.n);
    crypto_hash_sha256_update(state, (const uint8_t *)s.p, s.n);
}

/* The chain by the words of ledger_chain.h. */
static void chain(const struct rows *rs, size_t row, uint8_t hash[32])
{
    static const char *const numbers[] = {"seq",    "kind",       "debit", "credit",
                                          "amount", "timeout_ms", "hold",  "at_ms"};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, hash, 32);
    crypto_hash_sha256_update(&state, (const uint8_t[]){1}, 1);
    for (size_t i = 0; i < 8; i++)
        hash_int(&state, row_int(rs, row, numbers[i]));
    crypto_hash_sha256_update(&state, (const uint8_t *)row_str(rs, row, "id").p, 16);
    hash_text(&state, row_str(rs, row, "reason"));
    hash_text(&state, row_str(rs, row, "ref"));
    crypto_hash_sha256_final(&state, hash);
}

/* What has been chained once stays, byte for byte. */
static void check_chain(struct sim *s, const struct rows *rs, size_t row, uint8_t hash[32])
{
    chain(rs, row, hash);
    if (row_str(rs, row, "hash").n != 32 || memcmp(row_str(rs, row, "hash").p, hash, 32))
        fail(s, "transfer %zu: its place in the chain is wrong", row);
    if ((int)row < s->hashes_n && memcmp(s->hashes[row], hash, 32))
        fail(s, "transfer %zu: another one than before", row);
    memcpy(s->hashes[row], hash, 32);
}

/* Ids that are the simulator's own, by number. */
static int64_t number_of(struct str id)
{
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--)
        number = number << 8 | (uint8_t)id.p[i];
    struct ledger_id own = model_id((int64_t)number);
    return memcmp(own.b, id.p, 16) ? 0 : (int64_t)number;
}

static void put_transfer(struct picture *p, const struct rows *rs, size_t row, const char *debit,
                         const char *credit)
{
    ADD(p, "transfer %05zu kind %lld, %s > %s, %lld timeout %lld at %lld of %d, %s for %s, id %lld",
        row, (long long)row_int(rs, row, "kind"), debit, credit,
        (long long)row_int(rs, row, "amount"), (long long)row_int(rs, row, "timeout_ms"),
        (long long)row_int(rs, row, "at_ms"), place_of(row_int(rs, row, "hold")),
        row_str(rs, row, "reason").p, row_str(rs, row, "ref").p,
        (long long)number_of(row_str(rs, row, "id")));
}

static const char *account_name(const struct rows *all, int64_t id)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq_z(row_str(all, i, "what"), "account") && row_int(all, i, "a") == id)
            return row_str(all, i, "s").p;
    return "?";
}

static void put_transfers(struct sim *s, struct picture *p, const struct rows *all,
                          struct arena *arena)
{
    struct rows rs;
    uint8_t hash[32] = {0};
    MUST(s, db_select(s->look, &q_ledger_check_slice,
                      ARGS(V_INT(0), V_INT(INT64_MAX), V_INT(SLICE)), arena, &rs));
    if (rs.n > MODEL_TRANSFERS)
        fail(s, "%zu transfers", rs.n);
    places.n = 0;
    for (size_t i = 0; i < rs.n; i++)
        places.seq[places.n++] = row_int(&rs, i, "seq");
    for (size_t i = 0; i < rs.n; i++) {
        check_chain(s, &rs, i, hash);
        put_transfer(p, &rs, i, account_name(all, row_int(&rs, i, "debit")),
                     account_name(all, row_int(&rs, i, "credit")));
    }
    if ((int)rs.n < s->hashes_n)
        fail(s, "%d transfers were chained, %zu are there", s->hashes_n, rs.n);
    s->hashes_n = (int)rs.n;
}

static void put_row(struct picture *p, const struct rows *rs, size_t i, int *nth)
{
    struct str what = row_str(rs, i, "what");
    const char *text = row_str(rs, i, "s").p, *more = row_str(rs, i, "t").p;
    long long a = row_int(rs, i, "a"), b = row_int(rs, i, "b"), c = row_int(rs, i, "c"),
              d = row_int(rs, i, "d"), e = row_int(rs, i, "e"), f = row_int(rs, i, "f"),
              g = row_int(rs, i, "g"), h = row_int(rs, i, "h");
    bool same = i > 0 && row_int(rs, i - 1, "a") == a && str_eq(row_str(rs, i - 1, "what"), what);
    *nth = same ? *nth + 1 : 0;
    if (str_eq_z(what, "order"))
        ADD(p,
            "order %05lld buyer %lld factory %lld total %lld placed %lld until %lld paid %lld %s",
            a, c, d, e, f, g, h, text);
    else if (str_eq_z(what, "line"))
        ADD(p, "order %05lld line %lld sku %lld x %lld at %lld hold %d", a, b, c, d, e,
            place_of(f));
    else if (str_eq_z(what, "receiver"))
        ADD(p, "order %05lld receiver", a);
    else if (str_eq_z(what, "event"))
        ADD(p, "order %05lld event %d: %s by %lld as %s at %lld", a, *nth, text, c, more, d);
    else if (str_eq_z(what, "key"))
        ADD(p, "key %s %lld %lld %s at %lld", text, c, d, more, e);
    else if (str_eq_z(what, "open"))
        ADD(p, "open %05d until %lld", place_of(a), c);
    else if (c > 3 || d || e || f || g)
        ADD(p, "account %s flags %lld: %lld %lld %lld %lld", text, c, d, e, f, g);
}

void picture_of_store(struct sim *s, struct picture *p)
{
    /* The place of a statement that a reader never runs. */
    const struct query all_query = {
        .name = "sim.all", .sql = ALL, .sql_pg = ALL, .id = q_hall_kind_add.id};
    struct arena arena;
    struct rows all;
    int nth = 0;
    *p = (struct picture){0};
    arena_init(&arena, LOOK_ARENA);
    MUST(s, db_snapshot_begin(s->look));
    MUST(s, db_select(s->look, &all_query, NO_ARGS, &arena, &all));
    put_transfers(s, p, &all, &arena);
    for (size_t i = 0; i < all.n; i++)
        put_row(p, &all, i, &nth);
    db_snapshot_end(s->look);
    arena_free(&arena);
    sort(p);
}

/* --- the model --- */

static void name_account(const struct model *m, int account, char out[80])
{
    const struct model_account *a = &m->accounts[account];
    snprintf(out, 80, "%s %s %s", a->unit, a->subject, a->role);
}

static void put_model_transfers(const struct model *m, struct picture *p)
{
    char debit[80], credit[80];
    for (int i = 0; i < m->transfers_n; i++) {
        const struct model_transfer *t = &m->transfers[i];
        name_account(m, t->debit, debit);
        name_account(m, t->credit, credit);
        ADD(p,
            "transfer %05d kind %d, %s > %s, %lld timeout %lld at %lld of %d, %s for %s, id %lld",
            i, t->kind, debit, credit, (long long)t->amount, (long long)t->timeout_ms,
            (long long)t->at_ms, t->hold, t->reason, t->ref, (long long)t->number);
        if (t->kind == M_HOLD && t->resolved < 0)
            ADD(p, "open %05d until %lld", i,
                t->timeout_ms ? (long long)(t->at_ms + t->timeout_ms) : 0LL);
    }
}

static void put_model_order(const struct model_order *o, int number, struct picture *p)
{
    ADD(p, "order %05d buyer %lld factory %lld total %lld placed %lld until %lld paid %lld %s",
        number, (long long)o->buyer, (long long)o->factory, (long long)o->total_fen,
        (long long)o->placed_at, (long long)o->hold_until, (long long)o->paid_at, o->status);
    ADD(p, "order %05d receiver", number);
    for (int i = 0; i < o->lines_n; i++)
        ADD(p, "order %05d line %d sku %lld x %lld at %lld hold %d", number, i + 1,
            (long long)o->lines[i].sku, (long long)o->lines[i].quantity,
            (long long)o->lines[i].price_fen, o->lines[i].hold);
    for (int i = 0; i < o->events_n; i++) {
        const struct model_event *e = &o->events[i];
        ADD(p, "order %05d event %d: %s %s %s by %lld as %s at %lld", number, i, e->event,
            e->from ? e->from : "-", e->to, (long long)e->by, e->as, (long long)e->at_ms);
    }
}

void picture_of_model(const struct model *m, struct picture *p)
{
    *p = (struct picture){0};
    for (int i = 0; i < m->accounts_n; i++) {
        const struct model_account *a = &m->accounts[i];
        if (a->flags > 3 || a->debits_pending || a->debits_posted || a->credits_pending ||
            a->credits_posted)
            ADD(p, "account %s %s %s flags %d: %lld %lld %lld %lld", a->unit, a->subject, a->role,
                a->flags, (long long)a->debits_pending, (long long)a->debits_posted,
                (long long)a->credits_pending, (long long)a->credits_posted);
    }
    put_model_transfers(m, p);
    for (int i = 0; i < m->orders_n; i++)
        put_model_order(&m->orders[i], i + 1, p);
    for (int i = 0; i < m->keys_n; i++) {
        const struct model_key *k = &m->keys[i];
        ADD(p, "key user:%lld %s k%lld %s %lld %lld %s %s at %lld", (long long)k->user,
            k->operation, (long long)k->number, err_name(k->answer.outcome),
            (long long)k->answer.subject, (long long)k->answer.amount,
            k->answer.field ? k->answer.field : "-", k->answer.message ? k->answer.message : "-",
            (long long)k->created_at);
    }
    sort(p);
}

/* --- the checks --- */

static void keep_line(void *arg, const char *line)
{
    struct sim *s = arg;
    say(s, "  check: %s", line);
}

void look_at_checks(struct sim *s, bool thorough)
{
    struct arena arena;
    int in_ledger = 0, in_trade = 0, in_engine = 0;
    arena_init(&arena, LOOK_ARENA);
    MUST(s, ledger_check(s->look, &arena, keep_line, s, &in_ledger));
    MUST(s, db_snapshot_begin(s->look));
    MUST(s, trade_check(s->look, &arena, keep_line, s, &in_trade));
    if (thorough)
        MUST(s, db_verify(s->look, keep_line, s, &in_engine));
    db_snapshot_end(s->look);
    arena_free(&arena);
    if (in_ledger + in_trade + in_engine)
        fail(s, "the checks found %d wrong in the ledger, %d in orders, %d in the file", in_ledger,
             in_trade, in_engine);
}
