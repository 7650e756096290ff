/*
 * One SKU's stock in memory (available, sold, outside), in a transaction in which a test plays the
 * writer; the ledger's own check has the last word.
 */
#ifndef TESTS_LEDGER_STOCK_H
#define TESTS_LEDGER_STOCK_H

#include "../store/fixture.h"

#include "base/log.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"

struct stock {
    struct fixture f;
    int64_t book, available, sold, outside;
    int next;
};

static inline struct ledger_id next_id(struct stock *s)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%d", s->next++);
    return ledger_id_derive("test", str_n(text, (size_t)n));
}

static inline struct ledger_transfer move_of(struct stock *s, int64_t debit, int64_t credit,
                                             int64_t amount)
{
    return (struct ledger_transfer){.id = next_id(s),
                                    .debit = debit,
                                    .credit = credit,
                                    .amount = amount,
                                    .reason = "test",
                                    .ref = STR("order:1")};
}

static inline struct ledger_transfer sale_of(struct stock *s, int64_t amount)
{
    return move_of(s, s->available, s->sold, amount);
}

static inline void stock_open_in(struct tx *tx, struct stock *s, int64_t pieces)
{
    s->next = 1;
    assert_ok(ledger_book(tx, "piece", STR("sku:1"), &s->book));
    assert_ok(
        ledger_account_open(tx, s->book, "available", LEDGER_DEBITS_LE_CREDITS, &s->available));
    assert_ok(ledger_account_open(tx, s->book, "sold", 0, &s->sold));
    assert_ok(ledger_account_open(tx, s->book, "outside", 0, &s->outside));
    struct ledger_transfer restock = move_of(s, s->outside, s->available, pieces);
    assert_ok(ledger_post(tx, &restock));
}

static inline void stock_open(struct stock *s, int64_t pieces)
{
    fixture_in_memory(&s->f);
    stock_open_in(&s->f.tx, s, pieces);
}

static inline struct ledger_account account(struct stock *s, int64_t id)
{
    struct ledger_account a;
    assert_ok(ledger_account_get(s->f.db, id, &s->f.arena, &a));
    return a;
}

static inline int64_t left(struct stock *s)
{
    struct ledger_account a = account(s, s->available);
    return ledger_available(&a);
}

static inline void print_line(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static inline void keep_line(void *arg, const char *line)
{
    strcat(strcat(arg, line), "\n");
}

static inline void stock_free(struct stock *s)
{
    int violations;
    assert_ok(ledger_guard(&s->f.tx));
    assert_ok(ledger_check(s->f.db, &s->f.arena, print_line, NULL, &violations));
    assert_int_equal(violations, 0);
    fixture_free(&s->f);
}

#define assert_refused(s, call, e, name)                                                           \
    do {                                                                                           \
        (s)->f.info = (struct err_info){0};                                                        \
        assert_int_equal((call), (e));                                                             \
        assert_string_equal((s)->f.info.field, (name));                                            \
    } while (0)

#endif
