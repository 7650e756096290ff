#include "town/demo/marks.h"

#include <string.h>

#include "base/rnd.h"
#include "store/queries.h"
#include "town/certificates/certificates.h"

enum {
    SEED = 20210701,
    YEARS = 5,
    GOODS_MAX = 200,     /* of one maker and kind */
    ENDS_SOON_EVERY = 9, /* of the certificates, one in so many ends within three months */
    ENDED_EVERY = 17,    /* and one has ended, when nothing of it is shown */
    MARKED_EVERY = 11,   /* one in so many makers has the town's quality mark */
    NUMBER_STEP = 37,
    FILLED_DAYS_AGO = 30, /* the town is filled as of then */
};
#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Those of the compulsory list; a lamp, a humidifier, a shaver and the like are not on it. */
static const char *const compulsory[] = {
    "kettle",     "rice-cooker", "air-fryer", "juicer",           "blender", "induction-cooker",
    "oven",       "microwave",   "fan",       "heater",           "iron",    "vacuum-cleaner",
    "hair-dryer", "hot-pot",     "toaster",   "extension-socket",
};
enum { COMPULSORY = sizeof(compulsory) / sizeof(compulsory[0]) };

static enum err add_rules(struct tx *tx)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < COMPULSORY; i++) {
        struct rows rs;
        e = db_one(tx->db, &q_hall_kind_by_slug, ARGS(V_Z(compulsory[i])), tx->arena, &rs);
        if (e == OK)
            e = certificate_rule_add(tx, row_int(&rs, 0, "id"), "ccc", "home");
    }
    return e;
}

static struct str day_of(struct tx *tx, int64_t days)
{
    char day[CERTIFICATE_DAY];
    certificate_day(tx->now_ms + days * DAY_MS, day);
    return arena_str(tx->arena, str_of(day));
}

/* The rows of one maker and kind, from `at` on; how many there are. */
static size_t goods_from(const struct rows *rs, size_t at, int64_t ids[GOODS_MAX])
{
    size_t n = 0;
    while (at + n < rs->n && n < GOODS_MAX &&
           row_int(rs, at + n, "organisation_id") == row_int(rs, at, "organisation_id") &&
           row_int(rs, at + n, "kind_id") == row_int(rs, at, "kind_id")) {
        ids[n] = row_int(rs, at + n, "id");
        n++;
    }
    return n;
}

static enum err add_certificate(struct tx *tx, const struct rows *rs, size_t at, int number,
                                const int64_t *ids, size_t n)
{
    const struct certificate_actor system = {0, CERTIFICATE_AS_SYSTEM};
    struct rnd_seq seq = {SEED + (uint64_t)number * 7919};
    int64_t issued = -(int64_t)rnd_seq_below(&seq, 3 * 365) - 60;
    bool soon = number % ENDS_SOON_EVERY == 4;
    int64_t ends =
        soon ? (int64_t)rnd_seq_below(&seq, 88) + FILLED_DAYS_AGO + 2 : issued + YEARS * 365;
    struct certificate_edit c = {
        .organisation = row_int(rs, at, "organisation_id"),
        .type = STR("ccc"),
        .number = str_of(arena_printf(tx->arena, "20260107%08d", 10000000 + number * NUMBER_STEP)),
        .class_ = row_str(rs, at, "kind_zh"),
        .issued_on = day_of(tx, soon ? ends - YEARS * 365 : issued),
        .valid_until = day_of(tx, ends),
        .products = ids,
        .products_n = n};
    return certificate_save(tx, &c, system);
}

static enum err add_quality_mark(struct tx *tx, const struct rows *rs, size_t at, int number,
                                 const int64_t *ids, size_t n)
{
    const struct certificate_actor system = {0, CERTIFICATE_AS_SYSTEM};
    struct certificate_edit c = {.organisation = row_int(rs, at, "organisation_id"),
                                 .type = STR("town_mark"),
                                 .number = str_of(arena_printf(tx->arena, "ZZ-%04d", number)),
                                 .issued_on = day_of(tx, -120),
                                 .valid_until = day_of(tx, 610),
                                 .products = ids,
                                 .products_n = n};
    return certificate_save(tx, &c, system);
}

enum err fill_marks(struct tx *tx)
{
    struct rows rs;
    int64_t ids[GOODS_MAX];
    int number = 0;
    enum err e = add_rules(tx);
    if (e == OK)
        e = db_select(tx->db, &q_demo_goods_by_maker, NO_ARGS, tx->arena, &rs);
    for (size_t at = 0, n; e == OK && at < rs.n; at += n) {
        n = goods_from(&rs, at, ids);
        number++;
        e = add_certificate(tx, &rs, at, number, ids, n);
        if (e == OK && number % MARKED_EVERY == 0)
            e = add_quality_mark(tx, &rs, at, number, ids, n);
    }
    return e;
}

/* Their last day is set back, and then they end as any other does. */
enum err fill_ended_marks(struct tx *tx)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_demo_marks_unshown, NO_ARGS, tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i += ENDED_EVERY)
        e = db_exec(tx->db, &q_demo_mark_ends,
                    ARGS(V_STR(day_of(tx, -(int64_t)(i % 30) - 1)), V_INT(row_int(&rs, i, "id"))),
                    NULL);
    return e ? e : certificates_expire(tx, NULL);
}
