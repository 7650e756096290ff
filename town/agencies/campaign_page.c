/* A campaign's page: its time, hosts, goods and shows, and what was sold. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/yuan.h"

#include <string.h>

enum { CHOICES = 400, SLUG_TYPED = 80 };
static const char CNY[] = "CNY";

/* --- the page --- */

static enum err load(struct req *r, struct agency *a, struct rows *row)
{
    int64_t id;
    enum err e = agency_load_inside(r, a);
    if (!e)
        e = agency_read_id(r, "campaign", &id);
    if (!e)
        e = db_one(r->db, &q_agencies_campaign, ARGS(V_INT(id)), r->arena, row);
    return !e && row_int(row, 0, "agency_id") != a->id ? ERR_NOT_FOUND : e;
}

static enum err put_hosts(struct req *r, int64_t campaign, int64_t agency)
{
    struct rows rs, choices;
    enum err e =
        db_select(r->db, &q_agencies_campaign_hosts,
                  ARGS(V_INT(campaign), V_INT(AGENCIES_CAMPAIGN_HOSTS_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "hosts");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_bool(v, "is_on", row_int(&rs, i, "is_on"));
    }
    if (!e)
        e = db_select(r->db, &q_agencies_campaign_choices,
                      ARGS(V_INT(agency), V_INT(campaign), V_INT(AGENCIES_ROSTER_MAX)), r->arena,
                      &choices);
    list = view_put_list(r->view, "host_choices");
    for (size_t i = 0; !e && i < choices.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&choices, i, "id"));
        view_put_str(v, "name", row_str(&choices, i, "name"));
    }
    view_page_only(r->view, "host_choices");
    return e;
}

static enum err put_goods(struct req *r, int64_t campaign)
{
    struct rows rs, choices;
    enum err e =
        db_select(r->db, &q_agencies_campaign_goods,
                  ARGS(V_INT(campaign), V_INT(AGENCIES_CAMPAIGN_GOODS_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "goods");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "name", agency_text(r, &rs, i, "name_zh", "name_en"));
    }
    if (!e)
        e = db_select(r->db, &q_agencies_goods_choices, ARGS(V_INT(campaign), V_INT(CHOICES)),
                      r->arena, &choices);
    list = view_put_list(r->view, "goods_choices");
    for (size_t i = 0; !e && i < choices.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", row_str(&choices, i, "slug"));
        view_put_str(v, "name", agency_text(r, &choices, i, "name_zh", "name_en"));
    }
    view_page_only(r->view, "goods_choices");
    return e;
}

static enum err put_shows(struct req *r, int64_t campaign)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_agencies_campaign_shows,
                           ARGS(V_INT(campaign), V_INT(clock_wall_ms()), V_INT(AGENCIES_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "shows");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", agency_text(r, &rs, i, "title_zh", "title_en"));
        view_put_str(v, "host", row_str(&rs, i, "host"));
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "agencies.show_", row_str(&rs, i, "status")));
        view_put_time(v, "starts_at", row_int(&rs, i, "starts_at"));
        view_put_money(v, "sold", row_int(&rs, i, "sold"), CNY);
    }
    return e;
}

/* sold {…, as figures/part.html}, pieces, goal, reached (hundredths of the goal, at most all). */
static enum err put_figures(struct req *r, const struct rows *row)
{
    struct figure_value sold;
    int64_t id = row_int(row, 0, "id"), goal = row_int(row, 0, "goal_fen");
    enum err e = figures_put(r, view_put_object(r->view, "sold"), "campaign_sold", id);
    if (!e)
        e = figures_put(r, view_put_object(r->view, "pieces"), "campaign_pieces", id);
    if (!e)
        e = figures_value(r->db, r->arena, STR("campaign_sold"), id, 0, &sold);
    if (e || !goal)
        return e;
    view_put_money(r->view, "goal", goal, CNY);
    view_put_int(r->view, "goal_fen", goal);
    view_put_int(r->view, "sold_fen", sold.number);
    view_put_int(r->view, "percent", sold.number >= goal ? 100 : sold.number * 100 / goal);
    view_page_only(r->view, "goal_fen");
    view_page_only(r->view, "sold_fen");
    return OK;
}

static enum err put_page(struct req *r)
{
    struct agency a;
    struct rows row;
    int64_t now_ms = clock_wall_ms();
    enum err e = load(r, &a, &row);
    if (e)
        return e;
    int64_t id = row_int(&row, 0, "id");
    bool open = str_eq_z(row_str(&row, 0, "state"), "open"),
         over = row_int(&row, 0, "until_at") <= now_ms;
    const char *when = !open                                  ? "cancelled"
                       : over                                 ? "over"
                       : row_int(&row, 0, "from_at") > now_ms ? "coming"
                                                              : "running";
    view_put_int(r->view, "id", id);
    view_put_int(r->view, "agency", a.id);
    view_put_str(r->view, "agency_name", agency_text(r, &a.row, 0, "name_zh", "name_en"));
    view_put_str(r->view, "name", row_str(&row, 0, "name"));
    view_put_z(r->view, "when", when);
    view_put_str(r->view, "when_name", req_text(r, "agencies.when_", str_of(when)));
    agency_put_day(r->view, "from", row_int(&row, 0, "from_day"));
    agency_put_day(r->view, "until", row_int(&row, 0, "until_day"));
    view_put_bool(r->view, "may_change", open && !over && a.as & AGENCIES_AS_AGENCY);
    e = put_hosts(r, id, a.id);
    if (!e)
        e = put_goods(r, id);
    if (!e)
        e = put_shows(r, id);
    return e ? e : put_figures(r, &row);
}

