/* town/invoice: who may ask for what and until when, what is issued of which amount, and what a
 * refund makes of it. */
#include "../settle/sharing.h"

#include "store/queries.h"
#include "town/invoice/invoice.h"

static const struct invoice_more nothing;

struct desk {
    struct shop s;
    int64_t invoice;
};

static void open_desk(struct desk *d)
{
    share_open(&d->s);
    invoice_start();
    d->invoice = 0;
}

static int violations(struct desk *d)
{
    int n;
    assert_ok(invoice_check(d->s.f.db, &d->s.f.arena, shop_say, NULL, &n));
    return n;
}

static void close_desk(struct desk *d)
{
    assert_int_equal(violations(d), 0);
    share_close(&d->s);
}

/* In a savepoint, as the writer does. */
static enum err end(struct desk *d, enum err e)
{
    if (e)
        db_savepoint_rollback(d->s.f.db);
    else
        assert_ok(db_savepoint_release(d->s.f.db));
    return e;
}

static void begin(struct desk *d)
{
    d->s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(d->s.f.db));
}

static enum err try_ask(struct desk *d, struct invoice_ask ask)
{
    begin(d);
    return end(d, invoice_ask(&d->s.f.tx, &ask, &d->invoice));
}

static enum err try_do(struct desk *d, const char *event, unsigned as,
                       const struct invoice_more *more)
{
    int64_t user = as == ORDER_AS_BUYER ? BUYER : as == ORDER_AS_SYSTEM ? 0 : ADMIN;
    begin(d);
    return end(d, invoice_do(&d->s.f.tx, d->invoice, event, (struct order_actor){user, as}, more));
}

#define assert_refused(expression, error, which, why)                                              \
    do {                                                                                           \
        assert_int_equal(expression, error);                                                       \
        assert_string_equal(d.s.f.info.field, which);                                              \
        assert_string_equal(d.s.f.info.key, why);                                                  \
    } while (0)

static struct invoice_ask person(int64_t order)
{
    return (struct invoice_ask){
        .order_id = order, .buyer_id = BUYER, .kind = "person", .title = STR("A. Buyer")};
}

static struct invoice_ask company(int64_t order, const char *tax)
{
    return (struct invoice_ask){.order_id = order,
                                .buyer_id = BUYER,
                                .kind = "company",
                                .title = STR("Mill Lane Kettles Ltd"),
                                .tax = str_of(tax)};
}

static struct invoice_more paper(const char *number, int64_t fen, const char *pdf)
{
    return (struct invoice_more){.number = str_of(number), .amount_fen = fen, .pdf = str_of(pdf)};
}

static int64_t paid(struct desk *d, int64_t quantity)
{
    int64_t order = placed(&d->s, want(1, quantity));
    assert_ok(order_pay(&d->s.f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    return order;
}

static struct rows get(struct desk *d)
{
    struct rows rs;
    assert_ok(db_one(d->s.f.db, &q_invoice_get, ARGS(V_INT(d->invoice)), &d->s.f.arena, &rs));
    return rs;
}

static void assert_status(struct desk *d, const char *status)
{
    struct rows rs = get(d);
    assert_string_equal(arena_str(&d->s.f.arena, row_str(&rs, 0, "status")).p, status);
}

static void assert_last_paper(struct desk *d, const char *number, int64_t fen)
{
    struct rows rs;
    assert_ok(db_select(d->s.f.db, &q_invoice_papers, ARGS(V_INT(d->invoice)), &d->s.f.arena, &rs));
    assert_true(rs.n > 0);
    assert_true(str_eq_z(row_str(&rs, 0, "number"), number));
    assert_int_equal(row_int(&rs, 0, "amount_fen"), fen);
}

/* --- the ways through --- */

static void what_is_issued_is_what_was_paid(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 2);
    assert_ok(try_ask(&d, company(order, "9133 0000 ma2x y1234q")));
    assert_status(&d, "asked");
    struct rows rs = get(&d);
    struct str tax, title = row_str(&rs, 0, "title");
    assert_ok(seal_reveal("invoices.tax", row_str(&rs, 0, "tax"), &d.s.f.arena, &tax));
    assert_true(str_eq_z(tax, "91330000MA2XY1234Q")); /* as the tax office writes it */
    assert_null(memmem(title.p, title.n, "Mill", 4));
    struct invoice_more more = paper("12345678", 13800, "a");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    assert_status(&d, "issued");
    assert_last_paper(&d, "12345678", 13800);
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "status",
                   "trade.status_forbids");
    close_desk(&d);
}

