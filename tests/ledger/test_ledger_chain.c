/*
 * ledger/: the chain, its heads and the guard. What is done behind the ledger's back is found by
 * the check and named; what would break an invariant is never committed.
 */
#include "stock.h"

#include <sys/stat.h>

#include "ledger/ledger_head.h"
#include "store/queries.h"

enum { SALES = 6, SAID_MAX = 8192 };

struct chained {
    struct stock s;
    char keys[64]; /* a folder */
};

static void sign(struct stock *s)
{
    struct ledger_chain_end end;
    assert_ok(ledger_guard(&s->f.tx));
    assert_ok(ledger_chain_end(s->f.db, &s->f.arena, &end));
    assert_ok(ledger_head_sign(&s->f.tx, &end));
}

/* A restock and six sales, a head after the first and the fourth sale and after the last. */
static void chained_open(struct chained *c)
{
    snprintf(c->keys, sizeof(c->keys), "/tmp/guildhall-test-XXXXXX");
    assert_non_null(mkdtemp(c->keys));
    stock_open(&c->s, 10);
    assert_ok(ledger_head_load(c->keys, &c->s.f.arena, &c->s.f.info));
    for (int i = 0; i < SALES; i++) {
        struct ledger_transfer t = sale_of(&c->s, 1);
        assert_ok(ledger_post(&c->s.f.tx, &t));
        if (i == 0 || i == 3 || i == SALES - 1)
            sign(&c->s);
    }
    assert_ok(db_commit(c->s.f.db));
    fixture_drop_guards(c->s.f.db);
}

static void remove_keys(struct chained *c)
{
    static const char *const names[] = {"ledger.key", "ledger.pub"};
    char path[96];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", c->keys, names[i]);
        unlink(path);
    }
    rmdir(c->keys);
}

static void chained_free(struct chained *c)
{
    ledger_head_forget();
    remove_keys(c);
    fixture_free(&c->s.f);
}

static const char *said_of(struct chained *c)
{
    static char said[SAID_MAX];
    int violations;
    said[0] = 0;
    assert_ok(ledger_check(c->s.f.db, &c->s.f.arena, keep_line, said, &violations));
    assert_int_equal(violations > 0, said[0] != 0);
    return said;
}

static void the_chain_and_its_heads_hold(void **state)
{
    (void)state;
    struct chained c;
    struct rows rs;
    chained_open(&c);
    assert_string_equal(said_of(&c), "");
    assert_ok(db_one(c.s.f.db, &q_ledger_head_last, NO_ARGS, &c.s.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "number"), 3);
    assert_int_equal(row_int(&rs, 0, "seq"), SALES + 1);
    assert_ok(db_begin(c.s.f.db));
    sign(&c.s); /* nothing new: no head */
    assert_ok(db_one(c.s.f.db, &q_ledger_head_last, NO_ARGS, &c.s.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "number"), 3);
    chained_free(&c);
}

/* Each is done by somebody with the database and without the key. Transfers are 1 to 7, heads at 2,
 * 5 and 7. */
