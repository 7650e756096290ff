#include "town/demo/events.h"

#include "base/rnd.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/events/events.h"
#include "town/people/people.h"
#include "town/venue/venue.h"

#define HOUR_MS (INT64_C(3600) * 1000)
#define MINUTE_MS (INT64_C(60) * 1000)
enum {
    FACTORIES = 12,
    AGENCIES = 4,
    PAST_DAYS = 21,
    AHEAD_DAYS = 7,
    OPEN_DAYS = 33,
    PRODUCTS = 4, /* that each maker shows */
    AT_ONCE = 100,
    SEED = 20,
};

static const struct {
    const char *slug, *zh, *en, *about_zh, *about_en;
} agencies[AGENCIES] = {
    {"qinglan-live", "青岚直播", "Qinglan Live", "", ""},
    {"baiyu-media", "白屿传媒", "Baiyu Media", "中高端厨电和个护，场均两小时讲解",
     "Kitchen and care appliances of the upper range, two hours a show"},
    {"lihe-mcn", "里禾文化", "Lihe Studio", "母婴与清洁小家电，主播二十余位",
     "Small appliances for families and cleaning, some twenty hosts"},
    {"tingzhou-live", "汀舟电商", "Tingzhou Commerce", "工厂源头场，主打新品首发",
     "Shows from the factory floor, first showings of new goods"},
};

struct fair {
    struct tx *tx;
    struct rnd_seq seq;
    int64_t factories[FACTORIES], agencies[AGENCIES]; /* organisations */
    int64_t left[FACTORIES], right[AGENCIES];         /* their parties in the event at hand */
    size_t factories_n;
    int64_t own, clerk, office;
};

/* --- who there is --- */

static enum err find_agencies(struct fair *f)
{
    enum err e = OK;
    for (int i = 0; !e && i < AGENCIES; i++) {
        const struct people_organisation o = {.kind = "agency",
                                              .slug = str_of(agencies[i].slug),
                                              .name_zh = str_of(agencies[i].zh),
                                              .name_en = str_of(agencies[i].en),
                                              .about_zh = str_of(agencies[i].about_zh),
                                              .about_en = str_of(agencies[i].about_en)};
        e = people_organisation_find(f->tx->db, f->tx->arena, o.slug, &f->agencies[i]);
        if (e == ERR_NOT_FOUND)
            e = people_organisation_add(f->tx, &o, &f->agencies[i]);
    }
    return e;
}

static enum err find_factories(struct fair *f)
{
    struct rows rs;
    enum err e = db_select(f->tx->db, &q_demo_factories_for_events,
                           ARGS(V_INT(f->own), V_INT(FACTORIES)), f->tx->arena, &rs);
    f->factories_n = e ? 0 : rs.n;
    for (size_t i = 0; i < f->factories_n; i++)
        f->factories[i] = row_int(&rs, i, "id");
    return e;
}

/* --- an event and its wishes --- */

static enum err create(struct fair *f, int64_t day, const char *zh, const char *en,
                       const char *about_zh, const char *about_en, int64_t slots, int64_t *event)
{
    struct rows space;
    struct events_new n = {.title_zh = str_of(zh),
                           .title_en = str_of(en),
                           .about_zh = str_of(about_zh),
                           .about_en = str_of(about_en),
                           .starts_at = day_begin_ms(day) + 9 * HOUR_MS + 30 * MINUTE_MS,
                           .slot_min = 20,
                           .slots = slots,
                           .break_after = slots > 8 ? 7 : 0,
                           .break_min = slots > 8 ? 70 : 0,
                           .tables = 4};
    n.deadline_at = n.starts_at - 4 * DAY_MS;
    if (n.deadline_at <= f->tx->now_ms)
        n.deadline_at = n.starts_at - HOUR_MS;
    enum err e = db_select(f->tx->db, &q_demo_spaces_for_events, NO_ARGS, f->tx->arena, &space);
    enum err had = ERR_CONFLICT;
    for (size_t i = 0; !e && had == ERR_CONFLICT && i < space.n; i++) {
        n.space = row_int(&space, i, "id");
        e = db_savepoint(f->tx->db);
        had = e ? e : events_create(f->tx, &n, f->office, event);
        if (!e && had == ERR_CONFLICT) { /* somebody has that room: another one */
            db_savepoint_rollback(f->tx->db);
            *f->tx->info = (struct err_info){0};
        } else if (!e) {
            e = db_savepoint_release(f->tx->db);
        }
    }
    return e ? e : had;
}

static enum err show_products(struct fair *f, size_t i)
{
    struct rows rs;
    int64_t products[PRODUCTS];
    enum err e = db_select(f->tx->db, &q_demo_products_for_events,
                           ARGS(V_INT(f->factories[i]), V_INT(PRODUCTS)), f->tx->arena, &rs);
    for (size_t k = 0; !e && k < rs.n; k++)
        products[k] = row_int(&rs, k, "id");
    return e ? e : events_name_products(f->tx, f->left[i], products, rs.n);
}

