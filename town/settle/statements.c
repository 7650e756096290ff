/* Statements as pages: which there are, and one month of one party. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/hand.h"
#include "town/settle/page.h"

enum { Q_MAX = 40, UNISSUED_MAX = 24 };

/* --- what several pages put --- */

static bool has_frozen(const struct party *p)
{
    return p->kind == PARTY_FACTORY;
}

static void put_purse(struct view *v, const char *member, const struct party *p,
                      const struct purse *purse)
{
    struct view *o = view_put_object(v, member);
    if (has_frozen(p))
        view_put_money(o, "frozen", purse->frozen, "CNY");
    view_put_money(o, "own", purse->own, "CNY");
    view_put_money(o, "total", purse->frozen + purse->own, "CNY");
}

static void put_party(struct req *r, struct view *v, const struct party *p)
{
    static const char *const kinds[] = {"factory", "host", "agency", "base"};
    view_put_str(v, "key", p->key);
    view_put_z(v, "kind", kinds[p->kind]);
    view_put_str(v, "kind_name", req_text(r, "settle.party_", str_of(kinds[p->kind])));
    view_page_only(v, "kind_name");
    view_put_str(v, "name", party_name(r, p));
    view_put_bool(v, "has_frozen", has_frozen(p));
}

struct str statements_percent(struct arena *arena, int64_t bp)
{
    const char *text =
        bp % 100 == 0 ? arena_printf(arena, "%lld%%", (long long)(bp / 100))
        : bp % 10 == 0
            ? arena_printf(arena, "%lld.%lld%%", (long long)(bp / 100), (long long)(bp % 100 / 10))
            : arena_printf(arena, "%lld.%02lld%%", (long long)(bp / 100), (long long)(bp % 100));
    return text ? str_of(text) : STR_NONE;
}

struct str statements_rule(struct req *r, struct str scope, int64_t version)
{
    const char *text = arena_printf(
        r->arena, "%.*s v%lld", STR_ARG(req_text(r, "settle.scope_", scope)), (long long)version);
    return text ? str_of(text) : STR_NONE;
}

struct str statements_ratio(struct req *r, const struct settlement *s,
                            const struct settlement_order *o, const struct settlement_move *m)
{
    struct party with = s->party;
    const char *text = "";
    bool maker = s->party.kind == PARTY_FACTORY;
    if (!m->with.n || (maker && party_read(r->db, r->arena, m->with, &with) != OK))
        return STR("");
    for (size_t i = 0; text && i < o->rules_n; i++) {
        const struct settlement_rule *rule = &o->rules[i];
        if (rule->bp[with.kind])
            text = arena_printf(r->arena, "%s%s%.*s %.*s", text, text[0] ? ", " : "",
                                STR_ARG(statements_rule(r, rule->scope, rule->version)),
                                STR_ARG(statements_percent(r->arena, rule->bp[with.kind])));
    }
    return text ? str_of(text) : STR("");
}

enum err statements_after(struct req *r, int64_t *after)
{
    struct str text = req_query(r, "after");
    *after = 0;
    if (text.n && (str_to_i64(text, after) != OK || *after < 0))
        return req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    return OK;
}

/* --- the months of a party --- */

static void put_month(struct view *list, const struct party *p, struct str month,
                      const struct purse *opening, const struct purse *closing, int64_t moves)
{
    struct view *v = view_add_object(list);
    view_put_str(v, "month", month);
    put_purse(v, "opening", p, opening);
    put_purse(v, "closing", p, closing);
    view_put_int(v, "moves", moves);
}

/* From the running one back to the last that was issued. */
static enum err put_not_issued(struct req *r, struct view *list, const struct party *p,
                               struct str last)
{
    int64_t now_ms = clock_wall_ms();
    int month = settlement_month_of(now_ms);
    enum err e = OK;
    for (int i = 0; !e && i < UNISSUED_MAX; i++, month--) {
        struct settlement s;
        e = settlement_load(r->db, r->arena, p, month, now_ms, &s);
        if (e || str_eq_z(last, s.month_text))
            break;
        bool is_there = s.moves > 0 || s.is_running;
        if (is_there) {
            put_month(list, p, str_of(s.month_text), &s.opening, &s.closing, s.moves);
            view_put_bool(list->last, "is_running", s.is_running);
        }
        if (s.opening.frozen == 0 && s.opening.own == 0 && last.n == 0)
            break; /* nothing before it */
    }
    return e;
}