static void what_is_tampered_with_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says, *says_not;
    } damages[] = {
        {"UPDATE ledger_transfers SET ref = 'order:2' WHERE seq = 4",
         "transfer 4: changed since it was chained", "transfer 5"},
        {"UPDATE ledger_transfers SET at_ms = at_ms + 1 WHERE seq = 4", "transfer 4: changed", ""},
        {"UPDATE ledger_transfers SET reason = 'tes', ref = 'torder:1' WHERE seq = 4",
         "transfer 4: changed", ""},
        {"UPDATE ledger_transfers SET id = zeroblob(16) WHERE seq = 4", "transfer 4: changed", ""},
        {"UPDATE ledger_transfers SET seq = 99 WHERE seq = 3;"
         "UPDATE ledger_transfers SET seq = 3 WHERE seq = 4;"
         "UPDATE ledger_transfers SET seq = 4 WHERE seq = 99",
         "transfer 3: changed", "transfer 5"},
        {"DELETE FROM ledger_transfers WHERE seq = 4", "transfer 4: in the chain, but gone",
         "transfer 6"},
        {"DELETE FROM ledger_transfers WHERE seq = 4; DELETE FROM ledger_chain WHERE seq = 4",
         "transfer 5: changed since it was chained, or not in its place", "transfer 6"},
        {"DELETE FROM ledger_transfers WHERE seq = 7", "transfer 7: in the chain, but gone", ""},
        {"DELETE FROM ledger_transfers WHERE seq >= 6; DELETE FROM ledger_chain WHERE seq >= 6",
         "head 3: vouches for transfers that are gone", "head 2"},
        {"DELETE FROM ledger_chain WHERE seq = 4", "transfer 4: not in the chain", "transfer 6"},
        {"UPDATE ledger_chain SET hash = randomblob(32) WHERE seq = 5",
         "head 2: vouches for another chain than this one", "head 3"},
        {"INSERT INTO ledger_transfers SELECT 8, randomblob(16), kind, debit, credit, 1, 0, NULL, "
         "reason, ref, at_ms FROM ledger_transfers WHERE seq = 7",
         "transfer 8: not in the chain", "transfer 7"},
        {"UPDATE ledger_heads SET hash = randomblob(32) WHERE number = 2",
         "head 2: does not fit its signature", "head 3"},
        {"UPDATE ledger_heads SET seq = 4 WHERE number = 2", "head 2: does not fit its signature",
         "head 1"},
        {"UPDATE ledger_heads SET at_ms = at_ms - 1 WHERE number = 3",
         "head 3: does not fit its signature", "head 2"},
        {"UPDATE ledger_heads SET key = randomblob(32) WHERE number = 3",
         "head 3: is signed by a key that is not in ledger.pub", "head 2"},
        {"DELETE FROM ledger_heads WHERE number = 2", "head 2: gone", "head 1"},
        {"UPDATE ledger_heads SET number = 4 WHERE number = 3", "head 3: gone", "head 2"},
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct chained c;
        chained_open(&c);
        assert_string_equal(said_of(&c), "");
        assert_ok(db_script(c.s.f.db, damages[i].sql));
        const char *said = said_of(&c);
        if (!strstr(said, damages[i].says) ||
            (damages[i].says_not[0] && strstr(said, damages[i].says_not)))
            fail_msg("after %s the check said: %s", damages[i].sql, said);
        chained_free(&c);
    }
}

/* Somebody who computes a whole new chain, as the ledger itself would, lacks the key. */
static void a_new_chain_does_not_fit_the_heads(void **state)
{
    (void)state;
    struct chained c;
    struct ledger_chain_end end = {0};
    chained_open(&c);
    assert_ok(db_script(c.s.f.db, "UPDATE ledger_transfers SET ref = 'order:2' WHERE seq = 4;"
                                  "DELETE FROM ledger_chain"));
    assert_ok(db_begin(c.s.f.db));
    assert_ok(ledger_chain_extend(&c.s.f.tx, &end));
    assert_int_equal(end.seq, SALES + 1);
    const char *said = said_of(&c);
    assert_null(strstr(said, "transfer"));
    assert_null(strstr(said, "head 1"));
    assert_non_null(strstr(said, "head 2: vouches for another chain than this one"));
    assert_non_null(strstr(said, "head 3: vouches for another chain than this one"));
    chained_free(&c);
}

static void the_public_part_is_enough_to_verify(void **state)
{
    (void)state;
    struct chained c;
    struct stat st;
    char path[96];
    chained_open(&c);
    snprintf(path, sizeof(path), "%s/ledger.key", c.keys);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(unlink(path), 0);
    ledger_head_forget();
    assert_ok(ledger_head_trust(c.keys, &c.s.f.arena, &c.s.f.info));
    assert_string_equal(said_of(&c), "");
    assert_ok(db_script(c.s.f.db, "UPDATE ledger_heads SET key = randomblob(32)"));
    assert_non_null(strstr(said_of(&c), "head 1: is signed by a key that is not in ledger.pub"));
    chained_free(&c);
}