static enum err join_all(struct fair *f, int64_t event, size_t makers)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < makers; i++) {
        bool own = f->factories[i] == f->own;
        const struct events_terms terms = {.most = 4, .away = i % 5 == 3 ? 3 : 0};
        e = events_join(f->tx, event, f->factories[i], &terms, own ? EVENTS_PARTY : EVENTS_BASE,
                        own ? f->clerk : f->office, &f->left[i]);
        if (!e)
            e = show_products(f, i);
    }
    for (size_t k = 0; !e && k < AGENCIES; k++) {
        const struct events_terms terms = {0}; /* all day */
        e = events_join(f->tx, event, f->agencies[k], &terms, EVENTS_BASE, f->office, &f->right[k]);
    }
    return e;
}

static enum err wish(struct fair *f, int64_t party, int64_t other, unsigned percent)
{
    if (rnd_seq_below(&f->seq, 100) >= percent)
        return OK;
    return events_wish(f->tx, party, other, 1 + (int64_t)rnd_seq_below(&f->seq, 3));
}

static enum err wish_all(struct fair *f, size_t makers)
{
    enum err e = OK;
    for (size_t i = 0; i < makers; i++)
        for (size_t k = 0; !e && k < AGENCIES; k++) {
            bool near = (i + k) % 3 != 0;
            e = wish(f, f->left[i], f->right[k], near ? 85 : 30);
            if (!e)
                e = wish(f, f->right[k], f->left[i], near ? 75 : 20);
        }
    if (!e && makers > 5) /* one has met them before */
        e = events_wish(f->tx, f->left[5], f->right[1], -1);
    return e;
}

static enum err publish(struct fair *f, int64_t event, size_t makers)
{
    enum err e = join_all(f, event, makers);
    if (!e)
        e = wish_all(f, makers);
    if (!e)
        e = events_plan(f->tx, event, f->office);
    return e ? e : events_do(f->tx, event, "publish", EVENTS_BASE, f->office, STR_NONE);
}

/* --- those that were --- */

static enum err arrive_all(struct fair *f, size_t makers)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < makers; i++)
        if (i != 4) /* one did not come */
            e = events_party_do(f->tx, f->left[i], "arrive", EVENTS_BASE, f->office, STR_NONE);
    for (size_t k = 0; !e && k < AGENCIES; k++)
        e = events_party_do(f->tx, f->right[k], "arrive", EVENTS_BASE, f->office, STR_NONE);
    return e;
}

static enum err say(struct fair *f, const struct rows *rs, size_t i, const char *side)
{
    static const char *const outcomes[] = {"interested", "sample", "quote",     "no",
                                           "sample",     "quote",  "interested"};
    static const char *const notes[] = {"", "先寄两台试样", "要三档报价", "", "", "五百台起", ""};
    size_t pick = (size_t)rnd_seq_below(&f->seq, 7);
    const struct events_outcome o = {.meeting = row_int(rs, i, "id"),
                                     .actor = f->office,
                                     .side = side,
                                     .outcome = str_of(outcomes[pick]),
                                     .note = str_of(notes[pick])};
    return events_outcome(f->tx, &o);
}

static enum err say_all(struct fair *f, int64_t event)
{
    struct rows rs;
    enum err e = db_select(f->tx->db, &q_events_meetings, ARGS(V_INT(event), V_INT(AT_ONCE)),
                           f->tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (row_null(&rs, i, "factory_arrived") || row_null(&rs, i, "agency_arrived"))
            continue;
        e = say(f, &rs, i, "agency");
        if (!e && i % 3)
            e = say(f, &rs, i, "factory");
    }
    return e;
}

/* After a week most answered; of one event the demo's own maker has not yet. */
static enum err answer_most(struct fair *f, int64_t event, bool own_waits)
{
    static const char *const answers[] = {"trying", "talking", "selling", "trying", "ended"};
    struct rows rs;
    enum err e = db_select(f->tx->db, &q_events_follows, ARGS(V_INT(event), V_INT(4 * AT_ONCE)),
                           f->tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        bool own = str_eq_z(row_str(&rs, i, "side"), "factory") &&
                   row_int(&rs, i, "factory_org") == f->own;
        bool asked = row_int(&rs, i, "days") == EVENTS_FOLLOW_SOON;
        if (!asked || (own ? own_waits : rnd_seq_below(&f->seq, 10) >= 7))
            continue;
        e = events_follow_answer(f->tx, row_int(&rs, i, "id"),
                                 str_of(answers[rnd_seq_below(&f->seq, 5)]), STR(""), f->office);
    }
    return e;
}

