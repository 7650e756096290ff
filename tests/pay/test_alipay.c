/* Alipay without a network: our signatures, theirs, what notices and bills say, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/enc.h"
#include "provider_keys.h"
#include "town/pay/alipay_inside.h"

static EVP_PKEY *ours, *theirs, *nobodys;
static struct arena arena;
static struct err_info info;
static struct pay_provider provider;
static struct alipay *a;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    ours = EVP_RSA_gen(2048);
    theirs = EVP_RSA_gen(2048);
    nobodys = EVP_RSA_gen(2048);
    json_t *j = alipay_settings(ours, theirs, "http://127.0.0.1:1/gateway.do");
    if (alipay_provider(j, "/tmp", &provider, &arena, &info))
        return -1;
    a = provider.conf;
    json_decref(j);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    provider.free(provider.conf);
    EVP_PKEY_free(ours), EVP_PKEY_free(theirs), EVP_PKEY_free(nobodys);
    arena_free(&arena);
    return 0;
}

/* --- our signatures --- */

static void what_is_signed_is_sorted_and_has_no_empty_values(void **state)
{
    (void)state;
    struct alipay_params p = {0};
    struct str text;
    assert_true(alipay_param(&p, STR("version"), STR("1.0")));
    assert_true(alipay_param(&p, STR("a_b"), STR("x=y&z")));
    assert_true(alipay_param(&p, STR("sign_type"), STR("RSA2")));
    assert_true(alipay_param(&p, STR("a"), STR("1")));
    assert_true(alipay_param(&p, STR("empty"), STR("")));
    assert_true(alipay_param(&p, STR("sign"), STR("xxx")));
    assert_int_equal(alipay_to_sign(&p, true, &arena, &text), OK);
    assert_true(str_eq_z(text, "a=1&a_b=x=y&z&sign_type=RSA2&version=1.0"));
    assert_int_equal(alipay_to_sign(&p, false, &arena, &text), OK);
    assert_true(str_eq_z(text, "a=1&a_b=x=y&z&version=1.0"));
    while (p.n < ALIPAY_PARAMS_MAX)
        assert_true(alipay_param(&p, STR("n"), STR("1")));
    assert_false(alipay_param(&p, STR("n"), STR("1")));
}

/* The query of a request as parameters. */
static struct alipay_params parse(struct str query)
{
    struct alipay_params p = {0};
    while (query.n) {
        struct str text, value, name = str_cut(str_cut(query, '&', &query), '=', &value);
        assert_int_equal(enc_unpercent(&arena, value, true, &text), OK);
        assert_true(alipay_param(&p, name, text));
    }
    return p;
}

static void the_cashiers_address_is_a_signed_request(void **state)
{
    (void)state;
    struct pay_ask ask = {
        .number = STR("G7T1"),
        .parts = {{STR("G7T1"), STR("2088000000000001"), 6900, STR("Order 7 / blue & white")}},
        .n = 1,
        .channel = PAY_H5,
        .return_url = STR("https://town.example/orders/7"),
        .notice_url = STR("https://town.example/pay/notices/alipay"),
        .expires_ms = INT64_C(1764066600000),
    };
    struct pay_opened out;
    struct str text;
    assert_int_equal(provider.open(provider.conf, &ask, &out, &arena, &info), OK);
    assert_int_equal(out.go, PAY_GO_URL);
    assert_true(str_starts(out.text, "http://127.0.0.1:1/gateway.do?app_id=2021000118600001&"));
    struct alipay_params p =
        parse(str_slice(out.text, (size_t)str_find(out.text, '?') + 1, out.text.n));
    assert_int_equal(alipay_to_sign(&p, true, &arena, &text), OK);
    assert_int_equal(provider_rsa_verify(ours, text, alipay_param_get(&p, "sign")), OK);
    assert_true(str_eq_z(alipay_param_get(&p, "method"), "alipay.trade.wap.pay"));
    json_t *biz = json_loads(alipay_param_get(&p, "biz_content").p, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(biz, "total_amount")), "69.00");
    assert_string_equal(json_string_value(json_object_get(biz, "subject")),
                        "Order 7   blue   white");
    assert_string_equal(json_string_value(json_object_get(biz, "time_expire")),
                        "2025-11-25 18:30:00");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(biz, "sub_merchant"), "merchant_id")),
        "2088000000000001");
    json_decref(biz);
    ask.n = 2;
    assert_int_equal(provider.open(provider.conf, &ask, &out, &arena, &info), ERR_UNSUPPORTED);
}

