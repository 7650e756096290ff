#include "ledger/ledger_peers.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"

enum { SAY_EVERY_MS = 60 * 1000 };

static struct {
    bool has_begun;
    int64_t seen;  /* the last transfer that this process made, or has found */
    int64_t noted; /* what `seen` will be once the running batch is committed */
    bool moved;    /* by others, and not told yet */
    int64_t moved_after;
    int64_t said_ms; /* monotone; when a clock was last complained of, or 0 */
} peers;

static void find(int64_t seq)
{
    if (peers.has_begun && seq > peers.seen && !peers.moved) {
        peers.moved = true;
        peers.moved_after = peers.seen;
    }
    if (!peers.has_begun || seq > peers.seen)
        peers.seen = seq;
    peers.has_begun = true;
    peers.noted = peers.seen;
}

static void say_behind(int64_t by_ms)
{
    int64_t now = clock_mono_ms();
    if (by_ms < LEDGER_CLOCK_BEHIND_MS || (peers.said_ms && now - peers.said_ms < SAY_EVERY_MS))
        return;
    peers.said_ms = now;
    LOG(WARN, "ledger.clock_behind", L_I("ms", by_ms));
}

static enum err begin(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = db_select(tx->db, &q_ledger_newest, NO_ARGS, tx->arena, &rs);
    if (e)
        return e;
    find(rs.n ? row_int(&rs, 0, "seq") : 0);
    int64_t last_ms = rs.n ? row_int(&rs, 0, "at_ms") : 0;
    if (last_ms > tx->now_ms) {
        say_behind(last_ms - tx->now_ms);
        tx->now_ms = last_ms;
    }
    return OK;
}

static void committed(struct db *db, void *unused)
{
    (void)db;
    (void)unused;
    peers.seen = peers.noted;
}

void ledger_peers_start(struct writer *w)
{
    peers.has_begun = peers.moved = false;
    writer_at_begin(w, "ledger.peers", begin, NULL);
    writer_on_commit(w, committed, NULL);
}

static enum err look_run(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    (void)tx;
    return OK; /* the batch's beginning does it */
}

enum err ledger_peers_look(struct writer *w, struct arena *arena, struct err_info *info)
{
    struct command cmd = {.name = "ledger.peers", .run = look_run, .arena = arena};
    enum err e = writer_call(w, &cmd);
    *info = cmd.info;
    return e;
}

void ledger_peers_note(int64_t seq)
{
    peers.noted = seq;
}

bool ledger_peers_moved(int64_t *after)
{
    *after = peers.moved_after;
    return peers.moved;
}

void ledger_peers_told(void)
{
    peers.moved = false;
}
