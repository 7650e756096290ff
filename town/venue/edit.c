/*
 * One space as the base keeps it.
 *
 *   GET  /venue/spaces/{id}/edit     typed {name_zh, name_en, area, seats, price, who_may,
 *                                    organisation, needs_word, is_open}, tags [{tag, name, is_on}],
 *                                    days [{weekday, name, from, until}], space {code, name}
 *   POST /venue/spaces/{id}          those; equipment ("lights fibre") or has_TAG for each; with
 *                                    week=1 also from_1, until_1 … until_7: none is a day off
 *   POST /venue/spaces/{id}/hours    weekday, from, until; without them a day off
 */
#include <stdio.h>

#include "store/queries.h"
#include "town/venue/internal.h"

enum {
    WEEKDAYS = 7,
    AREA_M2_MAX = 100000,
    SEATS_MAX = 10000,
    YUAN_MAX = 1000000,
    TAGS_MAX = 120, /* bytes */
    FIELD_NAME = 24,
};

static const char *const whos[] = {"member", "factory", "base"};
static const char *const tags[] = {"lights",  "fibre",   "greenscreen", "projector",
                                   "kitchen", "fitting", "turntable",   "stage"};
enum { TAGS = sizeof(tags) / sizeof(tags[0]) };

struct edit {
    struct command cmd;
    struct venue_space_new space;
    int64_t id;
    bool is_open, has_week;
    struct hours {
        int from, until;  /* none: a day off */
    } week[WEEKDAYS + 1]; /* by weekday, from 1 */
};

/* --- reading --- */

enum err space_read_one_of(struct req *r, const char *field, const char *const *names, size_t n,
                           struct str *out)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(req_field(r, field), names[i])) {
            *out = str_of(names[i]);
            return OK;
        }
    return req_refuse(r, ERR_INVALID, field, NULL);
}

enum err space_read_hours(struct req *r, const char *from_field, const char *until_field, int *from,
                          int *until)
{
    if (grid_step_read(req_field(r, from_field), from) != OK || *from >= VENUE_STEPS)
        return req_refuse(r, ERR_INVALID, from_field, "venue.off_grid");
    if (grid_step_read(req_field(r, until_field), until) != OK || *until <= *from)
        return req_refuse(r, ERR_INVALID, until_field, "venue.off_grid");
    return OK;
}

static bool is_tags(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == ' ' || s.p[i] == '_'))
            return false;
    return s.n <= TAGS_MAX;
}

/* Its boxes, when it was not written. */
static struct str ticked(struct req *r)
{
    const char *all = "";
    for (size_t i = 0; i < TAGS; i++) {
        char field[FIELD_NAME];
        snprintf(field, sizeof(field), "has_%s", tags[i]);
        if (req_field(r, field).n)
            all = arena_printf(r->arena, "%s %s", all, tags[i]);
    }
    return str_trim(str_of(all ? all : ""));
}

enum err space_read(struct req *r, struct venue_space_new *n)
{
    int64_t m2 = 0, yuan = 0, word = 0;
    enum err e = req_field_text(r, "name_zh", 1, SPACE_NAME_ZH, &n->name_zh);
    if (e == OK)
        e = req_field_text(r, "name_en", 1, SPACE_NAME_EN, &n->name_en);
    if (e == OK)
        e = req_field_int(r, "area", 1, AREA_M2_MAX, &m2);
    if (e == OK)
        e = req_field_int(r, "seats", 0, SEATS_MAX, &n->seats);
    if (e == OK)
        e = req_field_int(r, "price", 0, YUAN_MAX, &yuan);
    if (e == OK)
        e = space_read_one_of(r, "who_may", whos, sizeof(whos) / sizeof(whos[0]), &n->who_may);
    if (e == OK && str_eq_z(n->who_may, "factory"))
        e = req_field_int(r, "organisation", 1, INT64_MAX, &n->organisation);
    if (e == OK && req_field(r, "needs_word").n)
        e = req_field_int(r, "needs_word", 0, 1, &word);
    n->area_dm2 = m2 * 100;
    n->price_fen = yuan * 100;
    n->needs_word = word;
    n->equipment = req_field(r, "equipment").n ? str_trim(req_field(r, "equipment")) : ticked(r);
    return e == OK && !is_tags(n->equipment) ? req_refuse(r, ERR_INVALID, "equipment", NULL) : e;
}

