#include "ledger/ledger_statement.h"

#include <string.h>

#include "store/queries.h"

static const char *const kinds[] = {NULL, "posted", "hold", "post", "void", "expire"};

/* What a row does to its account: `side` is -1 for the debit side, 1 for the credit side. */
static struct ledger_balance change_of(const struct rows *rs, size_t row)
{
    int64_t side = row_int(rs, row, "side"), kind = row_int(rs, row, "kind"),
            amount = row_int(rs, row, "amount"), held = row_int(rs, row, "held");
    struct ledger_balance change = {0};
    if (kind == 1 || kind == 3)
        change.balance = side * amount;
    if (kind != 1)
        change.held = side * (kind == 2 ? amount : -held);
    return change;
}

static enum err read_line(const struct rows *rs, size_t row, struct ledger_balance *running,
                          struct ledger_line *out)
{
    int64_t kind = row_int(rs, row, "kind");
    struct str id = row_str(rs, row, "id");
    if (kind < 1 || kind > 5 || id.n != sizeof(out->id.b))
        return ERR_CORRUPT;
    *out = (struct ledger_line){.seq = row_int(rs, row, "seq"),
                                .at_ms = row_int(rs, row, "at_ms"),
                                .kind = kinds[kind],
                                .hold = row_int(rs, row, "hold"),
                                .other = row_int(rs, row, "other"),
                                .reason = row_str(rs, row, "reason"),
                                .ref = row_str(rs, row, "ref"),
                                .change = change_of(rs, row)};
    memcpy(out->id.b, id.p, sizeof(out->id.b));
    running->balance += out->change.balance;
    running->held += out->change.held;
    out->after = *running;
    return OK;
}

static enum err read_sums(struct db *db, int64_t account, int64_t as_of_ms, int64_t until,
                          struct arena *arena, struct ledger_balance *out)
{
    struct rows rs;
    *out = (struct ledger_balance){0};
    if (until == 0)
        return OK;
    enum err e = db_one(db, &q_ledger_statement_sums,
                        ARGS(V_INT(account), V_INT(until), V_INT(as_of_ms)), arena, &rs);
    if (!e)
        *out = (struct ledger_balance){row_int(&rs, 0, "balance"), row_int(&rs, 0, "held")};
    return e;
}

static enum err read_lines(struct db *db, int64_t as_of_ms, int64_t after, size_t most,
                           struct arena *arena, struct ledger_statement *out)
{
    struct rows rs;
    struct ledger_balance running = out->opening;
    enum err e = db_select(
        db, &q_ledger_statement_lines,
        ARGS(V_INT(out->account), V_INT(after), V_INT(as_of_ms), V_INT((int64_t)most + 1)), arena,
        &rs);
    if (e || rs.n == 0)
        return e;
    out->n = rs.n > most ? most : rs.n; /* one more was asked for, to know whether there is one */
    out->lines = arena_array(arena, out->n, sizeof(*out->lines));
    if (!out->lines)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < out->n; i++)
        e = read_line(&rs, i, &running, &out->lines[i]);
    if (rs.n > most)
        out->next = out->lines[out->n - 1].seq;
    return e;
}

enum err ledger_statement(struct db *db, int64_t account, int64_t as_of_ms, int64_t after,
                          size_t most, struct arena *arena, struct ledger_statement *out)
{
    struct rows rs;
    if (most == 0 || most > LEDGER_STATEMENT_LINES_MAX || after < 0)
        return ERR_INVALID;
    enum err e = db_one(db, &q_ledger_statement_account, ARGS(V_INT(account)), arena, &rs);
    if (e)
        return e;
    *out = (struct ledger_statement){.account = account,
                                     .book = row_int(&rs, 0, "book"),
                                     .flags = (int)row_int(&rs, 0, "flags"),
                                     .unit = row_str(&rs, 0, "unit"),
                                     .subject = row_str(&rs, 0, "subject"),
                                     .role = row_str(&rs, 0, "role")};
    e = read_sums(db, account, as_of_ms, after, arena, &out->opening);
    if (!e)
        e = read_lines(db, as_of_ms, after, most, arena, out);
    if (!e && out->next)
        return read_sums(db, account, as_of_ms, INT64_MAX, arena, &out->closing);
    out->closing = out->n ? out->lines[out->n - 1].after : out->opening;
    return e;
}
