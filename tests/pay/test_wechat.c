/* WeChat Pay without a network: our signatures, theirs, what notices and bills say, what is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/enc.h"
#include "provider_keys.h"
#include "town/pay/wechat_inside.h"

#define CERTIFICATE_ID "1F2E3D"
#define PUBLIC_ID "PUB_KEY_ID_0119000001092026112500"

static const int64_t now_ms = INT64_C(1764066600000);

static EVP_PKEY *ours, *theirs, *nobodys;
static struct arena arena;
static struct err_info info;
static struct pay_provider provider;
static struct wechat *w;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    ours = EVP_RSA_gen(2048);
    theirs = EVP_RSA_gen(2048);
    nobodys = EVP_RSA_gen(2048);
    json_t *j = wechat_settings(ours, theirs, "http://127.0.0.1:1");
    if (wechat_provider(j, "/tmp", &provider, &arena, &info))
        return -1;
    w = provider.conf;
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

/* The value of name="…" in Authorization. */
static struct str field(struct str text, const char *name)
{
    const char *at = strstr(arena_strndup(&arena, text.p, text.n), name);
    assert_non_null(at);
    at += strlen(name) + 2;
    return str_n(at, strcspn(at, "\""));
}

static void a_request_is_signed_over_its_five_lines(void **state)
{
    (void)state;
    struct str text;
    assert_int_equal(wechat_authorization(w, "POST", "/v3/x?a=b", 1554208460, "593BEC0C930BF1AF",
                                          STR("{\"a\":1}"), &arena, &text),
                     OK);
    assert_true(str_starts(text, "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\","));
    assert_true(str_eq_z(field(text, "serial_no"), "5157F09EFDC096DE15EBE81A47057A72"));
    assert_true(str_eq_z(field(text, "timestamp"), "1554208460"));
    assert_int_equal(
        provider_rsa_verify(ours, STR("POST\n/v3/x?a=b\n1554208460\n593BEC0C930BF1AF\n{\"a\":1}\n"),
                            field(text, "signature")),
        OK);
}

static void the_browser_gets_a_signed_object(void **state)
{
    (void)state;
    struct str text;
    assert_int_equal(wechat_invoke(w, STR("wx201410272009395522657a690389285100"), 1414561699,
                                   "5K8264ILTKCH16CQ2502SI8ZNMTM67VS", &arena, &text),
                     OK);
    json_t *j = json_loadb(text.p, text.n, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(j, "signType")), "RSA");
    assert_string_equal(json_string_value(json_object_get(j, "package")),
                        "prepay_id=wx201410272009395522657a690389285100");
    assert_int_equal(
        provider_rsa_verify(ours,
                            STR("wxd678efh567hg6787\n1414561699\n5K8264ILTKCH16CQ2502SI8ZNMTM67VS\n"
                                "prepay_id=wx201410272009395522657a690389285100\n"),
                            str_of(json_string_value(json_object_get(j, "paySign")))),
        OK);
    json_decref(j);
}

/* --- their signatures --- */

static struct wechat_signed signed_by(EVP_PKEY *key, const char *serial, int64_t at_s,
                                      struct str body)
{
    struct wechat_signed s = {.nonce = STR("EcfLqCB0E2"), .serial = str_of(serial), .body = body};
    s.timestamp = str_of(arena_printf(&arena, "%lld", (long long)at_s));
    const char *message =
        arena_printf(&arena, "%lld\nEcfLqCB0E2\n%.*s\n", (long long)at_s, STR_ARG(body));
    assert_int_equal(provider_rsa_sign(key, str_of(message), &arena, &s.signature), OK);
    return s;
}

static void what_they_sign_is_believed_for_five_minutes(void **state)
{
    (void)state;
    static const char *const ids[] = {CERTIFICATE_ID, PUBLIC_ID};
    for (size_t i = 0; i < 2; i++) {
        struct wechat_signed s = signed_by(theirs, ids[i], now_ms / 1000, STR("{}"));
        assert_int_equal(wechat_verify(w, &s, now_ms, &info), OK);
        assert_int_equal(wechat_verify(w, &s, now_ms + WECHAT_WINDOW_MS, &info), OK);
        assert_int_equal(wechat_verify(w, &s, now_ms + WECHAT_WINDOW_MS + 1, &info), ERR_EXPIRED);
        assert_int_equal(wechat_verify(w, &s, now_ms - WECHAT_WINDOW_MS - 1, &info), ERR_EXPIRED);
    }
}

