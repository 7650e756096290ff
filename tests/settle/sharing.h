/*
 * A shop that shares, in a transaction in which a test plays the writer: 15 % to a show's host, 5 %
 * to its agency, 3 % to the base, from TODAY on. Show 70 is of host 7, for whom agency 5 speaks;
 * show 80 of host 8, for whom none does.
 */
#ifndef TESTS_SETTLE_SHARING_H
#define TESTS_SETTLE_SHARING_H

#include "../trade/shop.h"

#include "town/day.h"
#include "town/settle/settle.h"

enum { HOST = 7, AGENCY = 5, SHOW = 70, ADMIN = 1, TODAY = 20000 };

static inline void at_day(struct shop *s, int64_t day)
{
    s->f.tx.now_ms = day_begin_ms(day) + 10 * 3600 * 1000;
}

static inline struct settle_rule town_rule(int64_t day)
{
    return (struct settle_rule){
        .scope = "town", .day = day, .host_bp = 1500, .agency_bp = 500, .base_bp = 300};
}

static inline enum err add(struct shop *s, struct settle_rule rule, int64_t *id)
{
    int64_t ignored;
    s->f.info = (struct err_info){0};
    return settle_rule_add(&s->f.tx, &rule, ADMIN, id ? id : &ignored);
}

static inline void share_open(struct shop *s)
{
    shop_open(s);
    settle_start(NULL);
    assert_ok(db_script(
        s->f.db,
        "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
        " (7, 'host', 'h', '!', 2, 1), (8, 'host2', 'h', '!', 2, 1), (11, 'b', 'b', '!', 1, 1);"
        "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
        " (5, 'agency', 'agency-five', '五社', 'Agency five', 1);"
        "INSERT INTO host_agencies (host_id, agency_id, from_at, until_at)"
        " VALUES (7, 5, 1, 9000000000000000);"
        "INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status, starts_at,"
        " key_hash, key_sealed, created_at) VALUES"
        " (70, 's', 's', 'r', 'r', 7, 'live', 1, zeroblob(32), zeroblob(32), 1),"
        " (80, 's', 's', 'r', 'r', 8, 'live', 1, zeroblob(32), zeroblob(32), 1)"));
    at_day(s, TODAY - SETTLE_NOTICE_DAYS);
    assert_ok(add(s, town_rule(TODAY), NULL));
    at_day(s, TODAY);
}

static inline void share_close(struct shop *s)
{
    int n;
    assert_ok(settle_check(s->f.db, &s->f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    shop_close(s);
}

static inline void turn(struct shop *s)
{
    int done;
    assert_ok(pay_turn(&s->f.tx, 1000, &done));
}

static inline void event(struct shop *s, int64_t order, const char *name, unsigned as)
{
    s->f.info = (struct err_info){0};
    assert_ok(order_do(&s->f.tx, order, name,
                       (struct order_actor){as == ORDER_AS_BUYER ? BUYER : 0, as}, STR_NONE));
    turn(s);
}

static inline int64_t shipped(struct shop *s, struct order_request rq)
{
    int64_t order = placed(s, rq);
    assert_ok(order_pay(&s->f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    event(s, order, "ship", ORDER_AS_FACTORY);
    return order;
}

static inline int64_t received(struct shop *s, struct order_request rq)
{
    int64_t order = shipped(s, rq);
    event(s, order, "receive", ORDER_AS_BUYER);
    return order;
}

static inline struct order_request want_in(int64_t show, int64_t sku, int64_t quantity)
{
    struct order_request rq = want(sku, quantity);
    rq.wishes[0].show_id = show;
    return rq;
}

static inline int64_t in(struct shop *s, int64_t order, const char *account)
{
    struct pay_purse *p;
    size_t n;
    assert_ok(pay_where(s->f.db, &s->f.arena, order, &p, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(p[i].account, account))
            return p[i].fen;
    return 0;
}

#define assert_lies(order, account, n) assert_int_equal(in(&s, order, account), n)

static inline void refund(struct shop *s, int64_t order, int64_t line, int64_t pieces, int64_t fen,
                          const char *key)
{
    const struct order_back back = {line, pieces, fen};
    const struct order_refund r = {
        .order_id = order, .lines = &back, .n = 1, .is_for_sale = true, .key = str_of(key)};
    assert_ok(order_refund(&s->f.tx, &r, (struct order_actor){0, ORDER_AS_OPERATOR}, STR("back")));
    turn(s);
}

#endif
