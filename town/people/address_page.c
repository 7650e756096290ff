/* One's addresses: the list, and the form that adds and changes one. */
#include "store/queries.h"
#include "town/people/address.h"
#include "town/people/form.h"
#include "town/region.h"

static const char list_path[] = "/account/addresses";

/* ---- the list ---- */

static enum err put_list(struct req *r)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    size_t n;
    enum err e = people_addresses(r->db, r->arena, r->who.user_id, all, &n);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "addresses");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", all[i].id);
        view_put_str(v, "name", all[i].name);
        view_put_str(v, "phone", people_phone_masked(all[i].phone, r->arena));
        view_put_int(v, "province", all[i].province);
        view_put_str(v, "line", people_address_line(&all[i], r->lang, r->arena));
        view_put_bool(v, "is_default", all[i].is_default);
    }
    view_put_int(r->view, "most", PEOPLE_ADDRESSES_MAX);
    view_put_bool(r->view, "is_full", n == PEOPLE_ADDRESSES_MAX);
    const char *next = req_next(r, "next", NULL);
    if (next)
        view_put_z(r->view, "next", next);
    view_page_only(r->view, "next");
    return OK;
}

/* ---- the form ---- */

static void put_regions(struct req *r, int64_t chosen)
{
    struct view *list = view_put_list(r->view, "regions");
    view_page_only(r->view, "regions");
    for (size_t i = 0; i < regions_n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "code", regions[i].code);
        view_put_z(v, "name", r->lang == LANG_ZH ? regions[i].name_zh : regions[i].name_en);
        view_put_bool(v, "is_chosen", regions[i].code == chosen);
    }
}

static void put_form(struct req *r, const struct people_address *a)
{
    if (a->id)
        view_put_int(r->view, "id", a->id);
    view_put_str(r->view, "name", a->name);
    view_put_str(r->view, "phone", a->phone);
    view_put_int(r->view, "province", a->province);
    view_put_str(r->view, "detail", a->detail);
    view_put_bool(r->view, "is_default", a->is_default);
    const char *next = req_next(r, "next", NULL);
    if (next)
        view_put_z(r->view, "next", next);
    view_page_only(r->view, "next");
    put_regions(r, a->province);
}

static enum err page_new(struct req *r)
{
    put_form(r, &(struct people_address){0});
    return OK;
}

static enum err page_one(struct req *r)
{
    struct people_address a;
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = people_address_get(r->db, r->arena, r->who.user_id, id, &a);
    if (e == OK)
        put_form(r, &a);
    return e;
}

/* ---- changing ---- */

enum change { CHANGE_KEEP, CHANGE_SAVE, CHANGE_PREFER, CHANGE_REMOVE };

struct alter {
    struct command cmd;
    enum change change;
    int64_t user;
    struct people_address address; /* of the others only its id */
};

static enum err run_alter(struct command *cmd, struct tx *tx)
{
    struct alter *a = (struct alter *)cmd;
    switch (a->change) {
    case CHANGE_KEEP: return people_address_keep(tx, a->user, &a->address, NULL);
    case CHANGE_SAVE: return address_save(tx, a->user, &a->address);
    case CHANGE_PREFER: return address_prefer(tx, a->user, a->address.id);
    case CHANGE_REMOVE: return address_remove(tx, a->user, a->address.id);
    }
    return ERR_INVALID;
}

static enum err altered(struct req *r, struct command *cmd, enum err result)
{
    static const char *const said[] = {"people.address_kept", "people.address_saved",
                                       "people.address_preferred", "people.address_removed"};
    const struct alter *a = (const struct alter *)cmd;
    if (result == ERR_LIMIT)
        return req_refuse(r, ERR_LIMIT, NULL, "people.addresses_full");
    if (result == ERR_EXISTS)
        return req_refuse(r, ERR_EXISTS, NULL, "people.address_same");
    if (result != OK)
        return result;
    reply_flash(r, said[a->change]);
    reply_redirect(r, req_next(r, "next", list_path));
    return OK;
}

