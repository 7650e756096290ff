#include "town/demo/fill.h"

#include "base/rnd.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/demo/agencies.h"
#include "town/demo/courses.h"
#include "town/demo/events.h"
#include "town/demo/floors.h"
#include "town/demo/goods.h"
#include "town/demo/after.h"
#include "town/demo/invoices.h"
#include "town/demo/letters.h"
#include "town/demo/lives.h"
#include "town/demo/makers.h"
#include "town/demo/marks.h"
#include "town/demo/outside.h"
#include "town/demo/papers.h"
#include "town/demo/plan.h"
#include "town/demo/quoted.h"
#include "town/demo/sampled.h"
#include "town/demo/rooms.h"
#include "town/demo/told.h"
#include "town/demo/waiting.h"
#include "town/demo/watched.h"
#include "town/people/people.h"
#include "town/ship/ship.h"
#include "town/offers/offers.h"
#include "town/shows/shows.h"
#include "town/trade/trade.h"

enum {
    SEED = 20260601,
    HELD_ORDERS = 48,  /* of each show that was held */
    HELD_MINUTES = 90, /* its length */
    LEAST_STOCK = 40,  /* of a product in a show */
    PEOPLE_MAX = 24,
    TOWN_DAYS = 62,  /* since the makers came, */
    GOODS_DAYS = 19, /* and in the first of them the last goods did */
    GOODS_LATE = 30, /* so many; all others came when the base had opened: */
    GOODS_EARLY_DAYS = 100,
    MINUTE_MS = 60 * 1000,
};

#define OPENED_MS INT64_C(1614009600000) /* 23 February 2021, when the base opened */

struct filler {
    struct tx *tx;
    int64_t now_ms; /* the batch's; tx->now_ms is set back while the past is filled */
    int64_t people[PEOPLE_MAX], factories[DEMO_FACTORIES], kinds[64];
    struct rnd_seq seq;
};

static int below(struct filler *f, int bound)
{
    return (int)rnd_seq_below(&f->seq, (uint64_t)bound);
}

static int64_t person(const struct filler *f, const char *login)
{
    for (int i = 0; i < demo_people_n; i++)
        if (strcmp(demo_people[i].login, login) == 0)
            return f->people[i];
    return 0;
}

/* ---- people ---- */

static enum err add_people(struct filler *f)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < demo_people_n && i < PEOPLE_MAX; i++) {
        const struct demo_person *p = &demo_people[i];
        struct people_user u = {.login = str_of(p->login),
                                .name = str_of(p->name),
                                .password_hash = str_of("!"), /* no password has that hash */
                                .roles = p->roles};
        if (p == demo_people) /* the buyer comes in by a code, too */
            u.phone = STR("13800000000"), u.is_phone_proven = true;
        if (p->password)
            e = people_hash_password(str_of(p->password), f->tx->arena, &u.password_hash);
        if (e == OK)
            e = people_user_add(f->tx, &u, &f->people[i]);
    }
    return e;
}

/* Home first, which is the default. */
static enum err add_addresses(struct filler *f)
{
    static const struct {
        int province;
        const char *name, *phone, *detail;
    } homes[] = {{33, "阿棉", "13800000000", "宁波市慈溪市观海卫镇青石弄 8 号"},
                 {31, "阿棉（公司）", "13800000000", "长宁区桂影路 66 号 3 号楼 502 室"}};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(homes) / sizeof(homes[0]); i++) {
        struct people_address a = {.province = homes[i].province,
                                   .name = str_of(homes[i].name),
                                   .phone = str_of(homes[i].phone),
                                   .detail = str_of(homes[i].detail)};
        e = people_address_keep(f->tx, person(f, "buyer"), &a, NULL);
    }
    return e;
}

/* ---- goods ---- */