/* A new key takes over; what the former one has signed stays good. */
static void a_key_may_follow_another(void **state)
{
    (void)state;
    struct chained c;
    char path[96];
    chained_open(&c);
    snprintf(path, sizeof(path), "%s/ledger.key", c.keys);
    assert_int_equal(unlink(path), 0);
    assert_ok(ledger_head_load(c.keys, &c.s.f.arena, &c.s.f.info));
    assert_ok(db_begin(c.s.f.db));
    struct ledger_transfer t = sale_of(&c.s, 1);
    assert_ok(ledger_post(&c.s.f.tx, &t));
    sign(&c.s);
    assert_string_equal(said_of(&c), "");
    chained_free(&c);
}

static void a_broken_file_of_keys_is_refused(void **state)
{
    (void)state;
    struct chained c;
    char path[96];
    chained_open(&c);
    snprintf(path, sizeof(path), "%s/ledger.pub", c.keys);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs("not a key\n", f);
    fclose(f);
    ledger_head_forget();
    assert_int_equal(ledger_head_trust(c.keys, &c.s.f.arena, &c.s.f.info), ERR_CORRUPT);
    assert_string_equal(c.s.f.info.field, "ledger.pub");
    chained_free(&c);
}

static void a_head_is_signed_after_so_many(void **state)
{
    (void)state;
    struct chained c;
    struct rows rs;
    chained_open(&c);
    assert_ok(db_begin(c.s.f.db));
    c.s.f.tx.arena = &c.s.f.arena;
    struct ledger_transfer t = move_of(&c.s, c.s.outside, c.s.sold, 1);
    for (int i = 0; i < LEDGER_HEAD_TRANSFERS; i++) {
        t.id = next_id(&c.s);
        assert_ok(ledger_post(&c.s.f.tx, &t));
        if (i == LEDGER_HEAD_TRANSFERS - 2)
            assert_ok(ledger_guard(&c.s.f.tx));
        if (i < LEDGER_HEAD_TRANSFERS - 2)
            continue;
        assert_ok(db_one(c.s.f.db, &q_ledger_head_last, NO_ARGS, &c.s.f.arena, &rs));
        assert_int_equal(row_int(&rs, 0, "number"), 3);
    }
    assert_ok(ledger_guard(&c.s.f.tx));
    assert_ok(db_one(c.s.f.db, &q_ledger_head_last, NO_ARGS, &c.s.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "number"), 4);
    assert_string_equal(said_of(&c), "");
    chained_free(&c);
}

static void the_database_keeps_chain_and_heads(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "UPDATE ledger_chain SET hash = zeroblob(32)",
        "DELETE FROM ledger_chain",
        "UPDATE ledger_heads SET at_ms = 1",
        "DELETE FROM ledger_heads",
        "INSERT INTO ledger_chain VALUES (99, zeroblob(31))",
    };
    struct stock s;
    stock_open(&s, 5);
    assert_ok(ledger_guard(&s.f.tx));
    assert_ok(db_script(s.f.db, "INSERT INTO ledger_heads VALUES (1, 1, zeroblob(32), 1, "
                                "zeroblob(32), zeroblob(64))"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_ok(db_savepoint(s.f.db));
        assert_int_equal(db_script(s.f.db, bad[i]), ERR_CONFLICT);
        db_savepoint_rollback(s.f.db);
    }
    fixture_free(&s.f);
}

/* --- the guard --- */

