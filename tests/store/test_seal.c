/* store/seal: what is sealed comes back only whole, for its own purpose, with its own key. */
#include "fixture.h"

#include <sys/stat.h>

#include "store/seal.h"

static char dir[] = "/tmp/seal-XXXXXX";
static struct arena arena;

static void sealed_text_comes_back(void **state)
{
    (void)state;
    struct str sealed, again, plain;
    assert_int_equal(seal_text("users.phone", STR("13800000000"), &arena, &sealed), OK);
    assert_int_equal(seal_text("users.phone", STR("13800000000"), &arena, &again), OK);
    assert_false(str_eq(sealed, again)); /* a fresh nonce each time */
    assert_null(memmem(sealed.p, sealed.n, "13800000000", 11));
    assert_int_equal(seal_reveal("users.phone", sealed, &arena, &plain), OK);
    assert_true(str_eq_z(plain, "13800000000"));
    assert_int_equal(seal_reveal("orders.phone", sealed, &arena, &plain), ERR_CORRUPT);
    for (size_t i = 0; i < sealed.n; i++) {
        char *broken = arena_strndup(&arena, sealed.p, sealed.n);
        broken[i] ^= 1;
        assert_int_equal(seal_reveal("users.phone", str_n(broken, sealed.n), &arena, &plain),
                         ERR_CORRUPT);
        assert_int_equal(seal_reveal("users.phone", str_n(sealed.p, i), &arena, &plain),
                         ERR_CORRUPT);
    }
}

static void hashes_tell_equal_texts_of_one_purpose(void **state)
{
    (void)state;
    uint8_t a[SEAL_HASH_BYTES], b[SEAL_HASH_BYTES], c[SEAL_HASH_BYTES];
    seal_hash("users.phone", STR("1"), a);
    seal_hash("users.phone", STR("1"), b);
    seal_hash("users.phon", STR("e1"), c);
    assert_memory_equal(a, b, sizeof(a));
    assert_memory_not_equal(a, c, sizeof(a));
}

static void the_key_file_is_kept_and_guarded(void **state)
{
    (void)state;
    struct err_info info = {0};
    struct str sealed, plain;
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "%s/seal.key", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(seal_text("x", STR("y"), &arena, &sealed), OK);
    assert_int_equal(seal_load(dir, &arena, &info), OK);
    assert_int_equal(seal_reveal("x", sealed, &arena, &plain), OK);
    chmod(path, 0644);
    assert_int_equal(seal_load(dir, &arena, &info), ERR_FORBIDDEN);
    chmod(path, 0600);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(seal_load(dir, &arena, &info), ERR_CORRUPT);
    unlink(path);
    assert_int_equal(seal_load(dir, &arena, &info), OK);
    assert_int_equal(seal_reveal("x", sealed, &arena, &plain), ERR_CORRUPT);
    unlink(path);
}

static void a_database_keeps_to_one_key(void **state)
{
    (void)state;
    struct fixture f;
    struct db *db;
    char second[] = "/tmp/seal-XXXXXX", path[64];
    fixture_on_disk(&f);
    assert_non_null(mkdtemp(second));
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    assert_ok(seal_agree(db, &f.arena, &f.info));
    assert_ok(seal_agree(db, &f.arena, &f.info));
    assert_ok(seal_load(second, &arena, &f.info));
    assert_int_equal(seal_agree(db, &f.arena, &f.info), ERR_CONFLICT);
    assert_string_equal(f.info.field, "seal.key");
    assert_false(db_in_transaction(db));
    assert_ok(seal_load(dir, &arena, &f.info));
    assert_ok(seal_agree(db, &f.arena, &f.info));
    db_close(db);
    snprintf(path, sizeof(path), "%s/seal.key", second);
    unlink(path);
    rmdir(second);
    fixture_free(&f);
}

/* A file of the same name and another key, left from a rotation on another server. */
static void a_listed_key_is_followed_only_with_its_own_file(void **state)
{
    (void)state;
    struct fixture f;
    char second[] = "/tmp/seal-XXXXXX", from[64], to[64];
    fixture_in_memory(&f);
    db_rollback(f.db);
    assert_ok(seal_agree(f.db, &f.arena, &f.info));
    assert_non_null(mkdtemp(second));
    snprintf(from, sizeof(from), "%s/seal.key", dir);
    snprintf(to, sizeof(to), "%s/seal.key", second);
    assert_int_equal(link(from, to), 0);
    assert_ok(seal_load(second, &arena, &f.info)); /* the other server rotates */
    assert_ok(seal_make(2, &arena, &f.info));
    assert_ok(db_begin(f.db));
    assert_ok(seal_use(f.db, 2));
    assert_ok(db_commit(f.db));
    assert_ok(seal_load(dir, &arena, &f.info));
    assert_ok(seal_make(2, &arena, &f.info)); /* so does this one, and is refused */
    assert_ok(db_begin(f.db));
    assert_ok(seal_follow(&f.tx, NULL));
    assert_int_equal(seal_newest(), 1);
    snprintf(from, sizeof(from), "%s/seal-2.key", second);
    snprintf(to, sizeof(to), "%s/seal-2.key", dir);
    assert_int_equal(unlink(to), 0);
    assert_int_equal(link(from, to), 0);
    assert_ok(seal_load(dir, &arena, &f.info));
    assert_ok(seal_follow(&f.tx, NULL));
    assert_int_equal(seal_newest(), 2);
    assert_ok(seal_load(dir, &arena, &f.info));
    unlink(to);
    unlink(from);
    snprintf(to, sizeof(to), "%s/seal.key", second);
    unlink(to);
    rmdir(second);
    fixture_free(&f);
}

int main(void)
{
    struct err_info info = {0};
    arena_init(&arena, 16 << 20);
    if (!mkdtemp(dir) || seal_load(dir, &arena, &info) != OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_text_comes_back),
        cmocka_unit_test(hashes_tell_equal_texts_of_one_purpose),
        cmocka_unit_test(a_database_keeps_to_one_key),
        cmocka_unit_test(a_listed_key_is_followed_only_with_its_own_file),
        cmocka_unit_test(the_key_file_is_kept_and_guarded),
    };
    int failed = cmocka_run_group_tests_name("seal", tests, NULL, NULL);
    rmdir(dir);
    arena_free(&arena);
    return failed;
}