/* What the goods of a kind have, the hall asks of new ones. */
static size_t attributes_of(struct arena *arena, const struct demo_kind *k,
                            struct hall_attribute *out)
{
    size_t n = 0;
    for (const struct demo_spec *s = k->specs; s < k->specs + DEMO_SPECS_MAX && s->name; s++) {
        const char *words = "";
        for (int i = 0; i < 3 && s->words[i]; i++)
            words = arena_printf(arena, "%s%s%s", words, i ? " " : "", s->words[i]);
        out[n++] = (struct hall_attribute){.name = s->name,
                                           .kind = !s->unit   ? "word"
                                                   : s->milli ? "milli"
                                                              : "count",
                                           .unit = s->unit ? s->unit : "",
                                           .words = str_of(words),
                                           .least = s->unit ? s->low / 2 : 0,
                                           .most = s->unit ? s->high * 2 : 0,
                                           .is_required = strcmp(s->name, "power") == 0 ||
                                                          strcmp(s->name, "voltage") == 0};
    }
    return n;
}

static enum err add_group(struct filler *f, int i, int64_t *id)
{
    const struct demo_group *g = &demo_groups[i];
    struct hall_kind_new fresh = {.slug = str_of(g->slug),
                                  .name_zh = str_of(g->name.zh),
                                  .name_en = str_of(g->name.en),
                                  .position = i + 1};
    return hall_kind_add(f->tx, &fresh, id);
}

static enum err add_kind(struct filler *f, int i, int64_t group)
{
    const struct demo_kind *k = &demo_kinds[i];
    struct hall_attribute attributes[DEMO_SPECS_MAX];
    struct hall_kind_new fresh = {.slug = str_of(k->slug),
                                  .name_zh = str_of(k->name.zh),
                                  .name_en = str_of(k->name.en),
                                  .position = i + 1,
                                  .parent = group,
                                  .attributes = attributes};
    fresh.attributes_n = attributes_of(f->tx->arena, k, attributes);
    return hall_kind_add(f->tx, &fresh, &f->kinds[i]);
}

static enum err add_kinds(struct filler *f)
{
    enum err e = OK;
    for (int g = 0; e == OK && g < demo_groups_n; g++) {
        int64_t group;
        e = add_group(f, g, &group);
        for (int n = 0; e == OK && demo_groups[g].kinds[n]; n++)
            for (int i = 0; e == OK && i < demo_kinds_n; i++)
                if (strcmp(demo_kinds[i].slug, demo_groups[g].kinds[n]) == 0)
                    e = add_kind(f, i, group);
    }
    return e;
}

/* They come into the hall one after the other, before the first show. */
static enum err add_goods(struct filler *f)
{
    enum err e = add_kinds(f);
    int64_t begin = f->tx->now_ms;
    for (int i = 0; e == OK && i < DEMO_PRODUCTS; i++) {
        struct demo_good good;
        demo_good(i, f->tx->arena, &good);
        good.product.factory = f->factories[good.factory];
        good.product.kind = f->kinds[good.kind - demo_kinds];
        f->tx->now_ms =
            i < DEMO_PRODUCTS - GOODS_LATE
                ? OPENED_MS + i * GOODS_EARLY_DAYS * DAY_MS / DEMO_PRODUCTS
                : begin + (i - DEMO_PRODUCTS + GOODS_LATE) * GOODS_DAYS * DAY_MS / GOODS_LATE;
        e = hall_product_add(f->tx, &good.product);
    }
    return e;
}

/* ---- carriers ---- */

static enum err add_carriers(struct tx *tx)
{
    static const struct {
        const char *code, *zh, *en;
        int64_t least, most;
        bool is_digits;
    } carriers[] = {{"celadon", "青瓷速运", "Celadon Express", 12, 14, true},
                    {"lakeside", "湖畔快递", "Lakeside Parcels", 10, 15, false},
                    {"towncart", "小镇物流", "Town Cartage", 8, 12, false}};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(carriers) / sizeof(carriers[0]); i++) {
        const struct ship_carrier c = {.code = str_of(carriers[i].code),
                                       .name_zh = str_of(carriers[i].zh),
                                       .name_en = str_of(carriers[i].en),
                                       .number_min = carriers[i].least,
                                       .number_max = carriers[i].most,
                                       .position = (int64_t)i + 1,
                                       .is_digits = carriers[i].is_digits,
                                       .is_on = true};
        e = ship_carrier_set(tx, &c);
    }
    return e;
}