static void nothing_unbalanced_passes_the_guard(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } faults[] = {
        {"UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE role = 'sold'",
         "book 1: debits and credits differ"},
        {"UPDATE ledger_accounts SET debits_pending = debits_pending + 1 WHERE role = 'outside'",
         "book 1: debits and credits differ"},
        {"UPDATE ledger_accounts SET debits_posted = debits_posted + 10 WHERE role = 'available';"
         "UPDATE ledger_accounts SET credits_posted = credits_posted + 10 WHERE role = 'sold'",
         "account 1: beyond its limit"},
        {"INSERT INTO ledger_books VALUES (2, 'x', 'y');"
         "UPDATE ledger_accounts SET book = 2 WHERE role = 'sold'",
         "transfer 2: not within one book"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct stock s;
        stock_open(&s, 5);
        assert_ok(ledger_guard(&s.f.tx));
        assert_ok(db_commit(s.f.db));
        fixture_drop_guards(s.f.db);
        assert_ok(db_begin(s.f.db));
        struct ledger_transfer t = sale_of(&s, 1);
        assert_ok(ledger_post(&s.f.tx, &t));
        assert_ok(db_script(s.f.db, faults[i].sql));
        assert_int_equal(ledger_guard(&s.f.tx), ERR_CORRUPT);
        assert_string_equal(s.f.info.text, faults[i].says);
        fixture_free(&s.f);
    }
}

static void nothing_is_decided_on_balances_that_cannot_be(void **state)
{
    (void)state;
    struct stock s;
    stock_open(&s, 5);
    assert_ok(ledger_guard(&s.f.tx));
    assert_ok(db_commit(s.f.db));
    fixture_drop_guards(s.f.db);
    assert_ok(db_script(s.f.db, "UPDATE ledger_accounts SET debits_posted = 6 "
                                "WHERE role = 'available'"));
    assert_ok(db_begin(s.f.db));
    struct ledger_transfer back = move_of(&s, s.outside, s.available, 7), t = sale_of(&s, 1);
    assert_refused(&s, ledger_post(&s.f.tx, &back), ERR_CORRUPT, "credit");
    assert_refused(&s, ledger_post(&s.f.tx, &t), ERR_CORRUPT, "debit");
    fixture_free(&s.f);
}

/* Each way in which an account can be impossible, on either side of a transfer. */
static void each_impossible_balance_is_seen(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "debits_pending = -1",
        "debits_posted = -1",
        "credits_pending = -1",
        "credits_posted = -1",
        "debits_pending = 9223372036854775807, debits_posted = 1",
        "credits_pending = 9223372036854775807, credits_posted = 1",
        "flags = 1, debits_pending = 1",
        "flags = 1, debits_posted = 1",
        "flags = 2, credits_pending = 1",
        "flags = 2, credits_posted = 1",
    };
    struct stock s;
    stock_open(&s, 5);
    assert_ok(ledger_guard(&s.f.tx));
    assert_ok(db_commit(s.f.db));
    fixture_drop_guards(s.f.db);
    assert_ok(db_begin(s.f.db));
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        char sql[160];
        snprintf(sql, sizeof(sql), "UPDATE ledger_accounts SET %s WHERE role = 'sold'", damages[i]);
        assert_ok(db_savepoint(s.f.db));
        assert_ok(db_script(s.f.db, sql));
        struct ledger_transfer in = move_of(&s, s.outside, s.sold, 1),
                               out = move_of(&s, s.sold, s.outside, 1);
        assert_refused(&s, ledger_post(&s.f.tx, &in), ERR_CORRUPT, "credit");
        assert_refused(&s, ledger_hold(&s.f.tx, &out), ERR_CORRUPT, "debit");
        db_savepoint_rollback(s.f.db);
    }
    fixture_free(&s.f);
}

/* Two transfers resolve one hold: a unique key is in the way, so somebody took it away. */
static void a_hold_resolved_twice_is_found(void **state)
{
    (void)state;
    struct stock s;
    char said[SAID_MAX] = "";
    int violations;
    stock_open(&s, 5);
    struct ledger_transfer t = sale_of(&s, 1);
    assert_ok(ledger_hold(&s.f.tx, &t));
    assert_ok(ledger_hold_post(&s.f.tx, next_id(&s), t.id, 0));
    assert_ok(ledger_guard(&s.f.tx));
    assert_ok(db_commit(s.f.db));
    fixture_drop_guards(s.f.db);
    assert_ok(db_script(
        s.f.db, fixture_server()
                    ? "ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_hold_key"
                    : "CREATE TABLE other AS SELECT * FROM ledger_transfers;"
                      "DROP TABLE ledger_transfers; ALTER TABLE other RENAME TO ledger_transfers"));
    assert_ok(db_script(s.f.db, "INSERT INTO ledger_transfers SELECT 4, randomblob(16), 4, debit,"
                                " credit, amount, 0, hold, reason, ref, at_ms"
                                " FROM ledger_transfers WHERE seq = 3"));
    assert_ok(ledger_check(s.f.db, &s.f.arena, keep_line, said, &violations));
    assert_non_null(strstr(said, "hold 2: resolved more than once"));
    fixture_free(&s.f);
}