static void what_they_did_not_sign_is_refused(void **state)
{
    (void)state;
    struct wechat_signed good = signed_by(theirs, CERTIFICATE_ID, now_ms / 1000, STR("{}")), s;
#define REFUSED(change)                                                                            \
    do {                                                                                           \
        s = good;                                                                                  \
        change;                                                                                    \
        assert_int_equal(wechat_verify(w, &s, now_ms, &info), ERR_FORBIDDEN);                      \
    } while (0)
    REFUSED(s.body = STR("{ }"));
    REFUSED(s.nonce = STR("EcfLqCB0E3"));
    REFUSED(s.timestamp = STR("1764066601"));
    REFUSED(s.timestamp = STR("-1"));
    REFUSED(s.timestamp = STR("9223372036854775807"));
    REFUSED(s.serial = STR("1F2E3E"));
    REFUSED(s.serial = STR("1f2e3d"));
    REFUSED(s.signature = STR_NONE);
    REFUSED(s.serial = STR_NONE);
    REFUSED(s.signature.n -= 4);
    REFUSED(s.signature = STR("WECHATPAY/SIGNTEST/c2lnbmF0dXJl"));
    REFUSED(s = signed_by(nobodys, CERTIFICATE_ID, now_ms / 1000, STR("{}")));
    REFUSED(s = signed_by(ours, CERTIFICATE_ID, now_ms / 1000, STR("{}")));
#undef REFUSED
    s = good;
    s.signature = STR("WECHATPAY/SIGNTEST/c2lnbmF0dXJl");
    assert_int_equal(wechat_verify(w, &s, now_ms, &info), ERR_FORBIDDEN);
    assert_non_null(strstr(info.text, "probe"));
}

/* --- opening --- */

/* Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation". */
static void a_known_sealed_text_opens(void **state)
{
    (void)state;
    static const char sealed_hex[] =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
        "8"
        "28838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b";
    static const char text_hex[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a7"
                                   "21c3c0c95956809532fcf0e2449a"
                                   "6b525b16aedf5aa0de657ba637b39";
    uint8_t key[32], nonce[12], associated[20], sealed[76], text[60];
    struct str out, base64;
    assert_int_equal(
        enc_unhex(key, 32, STR("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")),
        OK);
    assert_int_equal(enc_unhex(nonce, 12, STR("cafebabefacedbaddecaf888")), OK);
    assert_int_equal(enc_unhex(associated, 20, STR("feedfacedeadbeeffeedfacedeadbeefabaddad2")),
                     OK);
    assert_int_equal(enc_unhex(sealed, 76, str_of(sealed_hex)), OK);
    assert_int_equal(enc_unhex(text, 60, str_of(text_hex)), OK);
    base64 = enc_base64(&arena, sealed, sizeof(sealed));
    assert_int_equal(
        wechat_open_resource(key, str_n(nonce, 12), str_n(associated, 20), base64, &arena, &out),
        OK);
    assert_true(str_eq(out, str_n(text, sizeof(text))));
    sealed[0] ^= 1;
    base64 = enc_base64(&arena, sealed, sizeof(sealed));
    assert_int_equal(
        wechat_open_resource(key, str_n(nonce, 12), str_n(associated, 20), base64, &arena, &out),
        ERR_FORBIDDEN);
    sealed[0] ^= 1;
    sealed[75] ^= 128; /* the tag */
    base64 = enc_base64(&arena, sealed, sizeof(sealed));
    assert_int_equal(
        wechat_open_resource(key, str_n(nonce, 12), str_n(associated, 20), base64, &arena, &out),
        ERR_FORBIDDEN);
    sealed[75] ^= 128;
    base64 = enc_base64(&arena, sealed, sizeof(sealed));
    assert_int_equal(
        wechat_open_resource(key, str_n(nonce, 11), str_n(associated, 20), base64, &arena, &out),
        ERR_FORBIDDEN);
    assert_int_equal(wechat_open_resource(key, str_n(nonce, 12), str_n(associated, 20), STR("AAAA"),
                                          &arena, &out),
                     ERR_FORBIDDEN);
}

/* --- notices --- */

static struct str seal(const char *key, struct str text)
{
    uint8_t out[8192];
    int n = 0, last = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, (const uint8_t *)key,
                       (const uint8_t *)"0123456789ab");
    EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)"transaction", 11);
    EVP_EncryptUpdate(c, out, &n, (const uint8_t *)text.p, (int)text.n);
    EVP_EncryptFinal_ex(c, out + n, &last);
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, out + n);
    EVP_CIPHER_CTX_free(c);
    return enc_base64(&arena, out, (size_t)n + 16);
}

