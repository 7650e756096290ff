/* What the writer does: a message, a mark, an opening. */
#include "store/queries.h"
#include "store/seal.h"
#include "town/claims/claims.h"
#include "town/talk/internal.h"

const char *const talk_sides[TALK_SIDES] = {"buyer", "factory"};

bool talk_side_of(unsigned as, enum talk_side *side)
{
    *side = as & ORDER_AS_BUYER ? TALK_BUYER : TALK_FACTORY;
    return as & (ORDER_AS_BUYER | ORDER_AS_FACTORY);
}

const char *talk_closed(const struct rows *order, int64_t now_ms)
{
    if (row_int(order, 0, "n") >= TALK_MAX)
        return "full";
    bool is_over = !row_null(order, 0, "over_at");
    return is_over && now_ms - row_int(order, 0, "over_at") >= TALK_OVER_MS ? "over" : NULL;
}

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- the talk as a whole --- */

struct talk { /* a row of talks */
    int64_t order_id, buyer_id, factory_id, n, last_id, waits_since;
    int64_t seen[TALK_SIDES], unread[TALK_SIDES];
};

static enum err load(struct tx *tx, int64_t order_id, struct rows *order, struct talk *t)
{
    enum err e = db_one(tx->db, &q_talk_order, ARGS(V_INT(order_id)), tx->arena, order);
    if (e)
        return e;
    *t = (struct talk){
        .order_id = order_id,
        .buyer_id = row_int(order, 0, "buyer_id"),
        .factory_id = row_int(order, 0, "factory_id"),
        .n = row_int(order, 0, "n"),
        .last_id = row_int(order, 0, "last_id"),
        .waits_since = row_int(order, 0, "waits_since"),
        .seen = {row_int(order, 0, "buyer_seen"), row_int(order, 0, "factory_seen")},
        .unread = {row_int(order, 0, "buyer_unread"), row_int(order, 0, "factory_unread")}};
    return OK;
}

static enum err keep(struct tx *tx, const struct talk *t)
{
    return db_exec(tx->db, &q_talk_set,
                   ARGS(V_INT(t->order_id), V_INT(t->buyer_id), V_INT(t->factory_id), V_INT(t->n),
                        V_INT(t->last_id), t->waits_since ? V_INT(t->waits_since) : V_NULL,
                        V_INT(t->seen[TALK_BUYER]), V_INT(t->seen[TALK_FACTORY]),
                        V_INT(t->unread[TALK_BUYER]), V_INT(t->unread[TALK_FACTORY])),
                   NULL);
}

static enum err mark(struct tx *tx, struct talk *t, enum talk_side side, int64_t seen)
{
    struct rows rs;
    if (seen > t->last_id)
        seen = t->last_id;
    if (seen <= t->seen[side])
        return OK;
    enum err e =
        db_one(tx->db, &q_talk_unread, ARGS(V_INT(t->order_id), V_INT(seen), V_Z(talk_sides[side])),
               tx->arena, &rs);
    if (e)
        return e;
    t->seen[side] = seen;
    t->unread[side] = row_int(&rs, 0, "n");
    return OK;
}

/* --- a message --- */

static enum err check_pace(struct tx *tx, const struct talk_word *w)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_talk_lately,
               ARGS(V_INT(w->order_id), V_INT(w->by.user_id), V_INT(tx->now_ms - TALK_FAST_MS)),
               tx->arena, &rs);
    if (!e && row_int(&rs, 0, "here") >= TALK_FAST_MAX)
        return refuse(tx, ERR_LIMIT, "text", "talk.too_fast", TALK_FAST_MAX);
    if (!e && row_int(&rs, 0, "n") >= TALK_FAST_ALL)
        return refuse(tx, ERR_LIMIT, "text", "talk.too_fast", TALK_FAST_ALL);
    return e;
}

static enum err check(struct tx *tx, const struct talk_word *w, const struct rows *order,
                      const struct talk *t, enum talk_side *side)
{
    size_t n = str_characters(w->text);
    if (!talk_side_of(w->by.as, side))
        return ERR_FORBIDDEN;
    if (*side == TALK_BUYER && w->by.user_id != t->buyer_id)
        return ERR_NOT_FOUND;
    if (n < 1 || n > TALK_TEXT_MAX)
        return refuse(tx, ERR_INVALID, "text", "web.text_bad", TALK_TEXT_MAX);
    const char *closed = talk_closed(order, tx->now_ms);
    if (closed && closed[0] == 'o')
        return refuse(tx, ERR_CONFLICT, "text", "talk.over", TALK_OVER_DAYS);
    if (closed)
        return refuse(tx, ERR_LIMIT, "text", "talk.full", TALK_MAX);
    return check_pace(tx, w);
}

static enum err add(struct tx *tx, const struct talk_word *w, enum talk_side side, int64_t *id)
{
    struct rows rs;
    struct str sealed;
    enum err e = seal_text("talk_words.words", w->text, tx->arena, &sealed);
    if (!e)
        e = db_one(tx->db, &q_talk_add,
                   ARGS(V_INT(w->order_id), V_INT(w->by.user_id), V_Z(talk_sides[side]),
                        V_INT(tx->now_ms), V_BLOB(sealed)),
                   tx->arena, &rs);
    if (!e)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err talk_say(struct tx *tx, const struct talk_word *w, int64_t *id)
{
    struct rows order;
    struct talk t;
    enum talk_side side;
    enum err e = load(tx, w->order_id, &order, &t);
    if (!e)
        e = check(tx, w, &order, &t, &side);
    if (!e)
        e = mark(tx, &t, side, w->seen ? w->seen : t.last_id);
    if (!e)
        e = add(tx, w, side, id);
    if (e)
        return e;
    t.n++;
    t.last_id = *id;
    t.unread[TALK_SIDES - 1 - side]++;
    if (t.unread[side] == 0)
        t.seen[side] = *id; /* one's own is no news */
    if (side == TALK_FACTORY || t.n >= TALK_MAX)
        t.waits_since = 0; /* nobody waits for what cannot be written */
    else if (!t.waits_since)
        t.waits_since = tx->now_ms;
    return keep(tx, &t);
}

/* --- reading --- */

enum err talk_seen(struct tx *tx, int64_t order_id, unsigned as, int64_t seen)
{
    struct rows order;
    struct talk t;
    enum talk_side side;
    enum err e = load(tx, order_id, &order, &t);
    if (!e && !talk_side_of(as, &side))
        e = ERR_FORBIDDEN;
    int64_t before = e ? 0 : t.seen[side];
    if (!e)
        e = mark(tx, &t, side, seen);
    return e || t.seen[side] == before ? e : keep(tx, &t);
}

enum err talk_open(struct tx *tx, int64_t order_id, int64_t user_id, struct str purpose)
{
    bool disputed;
    enum err e = claims_disputed(tx->db, tx->arena, order_id, &disputed);
    if (!e && !disputed)
        return refuse(tx, ERR_CONFLICT, "status", "talk.no_dispute", 0);
    return e ? e
             : db_exec(tx->db, &q_talk_opening_add,
                       ARGS(V_INT(order_id), V_INT(user_id), V_STR(purpose), V_INT(tx->now_ms)),
                       NULL);
}
