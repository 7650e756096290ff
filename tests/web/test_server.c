/* The server as a client meets it: pages, forms, who may, assets. */
#include "server_fixture.h"

#include <zlib.h>

/* ---- pages ---- */

static void a_page_is_an_api(void **state)
{
    (void)state;
    ask("GET /echo/%E9%94%85?q=a+b%26c", "Accept: text/html\r\n", NULL);
    assert_int_equal(an.status, 200);
    HEADER("content-type", "text/html; charset=utf-8");
    SAYS("&lt;hello&gt;");
    SAYS("小镇");
    ask("GET /echo/%E9%94%85?q=a+b%26c", JSON, NULL);
    HEADER("content-type", "application/json");
    SAYS("\"slug\":\"锅\",\"q\":\"a b\\u0026c\"");
    assert_null(strstr(BODY, "csrf"));
    ask("GET /echo/x.json?q=1", "", NULL);
    SAYS("\"slug\":\"x\",\"q\":\"1\"");
    ask("GET /echo/x", "Accept: application/json;q=0.5, text/html\r\n", NULL);
    HEADER("content-type", "text/html; charset=utf-8");
    ask("GET /echo/x", "Accept-Language: en\r\n" JSON, NULL);
    SAYS("\"language\":\"en\"");
    ask("GET /echo/x", "Accept-Language: en\r\nCookie: lang=zh-CN\r\n" JSON, NULL);
    SAYS("\"language\":\"zh-CN\"");
}

static void answers_carry_their_headers(void **state)
{
    (void)state;
    ask("GET /echo/x", "", NULL);
    HEADER("x-content-type-options", "nosniff");
    HEADER("cross-origin-opener-policy", "same-origin");
    assert_true(answer_header(&an, "x-request-id").n > 8);
    assert_non_null(strstr(an.head, "frame-ancestors 'none'"));
    assert_null(strstr(an.head, "unsafe-inline"));
    assert_null(strstr(an.head, "Strict-Transport"));
    ask("GET /echo/x", "X-Forwarded-Proto: https\r\n", NULL);
    assert_non_null(strstr(an.head, "Strict-Transport-Security: max-age="));
    ask("GET /picture", "", NULL);
    HEADER("x-evil", "a  Set-Cookie: b=c");
    assert_int_equal(answer_header(&an, "set-cookie").n, 0);
    HEADER("cache-control", "public, max-age=60");
}

static void what_is_not_there(void **state)
{
    (void)state;
    ask("GET /nowhere", "", NULL);
    assert_int_equal(an.status, 404);
    SAYS("<html");
    ask("GET /nowhere.json", JSON "Accept-Language: en\r\n", NULL);
    assert_int_equal(an.status, 404);
    SAYS("\"error\":\"not_found\",\"message\":\"There is no such page");
    ask("POST /members", "", "");
    assert_int_equal(an.status, 405);
    HEADER("allow", "GET, HEAD");
    ask("DELETE /echo/x", JSON, NULL);
    assert_int_equal(an.status, 405);
    HEADER("allow", "GET, HEAD, POST");
    SAYS("\"error\":\"method_not_allowed\"");
    ask("GET /members/", "", NULL);
    assert_int_equal(an.status, 308);
    HEADER("location", "/members");
    char pairs[32 + 2 * (WEB_FIELDS_MAX + 1)] = "GET /echo/a?";
    for (int i = 0; i <= WEB_FIELDS_MAX; i++)
        strcat(pairs, "a&");
    ask(pairs, JSON, NULL);
    assert_int_equal(an.status, 400);
    SAYS("\"field\":\"target\"");
    ask("GET /echo/%zz", JSON, NULL);
    assert_int_equal(an.status, 400);
    SAYS("\"field\":\"target\"");
    ask("GET /echo/%00", "", NULL);
    assert_int_equal(an.status, 400);
    ask("GET /echo/../../etc/passwd", "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /unanswered", JSON "Accept-Language: en\r\n", NULL);
    assert_int_equal(an.status, 500);
    SAYS("\"error\":\"internal\",\"message\":\"An internal error");
}