static const struct was {
    int ago; /* days */
    size_t makers;
    const char *zh, *en, *about_zh, *about_en;
} were[] = {
    {PAST_DAYS + 14, 6, "厨房小电专场对接会", "Kitchen appliances matching",
     "电饭煲、空气炸锅、养生壶，厂商与机构逐一见面。",
     "Rice cookers, air fryers and kettles: makers meet agencies one by one."},
    {PAST_DAYS + 7, 7, "个护清洁专场对接会", "Care and cleaning matching",
     "吹风机、洗地机、除螨仪，带样机来。",
     "Hair dryers, floor washers, mite removers: bring your samples."},
    {PAST_DAYS, 9, "秋季新品对接会", "Autumn new goods matching",
     "当季新品与直播机构面对面，每场二十分钟。",
     "New goods of the season meet live agencies, twenty minutes each."},
    {PAST_DAYS - 7, 6, "源头工厂对接会", "From the factory floor",
     "产线直供的小家电，谈样品、谈档期。",
     "Small appliances straight from the line: samples and dates of shows."},
};

static enum err past(struct fair *f, int64_t now_ms, const struct was *w)
{
    int64_t event, day = day_of(now_ms) - w->ago;
    int done;
    size_t makers = f->factories_n < w->makers ? f->factories_n : w->makers;
    f->tx->now_ms = day_begin_ms(day - 14) + 10 * HOUR_MS;
    enum err e = create(f, day, w->zh, w->en, w->about_zh, w->about_en, 8, &event);
    if (!e)
        e = publish(f, event, makers);
    f->tx->now_ms = day_begin_ms(day) + 9 * HOUR_MS;
    if (!e)
        e = events_do(f->tx, event, "begin", EVENTS_BASE, f->office, STR_NONE);
    if (!e)
        e = arrive_all(f, makers);
    f->tx->now_ms = day_begin_ms(day) + 12 * HOUR_MS;
    if (!e)
        e = say_all(f, event);
    f->tx->now_ms = day_begin_ms(day) + 13 * HOUR_MS;
    if (!e)
        e = events_do(f->tx, event, "finish", EVENTS_BASE, f->office, STR_NONE);
    f->tx->now_ms = day_begin_ms(day + 9) + 15 * HOUR_MS;
    if (!e)
        e = answer_most(f, event, w->ago == PAST_DAYS);
    f->tx->now_ms = now_ms;
    return e ? e : venue_turn(f->tx, AT_ONCE, &done);
}

/* --- those to come --- */

static enum err next(struct fair *f, int64_t now_ms)
{
    int64_t event, day = day_of(now_ms) + AHEAD_DAYS;
    f->tx->now_ms = now_ms - 9 * DAY_MS;
    enum err e =
        create(f, day, "冬季厨电对接会", "Winter kitchen matching",
               "厨电、个护、清洁小家电，十二家厂商见四家机构。带样机，现场试播。",
               "Kitchen, care and cleaning: twelve makers meet four agencies. Bring samples "
               "and try them live.",
               14, &event);
    f->tx->now_ms = now_ms - 2 * DAY_MS;
    if (!e) /* signing up ended three days before the event; the base makes its timetable */
        e = publish(f, event, f->factories_n);
    f->tx->now_ms = now_ms;
    return e;
}

static enum err open(struct fair *f, int64_t now_ms)
{
    int64_t event, day = day_of(now_ms) + OPEN_DAYS;
    f->tx->now_ms = now_ms - DAY_MS;
    enum err e =
        create(f, day, "开年选品对接会", "New year matching",
               "为开年大场选品：报名后勾选想见的对象和带来的商品。",
               "Goods for the first big shows of the year: sign up, then say whom you want "
               "to meet and what you bring.",
               16, &event);
    for (size_t i = 0; !e && i < f->factories_n && i < 5; i++)
        e = events_invite(f->tx, event, f->factories[i], f->office, NULL);
    for (size_t k = 0; !e && k < AGENCIES; k++)
        e = events_invite(f->tx, event, f->agencies[k], f->office, NULL);
    const struct events_terms terms = {.most = 6};
    for (size_t i = 1; !e && i < f->factories_n && i < 4; i++)
        e = events_join(f->tx, event, f->factories[i], &terms, EVENTS_BASE, f->office, NULL);
    if (!e)
        e = events_join(f->tx, event, f->agencies[2], &terms, EVENTS_BASE, f->office, NULL);
    f->tx->now_ms = now_ms;
    return e;
}

enum err fill_events(struct tx *tx, int64_t factory, int64_t clerk, int64_t office)
{
    int64_t now_ms = tx->now_ms;
    struct fair f = {.tx = tx, .seq = {SEED}, .own = factory, .clerk = clerk, .office = office};
    messages_register(events_kinds, events_kinds_n);
    enum err e = find_agencies(&f);
    if (!e)
        e = find_factories(&f);
    for (size_t i = 0; !e && i < sizeof(were) / sizeof(were[0]); i++)
        e = past(&f, now_ms, &were[i]);
    if (!e)
        e = next(&f, now_ms);
    if (!e)
        e = open(&f, now_ms);
    tx->now_ms = now_ms;
    return e ? e : db_exec(tx->db, &q_demo_told_of_events, ARGS(V_INT(now_ms)), NULL);
}