enum err campaign_get(struct req *r)
{
    return put_page(r);
}

/* --- planning --- */

struct act {
    struct command cmd;
    int64_t agency, id, by, host, goods;
    const char *event;
    struct str slug;
    struct agencies_campaign fresh;
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return agencies_campaign_plan(tx, &a->fresh, a->by, &a->id);
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    const struct act *a = (const struct act *)cmd;
    if (result)
        return agency_done(r, result, a->agency);
    view_put_int(r->view, "id", a->id);
    reply_redirect(r, arena_printf(r->arena, "/agencies/%lld/campaigns/%lld", (long long)a->agency,
                                   (long long)a->id));
    return OK;
}

static enum err begin(struct req *r, const struct agency *agency, const char *name,
                      enum err (*run)(struct command *, struct tx *), struct act **out)
{
    struct act *a = *out = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a =
        (struct act){.cmd = {.name = name, .run = run}, .agency = agency->id, .by = r->who.user_id};
    return agency->as & AGENCIES_AS_AGENCY ? OK : ERR_FORBIDDEN;
}

enum err campaign_plan_post(struct req *r)
{
    struct agency agency;
    struct act *a;
    enum err e = agency_load_inside(r, &agency);
    if (!e)
        e = begin(r, &agency, "agencies.campaign", run_plan, &a);
    if (e)
        return e;
    struct agencies_campaign *c = &a->fresh;
    struct str goal = str_trim(req_field(r, "goal"));
    c->agency = agency.id;
    e = req_field_text(r, "name", 1, 40, &c->name);
    if (!e)
        e = agency_read_day(r, "from", &c->from_day);
    if (!e)
        e = agency_read_day(r, "until", &c->until_day);
    if (!e && goal.n && yuan_typed(goal, &c->goal_fen))
        e = req_refuse(r, ERR_INVALID, "goal", "agencies.goal_bad");
    return e ? planned(r, &a->cmd, e) : web_write(r, &a->cmd, planned);
}

/* --- changing --- */

static enum err take_off(struct tx *tx, const struct act *a)
{
    int64_t changed;
    enum err e = a->host ? db_exec(tx->db, &q_agencies_campaign_host_off,
                                   ARGS(V_INT(a->id), V_INT(a->host)), &changed)
                         : db_exec(tx->db, &q_agencies_campaign_goods_off,
                                   ARGS(V_INT(a->id), V_INT(a->goods)), &changed);
    if (!e && changed == 0)
        return ERR_NOT_FOUND;
    const char *about = a->host ? arena_printf(tx->arena, "host:%lld", (long long)a->host)
                                : arena_printf(tx->arena, "goods:%lld", (long long)a->goods);
    return e ? e : campaign_step(tx, a->id, "off", about, a->by);
}

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    if (strcmp(a->event, "host") == 0)
        return agencies_campaign_host(tx, a->id, a->host, a->by);
    if (strcmp(a->event, "goods") == 0)
        return agencies_campaign_goods(tx, a->id, a->slug, a->by);
    return strcmp(a->event, "off") == 0 ? take_off(tx, a)
                                        : campaign_step(tx, a->id, "cancel", NULL, a->by);
}

static enum err acted(struct req *r, struct command *cmd, enum err result)
{
    const struct act *a = (const struct act *)cmd;
    struct err_info info = r->info;
    if (result && (r->json || result == ERR_NOT_FOUND))
        return result;
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/agencies/%lld/campaigns/%lld",
                                       (long long)a->agency, (long long)a->id));
    r->view = view_object(r->arena);
    enum err e = put_page(r);
    if (e || !result)
        return e;
    reply_page(r, "agencies/campaign.html");
    r->info = info;
    return result;
}

static enum err read_act(struct req *r, struct act *a)
{
    a->event = transition_event(&agencies_campaign_table, req_field(r, "do"));
    if (!a->event || strcmp(a->event, "plan") == 0)
        return req_refuse(r, ERR_INVALID, "do", "agencies.campaign_over");
    if (strcmp(a->event, "goods") == 0)
        return req_field_text(r, "goods", 1, SLUG_TYPED, &a->slug);
    if (strcmp(a->event, "host") == 0 || (strcmp(a->event, "off") == 0 && req_field(r, "host").n))
        return req_field_int(r, "host", 1, INT64_MAX, &a->host);
    return strcmp(a->event, "off") == 0 ? req_field_int(r, "goods", 1, INT64_MAX, &a->goods) : OK;
}

enum err campaign_post(struct req *r)
{
    struct agency agency;
    struct rows row;
    struct act *a;
    enum err e = load(r, &agency, &row);
    if (!e)
        e = begin(r, &agency, "agencies.campaign_do", run_act, &a);
    if (e)
        return e;
    a->id = row_int(&row, 0, "id");
    e = read_act(r, a);
    return e ? acted(r, &a->cmd, e) : web_write(r, &a->cmd, acted);
}
