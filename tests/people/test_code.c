/* Coming in by a code to a phone: what is sent, what opens, what stands against guessing. */
#include "tests/people/house.h"

#include "town/people/code.h"

/* What was sent: the last message, and how many. */
static struct {
    char phone[16], code[16], lang[8];
    int minutes, n;
    enum err answer;
} sent;

static enum err keep_sent(void *arg, struct str phone, struct str code, const char *lang,
                          int minutes)
{
    assert_ptr_equal(arg, &sent);
    snprintf(sent.phone, sizeof(sent.phone), "%.*s", STR_ARG(phone));
    snprintf(sent.code, sizeof(sent.code), "%.*s", STR_ARG(code));
    snprintf(sent.lang, sizeof(sent.lang), "%s", lang);
    sent.minutes = minutes;
    sent.n++;
    return sent.answer;
}

static int open_codes(void **state)
{
    memset(&sent, 0, sizeof(sent));
    people_codes_by(keep_sent, &sent);
    return open_client(state);
}

/* The clock may have gone on since the connection was made. */
static void again(int64_t ms)
{
    later(ms);
    client_close(&cl);
    client_open(&cl, listener_addr(listener));
}

static void ask_code(const char *phone)
{
    ask("POST /login/code", JSON, arena_printf(&fx.arena, "phone=%s", phone));
}

static void enter(const char *phone, const char *code)
{
    ask("POST /login/phone", JSON, arena_printf(&fx.arena, "phone=%s&code=%s", phone, code));
}

/* One that is not the code, each a different one. */
static const char *wrong_code(int i)
{
    return arena_printf(&fx.arena, "%06d", (atoi(sent.code) + 1 + i) % CODE_BELOW);
}

static void a_new_phone_becomes_a_buyer(void **state)
{
    (void)state;
    ask_code("13700000001");
    assert_int_equal(an.status, 200);
    assert_string_equal(sent.phone, "13700000001");
    assert_string_equal(sent.lang, "en");
    assert_int_equal(sent.minutes, 5);
    assert_int_equal(strlen(sent.code), CODE_DIGITS);
    assert_int_equal(strspn(sent.code, "0123456789"), CODE_DIGITS);
    assert_null(strstr(BODY, sent.code));
    ask("POST /login/phone", "Accept-Language: en\r\n",
        arena_printf(&fx.arena, "phone=13700000001&code=%s&next=/hall", sent.code));
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/hall"));
    const char *token = cut(an.head, "Set-Cookie: session=");
    ask("GET /me.json", with_session(token), NULL);
    SAYS("\"phone\":\"137****0001\"");
    SAYS("\"name\":\"Guest ");
    SAYS("\"has_password\":false");
    SAYS("\"is_host\":false,\"is_factory\":false,\"is_operator\":false,\"is_admin\":false");
    const char *login = cut(BODY, "\"login\":\"");
    /* The same phone again is the same account. */
    again(CODE_AGAIN_MS);
    ask_code("13700000001");
    enter("13700000001", sent.code);
    assert_int_equal(an.status, 200);
    ask("GET /me.json", with_session(cut(BODY, "\"token\":\"")), NULL);
    assert_string_equal(cut(BODY, "\"login\":\""), login);
}

/* Anybody may type any number when they register: its owner never shares an account with them. */
static void a_phone_that_was_only_typed_is_its_owners(void **state)
{
    (void)state;
    ask("POST /register", JSON, "login=codena&name=C&password=correct+horse&phone=13700000002");
    assert_int_equal(an.status, 200);
    const char *typist = cut(BODY, "\"token\":\"");
    ask_code("13700000002");
    enter("13700000002", sent.code);
    assert_int_equal(an.status, 200);
    ask("GET /me.json", with_session(cut(BODY, "\"token\":\"")), NULL);
    assert_null(strstr(BODY, "codena"));
    SAYS("\"phone\":\"137****0002\"");
    SAYS("\"is_phone_proven\":true");
    ask("GET /me.json", with_session(typist), NULL);
    SAYS("\"login\":\"codena\"");
    assert_null(strstr(BODY, "137****0002"));
    ask("POST /login", JSON, "login=13700000002&password=correct+horse");
    assert_int_equal(an.status, 422);
}

