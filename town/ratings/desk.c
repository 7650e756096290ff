/* A maker answers what was said of its goods; the base hides what may not stay. */
#include "store/queries.h"
#include "town/ratings/internal.h"

static int64_t read_skip(struct req *r)
{
    int64_t skip;
    return str_to_i64(req_query(r, "skip"), &skip) == OK && skip > 0 && skip <= RATINGS_SKIP_MAX
               ? skip
               : 0;
}

/* Where a page's forms lead back to. */
static const char *page_at(struct req *r, const char *path)
{
    int64_t skip = read_skip(r);
    return skip ? arena_printf(r->arena, "%s?skip=%lld", path, (long long)skip) : path;
}

/* At most a page of them; `next`: how many to skip for further ones, or null. */
static void put_listed(struct req *r, const char *member, const struct rows *rs, bool with_factory)
{
    bool zh = r->lang == LANG_ZH;
    struct view *list = view_put_list(r->view, member);
    for (size_t i = 0; i < rs->n && i < RATINGS_DESK_PAGE; i++) {
        struct view *v = view_add_object(list);
        rating_put_inside(r, v, rs, i);
        view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
        if (with_factory)
            view_put_str(v, "factory", row_str(rs, i, zh ? "factory_zh" : "factory_en"));
    }
}

static void put_next(struct req *r, const struct rows *rs, int64_t skip)
{
    if (rs->n > RATINGS_DESK_PAGE)
        view_put_int(r->view, "next", skip + RATINGS_DESK_PAGE);
    else
        view_put_null(r->view, "next");
    view_put_int(r->view, "skip", skip); /* its forms bring it along, to come back to this page */
    view_page_only(r->view, "skip");
}

enum err ratings_of_factory(struct req *r)
{
    struct rows rs;
    int64_t skip = read_skip(r);
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    enum err e =
        db_select(r->db, &q_ratings_of_factory,
                  ARGS(V_INT(r->who.organisation_id), V_INT(RATINGS_DESK_PAGE + 1), V_INT(skip)),
                  r->arena, &rs);
    if (e != OK)
        return e;
    put_listed(r, "list", &rs, false);
    put_next(r, &rs, skip);
    return OK;
}

enum err ratings_desk(struct req *r)
{
    struct rows rs;
    int64_t skip = read_skip(r);
    enum err e = db_select(r->db, &q_ratings_lowest,
                           ARGS(V_INT(RATINGS_DESK_PAGE + 1), V_INT(skip)), r->arena, &rs);
    if (e != OK)
        return e;
    put_listed(r, "list", &rs, true);
    put_next(r, &rs, skip);
    e = db_select(r->db, &q_ratings_hidden, ARGS(V_INT(RATINGS_DESK_PAGE)), r->arena, &rs);
    if (e == OK)
        put_listed(r, "hidden", &rs, true);
    return e;
}

/* --- doing --- */

struct doing {
    struct command cmd;
    int64_t rating, factory_id, user_id;
    struct str text;
    bool hides;
};

static enum err run_doing(struct command *cmd, struct tx *tx)
{
    const struct doing *d = (struct doing *)cmd;
    return d->hides ? rating_hide(tx, d->rating, d->user_id, d->text)
                    : rating_answer(tx, d->rating, d->factory_id, d->user_id, d->text);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct doing *d = (struct doing *)cmd;
    struct err_info info = r->info;
    if (result == OK)
        reply_redirect(r, page_at(r, d->hides ? "/ratings/desk" : "/factory/ratings"));
    if (result == OK || r->json)
        return result;
    view_put_int(r->view, "typed_for", d->rating);
    view_put_str(r->view, "typed", req_field(r, "text"));
    enum err e = d->hides ? ratings_desk(r) : ratings_of_factory(r);
    r->info = info;
    return e == OK ? result : e;
}

static enum err act(struct req *r, bool hides)
{
    struct doing *d = ARENA_NEW(r->arena, struct doing);
    if (!d)
        return ERR_NOMEM;
    if (str_to_i64(req_param(r, "id"), &d->rating) != OK)
        return ERR_NOT_FOUND;
    if (!hides && !r->who.organisation_id)
        return ERR_FORBIDDEN;
    d->cmd = (struct command){.name = hides ? "ratings.hide" : "ratings.answer", .run = run_doing};
    d->factory_id = r->who.organisation_id;
    d->user_id = r->who.user_id;
    d->hides = hides;
    reply_page(r, hides ? "ratings/desk.html" : "ratings/factory.html");
    enum err e = req_field_text(r, "text", 1, RATING_ANSWER_MAX, &d->text);
    if (e == OK)
        return web_write(r, &d->cmd, done);
    return r->json ? e : done(r, &d->cmd, e);
}

enum err rating_answer_post(struct req *r)
{
    return act(r, false);
}

enum err rating_hide_post(struct req *r)
{
    return act(r, true);
}
