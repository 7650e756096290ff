#include "town/demo/makers.h"

#include <stdio.h>

#include "store/queries.h"
#include "town/demo/kinds.h"
#include "town/demo/scan.h"
#include "town/factories/factories.h"

#define HOUR_MS (INT64_C(3600) * 1000)
enum { HOURS_BETWEEN = 3 }; /* makers come one after the other */

static int below(struct rnd_seq *seq, int bound)
{
    return (int)rnd_seq_below(seq, (uint64_t)bound);
}

/* "Founded in …": what it makes, in both languages. */
static void describe(struct tx *tx, struct rnd_seq *seq, const struct demo_name *name,
                     struct factory_entry *e)
{
    int year = 1994 + below(seq, 26), area = 12 + below(seq, 88), lines = 2 + below(seq, 9);
    struct buf zh, en;
    buf_init(&zh, 512);
    buf_init(&en, 512);
    for (int i = 0; i < DEMO_TRADE_KINDS && demo_trade_kind(name->trade, i); i++)
        for (int k = 0; k < demo_kinds_n; k++)
            if (strcmp(demo_kinds[k].slug, demo_trade_kind(name->trade, i)) == 0) {
                buf_printf(&zh, "%s%s", i ? "、" : "", demo_kinds[k].name.zh);
                buf_printf(&en, "%s%s", i ? ", " : "", demo_kinds[k].name.en);
            }
    struct arena *a = tx->arena;
    e->at[FACTORY_ABOUT_ZH] =
        str_of(arena_printf(a, "%d 年建厂，厂房 %d00 平方米，装配线 %d 条。主要做%.*s。", year,
                            area, lines, (int)zh.n, (const char *)zh.p));
    e->at[FACTORY_ABOUT_EN] =
        str_of(arena_printf(a,
                            "Founded in %d; %d00 m² of floor and %d assembly lines. "
                            "Makes %.*s.",
                            year, area, lines, (int)en.n, (const char *)en.p));
    buf_free(&zh);
    buf_free(&en);
}

/* A code as a licence would bear it, of nobody: the body's own nine are counted up. */
static void invent_code(int i, char code[FACTORY_CODE_CHARS + 1])
{
    snprintf(code, FACTORY_CODE_CHARS + 1, "91330282MADEM%04d0", i);
    code[FACTORY_CODE_CHARS - 1] = factories_code_last(code);
}

static enum err write_licence(struct tx *tx, struct factory_entry *e, struct object_new *scan)
{
    const char *const lines[DEMO_SCAN_LINES] = {
        "Business licence (demonstration)",
        arena_printf(tx->arena, "Name: %.*s", STR_ARG(e->at[FACTORY_NAME_EN])),
        arena_printf(tx->arena, "Unified social credit code: %.*s", STR_ARG(e->at[FACTORY_CODE])),
        "This firm is invented.",
    };
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    enum err err = demo_scan_write(lines, scan);
    e->scan_sha256 = str_of(arena_strdup(tx->arena, scan->id.hex));
    e->at[FACTORY_SCAN] = str_of(arena_printf(tx->arena, "%.*s.pdf", STR_ARG(e->slug)));
    return err;
}

/* The entry of demo_name(i), whose licence is written and not kept yet. */
static enum err make_entry(struct tx *tx, struct rnd_seq *seq, int i, struct factory_entry *e,
                           struct object_new *scan)
{
    static const char *const families[] = {"周", "沈", "陆", "叶", "方", "孙", "许", "姚"};
    char code[FACTORY_CODE_CHARS + 1];
    struct arena *a = tx->arena;
    struct demo_name name;
    demo_name(i, a, &name);
    invent_code(i, code);
    *e = (struct factory_entry){.slug = name.slug};
    describe(tx, seq, &name, e);
    e->at[FACTORY_NAME_ZH] = name.zh;
    e->at[FACTORY_NAME_EN] = name.en;
    e->at[FACTORY_CODE] = str_of(arena_strdup(a, code));
    e->at[FACTORY_ADDRESS] = str_of(arena_printf(a, "智造小镇 %d 号路 %d 号", 1 + i % 9, 8 + i));
    e->at[FACTORY_CONTACT] = str_of(arena_printf(a, "%s厂长", families[i % 8]));
    e->at[FACTORY_PHONE] = str_of(arena_printf(a, "1990000%04d", i));
    return write_licence(tx, e, scan);
}

enum err fill_makers(struct tx *tx, struct rnd_seq *seq, int64_t factories[DEMO_FACTORIES])
{
    struct object_new *scans = arena_array(tx->arena, DEMO_FACTORIES, sizeof(*scans));
    struct factory_actor system = {0, FACTORY_AS_SYSTEM};
    int64_t begin = tx->now_ms;
    enum err e = scans ? OK : ERR_NOMEM;
    for (int i = 0; e == OK && i < DEMO_FACTORIES; i++) {
        struct factory_entry entry;
        tx->now_ms = begin - (DEMO_FACTORIES - i) * HOURS_BETWEEN * HOUR_MS;
        e = make_entry(tx, seq, i, &entry, &scans[i]);
        if (e == OK)
            e = factories_register(tx, &entry, 0, &factories[i]);
        if (e == OK)
            e = factories_move(tx, factories[i], 0, "admit", STR_NONE, system);
    }
    tx->now_ms = begin;
    return e != OK ? e : objects_keep(scans, DEMO_FACTORIES);
}

/* ---- those that are not in yet ---- */

static const struct {
    const char *owner; /* a login */
    int hours;         /* since it was sent */
    const char *returned;
} applicants[] = {
    {"shenhe", 30, NULL},
    {"yecheng", 6, NULL},
    {"fangli", 52, "执照上的地址与登记的生产地址不一致，请核对后再交。"},
};
_Static_assert(sizeof(applicants) / sizeof(applicants[0]) == DEMO_APPLICANTS, "one row each");

static enum err id_of(struct tx *tx, const char *login, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_people_user_by_login, ARGS(V_Z(login)), tx->arena, &rs);
    *id = e == OK ? row_int(&rs, 0, "id") : 0;
    return e;
}

static enum err apply(struct tx *tx, struct rnd_seq *seq, int i, struct object_new *scan)
{
    struct factory_entry entry;
    struct factory_actor owner = {.as = FACTORY_AS_OWNER}, base = {.as = FACTORY_AS_OPERATOR};
    int64_t id;
    enum err e = make_entry(tx, seq, DEMO_FACTORIES + i, &entry, scan);
    if (e == OK)
        e = id_of(tx, applicants[i].owner, &owner.user_id);
    if (e == OK)
        e = id_of(tx, "operator", &base.user_id);
    if (e == OK)
        e = factories_register(tx, &entry, owner.user_id, &id);
    if (e == OK)
        e = factories_move(tx, id, 0, "submit", STR_NONE, owner);
    if (e != OK || !applicants[i].returned)
        return e;
    tx->now_ms += 20 * HOUR_MS;
    return factories_move(tx, id, 0, "return", str_of(applicants[i].returned), base);
}

enum err fill_applicants(struct tx *tx, struct rnd_seq *seq)
{
    struct object_new scans[DEMO_APPLICANTS];
    int64_t now_ms = tx->now_ms;
    enum err e = OK;
    for (int i = 0; e == OK && i < DEMO_APPLICANTS; i++) {
        tx->now_ms = now_ms - applicants[i].hours * HOUR_MS;
        e = apply(tx, seq, i, &scans[i]);
    }
    tx->now_ms = now_ms;
    return e != OK ? e : objects_keep(scans, DEMO_APPLICANTS);
}