static void who_registered_with_the_phone_proves_it(void **state)
{
    (void)state;
    ask("POST /register", JSON, "login=codepa&name=C&password=correct+horse&phone=13700000021");
    const char *token = cut(BODY, "\"token\":\"");
    ask("GET /me", with_session(token), NULL);
    SAYS("href=\"/login?next=/me\"");
    ask_code("13700000021");
    ask("POST /login/phone",
        arena_printf(&fx.arena, "Accept: application/json\r\n%s", with_session(token)),
        arena_printf(&fx.arena, "phone=13700000021&code=%s", sent.code));
    assert_int_equal(an.status, 200);
    again(CODE_AGAIN_MS + 1000);
    ask_code("13700000021"); /* from now on it is theirs, with no session either */
    enter("13700000021", sent.code);
    ask("GET /me.json", with_session(cut(BODY, "\"token\":\"")), NULL);
    SAYS("\"login\":\"codepa\"");
    SAYS("\"is_phone_proven\":true");
}

static void a_code_opens_once_and_only_its_phone(void **state)
{
    (void)state;
    ask_code("13700000003");
    const char *code = arena_strdup(&fx.arena, sent.code);
    enter("13700000004", code);
    assert_int_equal(an.status, 422);
    SAYS("\"field\":\"code\"");
    enter("13700000003", code);
    assert_int_equal(an.status, 200);
    enter("13700000003", code);
    assert_int_equal(an.status, 422);
    /* A newer one takes an older one's place. */
    again(CODE_AGAIN_MS);
    ask_code("13700000003");
    code = arena_strdup(&fx.arena, sent.code);
    again(CODE_AGAIN_MS);
    ask_code("13700000003");
    assert_int_equal(sent.n, 3);
    if (strcmp(code, sent.code) != 0) {
        enter("13700000003", code);
        assert_int_equal(an.status, 422);
    }
    enter("13700000003", sent.code);
    assert_int_equal(an.status, 200);
}

static void a_code_ends_after_five_minutes(void **state)
{
    (void)state;
    ask_code("13700000005");
    again(CODE_LIFE_MS + 1);
    enter("13700000005", sent.code);
    assert_int_equal(an.status, 422);
    ask_code("13700000005");
    again(CODE_LIFE_MS - 5000);
    enter("13700000005", sent.code);
    assert_int_equal(an.status, 200);
}

static void a_code_is_guessed_at_five_times(void **state)
{
    (void)state;
    ask_code("13700000006");
    for (int i = 0; i < CODE_TRIES_MAX; i++) {
        enter("13700000006", wrong_code(i));
        assert_int_equal(an.status, 422);
    }
    enter("13700000006", sent.code);
    assert_int_equal(an.status, 422); /* even the right one */
    again(CODE_AGAIN_MS);
    ask_code("13700000006");
    for (int i = 0; i < CODE_TRIES_MAX - 1; i++)
        enter("13700000006", wrong_code(i));
    enter("13700000006", sent.code);
    assert_int_equal(an.status, 200);
}

static void a_phone_is_sent_few(void **state)
{
    (void)state;
    ask_code("13700000007");
    ask_code("13700000007");
    assert_int_equal(an.status, 429);
    SAYS("less than a minute ago");
    ask_code("13700000008"); /* another phone need not wait */
    assert_int_equal(an.status, 200);
    for (int i = 1; i < CODE_PHONE_MAX; i++) {
        again(CODE_AGAIN_MS);
        ask_code("13700000007");
        assert_int_equal(an.status, 200);
    }
    again(CODE_AGAIN_MS);
    ask_code("13700000007");
    assert_int_equal(an.status, 429);
    SAYS("Too many codes");
    assert_int_equal(sent.n, CODE_PHONE_MAX + 1);
    again(CODE_PHONE_WINDOW_MS);
    ask_code("13700000007");
    assert_int_equal(an.status, 200);
}

static void ask_code_from(int a, int b, int phone)
{
    ask("POST /login/code", arena_printf(&fx.arena, JSON "X-Forwarded-For: 198.51.%d.%d\r\n", a, b),
        arena_printf(&fx.arena, "phone=%011lld", 13600000000LL + phone));
}