static enum err read_week(struct req *r, struct edit *x)
{
    enum err e = OK;
    x->has_week = str_eq_z(req_field(r, "week"), "1");
    for (int day = 1; e == OK && x->has_week && day <= WEEKDAYS; day++) {
        char *from = arena_printf(r->arena, "from_%d", day),
             *until = arena_printf(r->arena, "until_%d", day);
        if (!from || !until)
            return ERR_NOMEM;
        if (req_field(r, from).n || req_field(r, until).n)
            e = space_read_hours(r, from, until, &x->week[day].from, &x->week[day].until);
    }
    return e;
}

/* --- writing --- */

static enum err put_hours(struct tx *tx, int64_t space, int weekday, const struct hours *h)
{
    return h->from < h->until
               ? db_exec(tx->db, &q_venue_hours_put,
                         ARGS(V_INT(space), V_INT(weekday), V_INT(h->from), V_INT(h->until)), NULL)
               : db_exec(tx->db, &q_venue_hours_drop, ARGS(V_INT(space), V_INT(weekday)), NULL);
}

static enum err run_edit(struct command *cmd, struct tx *tx)
{
    const struct edit *x = (const struct edit *)cmd;
    const struct venue_space_new *n = &x->space;
    int64_t changed;
    char *all = arena_printf(tx->arena, " %.*s ", STR_ARG(n->equipment));
    enum err e = db_exec(tx->db, &q_venue_space_edit,
                         ARGS(V_STR(n->name_zh), V_STR(n->name_en), V_INT(n->area_dm2),
                              V_INT(n->seats), V_Z(all ? all : " "), V_INT(n->price_fen),
                              V_STR(n->who_may), n->organisation ? V_INT(n->organisation) : V_NULL,
                              V_INT(n->needs_word), V_INT(x->is_open), V_INT(x->id)),
                         &changed);
    for (int day = 1; e == OK && x->has_week && changed && day <= WEEKDAYS; day++)
        e = put_hours(tx, x->id, day, &x->week[day]);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}

static enum err run_hours(struct command *cmd, struct tx *tx)
{
    const struct edit *x = (const struct edit *)cmd;
    struct rows space;
    enum err e = db_one(tx->db, &q_venue_space_get, ARGS(V_INT(x->id)), tx->arena, &space);
    for (int day = 1; e == OK && day <= WEEKDAYS; day++)
        if (x->week[day].until)
            e = put_hours(tx, x->id, day, &x->week[day]);
    return e;
}

static enum err begin(struct req *r, enum err (*run)(struct command *, struct tx *),
                      struct edit **out)
{
    struct edit *x = *out = ARENA_NEW(r->arena, struct edit);
    if (!x)
        return ERR_NOMEM;
    *x = (struct edit){.cmd = {.name = "venue.space", .run = run}};
    return str_to_i64(req_param(r, "id"), &x->id) == OK ? OK : ERR_NOT_FOUND;
}

enum err venue_do_hours(struct req *r)
{
    struct edit *x;
    int64_t day = 1;
    enum err e = begin(r, run_hours, &x);
    if (e == OK)
        e = req_field_int(r, "weekday", 1, WEEKDAYS, &day);
    if (e != OK)
        return e;
    struct hours *h = &x->week[day];
    *h = (struct hours){1, 1}; /* a day off */
    if (req_field(r, "from").n)
        e = space_read_hours(r, "from", "until", &h->from, &h->until);
    reply_redirect(r, "/venue/manage");
    return e != OK ? e : web_write(r, &x->cmd, NULL);
}

/* --- the form --- */

static bool has_tag(struct str all, const char *tag)
{
    while (all.n)
        if (str_eq_z(str_cut(all, ' ', &all), tag))
            return true;
    return false;
}

/* typed: what was ticked, after a refusal. */
void space_put_tags(struct req *r, struct str has, bool typed)
{
    struct view *list = view_put_list(r->view, "tags");
    struct str all = typed ? ticked(r) : has;
    for (size_t i = 0; i < TAGS; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "tag", tags[i]);
        view_put_str(v, "name", req_text(r, "venue.has_", str_of(tags[i])));
        view_put_bool(v, "is_on", has_tag(all, tags[i]));
    }
}