/* ---- shows ---- */

/* The product of a pick, with enough stock to sell; its SKU and its price. */
static enum err find_pick(struct tx *tx, const struct demo_pick *pick, int skip, int64_t *sku,
                          int64_t *price_fen, int *good)
{
    for (;; skip++) {
        struct demo_good g;
        struct rows rs;
        int i = demo_good_find(pick->kind, pick->colour, skip, tx->arena);
        if (i < 0)
            return ERR_NOT_FOUND;
        demo_good(i, tx->arena, &g);
        enum err e =
            db_one(tx->db, &q_demo_sku_with_stock, ARGS(V_STR(g.product.slug)), tx->arena, &rs);
        if (e != OK)
            return e;
        if (row_int(&rs, 0, "stock") < LEAST_STOCK)
            continue;
        *sku = row_int(&rs, 0, "id");
        *price_fen = demo_show_price(row_int(&rs, 0, "price_fen"), pick->percent);
        *good = i;
        return OK;
    }
}

/* skus gets those that it sells. */
static enum err add_show(struct tx *tx, const struct demo_show_plan *plan, int64_t host,
                         int64_t starts_at, int64_t *show, int64_t skus[DEMO_ITEMS_MAX], int *n)
{
    struct shows_new fresh = {.title_zh = str_of(plan->title.zh),
                              .title_en = str_of(plan->title.en),
                              .room_zh = str_of(plan->room.zh),
                              .room_en = str_of(plan->room.en),
                              .host_id = host,
                              .starts_at = starts_at};
    enum err e = shows_create(tx, &fresh, show);
    for (*n = 0; e == OK && *n < DEMO_ITEMS_MAX && plan->picks[*n].kind; ++*n) {
        const struct demo_pick *pick = &plan->picks[*n];
        int64_t price_fen, item;
        int good;
        e = find_pick(tx, pick, plan->skip, &skus[*n], &price_fen, &good);
        if (e == OK)
            e = shows_item_add(tx, *show, skus[*n], price_fen, str_of(pick->note.zh),
                               str_of(pick->note.en), &item);
    }
    return e;
}

/* One order of a show that was live then: most are paid, a few were let go. */
static enum err add_held_order(struct filler *f, int64_t show, int64_t sku)
{
    static const char *const buyers[] = {"buyer", "xiaoman", "manhuo", "nanfeng",
                                         "banli", "tuzi",    "lanhe"};
    static const char *const streets[] = {"竹溪路", "澄江巷", "望湖街", "青石弄"};
    const char *login = buyers[below(f, sizeof(buyers) / sizeof(buyers[0]))];
    struct order_actor by = {person(f, login), ORDER_AS_BUYER};
    struct order_request rq = {
        .buyer_id = by.user_id, .n = 1, .wishes = {{sku, 1 + below(f, 3), show}}};
    int64_t order;
    for (int i = 0; i < demo_people_n; i++)
        if (strcmp(demo_people[i].login, login) == 0)
            rq.name = str_of(demo_people[i].name);
    rq.phone = str_of(arena_printf(f->tx->arena, "1990000%04d", (int)by.user_id));
    rq.address = str_of(
        arena_printf(f->tx->arena, "浙江省宁波市%s %d 号", streets[below(f, 4)], 1 + below(f, 90)));
    rq.province = 33;
    enum err e = order_place(f->tx, &rq, &order);
    f->tx->now_ms += 20 * 1000;
    if (e != OK)
        return e;
    return below(f, 12) == 0 ? order_do(f->tx, order, "cancel", by, STR_NONE)
                             : order_pay(f->tx, order, by);
}

