/* town/people as a visitor meets it: registering, logging in, sessions, throttling, languages. */
#include "tests/people/house.h"

/* ---- commands without a page of their own ---- */

static enum err run_fine(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    (void)tx;
    return OK;
}

static enum err run_refused(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    tx->info->field = "stock";
    tx->info->limit = 4;
    return ERR_SOLD_OUT;
}

static struct command *new_command(struct req *r, enum err (*run)(struct command *, struct tx *))
{
    struct command *cmd = ARENA_NEW(r->arena, struct command);
    assert_non_null(cmd);
    *cmd = (struct command){.name = "test", .run = run};
    return cmd;
}

static enum err on_quiet(struct req *r)
{
    reply_redirect(r, "/done");
    return web_write(r, new_command(r, run_fine), NULL);
}

static enum err on_refused(struct req *r)
{
    reply_redirect(r, "/done");
    return web_write(r, new_command(r, run_refused), NULL);
}

static enum err second(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    assert_non_null(r->db); /* a fresh snapshot */
    view_put_z(r->view, "second", err_name(result));
    return OK;
}

static enum err first(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    view_put_z(r->view, "first", err_name(result));
    return web_write(r, new_command(r, run_refused), second);
}

static enum err on_chain(struct req *r)
{
    return web_write(r, new_command(r, run_fine), first);
}

static const struct route test_routes[] = {
    {"POST", "/test/quiet", on_quiet, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"POST", "/test/refused", on_refused, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"POST", "/test/chain", on_chain, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, true},
};
static const struct web_module test_module = {.name = "test", .routes = test_routes, .routes_n = 3};

static void a_visitor_registers_and_leaves(void **state)
{
    (void)state;
    ask("POST /register", "",
        "login=anna&name=%E5%AE%89%E5%A8%9C&password=correct+horse&phone=13900000001&next=%2Fhall");
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/hall"));
    const char *token = cut(an.head, "Set-Cookie: session=");
    assert_int_equal(strlen(token), 43);
    assert_non_null(strstr(an.head, "SameSite=Lax; HttpOnly\r\n"));
    ask("GET /me", with_session(token), NULL);
    assert_int_equal(an.status, 200);
    SAYS("安娜");
    SAYS("139****0001");
    assert_null(strstr(BODY, "13900000001"));
    const char *csrf = cut(BODY, "name=\"csrf\" value=\"");
    ask("POST /logout", with_session(token), "csrf=wrong");
    assert_int_equal(an.status, 403);
    ask("POST /logout", with_session(token), arena_printf(&fx.arena, "csrf=%s", csrf));
    assert_int_equal(an.status, 303);
    assert_non_null(strstr(an.head, "Set-Cookie: session=; Path=/; Max-Age=0"));
    ask("GET /me.json", with_session(token), NULL); /* the old token is worth nothing now */
    assert_int_equal(an.status, 401);
}

static void nothing_secret_is_stored(void **state)
{
    (void)state;
    const char *token = registered("bruno");
    ask("POST /register", JSON, "login=carla&name=C&password=correct+horse&phone=13900000002");
    assert_int_equal(an.status, 200);
    ONLY_ON_SQLITE(); /* the rest looks at the bytes of the file */
    char path[100];
    static char bytes[1 << 20];
    const char *files[] = {"town.db", "town.db-wal"};
    size_t seen = 0;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", fx.folder, files[i]);
        FILE *f = fopen(path, "rb");
        size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
        if (f)
            fclose(f);
        seen += n > 0 && memmem(bytes, n, "carla", 5);
        assert_null(memmem(bytes, n, token, strlen(token)));
        assert_null(memmem(bytes, n, "13900000002", 11));
        assert_null(memmem(bytes, n, "correct horse", 13));
    }
    assert_true(seen > 0); /* the names are there: we did look at the right files */
}

