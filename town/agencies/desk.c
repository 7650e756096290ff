/* The base's list of agencies, and adding one. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/factories/factories.h"

static const char *const kinds[] = {"partnered", "introduced", "over"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), SLUG_MAX = 40, CODE_TYPED = 40 };

static bool read_kind(struct req *r, struct str *kind)
{
    *kind = req_query(r, "kind");
    for (size_t i = 0; i < KINDS; i++)
        if (str_eq_z(*kind, kinds[i]))
            return true;
    if (kind->n)
        return false;
    *kind = STR("");
    return true;
}

static void put_kinds(struct req *r, struct str chosen)
{
    struct view *list = view_put_list(r->view, "kinds");
    for (size_t i = 0; i < KINDS; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "kind", kinds[i]);
        view_put_str(v, "name", req_text(r, "agencies.kind_", str_of(kinds[i])));
        view_put_bool(v, "is_chosen", str_eq_z(chosen, kinds[i]));
    }
    view_page_only(r->view, "kinds");
}

/* agencies [agency_put()], counts {partnered, introduced, hosts}, figure; typed. */
static enum err put_list(struct req *r, struct str kind)
{
    struct rows rs, n;
    static const char *const fields[] = {"name_zh", "name_en",  "slug",
                                         "code",    "about_zh", "about_en"};
    enum err e =
        db_select(r->db, &q_agencies_list, ARGS(V_STR(kind), V_INT(AGENCIES_SHOWN)), r->arena, &rs);
    if (!e)
        e = db_one(r->db, &q_agencies_counts, NO_ARGS, r->arena, &n);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "agencies");
    for (size_t i = 0; i < rs.n; i++)
        agency_put(r, view_add_object(list), &rs, i);
    struct view *counts = view_put_object(r->view, "counts"),
                *typed = view_put_object(r->view, "typed");
    view_put_int(counts, "partnered", row_int(&n, 0, "partnered"));
    view_put_int(counts, "introduced", row_int(&n, 0, "introduced"));
    view_put_int(counts, "hosts", row_int(&n, 0, "hosts"));
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(typed, fields[i], req_field(r, fields[i]));
    view_page_only(r->view, "typed");
    put_kinds(r, kind);
    return figures_put(r, view_put_object(r->view, "figure"), "organisations", 0);
}

enum err agencies_list(struct req *r)
{
    struct str kind;
    return read_kind(r, &kind) ? put_list(r, kind) : ERR_NOT_FOUND;
}

struct add {
    struct command cmd;
    struct agencies_new fresh;
    int64_t id;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct add *a = (struct add *)cmd;
    return agencies_add(tx, &a->fresh, &a->id);
}

static enum err added(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    int64_t id = ((struct add *)cmd)->id;
    if (!result) {
        view_put_int(r->view, "id", id);
        reply_redirect(r, arena_printf(r->arena, "/agencies/%lld", (long long)id));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = put_list(r, STR(""));
    reply_page(r, "agencies/list.html");
    r->info = info;
    return e ? e : result;
}

enum err agencies_add_post(struct req *r)
{
    struct add *a = ARENA_NEW(r->arena, struct add);
    if (!a)
        return ERR_NOMEM;
    *a = (struct add){.cmd = {.name = "agencies.add", .run = run_add}};
    enum err e = req_field_text(r, "name_zh", 1, AGENCIES_NAME_MAX, &a->fresh.name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, AGENCIES_NAME_MAX, &a->fresh.name_en);
    if (!e)
        e = req_field_text(r, "slug", 1, SLUG_MAX, &a->fresh.slug);
    if (!e)
        e = req_field_text(r, "code", 1, CODE_TYPED, &a->fresh.code);
    if (!e)
        e = req_field_text(r, "about_zh", 0, AGENCIES_ABOUT_MAX, &a->fresh.about_zh);
    if (!e)
        e = req_field_text(r, "about_en", 0, AGENCIES_ABOUT_MAX, &a->fresh.about_en);
    if (!e)
        a->fresh.code = factories_code_tidy(a->fresh.code, r->arena);
    return e ? added(r, &a->cmd, e) : web_write(r, &a->cmd, added);
}