static enum err hold_show(struct filler *f, const struct demo_show_plan *plan, int64_t starts_at)
{
    int64_t show, skus[DEMO_ITEMS_MAX];
    int n;
    f->tx->now_ms = starts_at - DAY_MS;
    enum err e = add_show(f->tx, plan, person(f, plan->host), starts_at, &show, skus, &n);
    if (e == OK)
        e = db_exec(f->tx->db, &q_shows_set_live, ARGS(V_INT(starts_at), V_INT(show)), NULL);
    int orders = plan->orders ? plan->orders : HELD_ORDERS;
    for (int i = 0; e == OK && i < orders; i++) {
        f->tx->now_ms = starts_at + (int64_t)i * HELD_MINUTES * MINUTE_MS / orders;
        /* The first ones on the list sell best. */
        e = add_held_order(f, show, skus[below(f, 1 + below(f, n))]);
    }
    if (e == OK)
        e = fill_watched(f->tx, show, starts_at, starts_at + HELD_MINUTES * MINUTE_MS, orders);
    if (e == OK)
        e = db_exec(f->tx->db, &q_shows_set_ended,
                    ARGS(V_INT(starts_at + HELD_MINUTES * MINUTE_MS), V_INT(show)), NULL);
    return e ? e : fill_lives(f->tx, show, day_of(starts_at), -plan->day);
}

static int64_t time_of(const struct demo_show_plan *plan, int64_t now_ms)
{
    return day_begin_ms(day_of(now_ms) + plan->day) +
           (plan->hour * 60 + plan->minute) * (int64_t)MINUTE_MS;
}

static enum err add_shows(struct filler *f)
{
    enum err e = OK;
    order_show_price(offers_price);
    for (int i = 0; e == OK && i < demo_shows_n; i++) {
        const struct demo_show_plan *plan = &demo_shows[i];
        int64_t show, skus[DEMO_ITEMS_MAX], starts_at = time_of(plan, f->now_ms);
        int n;
        if (plan->day < 0) {
            e = hold_show(f, plan, starts_at);
            continue;
        }
        f->tx->now_ms = f->now_ms;
        e = add_show(f->tx, plan, person(f, plan->host), starts_at, &show, skus, &n);
    }
    return e;
}

static enum err add_talk(struct filler *f, int64_t show)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < DEMO_TALK_MAX; i++) {
        const struct demo_line *line = &demo_talk[i];
        const char *name = "";
        struct rows rs;
        bool crew = strcmp(line->login, demo_show_now.host) == 0;
        for (int p = 0; p < demo_people_n; p++)
            if (strcmp(demo_people[p].login, line->login) == 0)
                name = demo_people[p].name;
        e = db_one(f->tx->db, &q_shows_message_add,
                   ARGS(V_INT(show), V_INT(person(f, line->login)), V_Z(name), V_INT(crew),
                        V_Z(line->text), V_INT(f->now_ms - (DEMO_TALK_MAX - i) * 20 * 1000),
                        V_Z("shown"), V_NULL, V_INT(!crew && strstr(line->text, "？") != NULL),
                        V_NULL),
                   f->tx->arena, &rs);
    }
    return e;
}

enum err fill_show_now(struct tx *tx, int64_t *show)
{
    int64_t skus[DEMO_ITEMS_MAX];
    int n;
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_people_user_by_login, ARGS(V_Z(demo_show_now.host)), tx->arena, &rs);
    if (e != OK)
        return e;
    return add_show(tx, &demo_show_now, row_int(&rs, 0, "id"), tx->now_ms, show, skus, &n);
}

/* The clerk works for the maker of the first product on show. */
static enum err place_clerk(struct filler *f, int *factory)
{
    int64_t sku, price_fen;
    int good;
    struct demo_good g;
    enum err e =
        find_pick(f->tx, &demo_show_now.picks[0], demo_show_now.skip, &sku, &price_fen, &good);
    if (e != OK)
        return e;
    demo_good(good, f->tx->arena, &g);
    *factory = g.factory;
    return people_membership_add(f->tx, person(f, "factory"), f->factories[g.factory]);
}