static void head_and_validators(void **state)
{
    (void)state;
    ask("HEAD /echo/x", "", NULL);
    assert_int_equal(an.status, 200);
    assert_int_equal(an.body.n, 0);
    char etag[64], header[128];
    struct str tag = answer_header(&an, "etag");
    snprintf(etag, sizeof(etag), "%.*s", STR_ARG(tag));
    assert_int_equal(strncmp(etag, "W/\"", 3), 0);
    snprintf(header, sizeof(header), "If-None-Match: \"x\", %s\r\n", etag);
    ask("GET /echo/x", header, NULL);
    assert_int_equal(an.status, 304);
    snprintf(header, sizeof(header), "If-None-Match: \"x\"\r\n");
    ask("GET /echo/x", header, NULL);
    assert_int_equal(an.status, 200);
    ask("GET /picture", "", NULL);
    assert_int_equal(answer_header(&an, "etag").p[0], '"');
}

static void texts_are_compressed_for_who_wants(void **state)
{
    (void)state;
    ask("GET /big", "Accept-Encoding: br, gzip;q=0.5\r\n", NULL);
    HEADER("content-encoding", "gzip");
    uint8_t plain[60000];
    z_stream z = {.next_in = an.body.p,
                  .avail_in = (uInt)an.body.n - 1,
                  .next_out = plain,
                  .avail_out = sizeof(plain)};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, 4000 * 13);
    inflateEnd(&z);
    ask("GET /big", "Accept-Encoding: gzip;q=0\r\n", NULL);
    assert_int_equal(answer_header(&an, "content-encoding").n, 0);
    assert_int_equal(an.body.n - 1, 4000 * 13);
    ask("GET /picture", "Accept-Encoding: gzip\r\n", NULL);
    assert_int_equal(answer_header(&an, "content-encoding").n, 0);
}

static void forms_in_three_shapes(void **state)
{
    (void)state;
    ask("POST /echo/x", JSON FORM, "a=1+%2B&c=1&c=2&&d");
    SAYS("\"a\":\"1 +\"");
    SAYS("\"several\":2");
    ask("POST /echo/x", JSON "Content-Type: application/json; charset=utf-8\r\n",
        "{\"a\":12,\"c\":[\"x\",true,3],\"n\":null}");
    SAYS("\"a\":\"12\"");
    SAYS("\"several\":3");
    ask("POST /echo/x", JSON "Content-Type: multipart/form-data; boundary=B\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\ny\r\n--B--");
    SAYS("\"a\":\"x\\u000d\\ny\"");
    const char *bad[][2] = {
        {FORM, "a=%zz"},
        {FORM, "a=%FF"},
        {"Content-Type: application/json\r\n", "{\"a\":{}}"},
        {"Content-Type: application/json\r\n", "[1]"},
        {"Content-Type: application/json\r\n", "{"},
        {"Content-Type: multipart/form-data; boundary=B\r\n", "--B\r\nx"},
        {"Content-Type: multipart/form-data\r\n", "--B\r\n"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char headers[200];
        snprintf(headers, sizeof(headers), JSON "%s", bad[i][0]);
        ask("POST /echo/x", headers, bad[i][1]);
        assert_int_equal(an.status, 400);
        SAYS("\"field\":\"body\"");
    }
}

static void refusals_name_the_field(void **state)
{
    (void)state;
    const char *bad[] = {"n=0&text=abc", "n=-1&text=abc", "n=1000000000&text=abc", "n=x&text=abc",
                         "text=abc"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask("POST /number", JSON FORM, bad[i]);
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"n\"");
    }
    const char *bad_text[] = {"n=1&text=a", "n=1&text=abcde", "n=1&text=a%01b",
                              "n=1&text=a%E2%80%AEb", "n=1"};
    for (size_t i = 0; i < sizeof(bad_text) / sizeof(bad_text[0]); i++) {
        ask("POST /number", JSON FORM, bad_text[i]);
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"text\"");
    }
    ask("POST /number", JSON FORM, "n=+10+&text=%E5%B0%8F%E9%94%85%F0%9F%8D%B2");
    assert_int_equal(an.status, 200);
    ask("GET /echo/new", JSON "Accept-Language: en\r\n", NULL);
    assert_int_equal(an.status, 409);
    SAYS("\"error\":\"sold_out\"");
    SAYS("\"limit\":3");
    assert_int_equal(answer_header(&an, "x-left").n, 0);
    ask("GET /memory", "", NULL);
    assert_int_equal(an.status, 503);
}

