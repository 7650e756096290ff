/* A claim as its pages and its JSON show it. */
#include "store/queries.h"
#include "store/seal.h"
#include "town/claims/page.h"
#include "town/hand.h"

unsigned claim_as(const struct req *r, const struct rows *claim)
{
    unsigned as = 0;
    if (r->who.user_id && r->who.user_id == row_int(claim, 0, "buyer_id"))
        as |= ORDER_AS_BUYER;
    if (hand_is_maker(r, row_int(claim, 0, "factory_id")))
        as |= ORDER_AS_FACTORY;
    return hand_is_base(r) ? as | ORDER_AS_OPERATOR : as;
}

enum err claim_load(struct req *r, int64_t id, struct rows *claim, unsigned *as)
{
    enum err e = db_one(r->db, &q_claims_get, ARGS(V_INT(id)), r->arena, claim);
    if (e != OK)
        return e;
    *as = claim_as(r, claim);
    return *as ? OK : ERR_NOT_FOUND;
}

void claim_put_name(struct req *r, struct view *v, const char *member, const char *prefix,
                    struct str value)
{
    const char *name = arena_printf(r->arena, "%s_name", member);
    view_put_str(v, member, value);
    if (!name)
        return;
    view_put_str(v, name, req_text(r, prefix, value));
    view_page_only(v, name);
}

static bool is_said_to_buyer(unsigned as)
{
    return as & ORDER_AS_BUYER && !(as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR));
}

void claim_put_status(struct req *r, struct view *v, struct str status, unsigned as)
{
    claim_put_name(r, v, "status", is_said_to_buyer(as) ? "claims.mine_status_" : "claims.status_",
                   status);
}

void claim_put_time(struct view *v, const char *member, const struct rows *rs, size_t i)
{
    if (row_null(rs, i, member))
        view_put_null(v, member);
    else
        view_put_time(v, member, row_int(rs, i, member));
}

static int64_t put_lines(struct req *r, struct view *v, const struct rows *lines)
{
    struct view *list = view_put_list(v, "lines");
    bool zh = r->lang == LANG_ZH;
    int64_t sum = 0;
    for (size_t i = 0; i < lines->n; i++) {
        struct view *o = view_add_object(list);
        view_put_int(o, "line", row_int(lines, i, "line"));
        view_put_str(o, "title", row_str(lines, i, zh ? "title_zh" : "title_en"));
        view_put_str(o, "name", row_str(lines, i, zh ? "name_zh" : "name_en"));
        view_put_str(o, "slug", row_str(lines, i, "product_slug"));
        view_put_int(o, "pieces", row_int(lines, i, "pieces"));
        view_put_money(o, "amount", row_int(lines, i, "amount_fen"), "CNY");
        sum += row_int(lines, i, "amount_fen");
    }
    return sum;
}