static struct wechat_signed said; /* the headers of the notice at hand */

static struct str header_of(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "wechatpay-timestamp") == 0   ? said.timestamp
           : strcmp(name, "wechatpay-nonce") == 0     ? said.nonce
           : strcmp(name, "wechatpay-signature") == 0 ? said.signature
           : strcmp(name, "wechatpay-serial") == 0    ? said.serial
                                                      : STR_NONE;
}

/* A notice of `event` with this matter, signed by theirs; heard. */
static enum err hear(const char *event, const char *type, const char *key, const char *matter,
                     struct pay_heard *out)
{
    struct str sealed = seal(key, str_of(matter));
    const char *body = arena_printf(
        &arena,
        "{\"id\":\"EV-1\",\"event_type\":\"%s\",\"resource_type\":\"encrypt-resource\","
        "\"resource\":{"
        "\"algorithm\":\"AEAD_AES_256_GCM\",\"original_type\":\"%s\",\"ciphertext\":\"%.*s\","
        "\"associated_data\":\"transaction\",\"nonce\":\"0123456789ab\"}}",
        event, type, STR_ARG(sealed));
    said = signed_by(theirs, PUBLIC_ID, now_ms / 1000, str_of(body));
    struct pay_notice in = {.body = str_of(body), .header = header_of, .now_ms = now_ms};
    info = (struct err_info){0};
    return provider.notice(provider.conf, &in, out, &arena, &info);
}

#define PAYMENT(mchid, appid, currency, fen)                                                       \
    "{\"combine_appid\":\"" appid "\",\"combine_mchid\":\"" mchid "\",\"combine_out_trade_no\":"   \
    "\"P9\",\"sub_orders\":[{\"mchid\":\"1900000109\",\"trade_type\":\"NATIVE\",\"trade_state\":"  \
    "\"SUCCESS\",\"bank_type\":\"CMC\",\"attach\":\"G7T1\",\"success_time\":"                      \
    "\"2025-11-25T18:30:00+08:00\",\"transaction_id\":\"4200000001\",\"out_trade_no\":\"G7T1\","   \
    "\"sub_mchid\":\"1900000110\",\"amount\":{\"total_amount\":" fen ",\"payer_amount\":1,"        \
    "\"currency\":\"" currency "\",\"payer_currency\":\"CNY\"}}],\"combine_payer_info\":{"         \
    "\"openid\":\"o\"}}"
#define GOOD PAYMENT("1900000109", "wxd678efh567hg6787", "CNY", "6900")

static void a_payment_is_heard(void **state)
{
    (void)state;
    struct pay_heard heard;
    assert_int_equal(hear("TRANSACTION.SUCCESS", "transaction", TEST_API_KEY, GOOD, &heard), OK);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.news[0].of, PAY_OF_PAYMENT);
    assert_int_equal(heard.news[0].is, PAY_IS_DONE);
    assert_int_equal(heard.news[0].amount_fen, 6900);
    assert_int_equal(heard.news[0].at_ms, now_ms);
    assert_true(str_eq_z(heard.news[0].number, "G7T1"));
    assert_true(str_eq_z(heard.news[0].merchant, "1900000110"));
    assert_true(str_eq_z(heard.news[0].provider_no, "4200000001"));
    assert_int_equal(heard.no_status, 500);
}

