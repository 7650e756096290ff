/* backup FILE and restore FILE: see store/backup.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "command.h"
#include "ledger/ledger_head.h"
#include "store/backup.h"
#include "store/migrate.h"
#include "town/check.h"

enum { ARENA_MAX = 64 << 20 };

static const char keys_hint[] =
    "the keys are not in it: keep seal.key (and seal-2.key …), ledger.key, "
    "ledger.pub, webhook.key and pay.json (with the keys that it names) of the data folder, apart "
    "from it\n";

static void say_line(void *arg, const char *line)
{
    (void)arg;
    puts(line);
}

/* What is looked at, and where what is wrong goes. */
struct look {
    const struct config *config;
    struct arena *arena;
    struct err_info *info;
};

/* OK when nothing is wrong with the store at the address; what is, is printed. */
static enum err check(const struct look *l, const char *url)
{
    int violations = 0;
    enum err e = ledger_head_trust(l->config->data_dir.p, l->arena, l->info);
    if (!e)
        e = town_check(url, say_line, NULL, NULL, &violations, l->arena, l->info);
    if (!e && violations > 0) {
        *l->info = (struct err_info){.code = ERR_CORRUPT,
                                     .field = "check",
                                     .text = arena_printf(l->arena, "%d violation%s", violations,
                                                          violations == 1 ? "" : "s")};
        e = ERR_CORRUPT;
    }
    return e;
}

/* The tables of this version, in a store that lacks some: a copy may be older than we are. */
static enum err migrate(const struct look *l, const char *url)
{
    struct db *db;
    int applied;
    enum err e = db_open(url, DB_WRITE, &db, l->arena, l->info);
    if (e)
        return e;
    e = migrate_up(db, l->arena, l->info, &applied);
    db_close(db);
    return e;
}

static enum err approve(void *arg, const char *url)
{
    const struct look *l = arg;
    enum err e = migrate(l, url);
    return e ? e : check(l, url);
}

/* Of the copy itself, which may lack what this version adds: then the engine's own check must do.
 */
static enum err approve_copy(const struct look *l, const char *url)
{
    struct db *db;
    int recorded = 0, problems = 0;
    enum err e = db_open(url, DB_INSPECT, &db, l->arena, l->info);
    if (e)
        return e;
    e = migrate_recorded(db, l->arena, l->info, &recorded);
    if (!e && recorded < migration_count())
        e = db_verify(db, say_line, NULL, &problems);
    db_close(db);
    if (!e && problems > 0)
        return ERR_CORRUPT;
    return e || recorded < migration_count() ? e : check(l, url);
}

/* Before a copy is begun: what cannot be read, or is no town's, is told of in the store's name. */
static enum err look_at_source(const struct look *l)
{
    struct db *db;
    int recorded;
    enum err e = db_open(l->config->store_url.p, DB_INSPECT, &db, l->arena, l->info);
    if (e)
        return e;
    e = migrate_recorded(db, l->arena, l->info, &recorded);
    db_close(db);
    if (e || recorded > 0)
        return e;
    *l->info =
        (struct err_info){.field = "store", .text = "the database is empty: nothing to keep"};
    return ERR_CONFLICT;
}

static enum err one_file(int argc, char **argv, const char *name, struct err_info *info)
{
    *info = (struct err_info){.field = name, .text = "takes one FILE"};
    if (argc != 1 || argv[0][0] == '-')
        return ERR_INVALID;
    *info = (struct err_info){0};
    return OK;
}

/* Written under a name of its own, verified, and only then called FILE. */
static enum err backup(const struct look *l, const char *file)
{
    uint8_t random[8];
    char suffix[17];
    rnd_fill(random, sizeof(random));
    enc_hex(suffix, random, sizeof(random));
    const char *fresh = arena_printf(l->arena, "%s.%s", file, suffix);
    if (!fresh)
        return ERR_NOMEM;
    if (access(file, F_OK) == 0) {
        *l->info = (struct err_info){.field = file, .text = "is there, and is not written over"};
        return ERR_EXISTS;
    }
    enum err e = look_at_source(l);
    if (!e)
        e = backup_write(l->config->store_url.p, fresh, l->arena, l->info);
    if (!e && backup_form_for(l->config->store_url.p) == BACKUP_SQLITE)
        e = approve_copy(l, arena_printf(l->arena, "sqlite:%s", fresh));
    else if (!e)
        e = backup_read_through(fresh, l->arena, l->info);
    if (!e && link(fresh, file) != 0) {
        *l->info = (struct err_info){.field = file, .text = "cannot be made"};
        e = ERR_IO;
    }
    unlink(fresh);
    return e ? e : backup_sync(file);
}

int command_backup(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    struct look look = {config, &arena, &info};
    arena_init(&arena, ARENA_MAX);
    enum err e = one_file(argc, argv, "backup", &info);
    if (!e)
        e = backup(&look, argv[0]);
    if (!e)
        printf("%s is written and %s; %s", argv[0],
               backup_form_for(config->store_url.p) == BACKUP_SQLITE
                   ? "verified"
                   : "verified to be readable (its contents are checked when it is restored)",
               keys_hint);
    int status = e ? main_fail(&info, e) : 0;
    arena_free(&arena);
    return status;
}

int command_restore(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    struct look look = {config, &arena, &info};
    arena_init(&arena, ARENA_MAX);
    enum err e = one_file(argc, argv, "restore", &info);
    if (!e)
        e = app_make_data_dir(config, &arena, &info);
    if (!e)
        e = backup_restore(config->store_url.p, argv[0], approve, &look, &arena, &info);
    if (e == ERR_CORRUPT && backup_form_for(config->store_url.p) == BACKUP_POSTGRES)
        puts("what was restored is not sound: drop the database");
    if (!e)
        printf("%s is restored, and all is well; the data folder needs the keys of the town that "
               "it is from\n",
               argv[0]);
    int status = e ? main_fail(&info, e) : 0;
    arena_free(&arena);
    return status;
}