/* --- answers --- */

#define NODE "alipay_trade_query_response"

static void the_signed_bytes_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *body, *raw, *sign;
    } good[] = {
        {"{\"" NODE "\":{\"code\":\"10000\"},\"sign\":\"ab+/=\"}", "{\"code\":\"10000\"}", "ab+/="},
        {" { \"sign\" : \"a\\/b\" , \"" NODE "\" : { \"x\" : \"}\\\"{\" } } ",
         "{ \"x\" : \"}\\\"{\" }", "a/b"},
        {"{\"error_response\":{\"code\":\"40002\"}}", "{\"code\":\"40002\"}", ""},
        {"{\"alipay_cert_sn\":\"1\",\"n\":[1,[2]],\"t\":true,\"" NODE
         "\":{\"a\":[{}]},\"sign\":\"s\"}",
         "{\"a\":[{}]}", "s"},
    };
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"sign\":\"a\"}",
                                      "{\"" NODE "\":{\"a\":1}",
                                      "{\"" NODE "\":{\"a\":\"}",
                                      "{\"" NODE "\":{},\"" NODE
                                      "\":{\"code\":\"10000\"},\"sign\":\"a\"}",
                                      "{\"" NODE "\":{},\"error_response\":{},\"sign\":\"a\"}",
                                      "{\"" NODE "\":{},\"sign\":\"a\",\"sign\":\"b\"}",
                                      "{\"" NODE "\":{}} x",
                                      "{\"" NODE "\":{},}",
                                      "{\"" NODE "\":{},\"sign\":1}",
                                      "{\"other\":{\"" NODE "\":{}},\"sign\":\"a\"}"};
    struct str raw, sign;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(alipay_find_answer(str_of(good[i].body), NODE, &raw, &sign, &arena), OK);
        assert_true(str_eq_z(raw, good[i].raw));
        assert_true(str_eq_z(sign, good[i].sign));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(alipay_find_answer(str_of(bad[i]), NODE, &raw, &sign, &arena), ERR_SYNTAX);
}

static void an_answer_is_believed_when_alipay_signed_it(void **state)
{
    (void)state;
    struct str sign, plain = STR("{\"url\":\"https://x/y\"}");
    assert_int_equal(provider_rsa_sign(theirs, plain, &arena, &sign), OK);
    assert_int_equal(alipay_verify(a, plain, sign, &arena), OK);
    assert_int_equal(alipay_verify(a, STR("{\"url\":\"https:\\/\\/x\\/y\"}"), sign, &arena), OK);
    assert_int_equal(alipay_verify(a, STR("{\"url\":\"https://x/z\"}"), sign, &arena),
                     ERR_FORBIDDEN);
    assert_int_equal(alipay_verify(a, plain, STR_NONE, &arena), ERR_FORBIDDEN);
    assert_int_equal(provider_rsa_sign(nobodys, plain, &arena, &sign), OK);
    assert_int_equal(alipay_verify(a, plain, sign, &arena), ERR_FORBIDDEN);
}

/* --- notices --- */

struct change {
    const char *name, *value; /* NULL: left out */
};

