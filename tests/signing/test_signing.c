/* The town's key: made once, registered, rotated, believed only as far as signing.pub says. */
#include "tests/store/fixture.h"

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/signing/signing.h"

static struct fixture fx;
static struct db *db;
static const char purpose[] = "guildhall test";

static const char *file(const char *name)
{
    return arena_printf(&fx.arena, "%s/%s", fx.folder, name);
}

static int start(void **state)
{
    (void)state;
    log_set_level(LOG_NONE);
    fixture_on_disk(&fx);
    assert_ok(db_open(fx.url, DB_WRITE, &db, &fx.arena, &fx.info));
    return 0;
}

static int stop(void **state)
{
    static const char *const names[] = {"signing.key", "signing-2.key", "signing.pub",
                                        "signing.aside"};
    (void)state;
    signing_forget();
    db_close(db);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(file(names[i]));
    fixture_free(&fx);
    return 0;
}

static void load(void)
{
    assert_ok(signing_load(db, fx.folder, &fx.arena, &fx.info));
}

static struct signature sign(const char *text)
{
    struct signature s;
    assert_ok(signing_sign(db, &fx.arena, purpose, str_of(text), &s));
    return s;
}

static const char *fault(const char *about, const char *text, const struct signature *s)
{
    const char *said;
    assert_ok(signing_verify(db, &fx.arena, about, str_of(text), s->key,
                             str_n(s->bytes, sizeof(s->bytes)), &said));
    return said;
}

static void the_first_start_makes_a_key(void **state)
{
    struct stat st;
    struct rows rs;
    (void)state;
    load();
    assert_int_equal(stat(file("signing.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(access(file("signing.pub"), R_OK), 0);
    assert_ok(db_select(db, &q_signing_keys, NO_ARGS, &fx.arena, &rs));
    assert_int_equal(rs.n, 1);
    assert_int_equal(row_int(&rs, 0, "id"), 1);
    struct signature before = sign("a letter");
    load(); /* the next start finds it */
    struct signature after = sign("a letter");
    assert_memory_equal(before.bytes, after.bytes, SIGNING_BYTES);
    assert_int_equal(after.key, 1);
}

static void a_signature_is_of_its_bytes_and_purpose(void **state)
{
    (void)state;
    load();
    struct signature s = sign("a letter");
    assert_null(fault(purpose, "a letter", &s));
    assert_non_null(fault(purpose, "a lettes", &s));
    assert_non_null(fault(purpose, "a letter ", &s));
    assert_non_null(fault("guildhall other", "a letter", &s));
    /* The NUL keeps purpose and bytes apart. */
    assert_non_null(fault("guildhall", " test\0a letter", &s));
    s.bytes[5] ^= 1;
    assert_non_null(fault(purpose, "a letter", &s));
    s.bytes[5] ^= 1;
    s.key = 2;
    assert_string_equal(fault(purpose, "a letter", &s), "names a key that the town has not");
}

/* Without the program: what anybody can do with the page's hex and the statement. */
static void others_can_verify_it(void **state)
{
    struct rows rs;
    static const char signed_text[] = "guildhall test\0a letter";
    (void)state;
    load();
    struct signature s = sign("a letter");
    assert_ok(db_select(db, &q_signing_keys, NO_ARGS, &fx.arena, &rs));
    assert_int_equal(crypto_sign_verify_detached(s.bytes, (const uint8_t *)signed_text,
                                                 sizeof(signed_text) - 1,
                                                 (const uint8_t *)row_str(&rs, 0, "public").p),
                     0);
}

static void a_rotated_key_signs_and_the_former_one_verifies(void **state)
{
    int64_t id;
    (void)state;
    load();
    struct signature old = sign("a letter");
    assert_ok(signing_rotate(db, &fx.arena, &id, &fx.info));
    assert_int_equal(id, 2);
    struct signature fresh = sign("a letter");
    assert_int_equal(fresh.key, 2);
    assert_memory_not_equal(old.bytes, fresh.bytes, SIGNING_BYTES);
    assert_null(fault(purpose, "a letter", &old));
    assert_null(fault(purpose, "a letter", &fresh));
    fresh.key = 1;
    assert_non_null(fault(purpose, "a letter", &fresh));
    load();
    assert_int_equal(sign("another").key, 2);
    assert_null(fault(purpose, "a letter", &old));
}

static void a_copy_without_the_file_verifies_and_does_not_sign(void **state)
{
    struct signature s, none;
    (void)state;
    load();
    s = sign("a letter");
    assert_int_equal(rename(file("signing.key"), file("signing.aside")), 0);
    load();
    assert_int_equal(signing_sign(db, &fx.arena, purpose, STR("x"), &none), ERR_NOT_FOUND);
    assert_null(fault(purpose, "a letter", &s));
    assert_int_equal(access(file("signing.key"), R_OK), -1); /* none was made in its place */
    unlink(file("signing.pub"));
    assert_ok(signing_trust(fx.folder, &fx.arena, &fx.info));
    assert_null(fault(purpose, "a letter", &s)); /* by the database's alone */
    assert_int_equal(rename(file("signing.aside"), file("signing.key")), 0);
    load();
    assert_int_equal(sign("a letter").key, 1);
}

static void keep_line(void *arg, const char *line)
{
    (void)arg;
    (void)line;
}

static int violations(void)
{
    int n = 0;
    assert_ok(signing_check(db, &fx.arena, keep_line, NULL, &n));
    return n;
}

static void a_key_that_somebody_lists_is_not_believed(void **state)
{
    uint8_t public[SIGNING_KEY_BYTES], secret[crypto_sign_SECRETKEYBYTES];
    static const char signed_text[] = "guildhall test\0forged";
    struct signature forged = {.key = 2};
    (void)state;
    load();
    assert_int_equal(violations(), 0);
    crypto_sign_keypair(public, secret);
    crypto_sign_detached(forged.bytes, NULL, (const uint8_t *)signed_text, sizeof(signed_text) - 1,
                         secret);
    assert_ok(db_begin(db));
    assert_ok(db_exec(db, &q_signing_key_add,
                      ARGS(V_INT(2), V_BLOB(str_n(public, sizeof(public))), V_INT(1)), NULL));
    assert_ok(db_commit(db));
    assert_string_equal(fault(purpose, "forged", &forged),
                        "names a key that is not in signing.pub");
    assert_int_equal(violations(), 1);
    struct signature none;
    assert_int_equal(signing_sign(db, &fx.arena, purpose, STR("x"), &none), ERR_NOT_FOUND);
}

static void a_broken_list_is_refused(void **state)
{
    (void)state;
    load();
    FILE *f = fopen(file("signing.pub"), "w");
    fputs("1 nonsense\n", f);
    fclose(f);
    assert_int_equal(signing_trust(fx.folder, &fx.arena, &fx.info), ERR_CORRUPT);
    assert_string_equal(fx.info.field, "signing.pub");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_first_start_makes_a_key),
        CASE(a_signature_is_of_its_bytes_and_purpose),
        CASE(others_can_verify_it),
        CASE(a_rotated_key_signs_and_the_former_one_verifies),
        CASE(a_copy_without_the_file_verifies_and_does_not_sign),
        CASE(a_key_that_somebody_lists_is_not_believed),
        CASE(a_broken_list_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