static void an_address_and_a_process_send_few(void **state)
{
    int phone = 0, refused = 0;
    (void)state;
    for (int i = 0; i < CODE_ADDRESS_MAX; i++) {
        ask_code_from(100, 1, phone++);
        assert_int_equal(an.status, 200);
    }
    ask_code_from(100, 1, phone++);
    assert_int_equal(an.status, 429);
    ask_code_from(100, 2, phone++);
    assert_int_equal(an.status, 200);
    for (int a = 101; a < 200 && !refused; a++)
        for (int i = 0; i < CODE_ADDRESS_MAX && !refused; i++) {
            ask_code_from(a, 1, phone++);
            refused = an.status == 429;
        }
    assert_true(refused);
    assert_int_equal(sent.n, CODE_PROCESS_MAX);
    again(PEOPLE_TRIES_WINDOW_MS + 1000);
    ask_code_from(100, 1, phone++);
    assert_int_equal(an.status, 200);
}

static void an_address_guesses_few(void **state)
{
    int refused = 0;
    (void)state;
    for (int i = 0; i <= PEOPLE_TRIES_ADDRESS_MAX && !refused; i++) {
        ask("POST /login/phone", JSON "X-Forwarded-For: 203.0.113.9\r\n",
            arena_printf(&fx.arena, "phone=%011lld&code=123456", 13500000000LL + i));
        refused += an.status == 429;
    }
    assert_int_equal(refused, 1);
}

/* Nobody learns who has an account here. */
static void known_and_new_phones_look_alike(void **state)
{
    static const char *const phones[] = {"13700000010", "13700000011"};
    char *said[2][3];
    (void)state;
    ask("POST /register", JSON, "login=codeno&name=C&password=correct+horse&phone=13700000010");
    assert_int_equal(an.status, 200);
    for (int i = 0; i < 2; i++) {
        ask_code(phones[i]);
        said[i][0] = arena_strdup(&fx.arena, BODY);
        enter(phones[i], wrong_code(0));
        assert_int_equal(an.status, 422);
        said[i][1] = arena_strdup(&fx.arena, BODY);
        ask_code(phones[i]);
        assert_int_equal(an.status, 429);
        said[i][2] = arena_strdup(&fx.arena, BODY);
    }
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 2; k++)
            if (strstr(said[k][i], "request_id"))
                *strstr(said[k][i], "request_id") = 0;
        assert_string_equal(said[0][i], said[1][i]);
    }
    /* Nor by a password: who has none is refused like anybody. */
    enter("13700000011", sent.code);
    ask("POST /login", JSON, "login=13700000011&password=%21");
    assert_int_equal(an.status, 422);
    char *first = arena_strdup(&fx.arena, BODY);
    *strstr(first, "request_id") = 0;
    ask("POST /login", JSON, "login=13700000999&password=%21");
    *strstr(BODY, "request_id") = 0;
    assert_string_equal(BODY, first);
}

static void forms_that_are_refused(void **state)
{
    static const char *const phones[] = {
        "", "1370000001", "137000000012", "23700000001", "1370000000a", "%2B8613700000001"};
    (void)state;
    for (size_t i = 0; i < sizeof(phones) / sizeof(phones[0]); i++) {
        ask_code(phones[i]);
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"phone\"");
        enter(phones[i], "123456");
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"phone\"");
    }
    assert_int_equal(sent.n, 0);
    ask_code("13700000012");
    enter("13700000012", "12345");
    SAYS("The code has six digits");
    enter("13700000012", "");
    assert_int_equal(an.status, 422);
    enter("13700000012", sent.code); /* neither was a try */
    assert_int_equal(an.status, 200);
    ask("POST /login/code", "Origin: https://evil.test\r\n", "phone=13700000013");
    assert_int_equal(an.status, 403);
    ask("POST /login/phone", "Origin: https://evil.test\r\n", "phone=13700000013&code=123456");
    assert_int_equal(an.status, 403);
    /* The gateway takes no more: it is said, and nothing opens by what was not sent. */
    sent.answer = ERR_BUSY;
    ask_code("13700000014");
    assert_int_equal(an.status, 503);
}

static void the_page_leads_through_both_steps(void **state)
{
    (void)state;
    ask("GET /login?next=%2Fcart", "Accept-Language: en\r\n", NULL);
    SAYS("action=\"/login/code\"");
    SAYS("action=\"/login\"");
    SAYS("name=\"next\" value=\"/cart\"");
    ask("POST /login/code", "Accept-Language: en\r\n", "phone=13700000015&next=%2Fcart");
    assert_int_equal(an.status, 200);
    SAYS("It was sent to 137****0015 and is good for 5 minutes.");
    SAYS("autocomplete=\"one-time-code\"");
    SAYS("inputmode=\"numeric\"");
    SAYS("Another one can be sent in <b data-again-left>60</b> seconds.");
    SAYS("name=\"next\" value=\"/cart\"");
    ask("POST /login/phone", "Accept-Language: en\r\n",
        arena_printf(&fx.arena, "phone=13700000015&next=/cart&code=%s", wrong_code(0)));
    assert_int_equal(an.status, 422);
    SAYS("The code is wrong or no longer good.");
    SAYS("name=\"next\" value=\"/cart\"");
    ask("POST /login/code", "Accept-Language: zh-CN\r\n", "phone=13700000015&next=%2Fcart");
    assert_int_equal(an.status, 429);
    SAYS("一分钟内已经发过验证码");
    SAYS("autocomplete=\"one-time-code\""); /* the first one can still be entered */
}