static void registrations_that_are_refused(void **state)
{
    (void)state;
    registered("dora");
    struct {
        const char *body, *field;
        int status;
    } bad[] = {
        {"login=dora&name=x&password=correct+horse", "login", 409},
        {"login=Dora&name=x&password=correct+horse", "login", 422},
        {"login=ab&name=x&password=correct+horse", "login", 422},
        {"login=1abc&name=x&password=correct+horse", "login", 422},
        {"login=a%20bc&name=x&password=correct+horse", "login", 422},
        {"login=emil&name=&password=correct+horse", "name", 422},
        {"login=emil&name=123456789012345678901&password=correct+horse", "name", 422},
        {"login=emil&name=x&password=short", "password", 422},
        {"login=emil&name=x", "password", 422},
        {"login=emil&name=x&password=correct+horse&phone=12", "phone", 422},
        {"login=emil&name=x&password=correct+horse&phone=13900000002", "phone", 409},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask("POST /register", JSON, bad[i].body);
        assert_int_equal(an.status, bad[i].status);
        SAYS(arena_printf(&fx.arena, "\"field\":\"%s\"", bad[i].field));
        assert_int_equal(answer_header(&an, "set-cookie").n, 0);
    }
    /* A browser gets its form back, with what it typed but for the password. */
    ask("POST /register", "Accept-Language: en\r\n",
        "login=emil&name=%3Cb%3E&password=short77&next=/x");
    assert_int_equal(an.status, 422);
    SAYS("name=\"name\" value=\"&lt;b&gt;\"");
    SAYS("name=\"next\" value=\"/x\"");
    SAYS("A password has at least 8 characters");
    assert_null(strstr(BODY, "short77"));
    /* All that is wrong is said at once, each at its field. */
    ask("POST /register", "Accept-Language: en\r\n", "login=9&name=&password=short&phone=12");
    assert_int_equal(an.status, 422);
    SAYS("id=\"login-note\">A login name has 3 to 32 characters of a–z 0–9 . _ - and begins with");
    SAYS("id=\"name-note\">A shown name has 1 to 20 characters.");
    SAYS("id=\"phone-note\">Please enter a mainland mobile number");
    SAYS("id=\"password-note\">A password has at least 8 characters");
    ask("POST /register", "Accept-Language: zh-CN\r\n", "login=Dora&name=x&password=correct+horse");
    SAYS("登录名须为 3 到 32 位");
    ask("POST /register", "Accept-Language: en\r\n", "login=dora&name=x&password=correct+horse");
    assert_int_equal(an.status, 409);
    SAYS("id=\"login-note\">This login name is taken.");
    SAYS("id=\"name-note\">What others see");
}

static void logging_in_by_name_phone_and_token(void **state)
{
    (void)state;
    ask("POST /register", JSON, "login=frida&name=F&password=correct+horse&phone=13900000003");
    assert_int_equal(an.status, 200);
    ask("POST /login", JSON, "login=frida&password=correct+horse");
    assert_int_equal(an.status, 200);
    const char *token = cut(BODY, "\"token\":\"");
    ask("GET /me.json", arena_printf(&fx.arena, "Authorization: Bearer %s\r\n", token), NULL);
    SAYS("\"login\":\"frida\"");
    ask("POST /login", JSON "X-Forwarded-Proto: https\r\n", "login=frida&password=correct+horse");
    assert_non_null(strstr(an.head, "SameSite=Lax; HttpOnly; Secure\r\n"));
    ask("POST /login", JSON, "login=13900000003&password=correct+horse");
    assert_int_equal(an.status, 200);
    ask("POST /login", "Origin: https://evil.test\r\n", "login=frida&password=correct+horse");
    assert_int_equal(an.status, 403);
    /* Authorization that is not ours does not fall back to the cookie. */
    ask("GET /me.json",
        arena_printf(&fx.arena, "Authorization: Basic x\r\n%s", with_session(token)), NULL);
    assert_int_equal(an.status, 401);
}

static void members_change_their_name(void **state)
{
    (void)state;
    const char *token = registered("jonas");
    ask("GET /me", with_session(token), NULL);
    const char *csrf = cut(BODY, "action=\"/logout\" method=\"post\"><input type=\"hidden\" "
                                 "name=\"csrf\" value=\"");
    ask("POST /me/name", with_session(token), "name=Other&csrf=wrong");
    assert_int_equal(an.status, 403);
    ask("POST /me/name", with_session(token),
        arena_printf(&fx.arena, "name=%s&csrf=%s", "123456789012345678901", csrf));
    assert_int_equal(an.status, 422);
    SAYS("id=\"name-note\">A shown name has 1 to 20 characters.");
    SAYS("value=\"123456789012345678901\"");
    ask("POST /me/name", with_session(token),
        arena_printf(&fx.arena, "name=%%3Ci%%3EJo&csrf=%s", csrf));
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/me"));
    ask("GET /me", with_session(token), NULL);
    SAYS("<h1>&lt;i&gt;Jo</h1>");
}

