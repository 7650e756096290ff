/* Addresses as their owner and as a stranger meet them, and as the order sheet asks for them. */
#include "tests/people/house.h"

#define HOME "name=Anna&phone=13911110001&province=33&detail=Shanglin+Lake+8"

static const char *bearer(const char *token)
{
    return arena_printf(&fx.arena, JSON "Authorization: Bearer %s\r\n", token);
}

static int64_t user_of(const char *login)
{
    struct db *db = NULL;
    int64_t id;
    bool is_disabled;
    assert_ok(db_open(fx.url, DB_READ, &db, &fx.arena, &fx.info));
    assert_ok(people_user_find(db, &fx.arena, str_of(login), &id, &is_disabled));
    db_close(db);
    return id;
}

static size_t addresses_of(const char *login, struct people_address out[PEOPLE_ADDRESSES_MAX])
{
    struct db *db = NULL;
    size_t n;
    assert_ok(db_open(fx.url, DB_READ, &db, &fx.arena, &fx.info));
    assert_ok(people_addresses(db, &fx.arena, user_of(login), out, &n));
    db_close(db);
    return n;
}

static void an_owner_keeps_changes_and_deletes(void **state)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    (void)state;
    const char *who = bearer(registered("anna"));
    ask("POST /account/addresses", who, HOME);
    assert_int_equal(an.status, 200);
    ask("POST /account/addresses", who, "name=Work&phone=057463000000&province=31&detail=Road+9");
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("anna", all), 2);
    assert_true(all[0].is_default && !all[1].is_default);
    assert_true(str_eq_z(all[0].name, "Anna") && str_eq_z(all[0].phone, "13911110001"));
    assert_true(all[0].province == 33 && str_eq_z(all[0].detail, "Shanglin Lake 8"));
    const char *work = arena_printf(&fx.arena, "/account/addresses/%lld", (long long)all[1].id);
    ask(arena_printf(&fx.arena, "POST %s/default", work), who, "");
    assert_int_equal(an.status, 200);
    ask("GET /account/addresses.json", who, NULL);
    SAYS("\"phone\":\"139****0001\"");
    SAYS("\"line\":\"Shanghai, Road 9\",\"is_default\":true");
    ask(arena_printf(&fx.arena, "POST %s", work), who,
        "name=Work&phone=057463000000&province=31&detail=Road+10");
    assert_int_equal(an.status, 200);
    ask(arena_printf(&fx.arena, "GET %s.json", work), who, NULL);
    SAYS("\"detail\":\"Road 10\",\"is_default\":true");
    ask(arena_printf(&fx.arena, "POST %s/delete", work), who, "");
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("anna", all), 1);
    assert_true(str_eq_z(all[0].name, "Anna") && all[0].is_default);
    ask(arena_printf(&fx.arena, "GET %s.json", work), who, NULL);
    assert_int_equal(an.status, 404);
}

static void the_same_is_kept_once(void **state)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    (void)state;
    const char *who = bearer(registered("bert"));
    ask("POST /account/addresses", who, HOME);
    ask("POST /account/addresses", who, HOME);
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("bert", all), 1);
    ask("POST /account/addresses", who, HOME "+b");
    assert_int_equal(addresses_of("bert", all), 2);
    ask(arena_printf(&fx.arena, "POST /account/addresses/%lld", (long long)all[1].id), who, HOME);
    assert_int_equal(an.status, 409);
    ask(arena_printf(&fx.arena, "POST /account/addresses/%lld", (long long)all[0].id), who, HOME);
    assert_int_equal(an.status, 200); /* itself is no other */
    assert_int_equal(addresses_of("bert", all), 2);
    /* That of somebody else is theirs. */
    ask("POST /account/addresses", bearer(registered("berta")), HOME);
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("berta", all), 1);
}

static void twenty_are_enough(void **state)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    (void)state;
    const char *who = bearer(registered("cora"));
    for (int i = 0; i < PEOPLE_ADDRESSES_MAX; i++) {
        ask("POST /account/addresses", who, arena_printf(&fx.arena, HOME "-%d", i));
        assert_int_equal(an.status, 200);
    }
    ask("POST /account/addresses", who, HOME "-20");
    assert_int_equal(an.status, 429);
    SAYS("Delete one to add another");
    ask("POST /account/addresses", who, HOME "-19"); /* one of them again */
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("cora", all), PEOPLE_ADDRESSES_MAX);
}