/* ---- who may ---- */

static void pages_ask_who_it_is(void **state)
{
    (void)state;
    ask("GET /members?x=1", "", NULL);
    assert_int_equal(an.status, 303);
    HEADER("location", "/login?next=%2Fmembers%3Fx%3D1");
    ask("GET /members", JSON, NULL);
    assert_int_equal(an.status, 401);
    HEADER("www-authenticate", "Bearer");
    ask("GET /members", JSON "Cookie: a=b; sid=buyer\r\n", NULL);
    SAYS("\"user_id\":7");
    ask("GET /hosts", JSON "Cookie: sid=buyer\r\n", NULL);
    assert_int_equal(an.status, 403);
    ask("GET /hosts", JSON "Authorization: Bearer admin\r\n", NULL);
    assert_int_equal(an.status, 200);
    ask("GET /members", "Cookie: sid=buyer\r\n", NULL);
    SAYS("李明");
    SAYS("value=\"tok-7\"");
}

static void changes_need_their_origin_and_token(void **state)
{
    (void)state;
#define ME "Cookie: sid=buyer\r\n" FORM
    int before = atomic_load(&handled);
    const char *refused[][2] = {
        {ME, "a=1"},
        {ME, "csrf=tok-8"},
        {ME, "csrf="},
        {ME "X-CSRF-Token: tok-77\r\n", ""},
        {ME "Sec-Fetch-Site: cross-site\r\n", "csrf=tok-7"},
        {ME "Sec-Fetch-Site: same-site\r\n", "csrf=tok-7"},
        {ME "Origin: https://evil.test\r\n", "csrf=tok-7"},
        {ME "Origin: null\r\n", "csrf=tok-7"},
        {FORM "Origin: https://evil.test\r\n", "a=1"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ask("POST /change", refused[i][0], refused[i][1]);
        assert_int_equal(an.status, 403);
    }
    assert_int_equal(atomic_load(&handled), before);
    ask("POST /change", ME "Origin: http://town.test\r\nSec-Fetch-Site: same-origin\r\n",
        "csrf=tok-7");
    assert_int_equal(an.status, 200);
    ask("POST /change", ME "X-CSRF-Token: tok-7\r\n", "");
    assert_int_equal(an.status, 200);
    ask("POST /change", FORM "Authorization: Bearer buyer\r\nOrigin: https://evil.test\r\n", "");
    assert_int_equal(an.status, 200);
    ask("POST /echo/x", FORM "Origin: https://evil.test\r\n", "a=1");
    assert_int_equal(an.status, 403);
}

static void redirects_stay_here_and_flash_once(void **state)
{
    (void)state;
    ask("POST /redirect", FORM, "next=/x%3Fy");
    assert_int_equal(an.status, 303);
    HEADER("location", "/x?y");
    assert_non_null(strstr(an.head, "Set-Cookie: flash=error.ok; Path=/; Max-Age=60; "
                                    "SameSite=Lax; HttpOnly\r\n"));
    const char *foreign[] = {"next=//evil.test", "next=https://evil.test", "next=/%5Cevil.test",
                             "next=/%0d%0aX:y", "next="};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        ask("POST /redirect", FORM, foreign[i]);
        HEADER("location", "/done");
    }
    ask("POST /redirect", FORM JSON, "next=/x");
    assert_int_equal(an.status, 200);
    SAYS("\"location\":\"/x\"");
    ask("POST /redirect", FORM "HX-Request: true\r\n", "next=/x");
    assert_int_equal(an.status, 204);
    HEADER("hx-redirect", "/x");
    ask("GET /echo/x", "Cookie: flash=error.sold_out\r\nAccept-Language: en\r\n", NULL);
    SAYS("Sold out");
    assert_non_null(strstr(an.head, "Set-Cookie: flash=; Path=/; Max-Age=0"));
    ask("GET /echo/x", "Cookie: flash=<b>\r\n", NULL);
    assert_null(strstr(BODY, "&lt;b&gt;"));
}

