/* Officers' forms: a new documented figure, a value with its paper, a goal. */
#include "store/queries.h"
#include "town/figures/internal.h"
#include "town/figures/page.h"
#include "town/gone/gone.h"
#include "town/scan/scan.h"

/* ---- a new figure ---- */

struct fresh {
    struct command cmd;
    struct figure_document d;
};

static enum err run_fresh(struct command *cmd, struct tx *tx)
{
    return figures_document(tx, &((struct fresh *)cmd)->d);
}

static enum err added(struct req *r, struct command *cmd, enum err result)
{
    struct fresh *f = (struct fresh *)cmd;
    if (result != OK)
        return result;
    reply_flash(r, "figures.added");
    reply_redirect(r, arena_printf(r->arena, "/figures/%.*s", STR_ARG(f->d.name)));
    return OK;
}

enum err figures_page_new(struct req *r)
{
    (void)r;
    return OK;
}

/* The form again when it is refused, as it was filled in. */
static void keep_fresh(struct req *r)
{
    static const char *const kept[] = {"name",     "kind",     "unit",     "title_zh",
                                       "title_en", "about_zh", "about_en", "public"};
    if (r->json)
        return;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(r->view, kept[i], req_field(r, kept[i]));
    reply_page(r, "figures/new.html");
}

enum err figures_do_new(struct req *r)
{
    struct fresh *f = ARENA_NEW(r->arena, struct fresh);
    if (!f)
        return ERR_NOMEM;
    keep_fresh(r);
    struct figure_document *d = &f->d;
    f->cmd = (struct command){.name = "figures.document", .run = run_fresh};
    d->name = str_trim(req_field(r, "name"));
    d->is_public = str_eq_z(req_field(r, "public"), "1");
    if (!figures_kind_read(req_field(r, "kind"), &d->kind))
        return req_refuse(r, ERR_INVALID, "kind", "figures.kind_bad");
    if (d->kind == FIGURE_NUMBER)
        d->unit = str_trim(req_field(r, "unit"));
    enum err e = req_field_text(r, "title_zh", 1, FIGURE_TITLE_MAX, &d->title_zh);
    if (e == OK)
        e = req_field_text(r, "title_en", 1, FIGURE_TITLE_MAX, &d->title_en);
    if (e == OK)
        e = req_field_text(r, "about_zh", 1, FIGURE_ABOUT_MAX, &d->about_zh);
    if (e == OK)
        e = req_field_text(r, "about_en", 1, FIGURE_ABOUT_MAX, &d->about_en);
    return e != OK ? e : web_write(r, &f->cmd, added);
}

/* ---- a value with its paper ---- */

struct stated {
    struct command cmd;
    struct figure_statement s;
    int64_t goal;
    const char *flash;
};

static enum err run_value(struct command *cmd, struct tx *tx)
{
    return figures_state(tx, &((struct stated *)cmd)->s);
}

static enum err stated(struct req *r, struct command *cmd, enum err result)
{
    struct stated *st = (struct stated *)cmd;
    if (result != OK)
        return result;
    reply_flash(r, st->flash);
    reply_redirect(r, arena_printf(r->arena, "/figures/%.*s", STR_ARG(st->s.name)));
    return OK;
}

/* The figure's page again when the form is refused. */
static enum err keep_page(struct req *r, struct stated **out)
{
    static const char *const kept[] = {"number", "words",       "holds_from",
                                       "source", "goal_number", "goal_source"};
    enum err e = r->json ? OK : figures_page_one(r);
    *out = ARENA_NEW(r->arena, struct stated);
    if (e != OK || !*out)
        return e != OK ? e : ERR_NOMEM;
    struct view *v = r->json ? NULL : view_put_object(r->view, "typed");
    for (size_t i = 0; v && i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(v, kept[i], req_field(r, kept[i]));
    if (v)
        reply_page(r, "figures/figure.html");
    (*out)->s.name = req_param(r, "name");
    (*out)->s.officer_id = r->who.user_id;
    return OK;
}

/* As people write it, "830万" or 8,300,000; of money in yuan. */
static enum err read_amount(struct req *r, const char *field, struct str unit, int64_t *out)
{
    enum figure_qualifier q;
    enum err e = figures_quote_amount(req_field(r, field), unit, &q, out);
    return e == OK && q == QUOTE_EXACT ? OK
                                       : req_refuse(r, ERR_INVALID, field, "figures.number_bad");
}

static enum err keep_scan(struct req *r, struct figure_statement *s)
{
    const struct upload *u = req_upload(r, "scan");
    if (!u || u->size == 0)
        return OK;
    struct scan kept;
    enum err e = scan_keep(u, r->arena, &kept, &r->info);
    if (e != OK)
        return e;
    s->scan_sha256 = kept.id;
    s->scan_name = scan_name(u);
    return OK;
}

/* Of a paper whose scan it is: for officers, whose hands and seals are on it. */
enum err figures_get_scan(struct req *r)
{
    struct rows rs;
    struct str id = req_param(r, "id");
    enum err e = db_select(r->db, &q_figures_scan, ARGS(V_STR(req_param(r, "name")), V_STR(id)),
                           r->arena, &rs);
    if (e == OK && rs.n == 0)
        e = ERR_NOT_FOUND;
    return e != OK ? e : scan_reply(r, id, row_str(&rs, 0, "scan_name"));
}

enum err figures_do_value(struct req *r)
{
    struct stated *st;
    struct figure_any f;
    enum err e = keep_page(r, &st);
    if (e == OK)
        e = figure_any_find(r->db, r->lang, st->s.name, r->arena, &f);
    if (e == OK && f.counted)
        e = ERR_NOT_FOUND;
    if (e == OK && f.kind == FIGURE_NUMBER)
        e = read_amount(r, "number", f.unit, &st->s.number);
    else if (e == OK)
        e = req_field_text(r, "words", 1, FIGURE_WORDS_MAX, &st->s.words);
    if (e == OK)
        e = req_field_text(r, "source", 1, FIGURE_WORDS_MAX, &st->s.source);
    if (e == OK)
        e = keep_scan(r, &st->s);
    if (e != OK)
        return e;
    st->s.holds_from = str_trim(req_field(r, "holds_from"));
    st->cmd = (struct command){.name = "figures.state", .run = run_value};
    st->flash = "figures.recorded";
    return gone_write(r, &st->cmd, stated, &st->s.scan_sha256, st->s.scan_sha256.n > 0);
}

/* ---- a goal ---- */

static enum err run_goal(struct command *cmd, struct tx *tx)
{
    struct stated *st = (struct stated *)cmd;
    return figures_set_goal(tx, st->s.name, st->goal, st->s.source, st->s.officer_id);
}

enum err figures_do_goal(struct req *r)
{
    struct stated *st;
    struct figure_any f;
    enum err e = keep_page(r, &st);
    if (e == OK)
        e = figure_any_find(r->db, r->lang, st->s.name, r->arena, &f);
    if (e == OK)
        e = read_amount(r, "goal_number", f.unit, &st->goal);
    if (e == OK)
        e = req_field_text(r, "goal_source", 1, FIGURE_WORDS_MAX, &st->s.source);
    if (e != OK)
        return e;
    st->cmd = (struct command){.name = "figures.set_goal", .run = run_goal};
    st->flash = "figures.goal_set";
    return web_write(r, &st->cmd, stated);
}