static void who_has_no_password_sets_one(void **state)
{
    (void)state;
    ask_code("13700000016");
    enter("13700000016", sent.code);
    const char *token = cut(BODY, "\"token\":\"");
    const char *bearer = arena_printf(&fx.arena, JSON "Authorization: Bearer %s\r\n", token);
    ask("GET /me", with_session(token), NULL);
    SAYS("Set a password");
    assert_null(strstr(BODY, "name=\"current\""));
    ask("POST /me/password", bearer, "password=short");
    assert_int_equal(an.status, 422);
    ask("POST /me/password", bearer, "password=better+horse");
    assert_int_equal(an.status, 200);
    ask("POST /me/password", bearer, "password=best+horse"); /* from now on it takes the old one */
    assert_int_equal(an.status, 422);
    ask("POST /login", JSON, "login=13700000016&password=better+horse");
    assert_int_equal(an.status, 200);
}

static void who_is_shut_out_stays_out(void **state)
{
    struct db *db = NULL;
    (void)state;
    ask("POST /register", JSON, "login=codeva&name=C&password=correct+horse&phone=13700000017");
    assert_ok(db_open(fx.url, DB_WRITE, &db, &fx.arena, &fx.info));
    assert_ok(db_script(
        db, "UPDATE users SET disabled_at = 1, phone_proven_at = 1 WHERE login = 'codeva'"));
    db_close(db);
    ask_code("13700000017");
    enter("13700000017", sent.code);
    assert_int_equal(an.status, 403);
    assert_int_equal(answer_header(&an, "set-cookie").n, 0);
}

static void without_a_gateway_nothing_is_offered(void **state)
{
    (void)state;
    people_codes_by(NULL, NULL);
    ask("GET /login", "Accept-Language: en\r\n", NULL);
    assert_null(strstr(BODY, "/login/code"));
    ask("GET /register", "Accept-Language: en\r\n", NULL);
    assert_null(strstr(BODY, "code to your phone"));
    ask_code("13700000018");
    assert_int_equal(an.status, 404);
    enter("13700000018", "123456");
    assert_int_equal(an.status, 404);
}

static void neither_phone_nor_code_is_stored(void **state)
{
    (void)state;
    ask_code("13788880001");
    assert_int_equal(an.status, 200);
    ONLY_ON_SQLITE(); /* the rest looks at the bytes of the file */
    char path[100];
    static char bytes[4 << 20];
    const char *files[] = {"town.db", "town.db-wal"};
    size_t seen = 0;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", fx.folder, files[i]);
        FILE *f = fopen(path, "rb");
        size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
        if (f)
            fclose(f);
        seen += n;
        assert_true(n < sizeof(bytes));
        assert_null(memmem(bytes, n, "13788880001", 11));
        assert_null(memmem(bytes, n, sent.code, CODE_DIGITS));
    }
    assert_true(seen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_codes, close_client)
        T(a_new_phone_becomes_a_buyer),
        T(a_phone_that_was_only_typed_is_its_owners),
        T(who_registered_with_the_phone_proves_it),
        T(a_code_opens_once_and_only_its_phone),
        T(a_code_ends_after_five_minutes),
        T(a_code_is_guessed_at_five_times),
        T(a_phone_is_sent_few),
        T(an_address_and_a_process_send_few),
        T(an_address_guesses_few),
        T(known_and_new_phones_look_alike),
        T(forms_that_are_refused),
        T(the_page_leads_through_both_steps),
        T(who_has_no_password_sets_one),
        T(who_is_shut_out_stays_out),
        T(without_a_gateway_nothing_is_offered),
        T(neither_phone_nor_code_is_stored),
    };
    house_modules[0] = &people_module;
    house_modules[1] = &people_code_module;
    return cmocka_run_group_tests(tests, start, stop);
}