static void a_payment_of_anothers_is_not_heard(void **state)
{
    (void)state;
    static const struct {
        const char *matter;
        enum err err;
    } bad[] = {
        {PAYMENT("1900000108", "wxd678efh567hg6787", "CNY", "6900"), ERR_FORBIDDEN},
        {PAYMENT("1900000109", "wxd678efh567hg6788", "CNY", "6900"), ERR_FORBIDDEN},
        {PAYMENT("1900000109", "wxd678efh567hg6787", "USD", "6900"), ERR_SYNTAX},
        {PAYMENT("1900000109", "wxd678efh567hg6787", "CNY", "-1"), ERR_SYNTAX},
        {PAYMENT("1900000109", "wxd678efh567hg6787", "CNY", "69.0"), ERR_SYNTAX},
        {PAYMENT("1900000109", "wxd678efh567hg6787", "CNY", "\"6900\""), ERR_SYNTAX},
        {"{}", ERR_FORBIDDEN},
        {"[]", ERR_SYNTAX},
        {"{\"combine_mchid\":\"1900000109\",\"combine_mchid\":\"1900000109\"}", ERR_SYNTAX},
        {"{\"combine_mchid\":\"1900000109\",\"combine_appid\":\"wxd678efh567hg6787\","
         "\"sub_orders\":[]}",
         ERR_SYNTAX},
        {"{\"combine_mchid\":\"1900000109\",\"combine_appid\":\"wxd678efh567hg6787\","
         "\"sub_orders\":[1,2,3,4,5,6,7,8,9,10,11]}",
         ERR_SYNTAX},
    };
    struct pay_heard heard;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(
            hear("TRANSACTION.SUCCESS", "transaction", TEST_API_KEY, bad[i].matter, &heard),
            bad[i].err);
        assert_int_equal(heard.n, 0);
    }
    /* Sealed with another key, though rightly signed. */
    assert_int_equal(hear("TRANSACTION.SUCCESS", "transaction", "x123456789abcdef0123456789ABCDEF",
                          GOOD, &heard),
                     ERR_FORBIDDEN);
    assert_int_equal(heard.n, 0);
}

static void an_unsigned_notice_is_not_read(void **state)
{
    (void)state;
    struct pay_heard heard;
    struct pay_notice in = {.body = STR("not even JSON"), .header = header_of, .now_ms = now_ms};
    said = signed_by(nobodys, PUBLIC_ID, now_ms / 1000, in.body);
    assert_int_equal(provider.notice(provider.conf, &in, &heard, &arena, &info), ERR_FORBIDDEN);
    said = signed_by(theirs, PUBLIC_ID, now_ms / 1000 - 301, in.body);
    assert_int_equal(provider.notice(provider.conf, &in, &heard, &arena, &info), ERR_EXPIRED);
    said = signed_by(theirs, PUBLIC_ID, now_ms / 1000, in.body);
    assert_int_equal(provider.notice(provider.conf, &in, &heard, &arena, &info), ERR_SYNTAX);
    in.body.n = PAY_NOTICE_MAX + 1;
    assert_int_equal(provider.notice(provider.conf, &in, &heard, &arena, &info), ERR_TOO_LARGE);
    assert_int_equal(heard.n, 0);
}

#define REFUND(mchid, status)                                                                      \
    "{\"sp_mchid\":\"" mchid "\",\"sub_mchid\":\"1900000110\",\"transaction_id\":\"4200000001\","  \
    "\"out_trade_no\":\"G7T1\",\"refund_id\":\"5030000001\",\"out_refund_no\":\"I17\","            \
    "\"refund_status\":\"" status "\",\"success_time\":\"2025-11-25T18:30:00+08:00\","             \
    "\"amount\":{\"total\":6900,\"refund\":900,\"payer_total\":6900,\"payer_refund\":900}}"

