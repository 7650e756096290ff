/* The keys of sealed fields: seal status, rotate, reseal, retire (see store/seal.h). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "base/clock.h"
#include "command.h"
#include "store/queries.h"
#include "town/sealed.h"

enum {
    ARENA_MAX = 16 << 20,
    SLICE_ARENA_MAX = 64 << 20,
    RETIRE_AFTER_MS = 60 * 1000, /* servers look for a newer key every ten seconds (town.c) */
    PAUSE_MS = 5, /* between slices, so that a running town's writer comes in between */
};

/* What a command works with. */
struct sealing {
    struct arena arena;
    struct db *db;
    int64_t counts[SEAL_KEYS_MAX + 1]; /* fields by key */
    int64_t strange;                   /* fields of no key that can be */
    struct rows listed;                /* q_store_seal_keys */
};

static enum err no_words(int argc, char **argv, struct err_info *info)
{
    if (argc == 0)
        return OK;
    *info = (struct err_info){.field = argv[0], .text = "no such setting; --help lists them"};
    return ERR_INVALID;
}

static enum err count_fields(struct sealing *s)
{
    struct rows rs;
    enum err e = OK;
    memset(s->counts, 0, sizeof(s->counts));
    s->strange = 0;
    for (size_t i = 0; !e && i < town_sealed_n; i++) {
        e = db_select(s->db, town_sealed[i].count, NO_ARGS, &s->arena, &rs);
        for (size_t k = 0; !e && k < rs.n; k++) {
            struct str key = row_str(&rs, k, "key");
            int id = key.n == 1 ? (unsigned char)key.p[0] : 0;
            if (id >= 1 && id <= SEAL_KEYS_MAX)
                s->counts[id] += row_int(&rs, k, "n");
            else
                s->strange += row_int(&rs, k, "n");
        }
    }
    return e ? e : db_select(s->db, &q_store_seal_keys, NO_ARGS, &s->arena, &s->listed);
}

/* Opens the store as `serve` would: its keys are there and are the right ones. */
static enum err open_sealing(struct sealing *s, const struct config *config, struct err_info *info)
{
    enum err e = seal_load(config->data_dir.p, &s->arena, info);
    if (!e)
        e = app_migrate(config, &s->arena, info);
    if (!e)
        e = db_open(config->store_url.p, DB_WRITE, &s->db, &s->arena, info);
    return e ? e : count_fields(s);
}

static int64_t of_former_keys(const struct sealing *s)
{
    int64_t n = 0;
    for (int id = 1; id <= SEAL_KEYS_MAX; id++)
        n += id == seal_newest() ? 0 : s->counts[id];
    return n;
}

/* --- sealing anew --- */

static enum err run_slice(struct sealing *s, const struct seal_column *c, int64_t *after, size_t *n,
                          size_t *broken)
{
    const struct timespec pause = {0, PAUSE_MS * 1000000L};
    struct arena arena;
    arena_init(&arena, SLICE_ARENA_MAX);
    enum err e = db_begin(s->db);
    if (!e)
        e = seal_slice(s->db, c, &arena, after, n, broken);
    if (!e)
        e = db_commit(s->db);
    if (e)
        db_rollback(s->db);
    arena_free(&arena);
    nanosleep(&pause, NULL);
    return e;
}

static enum err reseal(struct sealing *s)
{
    size_t broken = 0;
    enum err e = OK;
    for (size_t i = 0; !e && i < town_sealed_n; i++) {
        int64_t after = INT64_MIN, all = 0;
        for (size_t n = SEAL_SLICE; !e && n == SEAL_SLICE;) {
            e = run_slice(s, &town_sealed[i], &after, &n, &broken);
            all += e ? 0 : (int64_t)n;
        }
        if (!e)
            printf("%s: %lld sealed anew\n", town_sealed[i].purpose, (long long)all);
    }
    if (broken)
        printf("%zu cannot be opened and stay as they are: see the log\n", broken);
    if (!e)
        e = count_fields(s);
    if (!e && of_former_keys(s) > 0)
        printf("%lld fields are of a former key, sealed meanwhile by a server that had not taken "
               "the new one yet: run `guildhall seal reseal` in a minute\n",
               (long long)of_former_keys(s));
    return e;
}