static enum err put_months(struct req *r, struct view *v, const struct party *p)
{
    struct rows rs;
    struct view *list = view_put_list(v, "months");
    enum err e = db_select(r->db, &q_settle_statements_of, ARGS(V_STR(p->key), V_INT(PAGE_MONTHS)),
                           r->arena, &rs);
    if (!e)
        e = put_not_issued(r, list, p, rs.n ? row_str(&rs, 0, "month") : STR_NONE);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct purse opening = {row_int(&rs, i, "opening_frozen_fen"),
                                row_int(&rs, i, "opening_own_fen")},
                     closing = {row_int(&rs, i, "closing_frozen_fen"),
                                row_int(&rs, i, "closing_own_fen")};
        put_month(list, p, row_str(&rs, i, "month"), &opening, &closing, row_int(&rs, i, "moves"));
        if (list)
            view_put_time(list->last, "issued_at", row_int(&rs, i, "made_at"));
    }
    return e;
}

static enum err put_mine(struct req *r, const struct party *parties, size_t n)
{
    struct view *list = view_put_list(r->view, "mine");
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        struct view *v = view_add_object(list);
        put_party(r, v, &parties[i]);
        e = put_months(r, v, &parties[i]);
    }
    return e;
}

/* --- the base chooses --- */

static enum err put_parties(struct req *r)
{
    struct rows rs;
    struct str q = str_trim(req_query(r, "q")), after = req_query(r, "after");
    struct view *list = view_put_list(r->view, "parties");
    if (str_characters(q) > Q_MAX || !str_is_utf8(q) || !str_is_utf8(after))
        return req_refuse(r, ERR_INVALID, "q", "web.text_bad");
    view_put_str(r->view, "q", q);
    enum err e = db_select(r->db, &q_settle_parties,
                           ARGS(V_STR(after), V_STR(q), V_INT(PAGE_PARTIES)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct party p;
        struct view *v = view_add_object(list);
        struct purse now = {row_int(&rs, i, "frozen"), row_int(&rs, i, "own")};
        if (party_read(r->db, r->arena, row_str(&rs, i, "party"), &p) != OK)
            continue;
        put_party(r, v, &p);
        put_purse(v, "now", &p, &now);
    }
    if (!e && rs.n == PAGE_PARTIES)
        view_put_str(r->view, "next", row_str(&rs, rs.n - 1, "party"));
    return e;
}

enum err statements_get(struct req *r)
{
    struct party mine[PARTY_MINE_MAX];
    size_t n;
    if (hand_is_base(r))
        return put_parties(r);
    enum err e = party_mine(r, mine, &n);
    if (!e && n == 0)
        return ERR_FORBIDDEN; /* nobody tells a buyer what is shared */
    return e ? e : put_mine(r, mine, n);
}

static enum err party_of_path(struct req *r, struct party *p)
{
    enum err e = party_read(r->db, r->arena, req_param(r, "party"), p);
    return e ? e : party_check(r, p);
}

enum err statements_of_party(struct req *r)
{
    struct party p;
    enum err e = party_of_path(r, &p);
    return e ? e : put_mine(r, &p, 1);
}

/* --- one month --- */

static void put_sums(struct req *r, const struct settlement *s)
{
    struct view *list = view_put_list(r->view, "sums");
    for (int i = 0; i < SETTLEMENT_KINDS; i++) {
        if (s->sums[i].n == 0)
            continue;
        struct view *v = view_add_object(list);
        struct str kind = str_of(settlement_kinds[i]);
        view_put_str(v, "kind", kind);
        view_put_str(v, "kind_name",
                     req_text(r, has_frozen(&s->party) ? "settle.made_" : "settle.got_", kind));
        view_page_only(v, "kind_name");
        view_put_int(v, "n", s->sums[i].n);
        put_purse(v, "change", &s->party, &s->sums[i].change);
    }
}

static void put_move(struct req *r, struct view *list, const struct settlement *s,
                     const struct settlement_order *o, const struct settlement_move *m)
{
    struct view *v = view_add_object(list);
    struct str kind = str_of(settlement_kinds[m->kind]);
    view_put_int(v, "seq", m->seq);
    view_put_time(v, "at", m->at_ms);
    view_put_str(v, "kind", kind);
    view_put_str(v, "kind_name",
                 req_text(r, has_frozen(&s->party) ? "settle.made_" : "settle.got_", kind));
    view_page_only(v, "kind_name");
    if (m->with.n) {
        view_put_str(v, "with", m->with);
        view_put_str(v, "with_name", party_name_of(r, m->with));
        view_put_str(v, "ratio", statements_ratio(r, s, o, m));
    }
    put_purse(v, "change", &s->party, &m->change);
}

static void put_rules(struct req *r, struct view *v, const struct settlement_order *o)
{
    struct view *list = view_put_list(v, "rules");
    for (size_t i = 0; i < o->rules_n; i++) {
        struct view *rule = view_add_object(list);
        view_put_int(rule, "id", o->rules[i].id);
        view_put_str(rule, "name", statements_rule(r, o->rules[i].scope, o->rules[i].version));
    }
}

static void put_order(struct req *r, struct view *list, const struct settlement *s,
                      const struct settlement_order *o)
{
    struct view *v = view_add_object(list);
    view_put_int(v, "order", o->id);
    view_put_time(v, "placed_at", o->placed_at);
    if (has_frozen(&s->party)) {
        view_put_money(v, "goods", o->goods, "CNY");
        view_put_money(v, "freight", o->freight, "CNY");
        view_put_money(v, "discount", o->discount, "CNY");
        view_put_money(v, "refunded", o->refunded, "CNY");
        view_put_bool(v, "has_discount", o->discount != 0);
        view_page_only(v, "has_discount");
        view_put_bool(v, "has_refund", o->refunded != 0);
        view_page_only(v, "has_refund");
    } else {
        view_put_money(v, "basis", o->basis, "CNY");
    }
    put_purse(v, "change", &s->party, &o->change);
    put_rules(r, v, o);
    struct view *moves = view_put_list(v, "moves");
    for (size_t i = 0; i < o->moves_n; i++)
        put_move(r, moves, s, o, &o->moves[i]);
}

static enum err put_orders(struct req *r, const struct settlement *s, int64_t after)
{
    struct settlement_order *orders;
    size_t n;
    struct view *list = view_put_list(r->view, "orders");
    enum err e = settlement_orders(r->db, r->arena, s, after, PAGE_ORDERS, &orders, &n);
    for (size_t i = 0; !e && i < n; i++)
        put_order(r, list, s, &orders[i]);
    if (!e && n == PAGE_ORDERS)
        view_put_int(r->view, "next", orders[n - 1].id);
    else
        view_put_null(r->view, "next");
    return e;
}

static void put_head(struct req *r, const struct settlement *s)
{
    char text[SETTLEMENT_MONTH_TEXT];
    put_party(r, view_put_object(r->view, "party"), &s->party);
    view_put_z(r->view, "month", s->month_text);
    view_put_time(r->view, "from", s->from_ms);
    view_put_time(r->view, "until", s->until_ms);
    view_put_bool(r->view, "is_running", s->is_running);
    view_put_bool(r->view, "is_issued", s->is_issued);
    if (s->is_issued) {
        view_put_time(r->view, "issued_at", s->issued_at);
        view_put_z(r->view, "hash", s->hash);
    }
    put_purse(r->view, "opening", &s->party, &s->opening);
    put_purse(r->view, "closing", &s->party, &s->closing);
    view_put_int(r->view, "moves", s->moves);
    if (s->opening.frozen || s->opening.own) {
        settlement_month_text(s->month - 1, text);
        view_put_z(r->view, "month_before", text);
        view_page_only(r->view, "month_before");
    }
    if (!s->is_running) {
        settlement_month_text(s->month + 1, text);
        view_put_z(r->view, "month_after", text);
        view_page_only(r->view, "month_after");
    }
}

/* "2026-05", "2026-05.xlsx", "2026-05.pdf". */
enum form { FORM_PAGE, FORM_XLSX, FORM_PDF };

static enum err month_of_path(struct req *r, int *month, enum form *form)
{
    struct str ending, text = str_cut(req_param(r, "month"), '.', &ending);
    *form = str_eq_z(ending, "xlsx") ? FORM_XLSX : str_eq_z(ending, "pdf") ? FORM_PDF : FORM_PAGE;
    if ((ending.n && *form == FORM_PAGE) || settlement_month_read(text, month) != OK)
        return ERR_NOT_FOUND;
    return OK;
}

static bool is_empty(const struct settlement *s)
{
    return s->moves == 0 && !s->is_running && s->closing.frozen == 0 && s->closing.own == 0;
}

enum err statements_of_month(struct req *r)
{
    struct party p;
    struct settlement s;
    int month;
    int64_t after;
    enum form form;
    enum err e = party_of_path(r, &p);
    if (!e)
        e = month_of_path(r, &month, &form);
    if (!e)
        e = statements_after(r, &after);
    if (!e)
        e = settlement_load(r->db, r->arena, &p, month, clock_wall_ms(), &s);
    if (!e && is_empty(&s))
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    if (form == FORM_XLSX)
        return statement_xlsx(r, &s);
    if (form == FORM_PDF)
        return statement_pdf(r, &s);
    put_head(r, &s);
    put_sums(r, &s);
    return put_orders(r, &s, after);
}
