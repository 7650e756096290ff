#include "town/demo/demo.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/demo/encoder.h"
#include "town/demo/fill.h"
#include "town/demo/host.h"
#include "town/demo/plan.h"
#include "town/shows/shows.h"

enum { ARENA_MAX = 256 << 20 }; /* of the one transaction that fills the town */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* ---- filling ---- */

struct fill {
    struct command cmd;
    int64_t show;
};

static enum err run_fill(struct command *cmd, struct tx *tx)
{
    struct fill *f = (struct fill *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_demo_people_n, NO_ARGS, tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") == 0)
        return fill_town(tx, &f->show);
    if (e == OK)
        e = db_one(tx->db, &q_people_user_by_login, ARGS(V_Z(demo_show_now.host)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                      .field = "data",
                                      .text = "this store is somebody's: the demo fills only an "
                                              "empty one"};
        return ERR_CONFLICT;
    }
    if (e == OK)
        e = db_one(tx->db, &q_demo_open_show,
                   ARGS(V_Z(demo_show_now.title.zh), V_Z(demo_show_now.host)), tx->arena, &rs);
    if (e == OK)
        f->show = row_int(&rs, 0, "id");
    else if (e == ERR_NOT_FOUND) /* its host ended it */
        e = fill_show_now(tx, &f->show);
    if (e == OK) /* what was planned for days that have passed */
        e = db_exec(tx->db, &q_demo_move_planned,
                    ARGS(V_INT(DAY_MS), V_INT(tx->now_ms), V_INT(f->show)), NULL);
    return e;
}

static enum err read_key(const char *store_url, int64_t show, struct arena *arena, struct str *key,
                         struct err_info *info)
{
    struct db *db;
    enum err e = db_open(store_url, DB_READ, &db, arena, info);
    if (e != OK)
        return e;
    e = shows_key(db, arena, show, key);
    db_close(db);
    return e;
}

enum err demo_fill(struct writer *w, const char *store_url, struct arena *arena,
                   struct demo_town *out, struct err_info *info)
{
    struct arena own;
    arena_init(&own, ARENA_MAX);
    struct fill f = {.cmd = {.name = "demo.fill", .run = run_fill, .arena = &own}};
    enum err e = writer_call(w, &f.cmd);
    if (e != OK) {
        *info = f.cmd.info;
        if (info->text)
            info->text = arena_strdup(arena, info->text);
    }
    arena_free(&own);
    out->show = f.show;
    return e == OK ? read_key(store_url, f.show, arena, &out->show_key, info) : e;
}

void demo_print_accounts(FILE *out)
{
    for (int i = 0; i < demo_people_n; i++)
        if (demo_people[i].password)
            fprintf(out, "              %-10s %-16s %s\n", demo_people[i].login,
                    demo_people[i].password, demo_people[i].what);
}

/* ---- the encoder ---- */

static enum err read_scenes(const char *store_url, int64_t show, struct arena *arena,
                            struct demo_encoder_spec *spec)
{
    struct db *db;
    struct rows rs;
    struct err_info info = {0};
    enum err e = db_open(store_url, DB_READ, &db, arena, &info);
    if (e != OK)
        return e;
    e = db_select(db, &q_demo_scenes, ARGS(V_INT(show), V_INT(DEMO_SCENES_MAX)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        spec->items[spec->items_n++] =
            (struct demo_item){.item = row_int(&rs, i, "id"),
                               .scene = {.kind = row_str(&rs, i, "kind"),
                                         .colour = row_str(&rs, i, "colour"),
                                         .shape = row_int(&rs, i, "shape"),
                                         .title_zh = row_str(&rs, i, "title_zh"),
                                         .title_en = row_str(&rs, i, "title_en"),
                                         .factory_zh = row_str(&rs, i, "factory_zh"),
                                         .price_fen = row_int(&rs, i, "price_fen"),
                                         .hall_price_fen = row_int(&rs, i, "hall_price_fen"),
                                         .index = (int)i,
                                         .count = (int)rs.n}};
    db_close(db);
    return e;
}

/* Whatever it listens on, it is on this machine. */
static const char *own_address(struct arena *arena, const char *http)
{
    const char *port = strrchr(http, ':');
    return arena_printf(arena, "http://127.0.0.1:%s", port ? port + 1 : http);
}

struct demo_live {
    struct demo_encoder *encoder;
    struct demo_host *host;
};

static void reached(void *arg, int64_t item)
{
    demo_host_shows(arg, item);
}

static struct demo_host *start_host(const struct demo_encoder_spec *encoder, struct writer *w,
                                    const char *base)
{
    struct demo_host_spec spec = {.base = base, .show = encoder->show, .writer = w};
    for (int i = 0; i < encoder->items_n && i < DEMO_HOST_ITEMS_MAX; i++) {
        spec.items[i].item = encoder->items[i].item;
        spec.items[i].kind = arena_strndup(encoder->arena, encoder->items[i].scene.kind.p,
                                           encoder->items[i].scene.kind.n);
        spec.items_n++;
    }
    return demo_host_start(&spec);
}

struct demo_live *demo_live_start(const struct demo_town *town, struct writer *w,
                                  const char *store_url, const char *dir, const char *rtmp,
                                  const char *http)
{
    struct arena arena;
    struct demo_live *live = calloc(1, sizeof(*live));
    arena_init(&arena, 1 << 20);
    struct demo_encoder_spec spec = {
        .arena = &arena,
        .dir = dir,
        .rtmp_url = arena_printf(&arena, "rtmp://%s/live/show-%lld?key=%.*s", rtmp,
                                 (long long)town->show, STR_ARG(town->show_key)),
        .show = town->show,
        .reached = reached};
    enum err e = live ? read_scenes(store_url, town->show, &arena, &spec) : ERR_NOMEM;
    if (e == OK)
        live->host = start_host(&spec, w, own_address(&arena, http));
    if (e == OK && live->host && !arena_failed(&arena)) {
        spec.arg = live->host;
        live->encoder = demo_encoder_start(&spec);
    }
    if (!live || !live->encoder)
        LOG(WARN, "demo.no_encoder", L_Z("why", err_name(e)));
    arena_free(&arena);
    return live;
}

void demo_live_stop(struct demo_live *live)
{
    if (!live)
        return;
    demo_encoder_stop(live->encoder);
    demo_host_stop(live->host);
    free(live);
}
