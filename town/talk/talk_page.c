/* An order's talk as a page, and what is sent from it. */
#include "base/clock.h"
#include "store/idem.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/claims/claims.h"
#include "town/day.h"
#include "town/hand.h"
#include "town/talk/internal.h"

enum { OPENINGS_SHOWN = 20 };

/* --- who --- */

unsigned talk_as(const struct req *r, const struct rows *order)
{
    unsigned as = 0;
    if (r->who.user_id && r->who.user_id == row_int(order, 0, "buyer_id"))
        as |= ORDER_AS_BUYER;
    if (hand_is_maker(r, row_int(order, 0, "factory_id")))
        as |= ORDER_AS_FACTORY;
    return hand_is_base(r) ? as | ORDER_AS_OPERATOR : as;
}

/* ERR_NOT_FOUND for strangers too. */
static enum err order_of_path(struct req *r, struct rows *order, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_talk_order, ARGS(V_INT(id)), r->arena, order);
    if (e != OK)
        return e;
    *as = talk_as(r, order);
    return *as ? OK : ERR_NOT_FOUND;
}

enum err talk_base_may(struct req *r, int64_t order_id, bool *may, bool *opened)
{
    struct rows rs;
    *opened = false;
    enum err e = claims_disputed(r->db, r->arena, order_id, may);
    if (e != OK || !*may)
        return e;
    e = db_one(
        r->db, &q_talk_opened_by,
        ARGS(V_INT(order_id), V_INT(r->who.user_id), V_INT(clock_wall_ms() - TALK_OPENING_MS)),
        r->arena, &rs);
    *opened = e == OK && row_int(&rs, 0, "n") > 0;
    return e;
}

/* --- messages --- */

enum err talk_put_word(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str text, side = row_str(rs, i, "side");
    enum err e = seal_reveal("talk_words.words", row_str(rs, i, "words"), r->arena, &text);
    view_put_str(v, "side", side);
    view_put_str(v, "side_name", req_text(r, "talk.side_", side));
    view_page_only(v, "side_name");
    view_put_time(v, "at", row_int(rs, i, "at"));
    view_put_str(v, "text", e == OK ? text : STR(""));
    return e;
}

/* What a page draws around a message: a day begins, what is new begins, the other side has seen it.
 */
static void put_marks(struct view *v, const struct rows *order, unsigned as, const struct rows *rs,
                      size_t i, bool *new_begins)
{
    static const char *const columns[TALK_SIDES] = {"buyer_seen", "factory_seen"};
    static const char *const members[] = {"is_own", "is_right", "is_new", "is_day"};
    enum talk_side own;
    int64_t id = row_int(rs, i, "id");
    bool is_side = talk_side_of(as, &own);
    bool is_own = is_side && str_eq_z(row_str(rs, i, "side"), talk_sides[own]);
    bool is_new = is_side && !is_own && id > row_int(order, 0, columns[own]);
    bool begins =
        i + 1 == rs->n || day_of(row_int(rs, i, "at")) != day_of(row_int(rs, i + 1, "at"));
    view_put_bool(v, "is_own", is_own);
    view_put_bool(v, "is_right", is_own || (!is_side && str_eq_z(row_str(rs, i, "side"), "buyer")));
    view_put_bool(v, "is_new", is_new && !*new_begins);
    view_put_bool(v, "is_day", begins);
    for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
        view_page_only(v, members[k]);
    if (is_own)
        view_put_bool(v, "is_read", id <= row_int(order, 0, columns[TALK_SIDES - 1 - own]));
    *new_begins = *new_begins || is_new;
}

enum err talk_put_words(struct req *r, struct view *v, const struct rows *order, unsigned as,
                        int64_t before, int64_t most, int64_t *next)
{
    struct rows rs; /* newest first, and one more than is shown */
    bool new_begins = false;
    enum err e = db_select(r->db, &q_talk_of_order,
                           ARGS(V_INT(row_int(order, 0, "id")), V_INT(before), V_INT(most + 1)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, "messages");
    size_t shown = e == OK && (int64_t)rs.n > most ? (size_t)most : e == OK ? rs.n : 0;
    *next = shown && rs.n > shown ? row_int(&rs, shown - 1, "id") : 0;
    rs.n = shown;
    for (size_t i = shown; e == OK && i-- > 0;) {
        struct view *m = view_add_object(list);
        view_put_int(m, "id", row_int(&rs, i, "id"));
        e = talk_put_word(r, m, &rs, i);
        put_marks(m, order, as, &rs, i, &new_begins);
    }
    return e;
}

/* --- the page --- */

static enum err put_openings(struct req *r, int64_t order_id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_talk_openings, ARGS(V_INT(order_id), V_INT(OPENINGS_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "openings");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "purpose", row_str(&rs, i, "purpose"));
    }
    return e;
}

