/* Pages: a maker's certificates, what ends soon, one certificate, the base's review, and the way of
 * an export product to the home market. */
#include "town/certificates/certificates.h"

#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/certificates/page.h"
#include "town/hand.h"
#include "town/scan/scan.h"

enum { LIST_MOST = 100 };
#define DAY_MS (INT64_C(24) * 3600 * 1000)

unsigned certificate_as_of(const struct req *r, int64_t organisation)
{
    return (hand_is_base(r) ? CERTIFICATE_AS_OPERATOR : 0) |
           (hand_is_maker(r, organisation) ? CERTIFICATE_AS_MAKER : 0);
}

static void put_until(struct req *r, struct view *v, struct str day)
{
    if (str_eq_z(day, CERTIFICATE_NO_END))
        view_put_null(v, "valid_until");
    else
        view_put_str(v, "valid_until", day);
    (void)r;
}

/* --- for a product's page --- */

enum err certificates_put(struct req *r, struct view *v, int64_t product)
{
    struct rows rs, p;
    struct view *list = view_put_list(v, "certificates"), *missing = view_put_list(v, "lacks");
    enum err e = db_select(r->db, &q_certificates_of_product, ARGS(V_INT(product)), r->arena, &rs);
    if (!e)
        e = db_one(r->db, &q_certificates_product, ARGS(V_INT(product)), r->arena, &p);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *c = view_add_object(list);
        view_put_str(c, "type", row_str(&rs, i, "type"));
        view_put_str(c, "type_name", req_text(r, "certificates.type_", row_str(&rs, i, "type")));
        view_put_str(c, "number", row_str(&rs, i, "number"));
        view_put_str(c, "class", row_str(&rs, i, "class"));
        put_until(r, c, row_str(&rs, i, "valid_until"));
        view_put_bool(c, "is_valid", str_eq_z(row_str(&rs, i, "status"), "valid"));
    }
    struct str lacks = e ? STR_NONE : row_str(&p, 0, "lacks");
    while (lacks.n) {
        struct str type = str_cut(lacks, ' ', &lacks);
        struct view *m = view_add_object(missing);
        view_put_str(m, "type", type);
        view_put_str(m, "name", req_text(r, "certificates.type_", type));
    }
    return e;
}

/* --- the list --- */

static void put_row(struct req *r, struct view *list, const struct rows *rs, size_t i,
                    struct str today)
{
    struct view *v = view_add_object(list);
    struct str status = row_str(rs, i, "status"), until = row_str(rs, i, "valid_until");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "type", row_str(rs, i, "type"));
    view_put_str(v, "type_name", req_text(r, "certificates.type_", row_str(rs, i, "type")));
    view_put_str(v, "number", row_str(rs, i, "number"));
    view_put_str(v, "class", row_str(rs, i, "class"));
    view_put_str(v, "factory", row_str(rs, i, r->lang == LANG_EN ? "factory_en" : "factory_zh"));
    view_put_str(v, "issued_on", row_str(rs, i, "issued_on"));
    put_until(r, v, until);
    view_put_int(v, "products", row_int(rs, i, "products"));
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "certificates.status_", status));
    view_put_bool(v, "has_ended", today.n && until.n && memcmp(until.p, today.p, 10) < 0);
}

/* ?within=30: those that end in so many days, and those that have ended and are not replaced. */
static bool end_of(struct req *r, char day[CERTIFICATE_DAY])
{
    struct str within = req_query(r, "within");
    int64_t days;
    day[0] = '\0';
    if (within.n == 0)
        return true;
    if (str_to_i64(within, &days) != OK || (days != 30 && days != 60 && days != 90))
        return false;
    certificate_day(clock_wall_ms() + days * DAY_MS, day);
    return true;
}

