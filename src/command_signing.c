/* The keys that the town signs by: signing-key, signing-key rotate (see town/signing/signing.h). */
#include <stdio.h>
#include <time.h>

#include "app.h"
#include "base/enc.h"
#include "command.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/signing/signing.h"

enum { ARENA_MAX = 16 << 20, DAY_TEXT = 16 };

static enum err refuse(struct err_info *info, const char *field, const char *text)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = field, .text = text};
    return ERR_INVALID;
}

/* Opens the store as `serve` would, which makes the first key. */
static enum err open_store(const struct config *config, struct db **db, struct arena *arena,
                           struct err_info *info)
{
    enum err e = app_make_data_dir(config, arena, info);
    if (!e)
        e = seal_load(config->data_dir.p, arena, info);
    if (!e)
        e = app_migrate(config, arena, info);
    return e ? e : db_open(config->store_url.p, DB_WRITE, db, arena, info);
}

static enum err print(struct db *db, struct arena *arena, struct err_info *info)
{
    struct rows rs;
    enum err e = db_select(db, &q_signing_keys, NO_ARGS, arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char hex[2 * SIGNING_KEY_BYTES + 1], day[DAY_TEXT];
        struct str public = row_str(&rs, i, "public");
        time_t since = (time_t)(row_int(&rs, i, "since") / 1000);
        struct tm utc;
        if (public.n != SIGNING_KEY_BYTES)
            return refuse(info, "signing_keys", "holds what is no key");
        enc_hex(hex, public.p, SIGNING_KEY_BYTES);
        gmtime_r(&since, &utc);
        strftime(day, sizeof(day), "%Y-%m-%d", &utc);
        printf("key %lld, since %s: %s%s\n", (long long)row_int(&rs, i, "id"), day, hex,
               row_null(&rs, i, "ended") ? ", signs" : "");
    }
    return e;
}

static enum err rotate(struct db *db, struct arena *arena, struct err_info *info)
{
    int64_t id;
    enum err e = signing_rotate(db, arena, &id, info);
    if (e == ERR_LIMIT)
        return refuse(info, "signing-key rotate", "the town has as many keys as it can have");
    if (e)
        return e;
    printf("signing-%lld.key signs from now on; keep a copy apart from the database's, and give "
           "other servers of the town it and signing.pub\n",
           (long long)id);
    return OK;
}

static int run(struct config *config, int argc, char **argv,
               enum err (*work)(struct db *db, struct arena *arena, struct err_info *info))
{
    struct err_info info = {0};
    struct arena arena;
    struct db *db = NULL;
    arena_init(&arena, ARENA_MAX);
    enum err e = argc ? refuse(&info, argv[0], "no such setting; --help lists them") : OK;
    if (!e)
        e = open_store(config, &db, &arena, &info);
    if (!e)
        e = work(db, &arena, &info);
    int status = e ? main_fail(&info, e) : 0;
    if (db)
        db_close(db);
    arena_free(&arena);
    return status;
}

int command_signing_keys(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, print);
}

int command_signing_rotate(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, rotate);
}