static struct alter *alter_new(struct req *r, enum change change)
{
    struct alter *a = ARENA_NEW(r->arena, struct alter);
    if (a)
        *a = (struct alter){.cmd = {.name = "people.address", .run = run_alter},
                            .change = change,
                            .user = r->who.user_id};
    return a;
}

/* Of a program that does not know the codes, the province is what the address begins with. */
static int64_t read_province(struct req *r, struct str detail)
{
    int64_t code;
    struct str typed = str_trim(req_field(r, "province"));
    if (typed.n == 0)
        return region_find(detail);
    return str_to_i64(typed, &code) == OK ? code : 0;
}

static enum err read_form(struct req *r, struct people_address *a)
{
    struct str name, detail;
    a->name = str_trim(req_field(r, "name"));
    a->phone = str_trim(req_field(r, "phone"));
    a->detail = str_trim(req_field(r, "detail"));
    a->province = read_province(r, a->detail);
    if (!r->json) {
        put_form(r, a);
        reply_page(r, "people/address.html");
    }
    struct view *wrong = form_wrong(r);
    if (!wrong)
        return ERR_NOMEM;
    if (req_field_text(r, "name", 1, PEOPLE_RECEIVER_MAX, &name) != OK)
        form_say(r, wrong, ERR_INVALID, "name", "people.receiver_bad");
    if (!people_contact_ok(a->phone))
        form_say(r, wrong, ERR_INVALID, "phone", "people.contact_bad");
    if (!region_by_code(a->province))
        form_say(r, wrong, ERR_INVALID, "province", "people.province_bad");
    if (req_field_text(r, "detail", 1, PEOPLE_DETAIL_MAX, &detail) != OK)
        form_say(r, wrong, ERR_INVALID, "detail", "people.detail_bad");
    return wrong->count ? ERR_INVALID : OK;
}

static enum err do_keep(struct req *r)
{
    struct alter *a = alter_new(r, CHANGE_KEEP);
    if (!a)
        return ERR_NOMEM;
    enum err e = read_form(r, &a->address);
    return e != OK ? e : web_write(r, &a->cmd, altered);
}

static enum err do_change(struct req *r, enum change change)
{
    struct alter *a = alter_new(r, change);
    struct people_address now;
    int64_t id;
    if (!a)
        return ERR_NOMEM;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = people_address_get(r->db, r->arena, r->who.user_id, id, &now);
    a->address.id = id;
    a->address.is_default = e == OK && now.is_default;
    if (e == OK && change == CHANGE_SAVE)
        e = read_form(r, &a->address);
    return e != OK ? e : web_write(r, &a->cmd, altered);
}

static enum err do_save(struct req *r)
{
    return do_change(r, CHANGE_SAVE);
}

static enum err do_prefer(struct req *r)
{
    return do_change(r, CHANGE_PREFER);
}

static enum err do_remove(struct req *r)
{
    return do_change(r, CHANGE_REMOVE);
}

static const struct route routes[] = {
    {"GET", "/account/addresses", put_list, NULL, "people/addresses.html", WHO_MEMBER, CSRF_SAFE},
    {"POST", "/account/addresses", do_keep, NULL, NULL, WHO_MEMBER, CSRF_TOKEN},
    {"GET", "/account/addresses/new", page_new, NULL, "people/address.html", WHO_MEMBER, CSRF_SAFE},
    {"GET", "/account/addresses/{id}", page_one, NULL, "people/address.html", WHO_MEMBER,
     CSRF_SAFE},
    {"POST", "/account/addresses/{id}", do_save, NULL, NULL, WHO_MEMBER, CSRF_TOKEN},
    {"POST", "/account/addresses/{id}/default", do_prefer, NULL, NULL, WHO_MEMBER, CSRF_TOKEN},
    {"POST", "/account/addresses/{id}/delete", do_remove, NULL, NULL, WHO_MEMBER, CSRF_TOKEN},
};

const struct web_module people_address_module = {"people", routes,
                                                 sizeof(routes) / sizeof(routes[0])};