static enum err get_list(struct req *r)
{
    struct rows rs;
    char ends_by[CERTIFICATE_DAY], today[CERTIFICATE_DAY];
    struct str status = req_query(r, "status"), last = req_query(r, "after");
    int64_t after = 0, organisation = hand_is_base(r) ? 0 : r->who.organisation_id;
    if (!hand_is_base(r) && !organisation)
        return ERR_FORBIDDEN;
    if (!end_of(r, ends_by) || (last.n && str_to_i64(last, &after) != OK))
        return ERR_NOT_FOUND;
    certificate_day(clock_wall_ms(), today);
    enum err e = db_select(r->db, &q_certificates_list,
                           ARGS(V_INT(after), V_INT(organisation),
                                V_STR(status.n ? status : STR("")), V_Z(ends_by), V_INT(LIST_MOST)),
                           r->arena, &rs);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "certificates");
    for (size_t i = 0; i < rs.n; i++)
        put_row(r, list, &rs, i, str_of(today));
    view_put_str(r->view, "status", status);
    view_put_str(r->view, "within", req_query(r, "within"));
    if (rs.n == LIST_MOST)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    view_put_bool(r->view, "sees_all", organisation == 0);
    view_page_only(r->view, "sees_all");
    return OK;
}

/* --- from export to the home market --- */

static void put_tick(struct req *r, struct view *list, const char *item, bool done, bool by_hand)
{
    struct view *v = view_add_object(list);
    view_put_z(v, "item", item);
    view_put_str(v, "label", req_text(r, "certificates.check_", str_of(item)));
    view_put_str(v, "help", req_text(r, "certificates.help_", str_of(item)));
    view_put_bool(v, "is_done", done);
    view_put_bool(v, "by_hand", by_hand);
}

static bool is_ticked(const struct rows *rs, const char *item)
{
    for (size_t i = 0; i < rs->n; i++)
        if (str_eq_z(row_str(rs, i, "item"), item))
            return true;
    return false;
}

/* What is seen from the record is not ticked by hand. */
static const char *const by_hand[] = {"label", "manual", "invoice"};
enum { BY_HAND = sizeof(by_hand) / sizeof(by_hand[0]) };

static enum err put_checks(struct req *r, const struct rows *p)
{
    struct rows facts, ticks, needed;
    const struct val product = V_INT(row_int(p, 0, "id"));
    bool certified = true;
    enum err e = db_one(r->db, &q_certificates_home_facts, &product, 1, r->arena, &facts);
    if (!e)
        e = db_select(r->db, &q_certificates_checks, &product, 1, r->arena, &ticks);
    if (!e)
        e = db_select(r->db, &q_certificates_needed, ARGS(product, V_Z("home")), r->arena, &needed);
    if (e)
        return e;
    for (size_t i = 0; i < needed.n; i++)
        certified = certified && row_int(&needed, i, "is_there");
    struct view *list = view_put_list(r->view, "checks");
    put_tick(r, list, "certificate", certified, false);
    put_tick(r, list, "voltage",
             row_int(&facts, 0, "has_voltage") || !row_int(&facts, 0, "says_voltage"), false);
    put_tick(r, list, "plug", row_int(&facts, 0, "has_plug") || !row_int(&facts, 0, "says_plug"),
             false);
    put_tick(r, list, "text", row_str(p, 0, "about_zh").n > 0 && !row_null(p, 0, "warranty_months"),
             false);
    put_tick(r, list, "gtin", row_int(&facts, 0, "without_gtin") == 0, false);
    for (int i = 0; i < BY_HAND; i++)
        put_tick(r, list, by_hand[i], is_ticked(&ticks, by_hand[i]), true);
    put_tick(r, list, "market", !str_eq_z(row_str(p, 0, "market"), "export"), false);
    int64_t done = 0, all = 0;
    for (const struct view *v = list->first; v; v = v->next, all++)
        done += view_get(v, STR("is_done"))->i;
    view_put_int(r->view, "done", done);
    view_put_int(r->view, "all", all);
    return OK;
}

