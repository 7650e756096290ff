#include "town/demo/waiting.h"

#include "store/queries.h"
#include "town/certificates/certificates.h"
#include "town/demo/goods.h"
#include "town/demo/scan.h"

enum { FEW_LEFT = 3, CERTIFICATE_YEARS = 5, NUMBER_FIRST = 30000000 };
#define HOUR_MS (INT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)

static const struct hall_actor maker = {0, HALL_AS_MAKER}, base = {0, HALL_AS_OPERATOR};

/* One after the other: the ledger's moments rise. Below the hours since the last show. */
static const struct waiting {
    int hours;            /* since it came to where it is */
    bool is_clerks;       /* of the clerk's own factory */
    const char *about_zh; /* instead of the usual words */
    const char *returned; /* the base's words */
    bool is_draft, is_on;
} goods[] = {
    {49, false, NULL, NULL, false, false},
    {48, true, "出厂前逐台检测，同价位里做工最好，两年内只换不修。", NULL, false, true},
    {45, true, NULL, NULL, true, false},
    {26, false, NULL, NULL, false, false},
    {20, true, NULL, "铭牌照片上写的是 1800 W，这里填的功率不一致，请核对后再交。", false, false},
    {5, false, NULL, NULL, false, false},
};
enum { GOODS = sizeof(goods) / sizeof(goods[0]) };

/* The next good of the generator after *at that fits. */
static void find_good(const struct waiting *w, int clerks, struct arena *arena, int *at,
                      struct demo_good *out)
{
    do {
        ++*at;
        demo_good(*at, arena, out);
    } while ((out->factory == clerks) != w->is_clerks);
}

static enum err add_good(struct tx *tx, const struct waiting *w, struct hall_product_new *p)
{
    enum err e = w->is_on ? hall_product_add(tx, p) : hall_product_draft(tx, p);
    if (e == OK && !w->is_on && !w->is_draft)
        e = hall_product_move(tx, p->id, 0, "submit", STR_NONE, maker);
    if (e != OK || !w->returned)
        return e;
    tx->now_ms += HOUR_MS;
    return hall_product_move(tx, p->id, 0, "return", str_of(w->returned), base);
}

/* ids of those of the clerk's that are on show. */
static enum err add_goods(struct tx *tx, const int64_t *factories, const int64_t *kinds, int clerks,
                          int64_t *on_show)
{
    int64_t now_ms = tx->now_ms;
    int at = DEMO_PRODUCTS;
    enum err e = OK;
    for (int i = 0; e == OK && i < GOODS; i++) {
        const struct waiting *w = &goods[i];
        struct demo_good g;
        find_good(w, clerks, tx->arena, &at, &g);
        struct hall_product_new *p = &g.product;
        p->factory = factories[g.factory];
        p->kind = kinds[g.kind - demo_kinds];
        if (w->about_zh)
            p->about_zh = str_of(w->about_zh);
        if (w->is_on)
            p->skus[0].stock = FEW_LEFT;
        tx->now_ms = now_ms - w->hours * HOUR_MS;
        e = add_good(tx, w, p);
        if (e == OK && w->is_on)
            *on_show = p->id;
    }
    tx->now_ms = now_ms;
    return e;
}

/* ---- certificates ---- */

static struct str day_of(struct tx *tx, int64_t days)
{
    char day[CERTIFICATE_DAY];
    certificate_day(tx->now_ms + days * DAY_MS, day);
    return arena_str(tx->arena, str_of(day));
}

static enum err write_scan(struct tx *tx, struct certificate_edit *c, struct object_new *scan)
{
    const char *const lines[DEMO_SCAN_LINES] = {
        "China Compulsory Certification (demonstration)",
        arena_printf(tx->arena, "Certificate: %.*s", STR_ARG(c->number)),
        arena_printf(tx->arena, "Valid until: %.*s", STR_ARG(c->valid_until)),
        "Everything in it is invented."};
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    enum err e = demo_scan_write(lines, scan);
    if (e == OK)
        e = objects_keep(scan, 1);
    c->scan = str_of(arena_strdup(tx->arena, scan->id.hex));
    c->scan_type = STR("application/pdf");
    return e;
}

static enum err add_certificate(struct tx *tx, int n, int64_t organisation, int64_t product,
                                int64_t replaces, int64_t ends_in_days, unsigned as)
{
    struct object_new scan;
    struct certificate_edit c = {
        .organisation = organisation,
        .type = STR("ccc"),
        .number = str_of(arena_printf(tx->arena, "20260107%d", NUMBER_FIRST + n * 37)),
        .class_ = STR("家用和类似用途电器"),
        .issued_on = day_of(tx, ends_in_days - CERTIFICATE_YEARS * 365),
        .valid_until = day_of(tx, ends_in_days),
        .replaces = replaces,
        .products = &product,
        .products_n = 1};
    enum err e = write_scan(tx, &c, &scan);
    return e != OK ? e : certificate_save(tx, &c, (struct certificate_actor){0, as});
}

/* Two makers have sent in what takes the place of one that has ended. */
static enum err send_renewals(struct tx *tx)
{
    struct rows rs;
    int64_t now_ms = tx->now_ms;
    enum err e = db_select(tx->db, &q_demo_marks_ended, NO_ARGS, tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        tx->now_ms = now_ms - (int64_t)(3 + 19 * (rs.n - 1 - i)) * HOUR_MS;
        e = add_certificate(tx, 1 + (int)i, row_int(&rs, i, "organisation_id"),
                            row_int(&rs, i, "product_id"), row_int(&rs, i, "id"),
                            CERTIFICATE_YEARS * 365 - 4, CERTIFICATE_AS_MAKER);
    }
    tx->now_ms = now_ms;
    return e;
}

enum err fill_waiting(struct tx *tx, const int64_t factories[DEMO_FACTORIES], const int64_t *kinds,
                      int clerks)
{
    int64_t on_show = 0;
    enum err e = add_goods(tx, factories, kinds, clerks, &on_show);
    if (e == OK)
        e = add_certificate(tx, 0, factories[clerks], on_show, 0, -2, CERTIFICATE_AS_SYSTEM);
    if (e == OK)
        e = certificates_expire(tx, NULL);
    return e != OK ? e : send_renewals(tx);
}
