/*
 * The base keeps its floors, spaces, closures and rules; one space is edited in edit.c.
 *
 *   GET  /venue/manage               floors [{id, name}], spaces, kinds, tags, closures [{id, code,
 *                                    from, until, reason}], rules
 *   POST /venue/floors               name_zh, name_en
 *   POST /venue/spaces               floor, code, kind, from, until (every day), and as edit.c
 * reads POST /venue/closures             space (0: all), from_day, until_day, from, until,
 * reason_zh, reason_en POST /venue/closures/{id}/lift POST /venue/rules                first_day
 * and each of the rules: a version
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

struct manage {
    struct command cmd;
    struct venue_space_new space;
    struct venue_closure closure;
    int64_t id, actor, values[14];
};

static const char *const kinds[] = {"hall", "live_room", "classroom", "provider_desk",
                                    "factory_live_room"};
/* In the order of q_venue_rules_add; the bounds are the table's. */
static const struct rule_field {
    const char *name;
    int64_t least, most;
} rule_fields[] = {{"longest_min", 30, 1440}, {"ahead_days", 1, 400},  {"open_most", 1, 100},
                   {"weeks_most", 1, 26},     {"reconfirm_h", 0, 720}, {"release_h", 0, 720},
                   {"early_min", 0, 120},     {"late_min", 5, 120},    {"cancel_h", 0, 720},
                   {"miss_most", 1, 100},     {"miss_days", 1, 365},   {"block_days", 0, 365},
                   {"offer_min", 5, 1440}};
enum { RULES = sizeof(rule_fields) / sizeof(rule_fields[0]) };

static struct manage *new_of(struct req *r, enum err (*run)(struct command *, struct tx *))
{
    struct manage *m = ARENA_NEW(r->arena, struct manage);
    if (m)
        *m = (struct manage){.cmd = {.name = "venue.manage", .run = run}, .actor = r->who.user_id};
    reply_redirect(r, "/venue/manage");
    return m;
}

static enum err read_names(struct req *r, struct manage *m)
{
    enum err e = req_field_text(r, "name_zh", 1, SPACE_NAME_ZH, &m->space.name_zh);
    return e != OK ? e : req_field_text(r, "name_en", 1, SPACE_NAME_EN, &m->space.name_en);
}

/* --- floors and spaces --- */

static enum err run_floor(struct command *cmd, struct tx *tx)
{
    struct manage *m = (struct manage *)cmd;
    return venue_floor_add(tx, m->space.name_zh, m->space.name_en, &m->id);
}

enum err venue_do_floor(struct req *r)
{
    struct manage *m = new_of(r, run_floor);
    enum err e = m ? read_names(r, m) : ERR_NOMEM;
    return e != OK ? e : web_write(r, &m->cmd, NULL);
}

static enum err run_space(struct command *cmd, struct tx *tx)
{
    struct manage *m = (struct manage *)cmd;
    enum err e = venue_space_add(tx, &m->space, &m->id);
    if (e == ERR_EXISTS || e == ERR_CONFLICT)
        tx->info->field = "code";
    return e;
}

enum err venue_do_space(struct req *r)
{
    struct manage *m = new_of(r, run_space);
    enum err e = m ? space_read(r, &m->space) : ERR_NOMEM;
    if (e == OK)
        e = req_field_int(r, "floor", 1, INT64_MAX, &m->space.floor);
    if (e == OK)
        e = req_field_text(r, "code", 1, 16, &m->space.code);
    if (e == OK)
        e = space_read_one_of(r, "kind", kinds, sizeof(kinds) / sizeof(kinds[0]), &m->space.kind);
    if (e == OK)
        e = space_read_hours(r, "from", "until", &m->space.from, &m->space.until);
    return e != OK ? e : web_write(r, &m->cmd, NULL);
}

static enum err read_id(struct req *r, struct manage *m)
{
    return str_to_i64(req_param(r, "id"), &m->id) == OK ? OK : ERR_NOT_FOUND;
}

/* --- closures --- */

static enum err run_close(struct command *cmd, struct tx *tx)
{
    struct manage *m = (struct manage *)cmd;
    struct rows space;
    enum err e = m->closure.space ? db_one(tx->db, &q_venue_space_get,
                                           ARGS(V_INT(m->closure.space)), tx->arena, &space)
                                  : OK;
    return e != OK ? e : venue_close(tx, &m->closure, &m->id);
}

enum err venue_do_close(struct req *r)
{
    struct manage *m = new_of(r, run_close);
    struct venue_closure *c = m ? &m->closure : NULL;
    enum err e = m ? req_field_int(r, "space", 0, INT64_MAX, &c->space) : ERR_NOMEM;
    if (e == OK && day_read(req_field(r, "from_day"), &c->from_day) != OK)
        e = req_refuse(r, ERR_INVALID, "from_day", "venue.day_bad");
    if (e == OK &&
        (day_read(req_field(r, "until_day"), &c->until_day) != OK || c->until_day < c->from_day))
        e = req_refuse(r, ERR_INVALID, "until_day", "venue.day_bad");
    if (e == OK)
        e = space_read_hours(r, "from", "until", &c->from, &c->until);
    if (e == OK)
        e = req_field_text(r, "reason_zh", 1, 100, &c->reason_zh);
    if (e == OK)
        e = req_field_text(r, "reason_en", 1, 100, &c->reason_en);
    if (e != OK)
        return e;
    c->by = r->who.user_id;
    return web_write(r, &m->cmd, NULL);
}