static enum err add_rooms(struct filler *f, int64_t factory)
{
    static const char *const logins[] = {"host",   "factory", "host2",   "xiaoman",
                                         "manhuo", "nanfeng", "banli",   "tuzi",
                                         "lanhe",  "shenhe",  "yecheng", "fangli"};
    enum { BOOKERS = sizeof(logins) / sizeof(logins[0]) };
    int64_t people[BOOKERS];
    for (size_t i = 0; i < BOOKERS; i++)
        people[i] = person(f, logins[i]);
    return fill_rooms(f->tx, person(f, "operator"), people, BOOKERS, factory);
}

enum err fill_town(struct tx *tx, int64_t *show)
{
    struct filler f = {.tx = tx, .now_ms = tx->now_ms, .seq = {SEED}};
    int clerks = 0;
    int64_t course = 0;
    tx->now_ms = f.now_ms - TOWN_DAYS * DAY_MS;
    enum err e = add_people(&f);
    if (e == OK)
        e = add_addresses(&f);
    if (e == OK)
        e = fill_rules(tx);
    if (e == OK)
        e = fill_agency(tx, person(&f, "host"), person(&f, "operator"));
    if (e == OK)
        tx->now_ms = OPENED_MS;
    if (e == OK)
        e = fill_makers(tx, &f.seq, f.factories);
    tx->now_ms = f.now_ms - TOWN_DAYS * DAY_MS;
    if (e == OK)
        e = add_goods(&f);
    if (e == OK)
        e = fill_marks(tx);
    if (e == OK)
        e = place_clerk(&f, &clerks);
    if (e == OK)
        e = add_carriers(tx);
    if (e == OK)
        e = fill_courses_past(tx, f.now_ms, &course);
    if (e == OK)
        e = add_shows(&f);
    tx->now_ms = f.now_ms;
    if (e == OK)
        e = fill_courses(tx, course);
    if (e == OK)
        e = fill_agencies(tx, person(&f, "operator"));
    if (e == OK)
        e = fill_next_rule(tx, person(&f, "host"));
    if (e == OK)
        e = fill_outside(tx, person(&f, "host"));
    if (e == OK)
        e = fill_show_now(tx, show);
    if (e == OK)
        e = fill_campaign(tx, person(&f, "host"), *show, person(&f, "operator"));
    if (e == OK)
        e = add_talk(&f, *show);
    if (e == OK)
        e = fill_ended_marks(tx);
    if (e == OK)
        e = fill_waiting(tx, f.factories, f.kinds, clerks);
    if (e == OK)
        e = fill_coupons(tx, f.factories[clerks], f.factories[clerks ? 0 : 1], person(&f, "buyer"));
    if (e == OK)
        e = fill_transfer(tx, f.factories[clerks], person(&f, "manhuo"));
    if (e == OK)
        e = fill_claims(tx, f.factories[clerks]);
    if (e == OK)
        e = fill_ratings(tx, f.factories[clerks], person(&f, "buyer"));
    if (e == OK)
        e = fill_talks(tx, f.factories[clerks], person(&f, "factory"), person(&f, "buyer"));
    if (e == OK)
        e = fill_invoices(tx, f.factories[clerks], person(&f, "factory"), person(&f, "buyer"));
    if (e == OK)
        e = fill_samples(tx, f.factories[clerks], person(&f, "factory"), person(&f, "host"),
                         person(&f, "host2"));
    if (e == OK)
        e = fill_quotes(tx, f.factories[clerks], person(&f, "factory"), person(&f, "buyer"),
                        person(&f, "manhuo"));
    if (e == OK)
        e = fill_told(tx, person(&f, "buyer"));
    if (e == OK)
        e = add_rooms(&f, f.factories[clerks]);
    if (e == OK)
        e = fill_events(tx, f.factories[clerks], person(&f, "factory"), person(&f, "operator"));
    if (e == OK)
        e = fill_applicants(tx, &f.seq);
    if (e == OK)
        e = fill_floors(tx, f.now_ms);
    if (e == OK)
        e = fill_figures(tx);
    return e != OK ? e : fill_letters(tx);
}
