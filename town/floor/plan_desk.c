/* The base's plan of a hall: the drawing, the names of the hall and its zones, and stands that the
 * drawing does not show. */
#include <fcntl.h>
#include <unistd.h>

#include "store/queries.h"
#include "town/floor/page.h"

static enum err put_page(struct req *r, struct floor_look *look)
{
    look->is_desk = true;
    enum err e = floor_look_put(r, look);
    if (!e)
        e = floor_halls_put(r, row_int(&look->hall, 0, "number"), false);
    struct view *classes = view_put_list(r->view, "classes");
    for (size_t i = 0; i < svg_classes_n; i++)
        view_add_str(classes, str_of(svg_classes[i]));
    return e;
}

enum err floor_desk_plan(struct req *r)
{
    struct floor_look look = {0};
    enum err e = floor_load(r, &look);
    return e ? e : put_page(r, &look);
}

struct deed {
    struct command cmd;
    int64_t hall, actor;
    struct svg_plan plan;
    int added; /* out */
    struct str zone, stand, name_zh, name_en;
    struct svg_box box;
};

static struct deed *deed_of(struct req *r, const char *name,
                            enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    if (!d || str_to_i64(req_param(r, "hall"), &d->hall) != OK)
        return NULL;
    d->cmd = (struct command){.name = name, .run = run};
    d->actor = r->who.user_id;
    return d;
}

static enum err draw_again(struct req *r, enum err why)
{
    struct floor_look look = {0};
    if (r->json)
        return why;
    enum err e = floor_load(r, &look);
    reply_page(r, "floor/plan.html");
    if (!e)
        e = put_page(r, &look);
    return e ? e : why;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct deed *d = (struct deed *)cmd;
    if (result)
        return draw_again(r, result);
    if (d->plan.body.n) {
        view_put_int(r->view, "marks", (int64_t)d->plan.marks_n);
        view_put_int(r->view, "added", d->added);
        view_put_int(r->view, "left_out", d->plan.left_out);
    }
    reply_flash(r, d->plan.left_out ? "floor.plan_saved_cleaned" : "floor.saved");
    reply_redirect(r, arena_printf(r->arena, "/floor/desk/%lld/plan", (long long)d->hall));
    return OK;
}

/* ---- the drawing ---- */

static enum err read_upload(struct req *r, const struct upload *u, struct str *out)
{
    size_t n = 0;
    char *p = u->size <= SVG_BYTES_MAX ? arena_alloc(r->arena, u->size + 1) : NULL;
    if (!p)
        return req_refuse(r, ERR_TOO_LARGE, "plan", "floor.plan_too_large");
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    for (ssize_t got = 1; got > 0 && n<u->size; n += got> 0 ? (size_t)got : 0)
        got = read(fd, p + n, u->size - n);
    close(fd);
    *out = str_n(p, n);
    return n == u->size ? OK : ERR_IO;
}

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return floor_plan_set(tx, d->hall, &d->plan, d->actor, &d->added);
}

enum err floor_desk_plan_set(struct req *r)
{
    struct str bytes;
    const struct upload *u = req_upload(r, "plan");
    struct deed *d = deed_of(r, "floor.plan", run_plan);
    if (!d)
        return ERR_NOT_FOUND;
    if (!u || u->size == 0)
        return draw_again(r, req_refuse(r, ERR_INVALID, "plan", "floor.plan_none"));
    enum err e = read_upload(r, u, &bytes);
    if (!e)
        e = svg_clean(bytes, r->arena, &d->plan, &r->info);
    return e ? draw_again(r, e) : web_write(r, &d->cmd, done);
}

/* ---- names ---- */

static enum err run_names(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return d->zone.n ? floor_zone_name(tx, d->hall, d->zone, d->name_zh, d->name_en, d->actor)
                     : floor_hall_name(tx, d->hall, d->name_zh, d->name_en, d->actor);
}

/* Of the hall, or of the zone that `zone` says. */
enum err floor_desk_names(struct req *r)
{
    struct deed *d = deed_of(r, "floor.names", run_names);
    if (!d)
        return ERR_NOT_FOUND;
    d->zone = req_field(r, "zone");
    enum err e = req_field_text(r, "name_zh", 1, FLOOR_NAME_MAX, &d->name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, FLOOR_NAME_MAX, &d->name_en);
    return e ? draw_again(r, e) : web_write(r, &d->cmd, done);
}

/* ---- stands ---- */

static enum err run_stand(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return floor_stand_set(tx, d->hall, d->stand, d->box, d->actor);
}

static bool read_code(struct req *r, struct deed *d)
{
    char code[SVG_CODE_MAX + 1];
    if (!floor_code(req_field(r, "stand"), code))
        return false;
    d->stand = arena_str(r->arena, str_of(code));
    return true;
}

/* In whole units of the plan. */
enum err floor_desk_stand(struct req *r)
{
    static const char *const names[4] = {"left", "top", "width", "height"};
    int64_t v[4];
    enum err e = OK;
    struct deed *d = deed_of(r, "floor.stand", run_stand);
    if (!d)
        return ERR_NOT_FOUND;
    if (!read_code(r, d))
        return draw_again(r, req_refuse(r, ERR_INVALID, "stand", "floor.bad_code"));
    for (int i = 0; !e && i < 4; i++)
        e = req_field_int(r, names[i], i < 2 ? -SVG_UNITS_MAX : 1, SVG_UNITS_MAX, &v[i]);
    if (e)
        return draw_again(r, e);
    d->box = (struct svg_box){v[0] * 100, v[1] * 100, v[2] * 100, v[3] * 100};
    return web_write(r, &d->cmd, done);
}

static enum err run_remove(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return floor_stand_remove(tx, d->hall, d->stand, d->actor);
}

enum err floor_desk_stand_remove(struct req *r)
{
    struct deed *d = deed_of(r, "floor.stand_remove", run_remove);
    if (!d || !read_code(r, d))
        return ERR_NOT_FOUND;
    return web_write(r, &d->cmd, done);
}
