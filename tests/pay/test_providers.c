/* What both providers stand on: amounts, times, keys, settings, addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "provider_keys.h"
#include "town/pay/provider.h"
#include "town/ask.h"
#include "town/pay/provider_rsa.h"
#include "town/pay/provider_time.h"
#include "town/yuan.h"

static EVP_PKEY *ours, *theirs;
static struct arena arena;
static struct err_info info;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    ours = EVP_RSA_gen(2048);
    theirs = EVP_RSA_gen(2048);
    return ours && theirs ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    arena_free(&arena);
    return 0;
}

static void an_amount_is_read_to_the_fen(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {{"69.00", 6900},
                {"69", 6900},
                {"69.5", 6950},
                {"0.01", 1},
                {"0", 0},
                {"0.00", 0},
                {"10000000000.00", YUAN_FEN_MAX},
                {"1234567.89", 123456789}};
    static const char *const bad[] = {"",
                                      "69.001",
                                      "+1",
                                      "-1",
                                      "1e3",
                                      ".5",
                                      "1.",
                                      "069.00",
                                      "00",
                                      " 1",
                                      "1 ",
                                      "1,000",
                                      "0x1",
                                      "1.0.0",
                                      "1.-1",
                                      "NaN",
                                      "69.0a",
                                      "\xef\xbc\x91",
                                      "10000000000.01",
                                      "99999999999999999999",
                                      "1\n"};
    char text[YUAN_TEXT];
    int64_t fen;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(yuan_read(str_of(good[i].text), &fen), OK);
        assert_int_equal(fen, good[i].fen);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_not_equal(yuan_read(str_of(bad[i]), &fen), OK);
    assert_int_not_equal(yuan_read(str_n("1\0002", 3), &fen), OK);
    assert_int_equal(yuan_typed(STR("1,002,069.50"), &fen), OK);
    assert_int_equal(fen, 100206950);
    assert_int_equal(yuan_typed(STR("2,070"), &fen), OK);
    assert_int_equal(yuan_typed(STR("69"), &fen), OK);
    static const char *const typed[] = {",069",     "1,00", "1,0000", "10,00,000",
                                        "1000,000", "1,",   ",",      "1,000.0,0"};
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
        assert_int_not_equal(yuan_typed(str_of(typed[i]), &fen), OK);
    yuan_text(6900, text);
    assert_string_equal(text, "69.00");
    yuan_text(5, text);
    assert_string_equal(text, "0.05");
}

static void a_moment_is_read_in_its_zone(void **state)
{
    (void)state;
    static const int64_t at = INT64_C(1764066600000); /* 2025-11-25T10:30:00Z */
    static const char *const same[] = {"2025-11-25T18:30:00+08:00", "2025-11-25 18:30:00",
                                       "2025-11-25T10:30:00Z", "2025-11-25T10:30:00.000Z",
                                       "2025-11-25T05:00:00-05:30"};
    static const char *const bad[] = {"",
                                      "2025-11-25",
                                      "2025-11-25T18:30:00",
                                      "2025-11-25 18:30:00Z",
                                      "2025-11-31 18:30:00",
                                      "2025-11-25 24:00:00",
                                      "2025-11-25x18:30:00",
                                      "2025-11-25T18:30:00+8:00",
                                      "2025-11-25T18:30:00.+08:00",
                                      "2025-11-25 18:60:00"};
    char text[PROVIDER_TIME_TEXT];
    int64_t ms;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_int_equal(provider_time_read(str_of(same[i]), &ms), OK);
        assert_int_equal(ms, at);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(provider_time_read(str_of(bad[i]), &ms), ERR_SYNTAX);
    provider_time_rfc3339(at, text);
    assert_string_equal(text, "2025-11-25T18:30:00+08:00");
    provider_time_plain(at, text);
    assert_string_equal(text, "2025-11-25 18:30:00");
}

