/* migrate [--dry-run]: brings the store to this version's tables, which `serve` does too. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "command.h"
#include "store/migrate.h"
#include "store/seal.h"

enum { ARENA_MAX = 16 << 20 };

static bool is_new_file(const char *store_url)
{
    return strncmp(store_url, "sqlite:", 7) == 0 && access(store_url + 7, F_OK) != 0;
}

/* Without changing anything. */
static enum err list(const struct config *config, struct arena *arena, struct err_info *info)
{
    struct db *db = NULL;
    int recorded = 0;
    enum err e = OK;
    if (!is_new_file(config->store_url.p))
        e = db_open(config->store_url.p, DB_INSPECT, &db, arena, info);
    if (db) {
        e = migrate_recorded(db, arena, info, &recorded);
        db_close(db);
    }
    for (int i = 0; !e && i < migration_count(); i++)
        printf("%s %s\n", i < recorded ? "applied" : "pending", migration_list()[i].name);
    return e;
}

static enum err apply(const struct config *config, struct arena *arena, struct err_info *info)
{
    enum err e = app_make_data_dir(config, arena, info);
    if (!e)
        e = seal_load(config->data_dir.p, arena, info);
    if (!e)
        e = app_migrate(config, arena, info);
    if (!e)
        printf("the store has the tables of this version: %s is the last\n",
               migration_list()[migration_count() - 1].name);
    return e;
}

int command_migrate(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    bool dry = argc == 1 && strcmp(argv[0], "--dry-run") == 0;
    arena_init(&arena, ARENA_MAX);
    enum err e = argc == 0 || dry ? OK : ERR_INVALID;
    if (e)
        info = (struct err_info){.field = argv[0], .text = "no such setting; --help lists them"};
    else
        e = dry ? list(config, &arena, &info) : apply(config, &arena, &info);
    int status = e ? main_fail(&info, e) : 0;
    arena_free(&arena);
    return status;
}