static void what_was_refused_is_asked_for_anew(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1), first;
    assert_ok(try_ask(&d, company(order, "91330000MA2XY1234Q")));
    first = d.invoice;
    assert_refused(try_do(&d, "refuse", ORDER_AS_FACTORY, &nothing), ERR_INVALID, "reason",
                   "invoice.reason_bad");
    const struct invoice_more why = {.reason = STR("the number is another firm's")};
    assert_ok(try_do(&d, "refuse", ORDER_AS_FACTORY, &why));
    assert_status(&d, "refused");
    /* Long after the order was paid, but soon after the refusal. */
    at_day(&d.s, TODAY + INVOICE_ASK_DAYS - 1);
    assert_ok(try_ask(&d, person(order)));
    assert_ok(try_do(&d, "refuse", ORDER_AS_FACTORY, &why));
    at_day(&d.s, TODAY + INVOICE_ASK_DAYS + INVOICE_AGAIN_DAYS - 1);
    assert_ok(try_ask(&d, person(order)));
    assert_int_equal(d.invoice, first); /* one an order */
    struct rows rs = get(&d);
    assert_true(row_null(&rs, 0, "tax"));
    assert_true(row_null(&rs, 0, "reason"));
    assert_ok(try_do(&d, "refuse", ORDER_AS_FACTORY, &why));
    at_day(&d.s, TODAY + INVOICE_ASK_DAYS + 2 * INVOICE_AGAIN_DAYS);
    assert_refused(try_ask(&d, person(order)), ERR_CONFLICT, "status", "invoice.too_late");
    close_desk(&d);
}

static void what_is_withdrawn_is_forgotten(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1);
    struct invoice_ask ask = company(order, "91330000MA2XY1234Q");
    ask.email = STR("books@mill.example");
    assert_ok(try_ask(&d, ask));
    assert_ok(try_do(&d, "withdraw", ORDER_AS_BUYER, &nothing));
    struct rows rs = get(&d);
    assert_true(row_null(&rs, 0, "title") && row_null(&rs, 0, "tax") && row_null(&rs, 0, "email"));
    for (int n = 2; n < INVOICE_EVENTS_MAX; n += 2) {
        assert_ok(try_ask(&d, ask));
        assert_ok(try_do(&d, "withdraw", ORDER_AS_BUYER, &nothing));
    }
    assert_refused(try_ask(&d, ask), ERR_LIMIT, "status", "invoice.too_often");
    close_desk(&d);
}

/* --- money that goes back --- */

static void a_refund_before_it_is_issued_lowers_it(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = shipped(&d.s, want(1, 2));
    assert_ok(try_ask(&d, person(order)));
    refund(&d.s, order, 1, 0, 900, "a");
    assert_status(&d, "asked");
    struct invoice_more more = paper("12345678", 13800, "a"); /* what was shown before */
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "amount_fen",
                   "invoice.amount_changed");
    assert_int_equal(d.s.f.info.limit, 12900);
    more.amount_fen = 12900;
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    assert_last_paper(&d, "12345678", 12900);
    close_desk(&d);
}

static void a_refund_afterwards_makes_it_stale(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = shipped(&d.s, want(1, 2));
    assert_ok(try_ask(&d, person(order)));
    struct invoice_more more = paper("12345678", 13800, "a");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    refund(&d.s, order, 1, 0, 900, "a");
    assert_status(&d, "stale");
    refund(&d.s, order, 1, 0, 100, "b");
    assert_status(&d, "stale");
    assert_refused(try_do(&d, "void", ORDER_AS_FACTORY, &nothing), ERR_CONFLICT, "status",
                   "invoice.something_left");
    more = paper("12345678", 12800, "b");
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "number",
                   "invoice.number_used");
    more = paper("12345679", 12800, "b");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    assert_last_paper(&d, "12345679", 12800);
    refund(&d.s, order, 1, 0, 12800, "c"); /* all of it */
    assert_status(&d, "stale");
    more = paper("12345680", 0, "c");
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "status",
                   "invoice.nothing_left");
    assert_ok(try_do(&d, "void", ORDER_AS_FACTORY, &nothing));
    assert_status(&d, "void");
    assert_refused(try_ask(&d, person(order)), ERR_CONFLICT, "status", "invoice.asked_already");
    close_desk(&d);
}