static const struct change notice[] = {
    {"app_id", "2021000118600001"},
    {"charset", "utf-8"},
    {"gmt_payment", "2025-11-25 18:30:00"},
    {"notify_id", "ac05099524730693a8b330c5ecf72da9786"},
    {"notify_time", "2025-11-25 18:30:01"},
    {"notify_type", "trade_status_sync"},
    {"out_trade_no", "G7T1"},
    {"passback_params", "2088000000000001"},
    {"seller_id", "2088101122136241"},
    {"subject", "Order 7 蓝+白"},
    {"total_amount", "69.00"},
    {"trade_no", "2025112522001"},
    {"trade_status", "TRADE_SUCCESS"},
    {"version", "1.0"},
};

/* The notice with some values changed before it is signed. */
static struct alipay_params form_of(const struct change *changes, size_t n, EVP_PKEY *key)
{
    struct alipay_params p = {0};
    struct str text, sign;
    for (size_t i = 0; i < sizeof(notice) / sizeof(notice[0]); i++) {
        const char *value = notice[i].value;
        for (size_t k = 0; k < n; k++)
            if (strcmp(changes[k].name, notice[i].name) == 0)
                value = changes[k].value;
        assert_true(alipay_param(&p, str_of(notice[i].name), str_of(value)));
    }
    for (size_t k = 0; k < n; k++)
        if (!alipay_param_get(&p, changes[k].name).n && changes[k].value)
            assert_true(alipay_param(&p, str_of(changes[k].name), str_of(changes[k].value)));
    assert_int_equal(alipay_to_sign(&p, false, &arena, &text), OK);
    assert_int_equal(provider_rsa_sign(key, text, &arena, &sign), OK);
    assert_true(alipay_param(&p, STR("sign"), sign));
    assert_true(alipay_param(&p, STR("sign_type"), STR("RSA2")));
    return p;
}

static struct str body_of(const struct alipay_params *p)
{
    const char *out = "";
    for (size_t i = 0; i < p->n; i++)
        out = arena_printf(&arena, "%s%s%.*s=%.*s", out, i ? "&" : "", STR_ARG(p->all[i].name),
                           STR_ARG(enc_percent(&arena, p->all[i].value)));
    return str_of(out);
}

static enum err hear_body(struct str body, struct pay_heard *out)
{
    struct pay_notice in = {.body = body, .now_ms = 0};
    info = (struct err_info){0};
    return provider.notice(provider.conf, &in, out, &arena, &info);
}

static enum err hear(const struct change *changes, size_t n, struct pay_heard *out)
{
    struct alipay_params p = form_of(changes, n, theirs);
    return hear_body(body_of(&p), out);
}

static void a_payment_is_heard(void **state)
{
    (void)state;
    struct pay_heard heard;
    assert_int_equal(hear(NULL, 0, &heard), OK);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.news[0].of, PAY_OF_PAYMENT);
    assert_int_equal(heard.news[0].is, PAY_IS_DONE);
    assert_int_equal(heard.news[0].amount_fen, 6900);
    assert_int_equal(heard.news[0].at_ms, INT64_C(1764066600000));
    assert_true(str_eq_z(heard.news[0].number, "G7T1"));
    assert_true(str_eq_z(heard.news[0].merchant, "2088000000000001"));
    assert_true(str_eq_z(heard.yes_body, "success"));
    assert_false(str_eq_z(heard.no_body, "success"));
    const struct change closed[] = {{"trade_status", "TRADE_CLOSED"}, {"gmt_payment", NULL}};
    assert_int_equal(hear(closed, 2, &heard), OK);
    assert_int_equal(heard.news[0].is, PAY_IS_CLOSED);
    const struct change waits[] = {{"trade_status", "WAIT_BUYER_PAY"}};
    assert_int_equal(hear(waits, 1, &heard), OK);
    assert_int_equal(heard.news[0].is, PAY_IS_OPEN);
}