static void put_day(struct req *r, struct view *list, int day, struct str from, struct str until)
{
    struct view *v = view_add_object(list);
    view_put_int(v, "weekday", day);
    view_put_str(v, "name",
                 req_text(r, "venue.weekday_", str_of(arena_printf(r->arena, "%d", day))));
    view_put_str(v, "from", from);
    view_put_str(v, "until", until);
}

static enum err put_week(struct req *r, int64_t space)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "days");
    enum err e = db_select(r->db, &q_venue_hours_of, ARGS(V_INT(space)), r->arena, &rs);
    for (int day = 1, i = 0; e == OK && day <= WEEKDAYS; day++) {
        char from[GRID_TEXT] = "", until[GRID_TEXT] = "";
        if ((size_t)i < rs.n && row_int(&rs, (size_t)i, "weekday") == day) {
            grid_step_text((int)row_int(&rs, (size_t)i, "from_step"), from);
            grid_step_text((int)row_int(&rs, (size_t)i, "until_step"), until);
            i++;
        }
        put_day(r, list, day, str_of(from), str_of(until));
    }
    return e;
}

static enum err put_typed_week(struct req *r)
{
    struct view *list = view_put_list(r->view, "days");
    for (int day = 1; day <= WEEKDAYS; day++) {
        char *from = arena_printf(r->arena, "from_%d", day),
             *until = arena_printf(r->arena, "until_%d", day);
        if (!from || !until)
            return ERR_NOMEM;
        put_day(r, list, day, req_field(r, from), req_field(r, until));
    }
    return OK;
}

static void put_typed(struct req *r)
{
    static const char *const kept[] = {"name_zh", "name_en",      "area",       "seats",  "price",
                                       "who_may", "organisation", "needs_word", "is_open"};
    struct view *v = view_put_object(r->view, "typed");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(v, kept[i], req_field(r, kept[i]));
}

static void put_kept(struct req *r, const struct rows *s)
{
    struct view *v = view_put_object(r->view, "typed");
    view_put_str(v, "name_zh", row_str(s, 0, "name_zh"));
    view_put_str(v, "name_en", row_str(s, 0, "name_en"));
    view_put_int(v, "area", row_int(s, 0, "area_dm2") / 100);
    view_put_int(v, "seats", row_int(s, 0, "seats"));
    view_put_int(v, "price", row_int(s, 0, "price_fen") / 100);
    view_put_str(v, "who_may", row_str(s, 0, "who_may"));
    if (!row_null(s, 0, "organisation_id"))
        view_put_int(v, "organisation", row_int(s, 0, "organisation_id"));
    view_put_bool(v, "needs_word", row_int(s, 0, "needs_word") != 0);
    view_put_bool(v, "is_open", row_int(s, 0, "is_open") != 0);
}

static enum err put_form(struct req *r, int64_t id, bool typed)
{
    struct rows s;
    enum err e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(id)), r->arena, &s);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "space");
    view_put_int(v, "id", id);
    view_put_str(v, "code", row_str(&s, 0, "code"));
    view_put_str(v, "name", row_str(&s, 0, r->lang == LANG_EN ? "name_en" : "name_zh"));
    space_put_tags(r, row_str(&s, 0, "equipment"), typed);
    if (typed)
        put_typed(r);
    else
        put_kept(r, &s);
    return typed ? put_typed_week(r) : put_week(r, id);
}

enum err venue_page_edit(struct req *r)
{
    int64_t id;
    return str_to_i64(req_param(r, "id"), &id) == OK ? put_form(r, id, false) : ERR_NOT_FOUND;
}

static enum err edited(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    int64_t id = ((struct edit *)cmd)->id;
    if (result == OK || r->json) {
        reply_flash(r, "venue.saved");
        reply_redirect(r, arena_printf(r->arena, "/venue/spaces/%lld", (long long)id));
        return result;
    }
    reply_page(r, "venue/edit.html");
    enum err e = put_form(r, id, true);
    r->info = info;
    return e != OK ? e : result;
}

enum err venue_do_edit(struct req *r)
{
    int64_t open = 1;
    struct edit *x;
    enum err e = begin(r, run_edit, &x);
    if (e != OK)
        return e;
    e = space_read(r, &x->space);
    if (e == OK && req_field(r, "is_open").n)
        e = req_field_int(r, "is_open", 0, 1, &open);
    if (e == OK)
        e = read_week(r, x);
    x->is_open = open;
    return e != OK ? edited(r, &x->cmd, e) : web_write(r, &x->cmd, edited);
}