static void nothing_is_issued_of_an_order_that_is_called_off(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1);
    assert_ok(try_ask(&d, person(order)));
    event(&d.s, order, "cancel", ORDER_AS_BUYER);
    assert_status(&d, "lapsed");
    struct rows rs = get(&d);
    assert_true(row_null(&rs, 0, "title"));
    assert_refused(try_ask(&d, person(order)), ERR_CONFLICT, "status", "invoice.asked_already");
    close_desk(&d);
}

/* --- what is not had --- */

static void what_cannot_be_asked_for(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t unpaid = placed(&d.s, want(1, 1)), back = paid(&d, 1), order = paid(&d, 1);
    event(&d.s, back, "cancel", ORDER_AS_BUYER);
    struct invoice_ask strangers = person(order);
    strangers.buyer_id = OTHER;
    assert_int_equal(try_ask(&d, strangers), ERR_NOT_FOUND);
    assert_int_equal(try_ask(&d, person(9999)), ERR_NOT_FOUND);
    assert_refused(try_ask(&d, person(unpaid)), ERR_CONFLICT, "status", "invoice.not_paid");
    assert_refused(try_ask(&d, person(back)), ERR_CONFLICT, "status", "invoice.nothing_left");
    at_day(&d.s, TODAY + INVOICE_ASK_DAYS + 1);
    assert_refused(try_ask(&d, person(order)), ERR_CONFLICT, "status", "invoice.too_late");
    at_day(&d.s, TODAY + INVOICE_ASK_DAYS);
    assert_ok(try_ask(&d, person(order)));
    close_desk(&d);
}

static void what_is_typed_wrongly(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1);
    static const char *const bad_tax[] = {"",
                                          "9133",
                                          "91330000MA2XY12345", /* its last is a Q */
                                          "110105194912310021", /* an X */
                                          "91330000MA2XY1234-",
                                          "91330000MA2XY123",
                                          "91330000MA2XY123456",
                                          "91330000MA2XY1234567X"};
    for (size_t i = 0; i < sizeof(bad_tax) / sizeof(bad_tax[0]); i++)
        assert_refused(try_ask(&d, company(order, bad_tax[i])), ERR_INVALID, "tax",
                       "invoice.tax_bad");
    struct invoice_ask ask = person(order);
    ask.kind = "ghost";
    assert_refused(try_ask(&d, ask), ERR_INVALID, "kind", "invoice.kind_bad");
    ask = person(order);
    ask.title = STR("  ");
    assert_refused(try_ask(&d, ask), ERR_INVALID, "title", "invoice.title_bad");
    char title[3 * (INVOICE_TITLE_MAX + 1)];
    for (size_t i = 0; i < sizeof(title); i += 3)
        memcpy(title + i, "\xe5\xae\x81", 3);
    ask.title = str_n(title, sizeof(title));
    assert_refused(try_ask(&d, ask), ERR_INVALID, "title", "invoice.title_bad");
    ask.title = str_n(title, sizeof(title) - 3);
    static const char *const bad_emails[] = {"a",    "a@",      "@b.c",    "a@b",
                                             "a@b.", "a@b@c.d", "a b@c.d", "a@.c"};
    for (size_t i = 0; i < sizeof(bad_emails) / sizeof(bad_emails[0]); i++) {
        ask.email = str_of(bad_emails[i]);
        assert_refused(try_ask(&d, ask), ERR_INVALID, "email", "invoice.email_bad");
    }
    ask.email = STR("a@b.example");
    ask.tax = STR("left over from before"); /* a person has none */
    assert_ok(try_ask(&d, ask));
    struct rows rs = get(&d);
    assert_true(row_null(&rs, 0, "tax"));
    close_desk(&d);
}

static void the_same_twice_is_one_request(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1), first;
    assert_ok(try_ask(&d, company(order, "91330000MA2XY1234Q")));
    first = d.invoice;
    assert_ok(try_ask(&d, company(order, "91330000ma2xy1234q")));
    assert_int_equal(d.invoice, first);
    assert_refused(try_ask(&d, company(order, "91330000MA2XY1235U")), ERR_CONFLICT, "status",
                   "invoice.asked_already");
    assert_refused(try_ask(&d, person(order)), ERR_CONFLICT, "status", "invoice.asked_already");
    close_desk(&d);
}