static void put_head(struct req *r, const struct rows *order, unsigned as)
{
    static const char *const unread[TALK_SIDES] = {"buyer_unread", "factory_unread"};
    enum talk_side own;
    bool is_side = talk_side_of(as, &own);
    const char *closed = talk_closed(order, clock_wall_ms());
    view_put_int(r->view, "order", row_int(order, 0, "id"));
    view_put_str(r->view, "title", row_str(order, 0, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    view_put_str(r->view, "factory",
                 row_str(order, 0, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
    view_put_int(r->view, "n", row_int(order, 0, "n"));
    view_put_int(r->view, "last", row_int(order, 0, "last_id"));
    view_put_int(r->view, "unread", is_side ? row_int(order, 0, unread[own]) : 0);
    view_put_bool(r->view, "may_write", is_side && !closed);
    if (closed)
        view_put_z(r->view, "closed", closed);
    else
        view_put_null(r->view, "closed");
    if (is_side)
        view_put_z(r->view, "own", talk_sides[own]);
    else
        view_put_null(r->view, "own");
    view_put_str(r->view, "text", req_field(r, "text"));
    view_put_str(r->view, "purpose", req_field(r, "purpose"));
    view_put_z(r->view, "key", r->id); /* one a page: pressing twice is one message */
    view_page_only(r->view, "text");
    view_page_only(r->view, "purpose");
    view_page_only(r->view, "key");
}

static enum err put_talk(struct req *r, const struct rows *order, unsigned as, int64_t before)
{
    enum talk_side own;
    int64_t id = row_int(order, 0, "id"), next = 0;
    bool may = true, opened = true;
    enum err e = talk_side_of(as, &own) ? OK : talk_base_may(r, id, &may, &opened);
    if (e == OK && !may)
        e = req_refuse(r, ERR_FORBIDDEN, NULL, "talk.no_dispute");
    if (e != OK)
        return e;
    put_head(r, order, as);
    view_put_bool(r->view, "may_open", !opened && row_int(order, 0, "n") > 0);
    e = talk_put_words(r, r->view, order, as, before, opened ? TALK_PAGE : 0, &next);
    if (next && opened)
        view_put_int(r->view, "next", next);
    else
        view_put_null(r->view, "next");
    view_put_bool(r->view, "is_newest", before == INT64_MAX);
    view_page_only(r->view, "is_newest");
    return e == OK ? put_openings(r, id) : e;
}

enum err talk_page(struct req *r)
{
    struct rows order;
    unsigned as;
    int64_t before = INT64_MAX;
    struct str text = req_query(r, "before");
    enum err e = order_of_path(r, &order, &as);
    if (e == OK && text.n && str_to_i64(text, &before) != OK)
        e = req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    return e != OK ? e : put_talk(r, &order, as, before);
}

/* After a refusal: the form with what was typed. */
static enum err page_again(struct req *r, enum err result)
{
    struct rows order;
    unsigned as;
    struct err_info info = r->info;
    if (r->json)
        return result;
    enum err e = order_of_path(r, &order, &as);
    if (e == OK)
        e = put_talk(r, &order, as, INT64_MAX);
    r->info = info;
    return e == OK ? result : e;
}

static void go_back(struct req *r, int64_t order_id)
{
    bool to_order = str_eq_z(req_field(r, "from"), "order");
    reply_redirect(r,
                   arena_printf(r->arena, to_order ? "/orders/%lld#talk" : "/orders/%lld/talk#end",
                                (long long)order_id));
}

/* --- writing --- */

struct saying {
    struct command cmd;
    struct talk_word word;
    struct idem_key key;
    struct idem_outcome outcome;
};

static enum err work(struct tx *tx, void *arg, int64_t *subject)
{
    return talk_say(tx, &((struct saying *)arg)->word, subject);
}

static enum err run_say(struct command *cmd, struct tx *tx)
{
    struct saying *s = (struct saying *)cmd;
    return idem_run(tx, &s->key, work, s, &s->outcome);
}

static enum err said(struct req *r, struct command *cmd, enum err result)
{
    const struct saying *s = (struct saying *)cmd;
    if (result == OK && s->outcome.result != OK) {
        r->info = (struct err_info){.code = s->outcome.result,
                                    .field = s->outcome.field,
                                    .key = s->outcome.message_key,
                                    .limit = s->outcome.amount};
        result = s->outcome.result;
    }
    if (result != OK)
        return page_again(r, result);
    if (r->json)
        return talk_page(r);
    go_back(r, s->word.order_id);
    return OK;
}

static enum err make_key(struct req *r, struct saying *s)
{
    const char *order = arena_printf(r->arena, "%lld", (long long)s->word.order_id);
    const char *actor = arena_printf(r->arena, "user:%lld", (long long)r->who.user_id);
    if (!order || !actor)
        return ERR_NOMEM;
    const struct str parts[] = {str_of(order), s->word.text};
    s->key.actor = str_of(actor);
    s->key.operation = "talk.say";
    idem_hash(s->key.hash, parts, 2);
    return req_idempotency_key(r, &s->key.key);
}

static enum err read_seen(struct req *r, int64_t *seen)
{
    struct str text = req_field(r, "seen");
    *seen = 0;
    return text.n ? req_field_int(r, "seen", 0, INT64_MAX, seen) : OK;
}

enum err talk_post(struct req *r)
{
    struct rows order;
    unsigned as;
    enum talk_side side;
    struct saying *s = ARENA_NEW(r->arena, struct saying);
    enum err e = s ? order_of_path(r, &order, &as) : ERR_NOMEM;
    if (e == OK && !talk_side_of(as, &side))
        e = ERR_FORBIDDEN; /* the base reads */
    if (e != OK)
        return e;
    s->cmd = (struct command){.name = "talk.say", .run = run_say};
    s->word.order_id = row_int(&order, 0, "id");
    s->word.by = (struct order_actor){r->who.user_id, as};
    reply_page(r, "talk/talk.html");
    e = req_field_text(r, "text", 1, TALK_TEXT_MAX, &s->word.text);
    if (e == OK)
        e = read_seen(r, &s->word.seen);
    if (e == OK)
        e = make_key(r, s);
    return e == OK ? web_write(r, &s->cmd, said) : page_again(r, e);
}

/* --- marks and openings --- */

struct reading {
    struct command cmd;
    int64_t order_id, user_id, seen;
    unsigned as;
    struct str purpose;
};

static enum err run_seen(struct command *cmd, struct tx *tx)
{
    const struct reading *o = (struct reading *)cmd;
    return talk_seen(tx, o->order_id, o->as, o->seen);
}

static enum err run_open(struct command *cmd, struct tx *tx)
{
    const struct reading *o = (struct reading *)cmd;
    return talk_open(tx, o->order_id, o->user_id, o->purpose);
}

static enum err has_read(struct req *r, struct command *cmd, enum err result)
{
    const struct reading *o = (struct reading *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return talk_page(r);
    go_back(r, o->order_id);
    return OK;
}

static enum err begin_reading(struct req *r, struct reading **out)
{
    struct rows order;
    struct reading *o = *out = ARENA_NEW(r->arena, struct reading);
    if (!o)
        return ERR_NOMEM;
    *o = (struct reading){.user_id = r->who.user_id};
    enum err e = order_of_path(r, &order, &o->as);
    if (e == OK)
        o->order_id = row_int(&order, 0, "id");
    return e;
}

enum err talk_seen_post(struct req *r)
{
    struct reading *o;
    enum talk_side side;
    enum err e = begin_reading(r, &o);
    if (e == OK && !talk_side_of(o->as, &side))
        e = ERR_FORBIDDEN; /* the base leaves no mark of having read, but an opening */
    if (e == OK)
        e = req_field_int(r, "seen", 1, INT64_MAX, &o->seen);
    if (e != OK)
        return e;
    o->cmd = (struct command){.name = "talk.seen", .run = run_seen};
    return web_write(r, &o->cmd, has_read);
}

enum err talk_open_post(struct req *r)
{
    struct reading *o;
    enum err e = begin_reading(r, &o);
    if (e != OK)
        return e;
    e = req_field_text(r, "purpose", 2, TALK_PURPOSE_MAX, &o->purpose);
    if (e != OK) {
        reply_page(r, "talk/talk.html");
        return page_again(r, e);
    }
    o->cmd = (struct command){.name = "talk.open", .run = run_open};
    return web_write(r, &o->cmd, has_read);
}
