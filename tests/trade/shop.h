/*
 * A shop in memory, in a transaction in which a test plays the writer: SKUs 1–9 of one factory, 20
 * of another, 30 not for sale; ten pieces each of 1, 2 and 3. The checks have the last word.
 */
#ifndef TESTS_TRADE_SHOP_H
#define TESTS_TRADE_SHOP_H

#include "../store/fixture.h"

#include "base/log.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"
#include "store/seal.h"
#include "town/hall/stock.h"
#include "town/pay/pay.h"
#include "town/trade/order.h"
#include "town/trade/trade.h"

enum { BUYER = 11, OTHER = 12, FACTORY = 3 };

static inline void put_sku(struct db *db, int64_t sku, int64_t factory, const char *status)
{
    char sql[1200], slug[32];
    snprintf(slug, sizeof(slug), "kettle-%lld", (long long)sku);
    snprintf(
        sql, sizeof(sql),
        "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
        " shape, colour, price_fen, status, created_at)"
        " VALUES (%lld, '%s', %lld, 1, '电水壶', 'Kettle', 'M', 1, 'white', 6900, '%s',"
        " 1);"
        "INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
        " list_price_fen, status)"
        " VALUES (%lld, %lld, 1, 'K%lld', '白', 'white', 'white', 6900, 6900, 'on')",
        (long long)sku, slug, (long long)factory, status, (long long)sku, (long long)sku,
        (long long)sku);
    assert_ok(db_script(db, sql));
}

static inline void put_hall(struct db *db)
{
    assert_ok(db_script(
        db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
            " (3, 'factory', 'maker-three', '三厂', 'Maker three', 1),"
            " (4, 'factory', 'maker-four', '四厂', 'Maker four', 1);"
            "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
            " VALUES (1, 'kettles', '电水壶', 'Kettles', 1)"));
    for (int64_t sku = 1; sku <= 9; sku++)
        put_sku(db, sku, FACTORY, "on");
    put_sku(db, 20, FACTORY + 1, "on");
    put_sku(db, 30, FACTORY, "off");
}

struct shop {
    struct fixture f;
    char folder[64];
};

static inline void shop_open(struct shop *s)
{
    fixture_in_memory(&s->f);
    snprintf(s->folder, sizeof(s->folder), "/tmp/guildhall-test-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    assert_ok(seal_load(s->folder, &s->f.arena, &s->f.info));
    put_hall(s->f.db);
    for (int64_t sku = 1; sku <= 3; sku++)
        assert_ok(hall_stock_add(&s->f.tx, sku, 10, ledger_id_new()));
    order_show_price(NULL);
    order_money_start();
    assert_ok(pay_load(&(struct pay_settings){.test = true}, &s->f.arena, &s->f.info));
}

static inline void shop_say(void *arg, const char *line)
{
    if (arg)
        strcat(strcat(arg, line), "\n");
    else
        print_message("%s\n", line);
}

static inline int violations_of(struct shop *s, char *said)
{
    int in_ledger, in_trade, in_pay;
    assert_ok(ledger_guard(&s->f.tx));
    assert_ok(ledger_check(s->f.db, &s->f.arena, shop_say, said, &in_ledger));
    assert_ok(trade_check(s->f.db, &s->f.arena, shop_say, said, &in_trade));
    assert_ok(pay_check(s->f.db, &s->f.arena, shop_say, said, &in_pay));
    return in_ledger + in_trade + in_pay;
}

static inline void shop_close(struct shop *s)
{
    char path[96];
    assert_int_equal(violations_of(s, NULL), 0);
    fixture_free(&s->f);
    snprintf(path, sizeof(path), "%s/seal.key", s->folder);
    unlink(path);
    rmdir(s->folder);
}

static inline struct order_request want(int64_t sku, int64_t quantity)
{
    return (struct order_request){.buyer_id = BUYER, .n = 1, .wishes = {{sku, quantity}}};
}

static inline int64_t placed(struct shop *s, struct order_request rq)
{
    int64_t id;
    assert_ok(order_place(&s->f.tx, &rq, &id));
    return id;
}

/* Places in a savepoint, as the writer does, and undoes a refusal. */
static inline enum err try_place(struct shop *s, struct order_request rq)
{
    int64_t id;
    s->f.info = (struct err_info){0};
    assert_ok(db_savepoint(s->f.db));
    enum err e = order_place(&s->f.tx, &rq, &id);
    if (e)
        db_savepoint_rollback(s->f.db);
    else
        assert_ok(db_savepoint_release(s->f.db));
    return e;
}

static inline int64_t left(struct shop *s, int64_t sku)
{
    int64_t n;
    assert_ok(hall_stock_left(s->f.db, sku, &s->f.arena, &n));
    return n;
}

#endif