static void a_signature_holds_for_its_message_and_key(void **state)
{
    (void)state;
    struct str signature, message = STR("timestamp\nnonce\nbody\n");
    assert_int_equal(provider_rsa_sign(ours, message, &arena, &signature), OK);
    assert_int_equal(provider_rsa_verify(ours, message, signature), OK);
    assert_int_equal(provider_rsa_verify(theirs, message, signature), ERR_FORBIDDEN);
    assert_int_equal(provider_rsa_verify(ours, STR("timestamp\nnonce\nbodY\n"), signature),
                     ERR_FORBIDDEN);
    assert_int_equal(provider_rsa_verify(ours, message, str_slice(signature, 0, signature.n - 4)),
                     ERR_FORBIDDEN);
    assert_int_equal(provider_rsa_verify(ours, message, STR("")), ERR_FORBIDDEN);
    assert_int_equal(provider_rsa_verify(ours, message, STR("no base64!")), ERR_FORBIDDEN);
}

/* Made once by another program (openssl dgst -sha256 -sign), of "guildhall": it must stay so. */
static void a_known_signature_verifies(void **state)
{
    (void)state;
    static const char key[] =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnFhX/EzDEtPujv23WKi55LaPGVjKUnQ1SCQt"
        "hc7vsmIUnSEk6XBIu9UTWzZuqjJTghFGks3yKZNE00olBbbnYT//3+uqT17XtH2qkIlhx/l3GpKn7t5F"
        "0Ie3Qb5bkBXg8CF4aGwo+X474SmFL/IaQRYRiKOhEPula80RLFdKUAe3cvFuM+46/0+mwu6KSVzzfaFe"
        "SsGRxLoSBQiwcgCsAWYuhQcPHsfsn8SM65ePDnwmzU1Cpo+9hogX927214XNhjidqhxkNaDi7oT1mwKq"
        "SK0aNHRQVwDzc/8iK8p1wkmj+Nq2gwo4CqchMoYZHiYRIgYUTcgB7OLmF7WJu9dtYwIDAQAB";
    static const char signature[] =
        "QZDsiZVSadxiinfZcGqP8U0Gq4ADxRnj5lGMSt47XKfe3UbAv9fhf7mX3MvliXnGUrsbabAiGozhENaV"
        "SpEwZYLwCxMx30EH9qkiL50JRVQAB3I48i0pWTWyGhUEDwFEeuVHI9tFYI0dBXznAQEu9lBJ9LDle407"
        "QYdlDmX89349z8oYXLOvpva8ieOo2r2eJa9a8C+JTQbbEw+yhzbIErxLOkRoIJSMkudqS06RbNn3knhq"
        "ahFPbOcn2tMmevYk/9epaaZi/dBiz3raUPeEwsEFkQUOmDE6p3SbNvkwCPVN2CYj0dqrjRZx5rfFI9uh"
        "LVOgH+RS+5A+MTdKLu1nug==";
    char serial[PROVIDER_SERIAL_MAX + 1];
    EVP_PKEY *k;
    assert_int_equal(provider_rsa_public(str_of(key), &k, serial), OK);
    assert_int_equal(provider_rsa_verify(k, STR("guildhall"), str_of(signature)), OK);
    assert_int_equal(provider_rsa_verify(k, STR("Guildhall"), str_of(signature)), ERR_FORBIDDEN);
    provider_rsa_free(k);
}

static void keys_come_in_every_dress(void **state)
{
    (void)state;
    char serial[PROVIDER_SERIAL_MAX + 1];
    char *pem = private_pem(ours), *der = bare(pem), *public = public_pem(theirs);
    char *certificate = certificate_pem(theirs, 0x1f2e3d), *bare_public = bare(public);
    const char *publics[] = {public, certificate, bare_public};
    EVP_PKEY *k;
    assert_int_equal(provider_rsa_private(str_of(pem), &k), OK);
    assert_int_equal(EVP_PKEY_eq(k, ours), 1);
    provider_rsa_free(k);
    assert_int_equal(provider_rsa_private(str_of(der), &k), OK);
    assert_int_equal(EVP_PKEY_eq(k, ours), 1);
    provider_rsa_free(k);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(provider_rsa_public(str_of(publics[i]), &k, serial), OK);
        assert_string_equal(serial, i == 1 ? "1F2E3D" : "");
        assert_int_equal(EVP_PKEY_eq(k, theirs), 1);
        provider_rsa_free(k);
    }
    assert_int_equal(provider_rsa_private(str_of(public), &k), ERR_SYNTAX);
    assert_int_equal(provider_rsa_public(str_of(pem), &k, serial), ERR_SYNTAX);
    assert_int_equal(provider_rsa_private(STR(""), &k), ERR_SYNTAX);
    assert_int_equal(provider_rsa_public(STR("AAAA"), &k, serial), ERR_SYNTAX);
    free(pem), free(der), free(public), free(certificate), free(bare_public);
}

