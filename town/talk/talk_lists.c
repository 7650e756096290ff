/* What other pages show of talks: an order's, lists of orders, a maker's messages, every page. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/talk/internal.h"

enum { PART_WORDS = 3 }; /* messages on an order's page */

/* --- an order's page --- */

/* `shown`: up to where who writes from here has seen it: to the mark, where there is more new than
 * the page shows. */
static void put_shown(struct view *v, const struct rows *order, enum talk_side own, int64_t unread)
{
    bool is_all = unread <= PART_WORDS;
    int64_t mark = row_int(order, 0, own == TALK_BUYER ? "buyer_seen" : "factory_seen");
    view_put_bool(v, "is_all", is_all);
    view_put_int(v, "shown", is_all ? row_int(order, 0, "last_id") : mark);
    view_page_only(v, "is_all");
    view_page_only(v, "shown");
}

/* Puts talk {n, unread, messages (the last few), may_write, closed, may_read}; for the base there
 * are messages only while it may read. What is new counts as seen from here when all of it is
 * shown. */
enum err talk_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    struct rows rs;
    enum talk_side own;
    int64_t id = row_int(row, 0, "id"), next, unread = 0;
    bool is_side = talk_side_of(as, &own), may = true, opened = true;
    struct view *v = view_put_object(order, "talk");
    enum err e = db_one(r->db, &q_talk_order, ARGS(V_INT(id)), r->arena, &rs);
    if (e == OK && !is_side)
        e = talk_base_may(r, id, &may, &opened);
    if (e != OK)
        return e;
    view_put_int(v, "n", row_int(&rs, 0, "n"));
    view_put_int(v, "last", row_int(&rs, 0, "last_id"));
    if (is_side)
        unread = row_int(&rs, 0, own == TALK_BUYER ? "buyer_unread" : "factory_unread");
    view_put_int(v, "unread", unread);
    view_put_z(v, "own", is_side ? talk_sides[own] : "");
    put_shown(v, &rs, own, unread);
    const char *closed = talk_closed(&rs, clock_wall_ms());
    view_put_bool(v, "may_write", is_side && !closed);
    if (closed)
        view_put_z(v, "closed", closed);
    else
        view_put_null(v, "closed");
    view_put_bool(v, "may_read", may);
    view_put_z(v, "key", r->id); /* one a page: pressing twice is one message */
    view_page_only(v, "key");
    view_page_only(v, "own");
    return talk_put_words(r, v, &rs, as, INT64_MAX, may && opened ? PART_WORDS : 0, &next);
}

/* --- lists of orders --- */

/* Puts `unread` of each order of a list. */
enum err talk_rows(struct req *r, const struct rows *orders, struct view *const *views, unsigned as)
{
    struct rows rs = {0};
    enum talk_side own;
    if (orders->n == 0 || !talk_side_of(as, &own))
        return OK;
    bool buyer = own == TALK_BUYER;
    int64_t first = row_int(orders, 0, "id"), last = row_int(orders, orders->n - 1, "id");
    enum err e =
        db_select(r->db, buyer ? &q_talk_new_to_buyer : &q_talk_new_to_factory,
                  ARGS(V_INT(buyer ? r->who.user_id : r->who.organisation_id),
                       V_INT(first < last ? first : last), V_INT(first < last ? last : first)),
                  r->arena, &rs);
    for (size_t i = 0; e == OK && i < orders->n; i++) {
        int64_t unread = 0;
        for (size_t k = 0; k < rs.n; k++)
            if (row_int(&rs, k, "order_id") == row_int(orders, i, "id"))
                unread = row_int(&rs, k, "n");
        view_put_int(views[i], "unread", unread);
    }
    return e;
}

/* --- a maker's messages --- */

enum err talk_of_factory(struct req *r)
{
    struct rows rs;
    int64_t since = clock_wall_ms() - TALK_OVER_MS;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    enum err e = db_select(
        r->db, &q_talk_of_factory,
        ARGS(V_INT(r->who.organisation_id), V_INT(since), V_INT(TALK_LISTED_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "talks");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_bool(v, "waits", row_int(&rs, i, "waits"));
        view_put_bool(v, "is_full", row_int(&rs, i, "n") >= TALK_MAX);
        view_put_int(v, "unread", row_int(&rs, i, "unread"));
        e = talk_put_word(r, v, &rs, i);
    }
    return e;
}

/* --- every page --- */

static enum err put_sum(struct req *r, const char *member, const struct query *q, int64_t whose)
{
    struct rows rs;
    enum err e = db_one(r->db, q, ARGS(V_INT(whose)), r->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") > 0) {
        view_put_int(r->view, member, row_int(&rs, 0, "n"));
        view_page_only(r->view, member);
    }
    return e;
}

enum err talk_frame(struct req *r)
{
    enum err e = put_sum(r, "new_to_buyer", &q_talk_sum_to_buyer, r->who.user_id);
    if (e == OK && r->who.roles & ROLE_FACTORY && r->who.organisation_id)
        e = put_sum(r, "new_to_factory", &q_talk_sum_to_factory, r->who.organisation_id);
    return e;
}