static void clients_behind_proxies(void **state)
{
    (void)state;
    ask("GET /echo/x", JSON "X-Forwarded-For: 203.0.113.9, 127.0.0.2\r\n", NULL);
    SAYS("\"peer\":\"203.0.113.9\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n", NULL);
    SAYS("\"peer\":\"203.0.113.9\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: [2001:db8::1]:443\r\n", NULL);
    SAYS("\"peer\":\"2001:db8::1\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: 2001:db8::2\r\n", NULL);
    SAYS("\"peer\":\"2001:db8::2\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n",
        NULL);
    SAYS("\"peer\":\"198.51.100.1\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: rubbish\r\n", NULL);
    SAYS("\"peer\":\"127.0.0.1\"");
    ask("GET /metrics", "X-Forwarded-For: 203.0.113.9\r\n", NULL);
    assert_int_equal(an.status, 403);
}

static void an_address_has_its_rate(void **state)
{
    (void)state;
    int limited = 0;
    for (int i = 0; i < WEB_RATE_BURST + 200 && !limited; i++) {
        ask("GET /nowhere", "X-Forwarded-For: 203.0.113.77\r\n", NULL);
        if (an.status == 429) {
            limited++;
            HEADER("retry-after", "1");
            SAYS("操作太频繁");
            assert_true(i >= WEB_RATE_BURST);
            again();
        }
    }
    assert_int_equal(limited, 1);
    ask("GET /loop/x", "X-Forwarded-For: 203.0.113.77\r\n", NULL);
    assert_int_equal(an.status, 200);
    ask("GET /echo/x", "X-Forwarded-For: 203.0.113.78\r\n", NULL);
    assert_int_equal(an.status, 200);
}

/* ---- what the web itself answers ---- */

static void assets_health_and_metrics(void **state)
{
    (void)state;
    ask("GET /echo/x", "", NULL);
    const char *at = strstr(BODY, "/assets/css/site.");
    assert_non_null(at);
    char line[200];
    snprintf(line, sizeof(line), "GET %.*s", (int)strcspn(at, "\""), at);
    ask(line, "Accept-Encoding: gzip\r\n", NULL);
    assert_int_equal(an.status, 200);
    HEADER("content-type", "text/css; charset=utf-8");
    HEADER("cache-control", "public, max-age=31536000, immutable");
    HEADER("content-encoding", "gzip");
    char *hash = strstr(line, "site.") + 5;
    hash[0] = hash[0] == '0' ? '1' : '0';
    ask(line, "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /assets/css/site.css", "", NULL);
    HEADER("cache-control", "no-cache");
    char header[100];
    snprintf(header, sizeof(header), "If-None-Match: %.*s\r\n",
             STR_ARG(answer_header(&an, "etag")));
    ask("GET /assets/css/site.css", header, NULL);
    assert_int_equal(an.status, 304);
    ask("GET /assets/../locales/en.json", "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /healthz", "", NULL);
    assert_string_equal(BODY, "ok\n");
    ask("GET /metrics", "", NULL);
    SAYS("guildhall_http_requests_total{method=\"GET\",route=\"/echo/{slug}\",status=\"200\"} ");
    SAYS("guildhall_http_requests_total{method=\"\",route=\"none\",status=\"404\"} ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
        T(a_page_is_an_api),
        T(answers_carry_their_headers),
        T(what_is_not_there),
        T(head_and_validators),
        T(texts_are_compressed_for_who_wants),
        T(forms_in_three_shapes),
        T(refusals_name_the_field),
        T(pages_ask_who_it_is),
        T(changes_need_their_origin_and_token),
        T(redirects_stay_here_and_flash_once),
        T(clients_behind_proxies),
        T(an_address_has_its_rate),
        T(assets_health_and_metrics),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