static void forms_that_are_refused(void **state)
{
    static const struct {
        const char *body, *field;
    } bad[] = {
        {"phone=13911110001&province=33&detail=x", "name"},
        {"name=12345678901234567890123456789012345678901&phone=13911110001&province=33&detail=x",
         "name"},
        {"name=A&province=33&detail=x", "phone"},
        {"name=A&phone=1234&province=33&detail=x", "phone"},
        {"name=A&phone=call+12345&province=33&detail=x", "phone"},
        {"name=A&phone=1234567890123456789012345&province=33&detail=x", "phone"},
        {"name=A&phone=13911110001&detail=x", "province"},
        {"name=A&phone=13911110001&province=99&detail=x", "province"},
        {"name=A&phone=13911110001&province=zj&detail=x", "province"},
        {"name=A&phone=13911110001&province=33", "detail"},
        {"name=A&phone=13911110001&province=33&detail=a%01b", "detail"},
    };
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    (void)state;
    const char *token = registered("dirk");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask("POST /account/addresses", bearer(token), bad[i].body);
        assert_int_equal(an.status, 422);
        SAYS(arena_printf(&fx.arena, "\"field\":\"%s\"", bad[i].field));
    }
    assert_int_equal(addresses_of("dirk", all), 0);
    /* A browser gets its form back, with all that is wrong and what was typed. */
    ask("GET /account/addresses/new", with_session(token), NULL);
    assert_int_equal(an.status, 200);
    const char *csrf = cut(BODY, "action=\"/account/addresses\" method=\"post\"><input "
                                 "type=\"hidden\" name=\"csrf\" value=\"");
    ask("POST /account/addresses", with_session(token),
        arena_printf(&fx.arena, "csrf=%s&name=%%3Cb%%3E&phone=1&province=44&next=/cart", csrf));
    assert_int_equal(an.status, 422);
    SAYS("name=\"name\" value=\"&lt;b&gt;\"");
    SAYS("<option value=\"44\" selected>");
    SAYS("name=\"next\" value=\"/cart\"");
    SAYS("id=\"phone-note\">");
    SAYS("<p class=\"error\" id=\"detail-note\">");
    /* And goes on where it came from. */
    ask("POST /account/addresses", with_session(token),
        arena_printf(&fx.arena, "csrf=%s&next=/cart&" HOME, csrf));
    assert_int_equal(an.status, 303);
    assert_true(str_eq_z(answer_header(&an, "location"), "/cart"));
    /* A program need not know the codes. */
    ask("POST /account/addresses", bearer(token),
        "name=A&phone=13911110001&detail=%E6%B1%9F%E8%8B%8F%E7%9C%81%E8%8B%8F%E5%B7%9E");
    assert_int_equal(an.status, 200);
    assert_int_equal(addresses_of("dirk", all), 2);
    assert_int_equal(all[1].province, 32);
    assert_true(str_eq_z(people_address_line(&all[1], LANG_ZH, &fx.arena), "江苏省苏州"));
    assert_true(
        str_eq_z(people_address_line(&all[0], LANG_ZH, &fx.arena), "浙江省Shanglin Lake 8"));
}

static void every_door_is_its_owners(void **state)
{
    static const char *const doors[] = {"", "/default", "/delete"};
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    (void)state;
    const char *owner = registered("edda"), *other = registered("egon");
    ask("POST /account/addresses", bearer(owner), HOME);
    assert_int_equal(addresses_of("edda", all), 1);
    const char *path = arena_printf(&fx.arena, "/account/addresses/%lld", (long long)all[0].id);
    ask("GET /account/addresses.json", "", NULL);
    assert_int_equal(an.status, 401);
    ask("GET /account/addresses/new.json", "", NULL);
    assert_int_equal(an.status, 401);
    ask("POST /account/addresses", JSON, HOME);
    assert_int_equal(an.status, 401);
    ask(arena_printf(&fx.arena, "GET %s.json", path), "", NULL);
    assert_int_equal(an.status, 401);
    ask(arena_printf(&fx.arena, "GET %s.json", path), bearer(other), NULL);
    assert_int_equal(an.status, 404);
    assert_null(strstr(BODY, "Shanglin"));
    ask("GET /account/addresses.json", bearer(other), NULL);
    assert_null(strstr(BODY, "Shanglin"));
    for (size_t i = 0; i < 3; i++) {
        const char *door = arena_printf(&fx.arena, "POST %s%s", path, doors[i]);
        ask(door, JSON, HOME "-stolen");
        assert_int_equal(an.status, 401);
        ask(door, bearer(other), HOME "-stolen");
        assert_int_equal(an.status, 404);
        ask(door, with_session(owner), HOME "-stolen"); /* from a foreign page: no token */
        assert_int_equal(an.status, 403);
    }
    assert_int_equal(addresses_of("edda", all), 1);
    assert_true(str_eq_z(all[0].detail, "Shanglin Lake 8"));
    ask("GET /account/addresses/99999999999999999999.json", bearer(owner), NULL);
    assert_int_equal(an.status, 404);
}

static void nothing_of_it_lies_open(void **state)
{
    (void)state;
    const char *who = bearer(registered("fenja"));
    ask("POST /account/addresses", who,
        "name=Fenjasmother&phone=13922220002&province=33&detail=Hiddenstreet+1");
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
        seen += n > 0 && memmem(bytes, n, "fenja", 5);
        assert_null(memmem(bytes, n, "Fenjasmother", 12));
        assert_null(memmem(bytes, n, "13922220002", 11));
        assert_null(memmem(bytes, n, "Hiddenstreet", 12));
    }
    assert_true(seen > 0); /* the name is there: we did look at the right files */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
        T(an_owner_keeps_changes_and_deletes),
        T(the_same_is_kept_once),
        T(twenty_are_enough),
        T(forms_that_are_refused),
        T(every_door_is_its_owners),
        T(nothing_of_it_lies_open),
    };
    house_modules[0] = &people_module;
    house_modules[1] = &people_address_module;
    return cmocka_run_group_tests(tests, start, stop);
}