static void refunds_and_shares_are_heard(void **state)
{
    (void)state;
    struct pay_heard heard;
    assert_int_equal(
        hear("REFUND.SUCCESS", "refund", TEST_API_KEY, REFUND("1900000109", "SUCCESS"), &heard),
        OK);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.news[0].of, PAY_OF_REFUND);
    assert_int_equal(heard.news[0].is, PAY_IS_DONE);
    assert_int_equal(heard.news[0].amount_fen, 900);
    assert_true(str_eq_z(heard.news[0].number, "I17"));
    assert_int_equal(
        hear("REFUND.ABNORMAL", "refund", TEST_API_KEY, REFUND("1900000109", "ABNORMAL"), &heard),
        OK);
    assert_int_equal(heard.news[0].is, PAY_IS_FAILED);
    assert_true(str_eq_z(heard.news[0].text, "ABNORMAL"));
    assert_int_equal(
        hear("REFUND.SUCCESS", "refund", TEST_API_KEY, REFUND("1900000108", "SUCCESS"), &heard),
        ERR_FORBIDDEN);
    assert_int_equal(
        hear("REFUND.SUCCESS", "refund", TEST_API_KEY, REFUND("1900000109", "MAYBE"), &heard),
        ERR_SYNTAX);
    assert_int_equal(
        hear(
            "TRANSACTION.SUCCESS", "profitsharing", TEST_API_KEY,
            "{\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\",\"transaction_id\":\"42\","
            "\"order_id\":\"3008\",\"out_order_no\":\"I18\",\"receiver\":{\"type\":\"MERCHANT_ID\","
            "\"account\":\"1900000120\",\"amount\":500,\"description\":\"x\"},\"success_time\":"
            "\"2025-11-25T18:30:00+08:00\"}",
            &heard),
        OK);
    assert_int_equal(heard.news[0].of, PAY_OF_SHARE);
    assert_int_equal(heard.news[0].amount_fen, 500);
    assert_int_equal(hear("COUPON.USE", "coupon", TEST_API_KEY, "{}", &heard), OK);
    assert_int_equal(heard.n, 0); /* heard, and no news of ours */
}

/* --- answers --- */

static enum err read_with(enum err (*read)(const json_t *, struct pay_news *, struct arena *,
                                           struct err_info *),
                          const char *text, struct pay_news *out)
{
    json_t *j = json_loads(text, 0, NULL);
    assert_non_null(j);
    enum err e = read(j, out, &arena, &info);
    json_decref(j);
    return e;
}

static void instructions_are_asked_after(void **state)
{
    (void)state;
    struct pay_news n;
    assert_int_equal(read_with(wechat_read_refund,
                               "{\"out_refund_no\":\"I1\",\"status\":\"PROCESSING\",\"amount\":{"
                               "\"refund\":5,\"currency\":\"CNY\"}}",
                               &n),
                     OK);
    assert_int_equal(n.is, PAY_IS_OPEN);
    assert_int_equal(
        read_with(wechat_read_refund, "{\"out_refund_no\":\"I1\",\"status\":\"SUCCESS\"}", &n),
        ERR_SYNTAX);
    assert_int_equal(
        read_with(wechat_read_share,
                  "{\"out_order_no\":\"I2\",\"status\":\"FINISHED\",\"receivers\":[{\"result\":"
                  "\"CLOSED\",\"amount\":7,\"fail_reason\":\"NO_RELATION\"}]}",
                  &n),
        OK);
    assert_int_equal(n.is, PAY_IS_FAILED);
    assert_true(str_eq_z(n.text, "NO_RELATION"));
    assert_int_equal(
        read_with(wechat_read_share,
                  "{\"out_order_no\":\"I2\",\"status\":\"FINISHED\",\"receivers\":[{},{}]}", &n),
        ERR_SYNTAX);
    assert_int_equal(read_with(wechat_read_share,
                               "{\"out_order_no\":\"I3\",\"status\":\"FINISHED\","
                               "\"finish_amount\":100}",
                               &n),
                     OK);
    assert_int_equal(n.amount_fen, 100);
    assert_int_equal(read_with(wechat_read_share_return,
                               "{\"out_return_no\":\"I4\",\"result\":\"FAILED\",\"amount\":7,"
                               "\"fail_reason\":\"ACCOUNT\\nABNORMAL\"}",
                               &n),
                     OK);
    assert_int_equal(n.is, PAY_IS_FAILED);
    assert_true(str_eq_z(n.text, "ACCOUNT ABNORMAL")); /* one line */
}

/* --- bills --- */

#define HEAD                                                                                                                                 \
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"             \
    "交易状态,"                                                                                                                          \
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额," \
    "退款类型,"                                                                                                                          \
    "退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"
#define ROW(merchant, no, state, refund, refund_state, name, fen, back)                            \
    "`2026-11-25 18:30:00,`wxd678efh567hg6787,`1900000109,`" merchant ",`,`42000001,`" no          \
    ",`oU,`NATIVE,`" state ",`CMC,`CNY,`" fen ",`0.00,`5030,`" refund ",`" back                    \
    ",`0.00,`ORIGINAL,`" refund_state ",`" name ",`x,`0.41,`0.60%,`" fen ",`" back ",`\r\n"