static void whose_turn_it_is(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1);
    assert_ok(try_ask(&d, person(order)));
    struct invoice_more more = paper("12345678", 6900, "a");
    assert_int_equal(try_do(&d, "issue", ORDER_AS_BUYER, &more), ERR_FORBIDDEN);
    assert_int_equal(try_do(&d, "issue", ORDER_AS_OPERATOR, &more), ERR_FORBIDDEN);
    assert_int_equal(try_do(&d, "refuse", ORDER_AS_BUYER, &more), ERR_FORBIDDEN);
    assert_int_equal(try_do(&d, "withdraw", ORDER_AS_FACTORY, &more), ERR_FORBIDDEN);
    assert_int_equal(try_do(&d, "lapse", ORDER_AS_OPERATOR, &more), ERR_FORBIDDEN);
    assert_int_equal(try_do(&d, "ask", ORDER_AS_BUYER, &more), ERR_FORBIDDEN);
    d.invoice += 100;
    assert_int_equal(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_NOT_FOUND);
    close_desk(&d);
}

static void what_is_no_invoice(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1), another = paid(&d, 1);
    assert_ok(try_ask(&d, person(order)));
    static const char *const bad[] = {"", "1234567", "123456789", "1234567a",
                                      "123456781234567812345"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct invoice_more more = paper(bad[i], 6900, "a");
        assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_INVALID, "number",
                       "invoice.number_bad");
    }
    struct invoice_more more = paper("12345678", 6900, "");
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_INVALID, "pdf",
                   "invoice.pdf_missing");
    more = paper("12345678901234567890", 6900, "a");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    assert_ok(try_ask(&d, person(another)));
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "number",
                   "invoice.number_used");
    assert_int_equal(d.s.f.info.limit, order);
    more = paper("12345678", 6900, "a"); /* the first buyer's file */
    assert_refused(try_do(&d, "issue", ORDER_AS_FACTORY, &more), ERR_CONFLICT, "pdf",
                   "invoice.pdf_used");
    more = paper("12345678", 6900, "b");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    close_desk(&d);
}

/* --- the check --- */

static void the_check_finds_what_is_broken(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "UPDATE invoices SET buyer_id = 12",
        "UPDATE invoice_events SET to_state = 'asked'",
        "UPDATE invoices SET paper_id = NULL",
        "UPDATE invoice_papers SET amount_fen = 7000",
        "UPDATE invoice_papers SET amount_fen = 6800",
        "UPDATE invoices SET tax = NULL",
        "UPDATE invoices SET title = NULL",
        "UPDATE invoices SET reason = title",
    };
    struct desk d;
    open_desk(&d);
    int64_t order = paid(&d, 1);
    assert_ok(try_ask(&d, company(order, "91330000MA2XY1234Q")));
    struct invoice_more more = paper("12345678", 6900, "a");
    assert_ok(try_do(&d, "issue", ORDER_AS_FACTORY, &more));
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        begin(&d);
        assert_ok(db_script(d.s.f.db, damage[i]));
        if (violations(&d) == 0)
            fail_msg("not found: %s", damage[i]);
        db_savepoint_rollback(d.s.f.db);
    }
    close_desk(&d);
}

int main(void)
{
    log_set_level(LOG_NONE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_issued_is_what_was_paid),
        cmocka_unit_test(what_was_refused_is_asked_for_anew),
        cmocka_unit_test(what_is_withdrawn_is_forgotten),
        cmocka_unit_test(a_refund_before_it_is_issued_lowers_it),
        cmocka_unit_test(a_refund_afterwards_makes_it_stale),
        cmocka_unit_test(nothing_is_issued_of_an_order_that_is_called_off),
        cmocka_unit_test(what_cannot_be_asked_for),
        cmocka_unit_test(what_is_typed_wrongly),
        cmocka_unit_test(the_same_twice_is_one_request),
        cmocka_unit_test(whose_turn_it_is),
        cmocka_unit_test(what_is_no_invoice),
        cmocka_unit_test(the_check_finds_what_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