static enum err load_product(struct req *r, struct rows *p)
{
    int64_t id;
    if (str_to_i64(req_param(r, "product"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_certificates_product, ARGS(V_INT(id)), r->arena, p);
    if (!e && !certificate_as_of(r, row_int(p, 0, "organisation_id")))
        e = ERR_NOT_FOUND;
    return e;
}

static enum err get_checklist(struct req *r)
{
    struct rows p;
    enum err e = load_product(r, &p);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "product");
    view_put_int(v, "id", row_int(&p, 0, "id"));
    view_put_str(v, "title", row_str(&p, 0, r->lang == LANG_EN ? "title_en" : "title_zh"));
    view_put_str(v, "model", row_str(&p, 0, "model"));
    e = certificates_put(r, r->view, row_int(&p, 0, "id"));
    return e ? e : put_checks(r, &p);
}

struct tick {
    struct command cmd;
    int64_t product, user;
    const char *item;
    bool is_done;
};

static enum err run_tick(struct command *cmd, struct tx *tx)
{
    struct tick *t = (struct tick *)cmd;
    enum err e =
        db_exec(tx->db, &q_certificates_check_drop, ARGS(V_INT(t->product), V_Z(t->item)), NULL);
    if (!e && t->is_done)
        e = db_exec(tx->db, &q_certificates_check_add,
                    ARGS(V_INT(t->product), V_Z(t->item), V_INT(tx->now_ms), V_INT(t->user)), NULL);
    return e;
}

static enum err post_tick(struct req *r)
{
    struct rows p;
    struct tick *t = ARENA_NEW(r->arena, struct tick);
    enum err e = t ? load_product(r, &p) : ERR_NOMEM;
    if (e)
        return e;
    for (int i = 0; i < BY_HAND; i++)
        if (str_eq_z(req_field(r, "item"), by_hand[i]))
            t->item = by_hand[i];
    if (!t->item)
        return req_refuse(r, ERR_INVALID, "item", NULL);
    t->product = row_int(&p, 0, "id");
    t->user = r->who.user_id;
    t->is_done = str_eq_z(req_field(r, "done"), "1");
    t->cmd = (struct command){.name = "certificates.tick", .run = run_tick};
    reply_redirect(r,
                   arena_printf(r->arena, "/certificates/checklist/%lld", (long long)t->product));
    return web_write(r, &t->cmd, NULL);
}

#define WHO (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/certificates", get_list, NULL, "certificates/list.html", WHO, CSRF_SAFE, 0, false},
    {"GET", "/certificates/new", certificate_page_new, NULL, "certificates/new.html", WHO,
     CSRF_SAFE, 0, false},
    {"POST", "/certificates", certificate_do_add, NULL, NULL, WHO, CSRF_TOKEN, SCAN_BODY_MAX,
     WEB_SLOW},
    {"GET", "/certificates/checklist/{product}", get_checklist, NULL, "certificates/checklist.html",
     WHO, CSRF_SAFE, 0, false},
    {"POST", "/certificates/checklist/{product}", post_tick, NULL, NULL, WHO, CSRF_TOKEN, 0, false},
    {"GET", "/certificates/{id}", certificate_page, NULL, "certificates/certificate.html", WHO,
     CSRF_SAFE, 0, false},
    {"GET", "/certificates/{id}/scan", certificate_get_scan, NULL, NULL, WHO, CSRF_SAFE, 0, false},
    {"POST", "/certificates/{id}", certificate_do_save, NULL, NULL, WHO, CSRF_TOKEN, SCAN_BODY_MAX,
     WEB_SLOW},
    {"POST", "/certificates/{id}/move", certificate_do_move, NULL, NULL, WHO, CSRF_TOKEN, 0, false},
};

const struct web_module certificates_module = {"certificates", routes,
                                               sizeof(routes) / sizeof(routes[0])};