/* A command that moves, and then one side of an account behind the ledger's back. */
struct sale {
    struct command cmd;
    struct stock *s;
    bool tampers;
};

static enum err sale_run(struct command *cmd, struct tx *tx)
{
    struct sale *sale = (struct sale *)cmd;
    struct ledger_transfer t = sale_of(sale->s, 1);
    enum err e = ledger_post(tx, &t);
    if (!e && sale->tampers)
        e = db_script(tx->db, "UPDATE ledger_accounts SET credits_posted = credits_posted + 1 "
                              "WHERE role = 'outside'");
    return e;
}

static enum err open_run(struct command *cmd, struct tx *tx)
{
    struct stock *s = ((struct sale *)cmd)->s;
    enum err e = ledger_book(tx, "piece", STR("sku:1"), &s->book);
    if (!e)
        e = ledger_account_open(tx, s->book, "sold", 0, &s->sold);
    if (!e)
        e = ledger_account_open(tx, s->book, "outside", 0, &s->outside);
    s->available = s->outside;
    return e;
}

static void the_writer_loses_a_batch_that_would_not_balance(void **state)
{
    (void)state;
    struct stock s = {.next = 1};
    struct writer *w;
    struct db *db;
    char said[SAID_MAX] = "";
    int violations;
    fixture_on_disk(&s.f);
    assert_ok(writer_open(s.f.url, &w, &s.f.arena, &s.f.info));
    ledger_guard_start(w);
    assert_ok(writer_start(w));
    struct sale sale = {.cmd = {.name = "test.open", .run = open_run, .arena = &s.f.arena},
                        .s = &s};
    assert_ok(writer_call(w, &sale.cmd));
    sale.cmd.run = sale_run;
    assert_ok(writer_call(w, &sale.cmd));
    sale.tampers = true;
    assert_int_equal(writer_call(w, &sale.cmd), ERR_STORE);
    assert_int_equal(sale.cmd.info.code, ERR_STORE);
    sale.tampers = false;
    assert_ok(writer_call(w, &sale.cmd));
    writer_stop(w);
    assert_ok(db_open(s.f.url, DB_INSPECT, &db, &s.f.arena, &s.f.info));
    s.f.db = db;
    assert_int_equal(account(&s, s.sold).credits_posted, 2);
    s.f.db = NULL;
    assert_ok(ledger_check(db, &s.f.arena, keep_line, said, &violations));
    assert_string_equal(said, "");
    db_close(db);
    fixture_free(&s.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_and_its_heads_hold),
        cmocka_unit_test(what_is_tampered_with_is_named),
        cmocka_unit_test(a_new_chain_does_not_fit_the_heads),
        cmocka_unit_test(the_public_part_is_enough_to_verify),
        cmocka_unit_test(a_key_may_follow_another),
        cmocka_unit_test(a_broken_file_of_keys_is_refused),
        cmocka_unit_test(a_head_is_signed_after_so_many),
        cmocka_unit_test(the_database_keeps_chain_and_heads),
        cmocka_unit_test(nothing_unbalanced_passes_the_guard),
        cmocka_unit_test(nothing_is_decided_on_balances_that_cannot_be),
        cmocka_unit_test(each_impossible_balance_is_seen),
        cmocka_unit_test(a_hold_resolved_twice_is_found),
        cmocka_unit_test(the_writer_loses_a_batch_that_would_not_balance),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger chain", tests, NULL, NULL);
}