static void members_change_their_password(void **state)
{
    (void)state;
    const char *token = registered("karla");
    ask("POST /login", JSON, "login=karla&password=correct+horse");
    const char *other = cut(BODY, "\"token\":\"");
    const char *bearer = arena_printf(&fx.arena, JSON "Authorization: Bearer %s\r\n", token);
    struct {
        const char *body, *field;
    } bad[] = {{"current=wrong+horse&password=better+horse", "current"},
               {"password=better+horse", "current"},
               {"current=correct+horse&password=short", "password"},
               {"current=correct+horse", "password"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask("POST /me/password", bearer, bad[i].body);
        assert_int_equal(an.status, 422);
        SAYS(arena_printf(&fx.arena, "\"field\":\"%s\"", bad[i].field));
    }
    ask("POST /me/password", bearer, "current=correct+horse&password=better+horse");
    assert_int_equal(an.status, 200);
    ask("GET /me.json", with_session(token), NULL);
    assert_int_equal(an.status, 200);
    ask("GET /me.json", with_session(other), NULL); /* it may be somebody else's by now */
    assert_int_equal(an.status, 401);
    ask("POST /login", JSON, "login=karla&password=correct+horse");
    assert_int_equal(an.status, 422);
    ask("POST /login", JSON, "login=karla&password=better+horse");
    assert_int_equal(an.status, 200);
    for (int i = 0; i < PEOPLE_TRIES_ACCOUNT_MAX; i++)
        ask("POST /me/password", bearer, "current=wrong+horse&password=better+horse");
    ask("POST /me/password", bearer, "current=better+horse&password=best+horse");
    assert_int_equal(an.status, 429);
}

static void sessions_end(void **state)
{
    (void)state;
    const char *token = registered("gerda");
    ask("GET /me.json", with_session(token), NULL);
    assert_int_equal(an.status, 200);
    later((PEOPLE_SESSION_S + 1) * 1000LL);
    close_client(NULL);
    open_client(NULL);
    ask("GET /me.json", with_session(token), NULL);
    assert_int_equal(an.status, 401);
}

/* The refusal says the same, whoever is asked for. (That it also takes as long is a matter of the
 * hash that stands in for nobody's: it must be one that libsodium computes.) */
static void unknown_names_look_like_wrong_passwords(void **state)
{
    (void)state;
    registered("henry");
    ask("POST /login", JSON, "login=henry&password=wrong+horse");
    assert_int_equal(an.status, 422);
    char *first = arena_strdup(&fx.arena, BODY);
    *strstr(first, "request_id") = 0;
    ask("POST /login", JSON, "login=nobody-at-all&password=wrong+horse");
    assert_int_equal(an.status, 422);
    *strstr(BODY, "request_id") = 0;
    assert_string_equal(BODY, first);
}

static void guessing_is_stopped(void **state)
{
    (void)state;
    registered("ida");
    for (int i = 0; i < PEOPLE_TRIES_ACCOUNT_MAX; i++) {
        ask("POST /login", JSON, "login=ida&password=wrong+horse");
        assert_int_equal(an.status, 422);
    }
    ask("POST /login", JSON, "login=ida&password=correct+horse");
    assert_int_equal(an.status, 429); /* even the right one, from anywhere */
    ask("POST /login", JSON "X-Forwarded-For: 203.0.113.1\r\n", "login=ida&password=correct+horse");
    assert_int_equal(an.status, 429);
    later(PEOPLE_TRIES_WINDOW_MS + 1000);
    close_client(NULL);
    client_open(&cl, listener_addr(listener));
    ask("POST /login", JSON, "login=ida&password=correct+horse");
    assert_int_equal(an.status, 200);
    /* One address trying many names. */
    int refused = 0;
    for (int i = 0; i <= PEOPLE_TRIES_ADDRESS_MAX && !refused; i++) {
        ask("POST /login", JSON "X-Forwarded-For: 203.0.113.2\r\n",
            arena_printf(&fx.arena, "login=name-%d&password=wrong+horse", i));
        refused += an.status == 429;
    }
    assert_int_equal(refused, 1);
    ask("POST /login", JSON "X-Forwarded-For: 203.0.113.3\r\n",
        "login=name-1&password=wrong+horse");
    assert_int_equal(an.status, 422);
}

static void languages_are_switched_by_a_form(void **state)
{
    (void)state;
    ask("POST /language", "", "lang=en&next=%2Flogin%3Fnext%3D%252Fhall");
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/login?next=%2Fhall"));
    assert_non_null(strstr(an.head, "Set-Cookie: lang=en;"));
    ask("GET /login?next=%2Fhall", "Cookie: lang=en\r\nAccept-Language: zh\r\n", NULL);
    SAYS("<html lang=\"en\">");
    SAYS("name=\"next\" value=\"/hall\"");
    ask("POST /language", JSON, "lang=xx");
    assert_int_equal(an.status, 422);
}

static void commands_answer_after_the_commit(void **state)
{
    (void)state;
    ask("POST /test/quiet", "", "");
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/done"));
    ask("POST /test/refused", JSON, "");
    assert_int_equal(an.status, 409);
    SAYS("\"error\":\"sold_out\"");
    SAYS("\"field\":\"stock\",\"limit\":4");
    ask("POST /test/chain", JSON, "");
    assert_int_equal(an.status, 200);
    SAYS("\"first\":\"ok\",\"second\":\"sold_out\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
        T(a_visitor_registers_and_leaves),
        T(nothing_secret_is_stored),
        T(registrations_that_are_refused),
        T(logging_in_by_name_phone_and_token),
        T(members_change_their_name),
        T(members_change_their_password),
        T(unknown_names_look_like_wrong_passwords),
        T(guessing_is_stopped),
        T(languages_are_switched_by_a_form),
        T(commands_answer_after_the_commit),
        T(sessions_end),
    };
    house_modules[0] = &people_module;
    house_modules[1] = &test_module;
    return cmocka_run_group_tests(tests, start, stop);
}