static enum err put_events(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_claims_events, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(v, "events");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        claim_put_name(r, o, "event", "claims.event_", row_str(&rs, i, "event"));
        claim_put_name(r, o, "by", "claims.by_", row_str(&rs, i, "actor_as"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static enum err put_notes(struct req *r, struct view *v, int64_t id)
{
    struct rows rs, pictures;
    size_t at = 0;
    enum err e = db_select(r->db, &q_claims_notes, ARGS(V_INT(id)), r->arena, &rs);
    if (e == OK)
        e = db_select(r->db, &q_claims_pictures, ARGS(V_INT(id)), r->arena, &pictures);
    struct view *list = view_put_list(v, "notes");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct str text;
        struct view *o = view_add_object(list);
        e = seal_reveal("claim_notes.words", row_str(&rs, i, "words"), r->arena, &text);
        claim_put_name(r, o, "by", "claims.by_", row_str(&rs, i, "actor_as"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
        view_put_str(o, "text", e == OK ? text : STR(""));
        struct view *shown = view_put_list(o, "pictures");
        for (; at < pictures.n && row_int(&pictures, at, "note_id") == row_int(&rs, i, "id"); at++)
            view_put_int(view_add_object(shown), "id", row_int(&pictures, at, "id"));
    }
    return e;
}

/* Where the goods are sent back to, once that is agreed; for its maker always. */
static enum err put_place(struct req *r, struct view *v, const struct rows *claim, unsigned as)
{
    struct rows rs;
    struct str place = STR("");
    bool agreed = str_eq_z(row_str(claim, 0, "status"), "agreed");
    enum err e = OK;
    if (agreed || as & ORDER_AS_FACTORY) {
        e = db_select(r->db, &q_claims_place, ARGS(V_INT(row_int(claim, 0, "factory_id"))),
                      r->arena, &rs);
        if (e == OK && rs.n)
            e = seal_reveal("return_places.words", row_str(&rs, 0, "words"), r->arena, &place);
    }
    view_put_str(v, "place", e == OK ? place : STR(""));
    return e;
}

static void put_may(struct view *v, const struct rows *claim, unsigned as)
{
    static const char *const events[] = {"agree",  "refund", "refuse",  "withdraw", "send_back",
                                         "resend", "finish", "dispute", "decide",   "reject"};
    struct str status = row_str(claim, 0, "status"), kind = row_str(claim, 0, "kind");
    struct view *may = view_put_object(v, "may");
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        bool is = transition_may(&claim_transitions, status, events[i], as);
        if (strcmp(events[i], "agree") == 0)
            is = is && !str_eq_z(kind, "refund") && !row_str(claim, 0, "back_number").n;
        if (strcmp(events[i], "resend") == 0)
            is = is && str_eq_z(kind, "exchange");
        view_put_bool(may, events[i], is);
    }
}

static void put_parcel(struct view *v, const char *member, struct str carrier, struct str number)
{
    if (number.n == 0) {
        view_put_null(v, member);
        return;
    }
    struct view *o = view_put_object(v, member);
    view_put_str(o, "carrier", carrier);
    view_put_str(o, "number", number);
}

enum err claim_put(struct req *r, const struct rows *claim, unsigned as)
{
    struct rows lines;
    struct view *v = view_put_object(r->view, "claim");
    int64_t id = row_int(claim, 0, "id");
    enum err e = db_select(r->db, &q_claims_lines, ARGS(V_INT(id)), r->arena, &lines);
    if (e != OK)
        return e;
    view_put_int(v, "id", id);
    view_put_int(v, "order", row_int(claim, 0, "order_id"));
    view_put_str(v, "factory", row_str(claim, 0, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
    claim_put_name(r, v, "kind", "claims.kind_", row_str(claim, 0, "kind"));
    claim_put_name(r, v, "reason", "claims.reason_", row_str(claim, 0, "reason"));
    claim_put_status(r, v, row_str(claim, 0, "status"), as);
    view_put_str(v, "waits",
                 req_text(r, is_said_to_buyer(as) ? "claims.mine_waits_" : "claims.waits_",
                          row_str(claim, 0, "status")));
    view_page_only(v, "waits");
    int64_t sum = put_lines(r, v, &lines), freight = row_int(claim, 0, "freight_fen");
    view_put_money(v, "freight", freight, "CNY");
    view_put_bool(v, "has_freight", freight > 0);
    view_put_money(v, "asked", sum + freight, "CNY");
    if (row_null(claim, 0, "refund_fen"))
        view_put_null(v, "refunded");
    else
        view_put_money(v, "refunded", row_int(claim, 0, "refund_fen"), "CNY");
    view_put_bool(v, "is_over", !row_null(claim, 0, "ended_at"));
    view_put_bool(v, "is_maker", as & ORDER_AS_FACTORY);
    view_put_bool(v, "is_own", as & ORDER_AS_BUYER);
    view_put_bool(v, "comes_back", !str_eq_z(row_str(claim, 0, "kind"), "refund"));
    view_put_time(v, "opened_at", row_int(claim, 0, "opened_at"));
    claim_put_time(v, "due_at", claim, 0);
    claim_put_time(v, "ended_at", claim, 0);
    put_parcel(v, "back", row_str(claim, 0, "back_carrier"), row_str(claim, 0, "back_number"));
    put_parcel(v, "anew", row_str(claim, 0, "anew_carrier"), row_str(claim, 0, "anew_number"));
    put_may(v, claim, as);
    e = put_place(r, v, claim, as);
    if (e == OK)
        e = put_notes(r, v, id);
    return e == OK ? put_events(r, v, id) : e;
}
