/*
 * guildhall: the command line. Each command is a row of the table; the settings they share are in
 * config.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "command.h"
#include "ledger/ledger_head.h"
#include "store/db.h"
#include "store/objects.h"
#include "town/check.h"
#include "town/demo/demo.h"
#include "town/signing/signing.h"
#include "web/i18n.h"

enum { ARENA_MAX = 16 << 20 };

struct main_command {
    const char *name; /* one or two words */
    int (*run)(struct config *config, int argc, char **argv);
    const char *usage, *help;
};

int main_fail(const struct err_info *info, enum err e)
{
    fprintf(stderr, "guildhall: %s%s%s\n", info->field ? info->field : "", info->field ? ": " : "",
            info->text ? info->text : err_name(e));
    return 1;
}

/* Threads inherit this mask, so only app_wait() ever sees these signals. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of that write alone */
}

/* ---- serve and demo ---- */

static char **original_argv;
static int original_argc;

/* A word that is neither a setting nor the command's own `option` would be a wish ignored. */
static bool only_knows(int argc, char **argv, const char *option)
{
    for (int i = 0; i < argc; i++) {
        if (option && strcmp(argv[i], option) == 0)
            continue;
        fprintf(stderr, "guildhall: %s: no such setting; --help lists them\n", argv[i]);
        return false;
    }
    return true;
}

static int run_serve(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct app *app;
    if (!only_knows(argc, argv, NULL))
        return 2;
    block_signals();
    enum err e = app_start(config, NULL, &app, &info);
    if (e != OK)
        return main_fail(&info, e);
    app_wait(app, original_argc, original_argv);
    app_stop(app);
    return 0;
}

static struct demo_town demo_town;

static enum err fill_demo(struct app *app, struct err_info *info)
{
    return demo_fill(app_writer(app), app_store_url(app), app_arena(app), &demo_town, info);
}

/* Of a demo that nobody gave an address: where it serves. */
static enum err issue_demo(struct app *app, struct err_info *info)
{
    char http[ADDR_TEXT_MAX], url[ADDR_TEXT_MAX + 8];
    struct str public_url = app_config(app)->public_url;
    app_http_text(app, http);
    snprintf(url, sizeof(url), "http://%s", http);
    return demo_issue(app_writer(app), app_store_url(app), public_url.n ? public_url : str_of(url),
                      info);
}

static void print_demo(struct app *app)
{
    char http[ADDR_TEXT_MAX], rtmp[ADDR_TEXT_MAX];
    app_http_text(app, http);
    app_rtmp_text(app, rtmp);
    printf("\n  Guildhall demo town\n\n"
           "  Open       http://%s/\n"
           "  Live room  http://%s/shows/%lld\n"
           "  Desk       http://%s/shows/%lld/desk  (as the host)\n\n"
           "  The picture begins some seconds after the first start.\n\n"
           "  Log in as   name       password         who that is\n",
           http, http, (long long)demo_town.show, http, (long long)demo_town.show);
    demo_print_accounts(stdout);
    if (app_has_codes(app))
        printf("    Or by a code to any phone (the buyer's is 13800000000): codes %s.\n",
               app_config(app)->sms_gateway.n ? "go to the gateway" : "are printed here");
    printf("\n  Your own encoder (OBS: Settings, Stream, Custom) takes the show over from the "
           "demo's:\n"
           "    Server      rtmp://%s/live\n"
           "    Stream key  show-%lld?key=%.*s\n\n"
           "  Ctrl-C ends it.\n\n",
           rtmp, (long long)demo_town.show, STR_ARG(demo_town.show_key));
    fflush(stdout);
}

static int run_demo(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct app *app;
    char rtmp[ADDR_TEXT_MAX];
    bool encoder_wanted = argc == 0; /* else it is --no-encoder */
    if (!only_knows(argc, argv, "--no-encoder"))
        return 2;
    block_signals();
    enum err e = app_start(config, fill_demo, &app, &info);
    if (e != OK)
        return main_fail(&info, e);
    e = issue_demo(app, &info);
    if (e != OK) {
        app_stop(app);
        return main_fail(&info, e);
    }
    struct demo_live *live = NULL;
    char http[ADDR_TEXT_MAX];
    const char *dir = arena_printf(app_arena(app), "%s/demo", config->data_dir.p);
    app_rtmp_text(app, rtmp);
    app_http_text(app, http);
    if (encoder_wanted)
        live = demo_live_start(&demo_town, app_writer(app), app_store_url(app), dir, rtmp, http);
    print_demo(app);
    app_wait(app, original_argc, original_argv);
    demo_live_stop(live);
    app_stop(app);
    return 0;
}

/* ---- check ---- */

static void say_line(void *arg, const char *line)
{
    (void)arg;
    puts(line);
}

static int run_check(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    int violations = 0;
    if (!only_knows(argc, argv, NULL))
        return 2;
    arena_init(&arena, ARENA_MAX);
    enum err e = i18n_load(&arena, &info); /* goods are searched by their words */
    if (e == OK)
        e = ledger_head_trust(config->data_dir.p, &arena, &info);
    if (e == OK)
        e = signing_trust(config->data_dir.p, &arena, &info);
    if (e == OK)
        e = objects_look(config->data_dir.p);
    if (e == OK)
        e = town_check(config->store_url.p, say_line, NULL, NULL, &violations, &arena, &info);
    int status = 1;
    if (e != OK)
        main_fail(&info, e);
    else if (violations > 0)
        printf("%d violation%s\n", violations, violations == 1 ? "" : "s");
    else
        status = 0, puts("all is well");
    arena_free(&arena);
    return status;
}

