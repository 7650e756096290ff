/* The second factor: set up by a code, good once, counted when wrong, off again. */
#include "tests/people/house.h"

#include "store/queries.h"
#include "town/people/second.h"
#include "town/people/totp.h"

static const char *token, *csrf;
static int64_t now_step;
static struct db *db;

/* The time stands still inside a step, so that no case meets its end. */
static int64_t still_wall(void *state)
{
    (void)state;
    return now_step * TOTP_STEP_MS + 1000;
}

static void say(const char *path, const char *fields)
{
    ask(arena_printf(&fx.arena, "POST %s", path),
        arena_printf(&fx.arena, JSON "%s", with_session(token)),
        arena_printf(&fx.arena, "csrf=%s&%s", csrf, fields));
}

static struct str secret_of(int64_t user)
{
    struct second s;
    assert_ok(second_find(db, &fx.arena, user, &s));
    assert_true(s.is_there);
    return s.secret;
}

static int64_t user_of(const char *login)
{
    int64_t id;
    bool is_disabled;
    assert_ok(people_user_find(db, &fx.arena, str_of(login), &id, &is_disabled));
    return id;
}

static const char *code_of(int64_t user, int64_t step)
{
    uint32_t code;
    assert_ok(totp_code(secret_of(user), step, TOTP_DIGITS, &code));
    return arena_printf(&fx.arena, "%06u", code);
}

static void come(const char *login)
{
    token = registered(login);
    ask("GET /me/second", with_session(token), NULL);
    assert_int_equal(an.status, 200);
    csrf = cut(BODY, "name=\"csrf\" value=\"");
}

static int64_t set_up(const char *login)
{
    come(login);
    int64_t user = user_of(login);
    say("/me/second/begin", "password=correct+horse");
    assert_int_equal(an.status, 200);
    say("/me/second/prove", arena_printf(&fx.arena, "code=%s", code_of(user, now_step)));
    assert_int_equal(an.status, 200);
    return user;
}

struct asked {
    struct command cmd;
    int64_t user;
    struct str code;
    enum people_second said;
};

static enum err run_asked(struct command *cmd, struct tx *tx)
{
    struct asked *a = (struct asked *)cmd;
    return people_second_verify(tx, a->user, a->code, &a->said);
}

static enum people_second verify(int64_t user, const char *code)
{
    struct asked a = {.cmd = {.name = "test", .run = run_asked, .arena = &fx.arena},
                      .user = user,
                      .code = str_of(code)};
    assert_ok(writer_call(writer, &a.cmd));
    return a.said;
}

static void it_is_on_once_a_code_has_come(void **state)
{
    bool has;
    (void)state;
    come("first");
    int64_t user = user_of("first");
    say("/me/second/begin", "password=wrong");
    assert_int_equal(an.status, 422);
    SAYS("\"field\":\"password\"");
    say("/me/second/prove", "code=123456");
    assert_int_equal(an.status, 409);
    say("/me/second/begin", "password=correct+horse");
    assert_int_equal(an.status, 200);
    ask("GET /me/second", with_session(token), NULL);
    SAYS("<svg class=\"qr\"");
    SAYS(totp_base32(&fx.arena, secret_of(user)).p);
    assert_ok(people_second_has(db, &fx.arena, user, &has));
    assert_false(has);
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_NONE);
    say("/me/second/prove", "code=12345");
    assert_int_equal(an.status, 422);
    say("/me/second/prove", arena_printf(&fx.arena, "code=%s", code_of(user, now_step)));
    assert_int_equal(an.status, 200);
    assert_ok(people_second_has(db, &fx.arena, user, &has));
    assert_true(has);
    ask("GET /me/second", with_session(token), NULL);
    assert_null(strstr(BODY, "<svg class=\"qr\""));
    assert_null(strstr(BODY, totp_base32(&fx.arena, secret_of(user)).p));
    ask("GET /me.json", with_session(token), NULL);
    SAYS("\"has_second\":true");
    /* It cannot be begun over: that would be a way around it. */
    say("/me/second/begin", "password=correct+horse");
    assert_int_equal(an.status, 409);
    say("/me/second/prove", "code=123456");
    assert_int_equal(an.status, 409);
}

static void a_code_is_good_once(void **state)
{
    (void)state;
    int64_t user = set_up("once");
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_USED);
    assert_int_equal(verify(user, code_of(user, now_step - 1)), PEOPLE_SECOND_USED);
    assert_int_equal(verify(user, code_of(user, now_step + 1)), PEOPLE_SECOND_RIGHT);
    assert_int_equal(verify(user, code_of(user, now_step + 1)), PEOPLE_SECOND_USED);
    now_step += 2;
    assert_int_equal(verify(user, code_of(user, now_step - 1)), PEOPLE_SECOND_USED);
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_RIGHT);
    assert_int_equal(verify(user, code_of(user, now_step + 2)), PEOPLE_SECOND_WRONG);
}

