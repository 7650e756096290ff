/* Files that a page has kept for a command which is then refused. */
#include <assert.h>

#include "town/gone/gone.h"

struct keeping { /* around the page's own command */
    struct command cmd, *inner;
    continue_fn *then;
    const struct str *objects;
    size_t n;
    enum err result; /* the inner one's */
};

/* Undone by a savepoint of its own, so that the list is written all the same. */
static enum err run_inner(struct keeping *k, struct tx *tx)
{
    struct tx inner = *tx;
    k->inner->arena = tx->arena;
    k->inner->info = (struct err_info){0};
    inner.info = &k->inner->info;
    enum err e = db_savepoint(tx->db);
    if (!e) {
        e = k->inner->run(k->inner, &inner);
        if (!e)
            e = db_savepoint_release(tx->db);
        if (e)
            db_savepoint_rollback(tx->db);
    }
    return e;
}

static enum err run_keeping(struct command *cmd, struct tx *tx)
{
    struct keeping *k = (struct keeping *)cmd;
    k->result = run_inner(k, tx);
    if (k->result && !db_in_transaction(tx->db))
        return k->result;
    enum err e = OK;
    for (size_t i = 0; k->result && !e && i < k->n; i++)
        e = gone_add(tx, k->objects[i]);
    return e;
}

static enum err then_inner(struct req *r, struct command *cmd, enum err result)
{
    struct keeping *k = (struct keeping *)cmd;
    if (result)
        k->inner->info = cmd->info;
    else
        result = k->result;
    if (result)
        r->info = k->inner->info;
    return k->then ? k->then(r, k->inner, result) : result;
}

enum err gone_write(struct req *r, struct command *cmd, continue_fn *then,
                    const struct str *objects, size_t n)
{
    struct keeping *k = n ? ARENA_NEW(r->arena, struct keeping) : NULL;
    assert(cmd->run && !cmd->committed);
    if (n == 0)
        return web_write(r, cmd, then);
    if (!k)
        return ERR_NOMEM;
    *k = (struct keeping){.cmd = {.name = cmd->name, .run = run_keeping},
                          .inner = cmd,
                          .then = then,
                          .objects = objects,
                          .n = n};
    return web_write(r, &k->cmd, then_inner);
}