static enum err run_lift(struct command *cmd, struct tx *tx)
{
    const struct manage *m = (const struct manage *)cmd;
    return db_exec(tx->db, &q_venue_lift, ARGS(V_INT(tx->now_ms), V_INT(m->actor), V_INT(m->id)),
                   NULL);
}

enum err venue_do_lift(struct req *r)
{
    struct manage *m = new_of(r, run_lift);
    enum err e = m ? read_id(r, m) : ERR_NOMEM;
    return e != OK ? e : web_write(r, &m->cmd, NULL);
}

/* --- rules --- */

static enum err run_rules(struct command *cmd, struct tx *tx)
{
    const struct manage *m = (const struct manage *)cmd;
    const int64_t *v = m->values;
    if (m->id < day_of(tx->now_ms)) { /* what was done was done by other rules */
        tx->info->field = "first_day";
        return ERR_INVALID;
    }
    return db_exec(tx->db, &q_venue_rules_add,
                   ARGS(V_INT(m->id), V_INT(v[0]), V_INT(v[1]), V_INT(v[2]), V_INT(v[3]),
                        V_INT(v[4]), V_INT(v[5]), V_INT(v[6]), V_INT(v[7]), V_INT(v[8]),
                        V_INT(v[9]), V_INT(v[10]), V_INT(v[11]), V_INT(v[12]), V_INT(m->actor),
                        V_INT(tx->now_ms)),
                   NULL);
}

enum err venue_do_rules(struct req *r)
{
    struct manage *m = new_of(r, run_rules);
    enum err e = m ? OK : ERR_NOMEM;
    if (e == OK && day_read(req_field(r, "first_day"), &m->id) != OK)
        e = req_refuse(r, ERR_INVALID, "first_day", "venue.day_bad");
    for (size_t i = 0; e == OK && i < RULES; i++)
        e = req_field_int(r, rule_fields[i].name, rule_fields[i].least, rule_fields[i].most,
                          &m->values[i]);
    if (e == OK && m->values[5] > m->values[4])
        e = req_refuse(r, ERR_INVALID, "release_h", NULL);
    return e != OK ? e : web_write(r, &m->cmd, NULL);
}

/* --- the page --- */

static enum err put_closures(struct req *r)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_venue_closures, ARGS(V_INT(day_of(clock_wall_ms()))), r->arena, &rs);
    struct view *list = view_put_list(r->view, "closures");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        char from[DAY_TEXT], until[DAY_TEXT], at[GRID_TEXT], to[GRID_TEXT];
        grid_step_text((int)row_int(&rs, i, "from_step"), at);
        grid_step_text((int)row_int(&rs, i, "until_step"), to);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_z(v, "from_day", day_text(row_int(&rs, i, "from_day"), from) ? from : "");
        view_put_z(v, "until_day", day_text(row_int(&rs, i, "until_day"), until) ? until : "");
        view_put_z(v, "from", at);
        view_put_z(v, "until", to);
        view_put_str(v, "reason", row_str(&rs, i, r->lang == LANG_EN ? "reason_en" : "reason_zh"));
    }
    return e;
}

static enum err put_rules(struct req *r)
{
    struct rows rs;
    char today[DAY_TEXT];
    int64_t day = day_of(clock_wall_ms());
    enum err e = db_one(r->db, &q_venue_rules_at, ARGS(V_INT(day)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "rules");
    for (size_t i = 0; e == OK && i < RULES; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "name", rule_fields[i].name);
        view_put_str(v, "title", req_text(r, "venue.rule_", str_of(rule_fields[i].name)));
        view_put_int(v, "value", row_int(&rs, 0, rule_fields[i].name));
        view_put_int(v, "least", rule_fields[i].least);
        view_put_int(v, "most", rule_fields[i].most);
    }
    view_put_z(r->view, "today", day_text(day, today) ? today : "");
    return e;
}

enum err venue_page_manage(struct req *r)
{
    struct rows floors, spaces;
    enum err e = db_select(r->db, &q_venue_floors, NO_ARGS, r->arena, &floors);
    if (e == OK)
        e = db_select(r->db, &q_venue_spaces_all, ARGS(V_INT(VENUE_SPACES_MAX)), r->arena, &spaces);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "floors");
    for (size_t i = 0; i < floors.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&floors, i, "id"));
        view_put_str(v, "name", row_str(&floors, i, r->lang == LANG_EN ? "name_en" : "name_zh"));
    }
    list = view_put_list(r->view, "spaces");
    int64_t area = 0;
    for (size_t i = 0; i < spaces.n; i++) {
        struct view *v = view_add_object(list);
        space_put(r, v, &spaces, i);
        view_put_bool(v, "is_open", row_int(&spaces, i, "is_open"));
        area += row_int(&spaces, i, "area_dm2");
    }
    view_put_int(r->view, "area_m2", area / 100);
    list = view_put_list(r->view, "kinds");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "kind", kinds[i]);
        view_put_str(v, "name", req_text(r, "venue.kind_", str_of(kinds[i])));
    }
    space_put_tags(r, STR_NONE, false);
    e = put_closures(r);
    return e != OK ? e : put_rules(r);
}