static void short_and_foreign_keys_are_refused(void **state)
{
    (void)state;
    char serial[PROVIDER_SERIAL_MAX + 1];
    EVP_PKEY *few = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256"), *k;
    EVP_PKEY *pss = NULL;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    assert_int_equal(EVP_PKEY_keygen_init(c), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(c, 2048), 1);
    assert_int_equal(EVP_PKEY_generate(c, &pss), 1);
    EVP_PKEY_CTX_free(c);
    char *d = public_pem(pss); /* long enough, and for signatures of another kind */
    char *a = private_pem(few), *b = public_pem(few), *e = public_pem(curve);
    assert_int_equal(provider_rsa_private(str_of(a), &k), ERR_INVALID);
    assert_int_equal(provider_rsa_public(str_of(b), &k, serial), ERR_INVALID);
    assert_int_equal(provider_rsa_public(str_of(e), &k, serial), ERR_INVALID);
    assert_int_equal(provider_rsa_public(str_of(d), &k, serial), ERR_INVALID);
    free(a), free(b), free(d), free(e);
    EVP_PKEY_free(few), EVP_PKEY_free(curve), EVP_PKEY_free(pss);
}

static void a_provider_is_never_asked_in_the_clear(void **state)
{
    (void)state;
    assert_true(ask_url_ok("https://api.mch.weixin.qq.com/v3"));
    assert_true(ask_url_ok("http://127.0.0.1:8080"));
    assert_true(ask_url_ok("http://[::1]:8080/x"));
    assert_false(ask_url_ok("http://api.mch.weixin.qq.com"));
    assert_false(ask_url_ok("http://127.0.0.1.example.com/"));
    assert_false(ask_url_ok("https://a:b@api.mch.weixin.qq.com"));
    assert_false(ask_url_ok("https://a@api.mch.weixin.qq.com"));
    assert_false(ask_url_ok("https://:b@api.mch.weixin.qq.com"));
    assert_false(ask_url_ok("http://127.0.0.1@example.com/"));
    assert_false(ask_url_ok("file:///etc/passwd"));
    assert_false(ask_url_ok("ftp://127.0.0.1/"));
    assert_false(ask_url_ok(""));
}

/* --- settings --- */

typedef enum err make_fn(const struct json_t *s, const char *folder, struct pay_provider *out,
                         struct arena *a, struct err_info *i);

/* The settings with one member changed (or, with NULL, left out) are refused, and say which. */
static void refuses(make_fn *make, const json_t *good, const char *name, json_t *value)
{
    struct pay_provider p;
    json_t *j = json_deep_copy(good);
    if (value)
        json_object_set_new(j, name, value);
    else
        json_object_del(j, name);
    info = (struct err_info){0};
    assert_int_equal(make(j, "/tmp", &p, &arena, &info), ERR_INVALID);
    assert_string_equal(info.field, name);
    assert_non_null(info.text);
    json_decref(j);
}

