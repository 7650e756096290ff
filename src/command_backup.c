/* backup FILE and restore FILE: see store/backup.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "command.h"
#include "ledger/ledger_head.h"
#include "store/backup.h"
#include "town/check.h"

enum { ARENA_MAX = 64 << 20 };

static const char keys_hint[] =
    "the keys are not in it: keep seal.key (and seal-2.key …), ledger.key, "
    "ledger.pub and webhook.key of the data folder, apart from it\n";

static void say_line(void *arg, const char *line)
{
    (void)arg;
    puts(line);
}

/* OK when nothing is wrong with the store at the address; what is, is printed. */
static enum err check(const struct config *config, const char *url, struct arena *arena,
                      struct err_info *info)
{
    int violations = 0;
    enum err e = ledger_head_trust(config->data_dir.p, arena, info);
    if (!e)
        e = town_check(url, say_line, NULL, &violations, arena, info);
    if (!e && violations > 0) {
        *info = (struct err_info){.code = ERR_CORRUPT,
                                  .field = "check",
                                  .text = arena_printf(arena, "%d violations", violations)};
        e = ERR_CORRUPT;
    }
    return e;
}

static enum err one_file(int argc, char **argv, const char *name, struct err_info *info)
{
    *info = (struct err_info){.field = name, .text = "takes one FILE"};
    if (argc != 1 || strncmp(argv[0], "--", 2) == 0)
        return ERR_INVALID;
    *info = (struct err_info){0};
    return OK;
}

/* Written under another name, verified, and only then called FILE. */
static enum err backup(const struct config *config, const char *file, struct arena *arena,
                       struct err_info *info)
{
    const char *fresh = arena_printf(arena, "%s.new", file);
    if (!fresh)
        return ERR_NOMEM;
    if (access(file, F_OK) == 0) {
        *info = (struct err_info){.field = file, .text = "is there, and is not written over"};
        return ERR_EXISTS;
    }
    unlink(fresh);
    enum err e = backup_write(config->store_url.p, fresh, arena, info);
    if (!e && backup_form_for(config->store_url.p) == BACKUP_SQLITE)
        e = check(config, arena_printf(arena, "sqlite:%s", fresh), arena, info);
    else if (!e)
        e = backup_read_through(fresh, arena, info);
    if (!e && link(fresh, file) != 0) {
        *info = (struct err_info){.field = file, .text = "cannot be made"};
        e = ERR_IO;
    }
    unlink(fresh);
    return e;
}

int command_backup(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    enum err e = one_file(argc, argv, "backup", &info);
    if (!e)
        e = backup(config, argv[0], &arena, &info);
    if (!e)
        printf("%s is written and verified; %s", argv[0], keys_hint);
    int status = e ? main_fail(&info, e) : 0;
    arena_free(&arena);
    return status;
}

int command_restore(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    enum err e = one_file(argc, argv, "restore", &info);
    if (!e)
        e = app_make_data_dir(config, &info);
    if (!e)
        e = backup_restore(config->store_url.p, argv[0], &arena, &info);
    if (!e)
        e = check(config, config->store_url.p, &arena, &info);
    if (!e)
        printf("%s is restored, and all is well; the data folder needs the keys of the town that "
               "it is from\n",
               argv[0]);
    int status = e ? main_fail(&info, e) : 0;
    arena_free(&arena);
    return status;
}
