/* Planning a show that runs on another platform, and dropping the plan. */
#include "store/queries.h"
#include "town/elsewhere/internal.h"
#include "town/yuan.h"

enum { CODES_BYTES = 16 * 1024, CODE_MAX = 64 };

struct plan {
    struct command cmd;
    enum elsewhere_platform platform;
    struct elsewhere_new show;
    struct str codes;
    int64_t id;   /* out; of "drop" the show */
    int64_t user; /* of "drop" */
};

/* --- products: a line each, a code and perhaps a price --- */

static enum err refuse_line(struct tx *tx, const char *key, struct str line)
{
    *tx->info = (struct err_info){
        .code = ERR_INVALID,
        .field = "products",
        .key = key,
        .text = arena_printf(tx->arena, "%.*s", STR_ARG(str_head(line, CODE_MAX)))};
    return ERR_INVALID;
}

static enum err add_item(struct tx *tx, int64_t show, int64_t position, struct str line)
{
    struct rows sku;
    struct str rest, code = str_cut(line, ' ', &rest);
    int64_t price;
    if (position > ELSEWHERE_ITEMS_MAX)
        return refuse_line(tx, "elsewhere.products_many", line);
    enum err e = db_one(tx->db, &q_elsewhere_sku_by_code, ARGS(V_STR(code)), tx->arena, &sku);
    if (e == ERR_NOT_FOUND)
        return refuse_line(tx, "elsewhere.product_unknown", line);
    if (e != OK)
        return e;
    price = row_int(&sku, 0, "price_fen");
    rest = str_trim(rest);
    if (rest.n && (yuan_typed(rest, &price) != OK || price <= 0))
        return refuse_line(tx, "elsewhere.price_bad", line);
    e = db_exec(tx->db, &q_elsewhere_item_add,
                ARGS(V_INT(show), V_INT(position), V_INT(row_int(&sku, 0, "id")), V_INT(price)),
                NULL);
    return e == ERR_EXISTS ? refuse_line(tx, "elsewhere.product_twice", line) : e;
}

enum err elsewhere_create(struct tx *tx, const struct elsewhere_new *n, int64_t *show)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_elsewhere_add,
               ARGS(V_Z(n->platform), V_STR(n->title_zh), V_STR(n->title_en), V_STR(n->room),
                    V_STR(n->link), V_INT(n->host_id), V_INT(n->starts_at), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e != OK)
        return e;
    *show = row_int(&rs, 0, "id");
    return elsewhere_move(tx, *show, STR(""), "plan", n->host_id, 0);
}

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct plan *p = (struct plan *)cmd;
    struct str rest = p->codes;
    int64_t position = 0;
    p->show.platform = platform_names[p->platform];
    enum err e = elsewhere_create(tx, &p->show, &p->id);
    while (e == OK && rest.n) {
        struct str line = str_trim(str_cut(rest, '\n', &rest));
        if (line.n)
            e = add_item(tx, p->id, ++position, line);
    }
    return e;
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    const struct plan *p = (const struct plan *)cmd;
    if (result != OK)
        return result;
    view_put_int(r->view, "id", p->id);
    reply_redirect(r, arena_printf(r->arena, "/elsewhere/%lld", (long long)p->id));
    return OK;
}

/* --- the form --- */

/* Whoever follows it leaves the town: only to a page, and to one that is what it looks like. */
static bool is_link(struct str s)
{
    if (!str_starts(s, "https://") || s.n > ELSEWHERE_LINK_MAX)
        return false;
    struct str rest, host = str_cut(str_slice(s, 8, s.n), '/', &rest);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7F || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>' ||
            s.p[i] == '\\')
            return false;
    return host.n > 3 && str_find(host, '.') > 0 && str_find(host, '@') < 0;
}

static void keep_form(struct req *r)
{
    static const char *const kept[] = {"platform", "title_zh",  "title_en", "room",
                                       "link",     "starts_at", "products"};
    struct view *typed = view_put_object(r->view, "typed");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(typed, kept[i], req_field(r, kept[i]));
    view_page_only(r->view, "typed");
    reply_page(r, "elsewhere/new.html");
}

static enum err read_form(struct req *r, struct plan *p)
{
    if (!platform_read(req_field(r, "platform"), &p->platform))
        return req_refuse(r, ERR_INVALID, "platform", "elsewhere.platform_bad");
    enum err e = req_field_text(r, "title_zh", 1, 60, &p->show.title_zh);
    if (e == OK)
        e = req_field_text(r, "title_en", 1, 120, &p->show.title_en);
    if (e == OK)
        e = req_field_text(r, "room", 1, ELSEWHERE_ROOM_MAX, &p->show.room);
    if (e != OK)
        return e;
    p->show.link = str_trim(req_field(r, "link"));
    if (!is_link(p->show.link))
        return req_refuse(r, ERR_INVALID, "link", "elsewhere.link_bad");
    if (value_time(req_field(r, "starts_at"), &p->show.starts_at) != OK)
        return req_refuse(r, ERR_INVALID, "starts_at", "elsewhere.time_bad");
    p->codes = req_field(r, "products");
    if (p->codes.n > CODES_BYTES || !str_is_utf8(p->codes))
        return req_refuse(r, ERR_INVALID, "products", "elsewhere.products_many");
    return OK;
}

enum err elsewhere_do_plan(struct req *r)
{
    struct plan *p = ARENA_NEW(r->arena, struct plan);
    if (!p)
        return ERR_NOMEM;
    *p = (struct plan){.cmd = {.name = "elsewhere.plan", .run = run_plan},
                       .show.host_id = r->who.user_id};
    if (!r->json)
        keep_form(r);
    enum err e = read_form(r, p);
    return e != OK ? e : web_write(r, &p->cmd, planned);
}

enum err elsewhere_page_new(struct req *r)
{
    (void)r;
    return OK;
}

/* --- dropping --- */

static enum err run_drop(struct command *cmd, struct tx *tx)
{
    struct plan *p = (struct plan *)cmd;
    struct rows show;
    enum err e = db_one(tx->db, &q_elsewhere_get, ARGS(V_INT(p->id)), tx->arena, &show);
    if (e != OK || str_eq_z(row_str(&show, 0, "state"), "dropped"))
        return e;
    return elsewhere_move(tx, p->id, row_str(&show, 0, "state"), "drop", p->user, 0);
}

enum err elsewhere_do_drop(struct req *r)
{
    struct rows show;
    struct plan *p = ARENA_NEW(r->arena, struct plan);
    enum err e = p ? elsewhere_show_of(r, &show) : ERR_NOMEM;
    if (e != OK)
        return e;
    *p = (struct plan){.cmd = {.name = "elsewhere.drop", .run = run_drop},
                       .id = row_int(&show, 0, "id"),
                       .user = r->who.user_id};
    reply_redirect(r, "/elsewhere");
    return web_write(r, &p->cmd, NULL);
}