static const char *wrong_code(int64_t user, int i)
{
    const char *right[] = {code_of(user, now_step - 1), code_of(user, now_step),
                           code_of(user, now_step + 1)};
    const char *code = arena_printf(&fx.arena, "%06d", i);
    for (size_t k = 0; k < 3; k++)
        if (strcmp(code, right[k]) == 0)
            return wrong_code(user, i + 100);
    return code;
}

static void guessing_ends(void **state)
{
    (void)state;
    int64_t user = set_up("guessed");
    now_step++;
    for (int i = 0; i < PEOPLE_SECOND_WRONG_MAX; i++)
        assert_int_equal(verify(user, wrong_code(user, i)), PEOPLE_SECOND_WRONG);
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_TOO_MANY);
    now_step += PEOPLE_SECOND_WINDOW_MS / TOTP_STEP_MS - 1;
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_TOO_MANY);
    now_step++;
    assert_int_equal(verify(user, wrong_code(user, 1)), PEOPLE_SECOND_WRONG);
    assert_int_equal(verify(user, code_of(user, now_step)), PEOPLE_SECOND_RIGHT);
}

static void a_secret_that_nobody_proves_ends(void **state)
{
    (void)state;
    come("slow");
    int64_t user = user_of("slow");
    say("/me/second/begin", "password=correct+horse");
    const char *key = totp_base32(&fx.arena, secret_of(user)).p;
    now_step += SECOND_BEGUN_MS / TOTP_STEP_MS;
    ask("GET /me/second", with_session(token), NULL);
    assert_null(strstr(BODY, "<svg class=\"qr\""));
    say("/me/second/prove", "code=123456");
    assert_int_equal(an.status, 409);
    say("/me/second/begin", "password=correct+horse");
    assert_string_not_equal(totp_base32(&fx.arena, secret_of(user)).p, key);
}

static void its_owner_switches_it_off(void **state)
{
    bool has;
    (void)state;
    int64_t user = set_up("owner");
    now_step++;
    say("/me/second/remove",
        arena_printf(&fx.arena, "password=wrong&code=%s", code_of(user, now_step)));
    assert_int_equal(an.status, 422);
    SAYS("\"field\":\"password\"");
    say("/me/second/remove",
        arena_printf(&fx.arena, "password=correct+horse&code=%s", code_of(user, now_step - 1)));
    assert_int_equal(an.status, 422);
    SAYS("\"field\":\"code\"");
    say("/me/second/remove",
        arena_printf(&fx.arena, "password=correct+horse&code=%s", code_of(user, now_step)));
    assert_int_equal(an.status, 200);
    assert_ok(people_second_has(db, &fx.arena, user, &has));
    assert_false(has);
}

static enum err run_lift(struct command *cmd, struct tx *tx)
{
    return people_second_lift(tx, ((struct asked *)cmd)->user);
}

static void an_administrator_lifts_it(void **state)
{
    bool has;
    (void)state;
    int64_t user = set_up("lost");
    struct asked a = {.cmd = {.name = "test", .run = run_lift, .arena = &fx.arena}, .user = user};
    assert_ok(writer_call(writer, &a.cmd));
    assert_ok(people_second_has(db, &fx.arena, user, &has));
    assert_false(has);
    assert_int_equal(writer_call(writer, &a.cmd), ERR_NOT_FOUND);
}

static void the_page_is_for_who_is_logged_in(void **state)
{
    (void)state;
    ask("GET /me/second", JSON, NULL);
    assert_int_equal(an.status, 401);
    ask("POST /me/second/begin", JSON, "password=correct+horse");
    assert_true(an.status == 401 || an.status == 403);
    come("door");
    ask("POST /me/second/begin", arena_printf(&fx.arena, JSON "%s", with_session(token)),
        "password=correct+horse");
    assert_int_equal(an.status, 403); /* without the session's token */
}

static int begin(void **state)
{
    static const struct clock_source source = {still_wall, test_mono, NULL};
    int failed = start(state);
    now_step = test_wall(NULL) / TOTP_STEP_MS;
    clock_install(&source);
    assert_ok(db_open(fx.url, DB_INSPECT, &db, &fx.arena, &fx.info));
    return failed;
}

static int end(void **state)
{
    db_close(db);
    return stop(state);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)

int main(void)
{
    house_modules[0] = &people_module;
    house_modules[1] = &people_second_module;
    const struct CMUnitTest tests[] = {
        CASE(it_is_on_once_a_code_has_come),
        CASE(a_code_is_good_once),
        CASE(guessing_ends),
        CASE(a_secret_that_nobody_proves_ends),
        CASE(its_owner_switches_it_off),
        CASE(an_administrator_lifts_it),
        CASE(the_page_is_for_who_is_logged_in),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, end);
}