#define SUMS(n)                                                                                                          \
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额," \
    "申请退款总金额\r\n"                                                                                          \
    "`" n ",`69.00,`9.00,`0.00,`0.41,`69.00,`9.00\r\n"

static void a_bill_is_read(void **state)
{
    (void)state;
    struct pay_line *lines;
    size_t n;
    static const char bill[] = "\xef\xbb\xbf" HEAD ROW("1900000110", "G7T1", "SUCCESS", "0", "",
                                                       "Order 7, blue", "69.00", "0.00")
        ROW("1900000110", "G7T1", "REFUND", "I17", "SUCCESS", "Order 7", "69.00", "9.00")
            ROW("1900000110", "G8T1", "REFUND", "I18", "FAIL", "Order 8", "69.00", "9.00")
                SUMS("3");
    assert_int_equal(wechat_read_bill(str_of(bill), &lines, &n, &arena, &info), OK);
    assert_int_equal(n, 2); /* a refund that failed moved nothing */
    assert_int_equal(lines[0].of, PAY_OF_PAYMENT);
    assert_int_equal(lines[0].amount_fen, 6900);
    assert_true(str_eq_z(lines[0].number, "G7T1"));
    assert_true(str_eq_z(lines[0].merchant, "1900000110"));
    assert_int_equal(lines[1].of, PAY_OF_REFUND);
    assert_int_equal(lines[1].amount_fen, 900);
    assert_true(str_eq_z(lines[1].number, "I17"));
    assert_int_equal(wechat_read_bill(STR(HEAD SUMS("0")), &lines, &n, &arena, &info), OK);
    assert_int_equal(n, 0);
}

static void a_bill_that_is_not_as_specified_is_refused(void **state)
{
    (void)state;
    struct pay_line *lines;
    size_t n;
#define LINE ROW("1900000110", "G7T1", "SUCCESS", "0", "", "Order 7", "69.00", "0.00")
    static const char *const bad[] = {
        "",
        "<html>",
        HEAD,
        HEAD LINE,           /* cut before its sums */
        HEAD LINE SUMS("2"), /* a line is missing */
        HEAD LINE LINE SUMS("1"),
        HEAD LINE SUMS("one"),
        HEAD "`2026-11-25 18:30:00,`wx\r\n" SUMS("1"),
        HEAD ROW("1", "G7T1", "SUCCESS", "0", "", "a,`b", "69.00", "0.00") SUMS("1"), /* a shift */
        HEAD ROW("1", "G7T1", "SUCCESS", "0", "", "a", "69.001", "0.00") SUMS("1"),
        HEAD ROW("1", "G7T1", "SUCCESS", "0", "", "a", "-69.00", "0.00") SUMS("1"),
        HEAD ROW("1", "", "SUCCESS", "0", "", "a", "69.00", "0.00") SUMS("1"),
        HEAD ROW("1", "G7T1", "PERHAPS", "0", "", "a", "69.00", "0.00") SUMS("1"),
        HEAD ROW("1", "G7T1", "SUCCESS", "0", "", "\xff", "69.00", "0.00") SUMS("1"),
        "交易时间,商户订单号\r\n`2026-11-25 18:30:00,`G7T1\r\n" SUMS("1"),
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(wechat_read_bill(str_of(bad[i]), &lines, &n, &arena, &info), ERR_SYNTAX);
        assert_int_equal(n, 0);
    }
#undef LINE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_signed_over_its_five_lines),
        cmocka_unit_test(the_browser_gets_a_signed_object),
        cmocka_unit_test(what_they_sign_is_believed_for_five_minutes),
        cmocka_unit_test(what_they_did_not_sign_is_refused),
        cmocka_unit_test(a_known_sealed_text_opens),
        cmocka_unit_test(a_payment_is_heard),
        cmocka_unit_test(a_payment_of_anothers_is_not_heard),
        cmocka_unit_test(an_unsigned_notice_is_not_read),
        cmocka_unit_test(refunds_and_shares_are_heard),
        cmocka_unit_test(instructions_are_asked_after),
        cmocka_unit_test(a_bill_is_read),
        cmocka_unit_test(a_bill_that_is_not_as_specified_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
