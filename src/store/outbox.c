#include "store/outbox.h"

#include "store/queries.h"

enum { PRUNE_MOST = 500, HOLD_COLUMNS = 5 };

void outbox_row(struct str subject, const char *kind, struct str body, int64_t now_ms,
                struct val out[OUTBOX_COLUMNS])
{
    out[0] = V_STR(subject);
    out[1] = V_Z(kind);
    out[2] = V_STR(body);
    out[3] = V_INT(now_ms);
}

enum err outbox_add(struct tx *tx, struct str subject, const char *kind, struct str body)
{
    struct val row[OUTBOX_COLUMNS];
    outbox_row(subject, kind, body, tx->now_ms, row);
    return db_exec_many(tx->db, &q_store_outbox_add, row, 1, NULL);
}

enum err outbox_join(struct tx *tx, const char *consumer)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_store_outbox_consumer, ARGS(V_Z(consumer)), tx->arena, &rs);
    return e == ERR_NOT_FOUND ? db_exec(tx->db, &q_store_outbox_join, ARGS(V_Z(consumer)), NULL)
                              : e;
}

enum err outbox_lease(struct tx *tx, const char *consumer, const char *owner, int64_t until_ms)
{
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_store_outbox_lease,
                ARGS(V_Z(owner), V_INT(until_ms), V_Z(consumer), V_INT(tx->now_ms)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static enum err read_events(const struct rows *rs, struct arena *arena, struct outbox_event **out,
                            size_t *n)
{
    *n = rs->n;
    *out = arena_array(arena, rs->n, sizeof(**out));
    if (!*out)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs->n; i++)
        (*out)[i] = (struct outbox_event){
            .id = row_int(rs, i, "id"),
            .at_ms = row_int(rs, i, "at_ms"),
            .subject = row_str(rs, i, "subject"),
            .kind = row_str(rs, i, "kind"),
            .body = row_str(rs, i, "body"),
            .attempts = (int)row_int(rs, i, "attempts"),
            .held = row_int(rs, i, "held") != 0,
        };
    return OK;
}

enum err outbox_new(struct db *db, const char *consumer, int most, struct arena *arena,
                    struct outbox_event **out, size_t *n)
{
    struct rows rs;
    enum err e = db_select(db, &q_store_outbox_new,
                           ARGS(V_Z(consumer), V_INT(OUTBOX_HELD_MAX), V_INT(most)), arena, &rs);
    return e ? e : read_events(&rs, arena, out, n);
}

enum err outbox_due(struct db *db, const char *consumer, int64_t now_ms, int most,
                    struct arena *arena, struct outbox_event **out, size_t *n)
{
    struct rows rs;
    enum err e = db_select(db, &q_store_outbox_due, ARGS(V_Z(consumer), V_INT(now_ms), V_INT(most)),
                           arena, &rs);
    return e ? e : read_events(&rs, arena, out, n);
}

enum err outbox_record(struct tx *tx, const char *consumer, const char *owner, int64_t done,
                       const struct outbox_fate *fates, size_t n)
{
    int64_t changed;
    struct val *gone = arena_array(tx->arena, n * 2, sizeof(*gone));
    struct val *held = arena_array(tx->arena, n * HOLD_COLUMNS, sizeof(*held));
    size_t held_n = 0;
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct outbox_fate *f = &fates[i];
        gone[2 * i] = V_Z(consumer);
        gone[2 * i + 1] = V_INT(f->event->id);
        if (!f->held)
            continue;
        const struct val row[HOLD_COLUMNS] = {V_Z(consumer), V_INT(f->event->id),
                                              V_STR(f->event->subject), V_INT(f->attempts),
                                              V_INT(f->due_ms)};
        memcpy(held + HOLD_COLUMNS * held_n++, row, sizeof(row));
    }
    enum err e = db_exec(tx->db, &q_store_outbox_done,
                         ARGS(V_INT(done), V_Z(consumer), V_Z(owner), V_INT(tx->now_ms)), &changed);
    if (!e && changed == 0)
        return ERR_CONFLICT;
    if (!e)
        e = db_exec_many(tx->db, &q_store_outbox_let_go, gone, n, NULL);
    return e ? e : db_exec_many(tx->db, &q_store_outbox_hold, held, held_n, NULL);
}

enum err outbox_prune(struct tx *tx, void *unused)
{
    const int64_t before = tx->now_ms - OUTBOX_KEEP_MS;
    (void)unused;
    enum err e = db_exec(tx->db, &q_store_outbox_forget, ARGS(V_INT(before)), NULL);
    return e ? e
             : db_exec(tx->db, &q_store_outbox_prune, ARGS(V_INT(PRUNE_MOST), V_INT(before)), NULL);
}