/* ---- the table ---- */

static const struct main_command commands[] = {
    {"serve", run_serve, "", "serve the town"},
    {"demo", run_demo, "[--no-encoder]", "fill a demo town, serve it, play a show"},
    {"check", run_check, "", "verify every invariant of the store; 0, or a list"},
    {"migrate", command_migrate, "[--dry-run]",
     "bring the store to this version's tables; or list"},
    {"backup", command_backup, "FILE", "write a verified copy of the store, beside a running town"},
    {"restore", command_restore, "FILE", "put a copy back into an empty place, and check it"},
    {"reindex", command_reindex, "",
     "make anew what the hall is searched by, beside a running town"},
    {"user add", command_user_add,
     "--login NAME --role ROLE [--name NAME] [--organisation SLUG]\n                "
     "[--password-stdin | --batch N]",
     "add somebody; ROLE is buyer, host, factory, officer, operator or admin"},
    {"user password", command_user_password, "--login NAME [--password-stdin]",
     "another password for somebody who lost it; ends their sessions"},
    {"user change", command_user_change,
     "--login NAME [--give ROLE] [--take ROLE] [--disable | --enable]\n                "
     "[--second-factor off]",
     "roles of somebody; or lets nobody in by this account any more"},
    {"seal status", command_seal_status, "", "the keys of sealed fields, and how many each has"},
    {"seal rotate", command_seal_rotate, "", "make a new key and seal every field anew"},
    {"seal reseal", command_seal_reseal, "", "seal anew what is still of a former key"},
    {"seal retire", command_seal_retire, "", "take former keys off the list"},
    {"signing-key rotate", command_signing_rotate, "",
     "make the next key that the town signs by, beside a running town"},
    {"signing-key", command_signing_keys, "", "the public keys that what it signed is verified by"},
};
enum { COMMANDS_N = sizeof(commands) / sizeof(commands[0]) };

static int help(FILE *out)
{
    fprintf(out, "guildhall " GUILDHALL_VERSION
                 ": runs a manufacturing town\n\nusage: guildhall COMMAND [settings]\n\n");
    for (int i = 0; i < COMMANDS_N; i++)
        fprintf(out, "  %-13s %s\n%s%s%s", commands[i].name, commands[i].help,
                commands[i].usage[0] ? "                " : "", commands[i].usage,
                commands[i].usage[0] ? "\n" : "");
    fprintf(out, "\nsettings (also in the file of --config, and as GUILDHALL_NAME in the "
                 "environment):\n\n");
    config_help(out);
    fprintf(out, "\nSIGTERM finishes what is at work and leaves; SIGHUP reads settings and "
                 "certificates again.\n");
    return out == stdout ? 0 : 2;
}

/* Takes the command's words off argv; NULL when there is no such command. */
static const struct main_command *find_command(int *argc, char ***argv)
{
    for (int i = 0; i < COMMANDS_N; i++) {
        struct str second, first = str_cut(str_of(commands[i].name), ' ', &second);
        int words = second.n ? 2 : 1;
        if (*argc < words || !str_eq_z(first, (*argv)[0]) ||
            (second.n && !str_eq_z(second, (*argv)[1])))
            continue;
        *argc -= words;
        *argv += words;
        return &commands[i];
    }
    return NULL;
}

/* One line: the whole help would hide what is wrong. */
static int no_command(int argc, char **argv)
{
    if (argc == 0)
        return help(stderr);
    bool two = argc > 1 && argv[1][0] != '-';
    fprintf(stderr, "guildhall: %s%s%s: %s; --help lists them\n", argv[0], two ? " " : "",
            two ? argv[1] : "", argv[0][0] == '-' ? "a command comes first" : "no such command");
    return 2;
}

static char **copy_arguments(int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof(*copy));
    if (copy)
        memcpy(copy, argv, (size_t)argc * sizeof(*copy));
    return copy;
}

static bool wants(int argc, char **argv, const char *flag)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], flag) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct config config;
    struct err_info info = {0};
    argc--, argv++;
    if (wants(argc, argv, "--help") || wants(argc, argv, "-h") ||
        (argc > 0 && strcmp(argv[0], "help") == 0))
        return help(stdout);
    if (wants(argc, argv, "--version"))
        return puts("guildhall " GUILDHALL_VERSION) < 0;
    const struct main_command *command = find_command(&argc, &argv);
    if (!command)
        return no_command(argc, argv);
    original_argc = argc;
    original_argv = copy_arguments(argc, argv);
    enum err e = original_argv ? config_load(&config, &argc, argv, &info) : ERR_NOMEM;
    if (e != OK) {
        int status = main_fail(&info, e);
        fprintf(stderr, "guildhall --help lists the settings\n");
        return status;
    }
    log_set_level(config.log_level);
    db_set_durability((enum db_durability)config.durability);
    int status = command->run(&config, argc, argv);
    config_free(&config);
    free(original_argv);
    return status;
}
