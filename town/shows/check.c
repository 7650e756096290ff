/*
 * The check before a show: what the law and the buyers would find. Nothing of it is guessed: goods
 * that may not be sold, certificates that run out before the show, sellers that are not admitted,
 * words that are not liked, prices above the hall's. The crew notes that it has looked; a change of
 * the plan makes that old.
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/shows/internal.h"

enum level { LEVEL_BAD, LEVEL_WARN };
static const char *const levels[] = {"bad", "warn"};

struct findings {
    struct req *r;
    struct view *list;
    int bad, warn;
};

static struct view *add(struct findings *f, enum level level, const char *key)
{
    struct view *v = view_add_object(f->list);
    f->bad += level == LEVEL_BAD;
    f->warn += level == LEVEL_WARN;
    view_put_z(v, "level", levels[level]);
    view_put_z(v, "key", key);
    view_put_str(v, "text", req_text(f->r, "shows.", str_of(key)));
    return v;
}

static void add_item(struct findings *f, enum level level, const char *key, const struct rows *rs,
                     size_t i, struct str detail)
{
    struct view *v = add(f, level, key);
    view_put_int(v, "item", row_int(rs, i, "id"));
    view_put_str(v, "title", shows_text(f->r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    if (detail.n)
        view_put_str(v, "detail", detail);
}

/* Words that are held or refused in the talk are no better in what the crew shows and says. */
static void judge_words(struct findings *f, struct str text, const struct rows *rs, size_t i)
{
    struct str why;
    struct hall_word found[HALL_WORDS_FOUND_MAX];
    if (text.n == 0)
        return;
    size_t n = hall_words_in(text, found);
    struct str detail = n ? found[0].word : STR_NONE;
    if (!n && shows_judge(text, f->r->arena, &why) != SHOWS_FINE)
        detail = why.n ? why : text;
    if (!detail.n)
        return;
    if (rs)
        add_item(f, LEVEL_WARN, "check_words", rs, i, detail);
    else
        view_put_str(add(f, LEVEL_WARN, "check_title"), "detail", detail);
}

static void judge_item(struct findings *f, const struct rows *rs, size_t i, const char *day)
{
    struct str lacks = row_str(rs, i, "lacks"), until = row_str(rs, i, "valid_until");
    if (!row_int(rs, i, "is_on"))
        add_item(f, LEVEL_BAD, "check_not_on", rs, i, STR_NONE);
    else if (lacks.n)
        add_item(f, LEVEL_BAD, "check_lacks", rs, i, STR_NONE);
    else if (until.n && until.n == DAY_TEXT - 1 && memcmp(until.p, day, until.n) < 0)
        add_item(f, LEVEL_BAD, "check_runs_out", rs, i, until);
    if (!str_eq_z(row_str(rs, i, "factory_state"), "approved"))
        add_item(f, LEVEL_BAD, "check_seller", rs, i,
                 shows_text(f->r, rs, i, "factory_zh", "factory_en"));
    if (row_int(rs, i, "stock_left") < 1)
        add_item(f, LEVEL_WARN, "check_no_stock", rs, i, STR_NONE);
    if (row_int(rs, i, "price_fen") > row_int(rs, i, "hall_price_fen"))
        add_item(f, LEVEL_WARN, "check_dear", rs, i, STR_NONE);
    judge_words(f, row_str(rs, i, "note_zh"), rs, i);
}

static shows_item_judge_fn *item_judge;

void shows_item_judge(shows_item_judge_fn *fn)
{
    item_judge = fn;
}

/* The text is that department's; the program knows the finding by its key. */
static enum err judge_by_others(struct findings *f, const struct rows *rs, size_t i, int64_t starts)
{
    const char *key = NULL;
    struct str detail = STR_NONE;
    if (!item_judge)
        return OK;
    enum err e = item_judge(f->r, row_int(rs, i, "sku_id"), starts, &key, &detail);
    if (e || !key)
        return e;
    struct view *v = view_add_object(f->list);
    f->warn++;
    view_put_z(v, "level", levels[LEVEL_WARN]);
    view_put_z(v, "key", key);
    view_put_str(v, "text", req_text(f->r, "", str_of(key)));
    view_put_int(v, "item", row_int(rs, i, "id"));
    view_put_str(v, "title", shows_text(f->r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    if (detail.n)
        view_put_str(v, "detail", detail);
    return OK;
}

enum err shows_put_check(struct req *r, const struct rows *show)
{
    struct rows rs;
    char day[DAY_TEXT];
    struct view *v = view_put_object(r->view, "check");
    struct findings f = {.r = r, .list = view_put_list(v, "findings")};
    int64_t starts = row_int(show, 0, "starts_at"), now = clock_wall_ms();
    enum err e =
        db_select(r->db, &q_shows_check_items, ARGS(V_INT(row_int(show, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    bool may;
    e = shows_gate(r->db, r->arena, row_int(show, 0, "host_id"), starts > now ? starts : now, &may);
    if (e != OK)
        return e;
    if (!may)
        view_put_z(add(&f, LEVEL_BAD, "check_no_record"), "href", "/training");
    if (!day_text(day_of(starts > now ? starts : now), day))
        day[0] = 0;
    if (rs.n == 0)
        add(&f, LEVEL_BAD, "check_no_items");
    judge_words(&f, row_str(show, 0, "title_zh"), NULL, 0);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        judge_item(&f, &rs, i, day);
        e = judge_by_others(&f, &rs, i, starts);
    }
    if (e != OK)
        return e;
    view_put_int(v, "bad", f.bad);
    view_put_int(v, "warn", f.warn);
    bool checked = !row_null(show, 0, "checked_at");
    view_put_bool(v, "is_done",
                  checked && row_int(show, 0, "checked_at") >= row_int(show, 0, "changed_at"));
    if (checked)
        view_put_time(v, "at", row_int(show, 0, "checked_at"));
    return OK;
}

/* --- POST /shows/{id}/check: the crew has looked --- */

struct looked {
    struct command cmd;
    int64_t show, actor;
    bool is_base;
};

static enum err run_looked(struct command *cmd, struct tx *tx)
{
    struct looked *l = (struct looked *)cmd;
    enum err e = shows_still_may(tx, l->show, l->actor, SHOW_ALL, l->is_base);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_checked,
                    ARGS(V_INT(tx->now_ms), V_INT(l->actor), V_INT(l->show)), NULL);
    return e != OK ? e : shows_log(tx, l->show, l->actor, "checked", 0, 0, STR_NONE);
}

static enum err looked(struct req *r, struct command *cmd, enum err result)
{
    if (result == OK)
        reply_redirect(
            r, arena_printf(r->arena, "/shows/%lld/plan", (long long)((struct looked *)cmd)->show));
    return result;
}

enum err shows_do_check(struct req *r)
{
    struct rows show;
    struct looked *l = ARENA_NEW(r->arena, struct looked);
    enum err e = l ? shows_need(r, &show, SHOW_ALL) : ERR_NOMEM;
    if (e != OK)
        return e;
    *l = (struct looked){.cmd = {.name = "shows.check", .run = run_looked},
                         .show = row_int(&show, 0, "id"),
                         .actor = r->who.user_id,
                         .is_base = shows_is_base(r)};
    return web_write(r, &l->cmd, looked);
}
