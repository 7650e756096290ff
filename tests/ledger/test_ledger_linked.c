/* ledger/: linked transfers, all of them or none, inside a command that goes on. */
#include "stock.h"

#include "store/queries.h"

enum { LINKS = 4 };

static struct ledger_link hold_link(struct stock *s, int64_t amount)
{
    return (struct ledger_link){.does = LEDGER_LINK_HOLD, .t = sale_of(s, amount)};
}

static int64_t transfers(struct stock *s)
{
    struct rows rs;
    /* Counted: PostgreSQL does not give the number of an undone transfer out again. */
    assert_ok(
        db_select(s->f.db, &q_ledger_chain_missing, ARGS(V_INT(0), V_INT(1000)), &s->f.arena, &rs));
    return (int64_t)rs.n;
}

static void all_of_them_happen(void **state)
{
    (void)state;
    struct stock s;
    size_t failed = 99;
    stock_open(&s, 10);
    struct ledger_link links[LINKS] = {
        hold_link(&s, 3), hold_link(&s, 2), {.does = LEDGER_LINK_POST, .t = sale_of(&s, 1)}};
    links[3] = (struct ledger_link){
        .does = LEDGER_LINK_HOLD_POST, .t.id = next_id(&s), .hold = links[0].t.id};
    assert_ok(ledger_linked(&s.f.tx, links, LINKS, &failed));
    assert_int_equal(left(&s), 4);
    assert_int_equal(account(&s, s.sold).credits_posted, 4);
    struct ledger_link more[2] = {
        {.does = LEDGER_LINK_HOLD_VOID, .t.id = next_id(&s), .hold = links[1].t.id},
        hold_link(&s, 6)};
    assert_ok(ledger_linked(&s.f.tx, more, 2, &failed)); /* six are left only once two are freed */
    assert_int_equal(left(&s), 0);
    stock_free(&s);
}

/* Wherever the refused link stands, nothing is left of the others, and the command goes on. */
static void one_refused_link_leaves_nothing(void **state)
{
    (void)state;
    struct stock s;
    stock_open(&s, 10);
    for (size_t bad = 0; bad < LINKS; bad++) {
        struct ledger_link links[LINKS];
        size_t failed = 99;
        int64_t before = transfers(&s);
        for (size_t i = 0; i < LINKS; i++)
            links[i] = hold_link(&s, 2);
        links[bad].t.credit = 999;
        assert_refused(&s, ledger_linked(&s.f.tx, links, LINKS, &failed), ERR_INVALID, "credit");
        assert_int_equal(failed, bad);
        assert_int_equal(left(&s), 10);
        assert_int_equal(account(&s, s.sold).credits_pending, 0);
        assert_int_equal(transfers(&s), before);
    }
    struct ledger_transfer t = sale_of(&s, 10);
    assert_ok(ledger_post(&s.f.tx, &t));
    stock_free(&s);
}

static void lines_on_one_sku_count_together(void **state)
{
    (void)state;
    struct stock s;
    size_t failed = 99;
    stock_open(&s, 5);
    struct ledger_link links[2] = {hold_link(&s, 3), hold_link(&s, 3)}; /* each alone would pass */
    assert_refused(&s, ledger_linked(&s.f.tx, links, 2, &failed), ERR_SOLD_OUT, "amount");
    assert_int_equal(failed, 1);
    assert_int_equal(s.f.info.limit, 2);
    assert_int_equal(left(&s), 5);
    links[1] = hold_link(&s, 2);
    assert_ok(ledger_linked(&s.f.tx, links, 2, &failed));
    assert_int_equal(left(&s), 0);
    stock_free(&s);
}

static void a_chain_is_known_as_a_whole(void **state)
{
    (void)state;
    struct stock s;
    size_t failed = 99;
    stock_open(&s, 10);
    struct ledger_link links[3] = {hold_link(&s, 1), hold_link(&s, 2), hold_link(&s, 3)};
    assert_ok(ledger_linked(&s.f.tx, links, 3, &failed));
    assert_ok(ledger_linked(&s.f.tx, links, 3, &failed));
    assert_int_equal(left(&s), 4);
    struct ledger_link mixed[3] = {links[0], links[1], hold_link(&s, 1)};
    assert_refused(&s, ledger_linked(&s.f.tx, mixed, 3, &failed), ERR_KEY_REUSED, "id");
    assert_int_equal(failed, 2);
    struct ledger_link turned[2] = {hold_link(&s, 1), links[2]};
    assert_refused(&s, ledger_linked(&s.f.tx, turned, 2, &failed), ERR_KEY_REUSED, "id");
    assert_int_equal(failed, 1);
    assert_int_equal(left(&s), 4);
    stock_free(&s);
}

static void a_chain_has_links_and_not_too_many(void **state)
{
    (void)state;
    struct stock s;
    size_t failed = 99;
    stock_open(&s, 10);
    static struct ledger_link many[LEDGER_LINKS_MAX + 1];
    assert_refused(&s, ledger_linked(&s.f.tx, many, 0, &failed), ERR_INVALID, "links");
    assert_refused(&s, ledger_linked(&s.f.tx, many, LEDGER_LINKS_MAX + 1, &failed), ERR_INVALID,
                   "links");
    many[0] = hold_link(&s, 1);
    many[1].does = (enum ledger_link_does)99;
    assert_refused(&s, ledger_linked(&s.f.tx, many, 2, &failed), ERR_INVALID, "links");
    assert_int_equal(failed, 1);
    assert_int_equal(left(&s), 10);
    stock_free(&s);
}

/* Whichever call to the database fails, all of the chain is there or nothing. */
static void a_fault_anywhere_leaves_nothing(void **state)
{
    (void)state;
    struct stock s;
    stock_open(&s, 10);
    for (int64_t call = 1;; call++) {
        struct ledger_link links[2] = {hold_link(&s, 1), hold_link(&s, 1)};
        size_t failed;
        int64_t before = transfers(&s);
        assert_ok(db_savepoint(s.f.db));
        db_fault_at(call, ERR_STORE);
        enum err e = ledger_linked(&s.f.tx, links, 2, &failed);
        bool fired = db_fault_left() <= 0;
        db_fault_at(0, OK);
        assert_int_equal(e, fired ? ERR_STORE : OK);
        assert_true(db_in_transaction(s.f.db));
        if (call == 1) /* it got no savepoint of its own to go back to */
            db_savepoint_rollback(s.f.db);
        assert_int_equal(transfers(&s), before + (fired ? 0 : 2));
        assert_int_equal(left(&s), fired ? 10 : 8);
        if (call > 1)
            assert_ok(db_savepoint_release(s.f.db));
        if (!fired)
            break;
    }
    stock_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_them_happen),
        cmocka_unit_test(one_refused_link_leaves_nothing),
        cmocka_unit_test(lines_on_one_sku_count_together),
        cmocka_unit_test(a_chain_is_known_as_a_whole),
        cmocka_unit_test(a_chain_has_links_and_not_too_many),
        cmocka_unit_test(a_fault_anywhere_leaves_nothing),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger linked", tests, NULL, NULL);
}