/* A refund's notice has the trade's state and amount too: it is no payment. */
static void a_refund_is_one_to_ask_after(void **state)
{
    (void)state;
    struct pay_heard heard;
    const struct change part[] = {
        {"gmt_refund", "2025-11-26 10:00:00.123"}, {"refund_fee", "9.00"}, {"out_biz_no", "I17"}};
    const struct change no_fee[] = {part[0], part[2]}, no_time[] = {part[1], part[2]};
    assert_int_equal(hear(no_fee, 2, &heard), OK);
    assert_int_equal(heard.news[0].of, PAY_OF_REFUND);
    assert_int_equal(hear(no_time, 2, &heard), OK);
    assert_int_equal(heard.news[0].of, PAY_OF_REFUND);
    assert_int_equal(hear(part, 3, &heard), OK);
    assert_int_equal(heard.news[0].of, PAY_OF_REFUND);
    assert_int_equal(heard.news[0].is, PAY_IS_OPEN);
    assert_true(str_eq_z(heard.news[0].number, "I17"));
}

static void notices_of_others_are_refused(void **state)
{
    (void)state;
    struct pay_heard heard;
    static const struct {
        struct change change;
        enum err err;
    } bad[] = {
        {{"app_id", "2021000118600002"}, ERR_FORBIDDEN},
        {{"app_id", NULL}, ERR_FORBIDDEN},
        {{"seller_id", "2088101122136242"}, ERR_FORBIDDEN},
        {{"seller_id", NULL}, ERR_FORBIDDEN},
        {{"total_amount", "69.001"}, ERR_SYNTAX},
        {{"total_amount", "-69.00"}, ERR_SYNTAX},
        {{"total_amount", "6.9e1"}, ERR_SYNTAX},
        {{"total_amount", NULL}, ERR_SYNTAX},
        {{"trade_status", "TRADE_PERHAPS"}, ERR_SYNTAX},
        {{"out_trade_no", NULL}, ERR_SYNTAX},
        {{"trade_no", NULL}, ERR_SYNTAX},
        {{"gmt_payment", "yesterday"}, ERR_SYNTAX},
        {{"out_trade_no", "G7777777777777777777777777777777T1"}, ERR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(hear(&bad[i].change, 1, &heard), bad[i].err);
        assert_int_equal(heard.n, 0);
    }
}

static void changed_and_unsigned_notices_are_refused(void **state)
{
    (void)state;
    struct pay_heard heard;
    struct alipay_params p = form_of(NULL, 0, nobodys);
    assert_int_equal(hear_body(body_of(&p), &heard), ERR_FORBIDDEN);
    p = form_of(NULL, 0, theirs);
    for (size_t i = 0; i < p.n; i++) { /* any value changed after it was signed */
        struct alipay_params changed = p;
        changed.all[i].value = STR("6900.00");
        assert_int_not_equal(hear_body(body_of(&changed), &heard), OK);
        assert_int_equal(heard.n, 0);
    }
    struct alipay_params less = p;
    less.n -= 2; /* neither sign nor sign_type */
    assert_int_equal(hear_body(body_of(&less), &heard), ERR_FORBIDDEN);
    struct str body = body_of(&p);
    const char *twice = arena_printf(&arena, "%.*s&total_amount=6900.00", STR_ARG(body));
    assert_int_equal(hear_body(str_of(twice), &heard), ERR_SYNTAX);
    const char *more = arena_printf(&arena, "%.*s&more=1", STR_ARG(body));
    assert_int_equal(hear_body(str_of(more), &heard), ERR_FORBIDDEN);
    assert_int_equal(hear_body(STR(""), &heard), ERR_FORBIDDEN);
    assert_int_equal(hear_body(STR("a%zz=1"), &heard), ERR_SYNTAX);
    assert_int_equal(hear_body(STR("a=%zz"), &heard), ERR_SYNTAX);
    assert_int_equal(hear_body(STR("a=%ff"), &heard), ERR_SYNTAX);
    assert_int_equal(hear_body(str_n(body.p, PAY_NOTICE_MAX + 1), &heard), ERR_TOO_LARGE);
}

static void more_parameters_than_there_are_is_refused(void **state)
{
    (void)state;
    struct pay_heard heard;
    const char *body = "sign_type=RSA2";
    for (int i = 0; i < ALIPAY_PARAMS_MAX; i++)
        body = arena_printf(&arena, "%s&p%d=1", body, i);
    assert_int_equal(hear_body(str_of(body), &heard), ERR_LIMIT);
}

/* --- bills --- */

static enum err feed(struct alipay_bill *b, const char *line)
{
    struct job_cell cells[16] = {0};
    struct job_row row = {.cells = cells};
    struct str rest = str_of(line);
    for (int column = 1; rest.n; column++) {
        struct str cell = str_cut(rest, ',', &rest);
        if (cell.n)
            cells[row.n++] = (struct job_cell){.column = column, .text = cell};
    }
    info = (struct err_info){0};
    return alipay_bill_row(b, &row, &info);
}

#define HEAD "支付宝交易号,商户订单号,业务类型,商品名称,完成时间,订单金额（元）,退款批次号/请求号"

static void a_bill_is_read_row_by_row(void **state)
{
    (void)state;
    struct alipay_bill b = {.arena = &arena};
    assert_int_equal(feed(&b, "#支付宝业务明细查询"), OK);
    assert_int_equal(feed(&b, HEAD), OK);
    assert_int_equal(feed(&b, "2025112522001\t,G7T1\t,交易,Order 7,2025-11-25 18:30:00,69.00,\t"),
                     OK);
    assert_int_equal(
        feed(&b, "2025112522001\t,G7T1\t,退款,Order 7,2025-11-25 18:30:00,-9.00,I17\t"), OK);
    assert_int_equal(feed(&b, "#----业务明细列表结束----"), OK);
    assert_int_equal(b.n, 2);
    assert_int_equal(b.lines[0].amount_fen, 6900);
    assert_true(str_eq_z(b.lines[0].number, "G7T1"));
    assert_int_equal(b.lines[1].of, PAY_OF_REFUND);
    assert_int_equal(b.lines[1].amount_fen, 900);
    assert_true(str_eq_z(b.lines[1].number, "I17"));
    for (int i = 0; i < 1000; i++) /* the list grows */
        assert_int_equal(feed(&b, "2\t,G8T1\t,交易,x,2025-11-25 18:30:00,1.00,"), OK);
    assert_int_equal(b.n, 1002);
    assert_true(str_eq_z(b.lines[0].number, "G7T1"));
}

static void rows_that_are_not_as_specified_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2\t,G7T1\t,其他,x,2025-11-25 18:30:00,69.00,",
                                      "2\t,G7T1\t,交易,x,2025-11-25 18:30:00,-69.00,",
                                      "2\t,G7T1\t,交易,x,2025-11-25 18:30:00,69.001,",
                                      "2\t,G7T1\t,交易,x,,69.00,",
                                      "2\t,,交易,x,2025-11-25 18:30:00,69.00,",
                                      "2\t,G7T1\t,退款,x,2025-11-25 18:30:00,-69.00,"};
    struct alipay_bill b = {.arena = &arena};
    assert_int_equal(feed(&b, "支付宝交易号,商户订单号"), ERR_SYNTAX);
    b = (struct alipay_bill){.arena = &arena};
    assert_int_equal(feed(&b, HEAD), OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(feed(&b, bad[i]), ERR_SYNTAX);
    assert_int_equal(b.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_sorted_and_has_no_empty_values),
        cmocka_unit_test(the_cashiers_address_is_a_signed_request),
        cmocka_unit_test(the_signed_bytes_are_found),
        cmocka_unit_test(an_answer_is_believed_when_alipay_signed_it),
        cmocka_unit_test(a_payment_is_heard),
        cmocka_unit_test(a_refund_is_one_to_ask_after),
        cmocka_unit_test(notices_of_others_are_refused),
        cmocka_unit_test(changed_and_unsigned_notices_are_refused),
        cmocka_unit_test(more_parameters_than_there_are_is_refused),
        cmocka_unit_test(a_bill_is_read_row_by_row),
        cmocka_unit_test(rows_that_are_not_as_specified_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
