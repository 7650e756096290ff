/* A buyer rates a line: the form by itself, which is also what a refusal shows, and what is sent.
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/ratings/internal.h"

/* ERR_NOT_FOUND: no such line of the visitor's. */
static enum err own_line(struct req *r, struct rows *line)
{
    int64_t order, which;
    if (str_to_i64(req_param(r, "id"), &order) != OK ||
        str_to_i64(req_param(r, "line"), &which) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_ratings_line, ARGS(V_INT(order), V_INT(which)), r->arena, line);
    return e == OK && row_int(line, 0, "buyer_id") != r->who.user_id ? ERR_NOT_FOUND : e;
}

static void put_form(struct req *r, const struct rows *line)
{
    bool zh = r->lang == LANG_ZH;
    int64_t stars;
    view_put_int(r->view, "order", row_int(line, 0, "order_id"));
    view_put_int(r->view, "line", row_int(line, 0, "line"));
    view_put_str(r->view, "title", row_str(line, 0, zh ? "title_zh" : "title_en"));
    view_put_str(r->view, "name", row_str(line, 0, zh ? "name_zh" : "name_en"));
    view_put_int(r->view, "stars", str_to_i64(req_field(r, "stars"), &stars) == OK ? stars : 0);
    view_put_str(r->view, "text", req_field(r, "text"));
}

enum err rating_form(struct req *r)
{
    struct rows line;
    enum err e = own_line(r, &line);
    if (e == OK)
        put_form(r, &line);
    return e;
}

struct rating {
    struct command cmd;
    struct rating_words words;
    int64_t id;
};

static enum err run_rate(struct command *cmd, struct tx *tx)
{
    struct rating *g = (struct rating *)cmd;
    return rating_rate(tx, &g->words, &g->id);
}

static enum err rated(struct req *r, struct command *cmd, enum err result)
{
    const struct rating *g = (struct rating *)cmd;
    struct err_info info = r->info;
    if (result == OK && r->json)
        view_put_int(r->view, "id", g->id);
    if (result == OK)
        reply_redirect(
            r, arena_printf(r->arena, "/orders/%lld#ratings", (long long)g->words.order_id));
    if (result == OK || r->json)
        return result;
    enum err e = rating_form(r);
    r->info = info;
    return e == OK ? result : e;
}

enum err rating_post(struct req *r)
{
    struct rows line;
    struct rating *g = ARENA_NEW(r->arena, struct rating);
    enum err e = g ? own_line(r, &line) : ERR_NOMEM;
    if (e != OK)
        return e;
    g->cmd = (struct command){.name = "ratings.rate", .run = run_rate};
    g->words.order_id = row_int(&line, 0, "order_id");
    g->words.line = row_int(&line, 0, "line");
    g->words.buyer_id = r->who.user_id;
    reply_page(r, "ratings/rate.html");
    if (str_to_i64(req_field(r, "stars"), &g->words.stars) != OK)
        e = req_refuse(r, ERR_INVALID, "stars", "ratings.stars_bad");
    if (e == OK && str_trim(req_field(r, "text")).n)
        e = req_field_text(r, "text", 1, RATING_TEXT_MAX, &g->words.text);
    if (e == OK)
        return web_write(r, &g->cmd, rated);
    return r->json ? e : rated(r, &g->cmd, e);
}