static void wechat_settings_are_checked(void **state)
{
    (void)state;
    struct pay_provider p;
    json_t *j = wechat_settings(ours, theirs, "http://127.0.0.1:1/");
    assert_int_equal(wechat_provider(j, "/tmp", &p, &arena, &info), OK);
    assert_string_equal(p.name, "wechat");
    assert_int_equal(p.parts_max, PAY_PARTS_MAX);
    assert_true(p.has_channel(p.conf, PAY_JSAPI));
    p.free(p.conf);
    static const char *const needed[] = {"mchid",       "appid",     "serial",
                                         "private_key", "apiv3_key", "platform_keys"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        refuses(wechat_provider, j, needed[i], NULL);
    refuses(wechat_provider, j, "mchid", json_string("1900 0109"));
    refuses(wechat_provider, j, "apiv3_key", json_string("short"));
    refuses(wechat_provider, j, "private_key", json_string("no-such-file.pem"));
    refuses(wechat_provider, j, "platform_keys", json_array());
    refuses(wechat_provider, j, "platform_keys", json_pack("[{s:s}]", "id", "PUB_KEY_ID_1"));
    refuses(wechat_provider, j, "base_url", json_string("http://api.mch.weixin.qq.com"));
    refuses(wechat_provider, j, "channels", json_pack("[s]", "fax"));
    refuses(wechat_provider, j, "channels", json_array());
    char *public = public_pem(theirs); /* whose is it? */
    refuses(wechat_provider, j, "platform_keys", json_pack("[s]", public));
    free(public);
    json_object_del(j, "channels");
    assert_int_equal(wechat_provider(j, "/tmp", &p, &arena, &info), OK);
    assert_true(p.has_channel(p.conf, PAY_NATIVE));
    assert_false(p.has_channel(p.conf, PAY_H5));
    p.free(p.conf);
    json_decref(j);
}

static void alipay_settings_are_checked(void **state)
{
    (void)state;
    struct pay_provider p;
    json_t *j = alipay_settings(ours, theirs, "http://127.0.0.1:1/gateway.do");
    assert_int_equal(alipay_provider(j, "/tmp", &p, &arena, &info), OK);
    assert_int_equal(p.parts_max, 1);
    assert_true(p.has_channel(p.conf, PAY_H5));
    assert_false(p.has_channel(p.conf, PAY_JSAPI));
    p.free(p.conf);
    refuses(alipay_provider, j, "app_id", NULL);
    refuses(alipay_provider, j, "private_key", NULL);
    refuses(alipay_provider, j, "alipay_key", NULL);
    refuses(alipay_provider, j, "alipay_key", json_string("missing.pem"));
    refuses(alipay_provider, j, "seller_id", json_string(""));
    refuses(alipay_provider, j, "settle_period", json_integer(366));
    refuses(alipay_provider, j, "settle_period", json_string("90"));
    refuses(alipay_provider, j, "native", json_string("fax"));
    refuses(alipay_provider, j, "bill_type", json_string("a&b"));
    refuses(alipay_provider, j, "base_url", json_integer(1));
    refuses(alipay_provider, j, "channels", json_pack("[s]", "jsapi"));
    json_decref(j);
}

static void a_key_may_be_a_file_of_the_data_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/guildhall-test-keys-XXXXXX", path[64];
    struct pay_provider p;
    char *pem = private_pem(ours);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/app.pem", folder);
    FILE *f = fopen(path, "w");
    assert_true(f && fputs(pem, f) >= 0 && fclose(f) == 0);
    json_t *j = alipay_settings(ours, theirs, "http://127.0.0.1:1/");
    json_object_set_new(j, "private_key", json_string("app.pem"));
    assert_int_equal(alipay_provider(j, folder, &p, &arena, &info), OK);
    p.free(p.conf);
    assert_int_equal(truncate(path, 200), 0);
    assert_int_equal(alipay_provider(j, folder, &p, &arena, &info), ERR_INVALID);
    assert_string_equal(info.field, "private_key");
    assert_null(strstr(info.text, "MII")); /* no part of it */
    unlink(path);
    rmdir(folder);
    free(pem);
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amount_is_read_to_the_fen),
        cmocka_unit_test(a_moment_is_read_in_its_zone),
        cmocka_unit_test(a_signature_holds_for_its_message_and_key),
        cmocka_unit_test(a_known_signature_verifies),
        cmocka_unit_test(keys_come_in_every_dress),
        cmocka_unit_test(short_and_foreign_keys_are_refused),
        cmocka_unit_test(a_provider_is_never_asked_in_the_clear),
        cmocka_unit_test(wechat_settings_are_checked),
        cmocka_unit_test(alipay_settings_are_checked),
        cmocka_unit_test(a_key_may_be_a_file_of_the_data_folder),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