/* --- the commands --- */

static enum err status(struct sealing *s, struct err_info *info)
{
    (void)info;
    for (size_t i = 0; i < s->listed.n; i++) {
        int64_t id = row_int(&s->listed, i, "id");
        time_t since = (time_t)(row_int(&s->listed, i, "since") / 1000);
        char day[16];
        struct tm utc;
        gmtime_r(&since, &utc);
        strftime(day, sizeof(day), "%Y-%m-%d", &utc);
        printf("key %lld, since %s: %lld fields%s\n", (long long)id, day, (long long)s->counts[id],
               id == seal_newest() ? ", seals" : "");
    }
    if (s->strange)
        printf("%lld fields are no sealed texts\n", (long long)s->strange);
    return OK;
}

static enum err rotate(struct sealing *s, struct err_info *info)
{
    int next = seal_newest() + 1;
    if (of_former_keys(s) > 0) {
        *info = (struct err_info){
            .field = "seal rotate",
            .text = "fields of former keys are left: first run `guildhall seal reseal`"};
        return ERR_CONFLICT;
    }
    enum err e = seal_make(next, &s->arena, info);
    if (!e)
        e = db_begin(s->db);
    if (!e)
        e = seal_use(s->db, next);
    if (!e)
        e = db_commit(s->db);
    if (e) {
        db_rollback(s->db);
        return e;
    }
    printf("seal-%d.key seals from now on; keep a copy apart from the database's\n", next);
    return reseal(s);
}

static enum err reseal_command(struct sealing *s, struct err_info *info)
{
    (void)info;
    return reseal(s);
}

static enum err retire(struct sealing *s, struct err_info *info)
{
    enum err e = OK;
    if (of_former_keys(s) > 0) {
        *info = (struct err_info){
            .field = "seal retire",
            .text = "fields of former keys are left: first run `guildhall seal reseal`"};
        return ERR_CONFLICT;
    }
    size_t last = s->listed.n - 1;
    if (clock_wall_ms() - row_int(&s->listed, last, "since") < RETIRE_AFTER_MS) {
        *info =
            (struct err_info){.field = "seal retire",
                              .text = "a server may not have taken the new key yet: in a minute"};
        return ERR_CONFLICT;
    }
    for (size_t i = 0; !e && i < s->listed.n; i++) {
        int64_t id = row_int(&s->listed, i, "id");
        if (id == 1)
            puts("seal.key seals nothing any more, but stays: hashes are made with it");
        if (id == 1 || id == seal_newest())
            continue;
        e = db_begin(s->db);
        if (!e)
            e = db_exec(s->db, &q_store_seal_key_remove, ARGS(V_INT(id)), NULL);
        if (!e)
            e = db_commit(s->db);
        if (e)
            db_rollback(s->db);
        else
            printf("seal-%lld.key is not needed any more, unless to open an older backup\n",
                   (long long)id);
    }
    return e;
}

static int run(struct config *config, int argc, char **argv,
               enum err (*work)(struct sealing *s, struct err_info *info))
{
    static struct sealing s;
    struct err_info info = {0};
    arena_init(&s.arena, ARENA_MAX);
    enum err e = no_words(argc, argv, &info);
    if (!e)
        e = open_sealing(&s, config, &info);
    if (!e)
        e = work(&s, &info);
    int result = e ? main_fail(&info, e) : 0;
    if (s.db)
        db_close(s.db);
    arena_free(&s.arena);
    return result;
}

int command_seal_status(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, status);
}

int command_seal_rotate(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, rotate);
}

int command_seal_reseal(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, reseal_command);
}

int command_seal_retire(struct config *config, int argc, char **argv)
{
    return run(config, argc, argv, retire);
}
