/* config: one table, four sources, the stronger wins; what is wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"

static char file[] = "/tmp/guildhall-config-XXXXXX";

static void write_file(const char *text)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Loads with the given words; the leftover ones are counted. */
static enum err load(struct config *c, struct err_info *info, int *left, const char *words)
{
    static char copy[1024];
    char *argv[32] = {0};
    int argc = 0;
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
        argv[argc++] = w;
    *info = (struct err_info){0};
    enum err e = config_load(c, &argc, argv, info);
    if (left)
        *left = argc;
    return e;
}

static void defaults_are_usable(void **state)
{
    (void)state;
    struct config c;
    struct err_info info;
    char text[ADDR_TEXT_MAX];
    assert_int_equal(load(&c, &info, NULL, ""), OK);
    addr_format(&c.http, text);
    assert_string_equal(text, "127.0.0.1:8080");
    assert_true(str_eq_z(c.store_url, "sqlite:data/guildhall.db"));
    assert_false(c.https_on || c.open_publish || c.test_cashier);
    assert_int_equal(c.log_level, LOG_INFO);
    config_free(&c);
}

static void the_stronger_source_wins(void **state)
{
    (void)state;
    struct config c;
    struct err_info info;
    char words[200];
    int left;
    write_file("# a comment\n\nloops = 3\npage-threads=7\n  log-level = debug  \n"
               "trusted-proxy = 10.0.0.0/8, ::1\n");
    setenv("GUILDHALL_PAGE_THREADS", "8", 1);
    setenv("GUILDHALL_LOG_LEVEL", "warn", 1);
    snprintf(words, sizeof(words), "--config %s --log-level=error extra --loops 5 more", file);
    assert_int_equal(load(&c, &info, &left, words), OK);
    assert_int_equal(c.loops, 5);
    assert_int_equal(c.page_threads, 8);
    assert_int_equal(c.log_level, LOG_ERROR);
    assert_int_equal(c.proxies_n, 2);
    assert_int_equal(left, 2); /* words that are no settings stay */
    config_free(&c);
    unsetenv("GUILDHALL_LOG_LEVEL");
    snprintf(words, sizeof(words), "--config %s", file);
    assert_int_equal(load(&c, &info, &left, words), OK);
    assert_int_equal(c.loops, 3);
    assert_int_equal(c.log_level, LOG_DEBUG);
    config_free(&c);
    unsetenv("GUILDHALL_PAGE_THREADS");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *words, *field;
    } bad[] = {
        {"--loops x", "loops"},
        {"--loops 65", "loops"},
        {"--loops", "loops"},
        {"--http 1.2.3.4", "http"},
        {"--https 127.0.0.1:1", "https"},
        {"--trusted-proxy 10.0.0.0/8,x", "trusted-proxy"},
        {"--log-level loud", "log-level"},
        {"--public-url ftp://x", "public-url"},
        {"--open-publish --rtmp 0.0.0.0:1935", "open-publish"},
        {"--test-cashier --http 0.0.0.0:80", "test-cashier"},
        {"--config /nowhere/at/all", "config"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct config c;
        struct err_info info;
        assert_int_equal(load(&c, &info, NULL, bad[i].words), ERR_INVALID);
        assert_string_equal(info.field, bad[i].field);
        assert_non_null(info.text);
        config_free(&c);
    }
    struct config c;
    struct err_info info;
    char words[100];
    write_file("no-such-setting = 1\n");
    snprintf(words, sizeof(words), "--config %s", file);
    assert_int_equal(load(&c, &info, NULL, words), ERR_INVALID);
    assert_non_null(strstr(info.text, "no-such-setting"));
    config_free(&c);
}

static void reloading_takes_what_may_change(void **state)
{
    (void)state;
    struct config c;
    struct err_info info;
    char words[100];
    char *argv[] = {"--config", file, NULL};
    write_file("log-level = warn\nloops = 2\n");
    snprintf(words, sizeof(words), "--config %s", file);
    assert_int_equal(load(&c, &info, NULL, words), OK);
    write_file("log-level = debug\nloops = 4\n");
    log_set_level(LOG_NONE); /* it says that loops need a restart */
    assert_int_equal(config_reload(&c, 2, argv, &info), OK);
    assert_int_equal(c.log_level, LOG_DEBUG);
    assert_int_equal(c.loops, 2);
    write_file("log-level = nonsense\n");
    assert_int_equal(config_reload(&c, 2, argv, &info), ERR_INVALID);
    assert_int_equal(c.log_level, LOG_DEBUG); /* a broken file changes nothing */
    config_free(&c);
}

int main(void)
{
    int fd = mkstemp(file);
    if (fd < 0)
        return 1;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_usable),
        cmocka_unit_test(the_stronger_source_wins),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(reloading_takes_what_may_change),
    };
    int failed = cmocka_run_group_tests_name("config", tests, NULL, NULL);
    unlink(file);
    return failed;
}
