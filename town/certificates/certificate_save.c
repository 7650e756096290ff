#include "town/certificates/certificates.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/factories/factories.h"
#include "town/gone/gone.h"
#include "town/hall/hall.h"

enum {
    EXPIRE_MOST = 25, /* a time, so that nobody waits long: each may cover hundreds of goods */
    EXPIRE_EVERY_MS = 5 * 1000,
    LACKS_MAX = 200,
    WEIGH_SLICE = 200,
    WEIGH_ARENA_MAX = 4 * 1024 * 1024,
};

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

/* --- days --- */

void certificate_day(int64_t utc_ms, char out[CERTIFICATE_DAY])
{
    static_assert((int)CERTIFICATE_DAY == (int)DAY_TEXT, "a certificate's days are the town's");
    day_text(day_of(utc_ms), out);
}

bool certificate_day_ok(struct str day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int n[3] = {0}, at = 0;
    if (day.n != CERTIFICATE_DAY - 1 || day.p[4] != '-' || day.p[7] != '-')
        return false;
    for (size_t i = 0; i < day.n; i++) {
        if (i == 4 || i == 7) {
            at++;
            continue;
        }
        if (day.p[i] < '0' || day.p[i] > '9')
            return false;
        n[at] = n[at] * 10 + (day.p[i] - '0');
    }
    if (n[0] < 1980 || n[1] < 1 || n[1] > 12 || n[2] < 1)
        return false;
    bool leap = n[1] == 2 && n[0] % 4 == 0 && (n[0] % 100 != 0 || n[0] % 400 == 0);
    return n[2] <= lengths[n[1] - 1] + leap;
}

static bool is_before(struct str a, struct str b) /* days of the same form */
{
    return memcmp(a.p, b.p, CERTIFICATE_DAY - 1) < 0;
}

/* --- what a product lacks --- */

static enum err read_lacks(struct tx *tx, int64_t product, struct str market, bool is_suspended,
                           struct str *out)
{
    struct rows rs;
    char text[LACKS_MAX] = "";
    size_t n = 0;
    *out = STR("export");
    if (str_eq_z(market, "export"))
        return OK;
    enum err e = db_select(tx->db, &q_certificates_needed, ARGS(V_INT(product), V_Z("home")),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str type = row_str(&rs, i, "type");
        if (row_int(&rs, i, "is_there") || n + type.n + sizeof(" maker") + 1 > sizeof(text))
            continue;
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", n ? " " : "", STR_ARG(type));
    }
    if (is_suspended)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%smaker", n ? " " : "");
    *out = arena_str(tx->arena, str_n(text, n));
    return e;
}

static enum err valid_types(struct tx *tx, int64_t product, int64_t *bits)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_certificates_valid_types, ARGS(V_INT(product)), tx->arena, &rs);
    *bits = 0;
    for (size_t i = 0; !e && i < rs.n; i++)
        for (size_t k = 0; k < certificates_facet.n; k++)
            if (str_eq_z(row_str(&rs, i, "type"), certificates_facet.values[k].slug))
                *bits |= INT64_C(1) << k;
    return e;
}

const struct hall_facet certificates_facet = {
    .n = 11,
    .values = {{"ccc", "certificates.type_ccc"},
               {"energy", "certificates.type_energy"},
               {"ce", "certificates.type_ce"},
               {"ukca", "certificates.type_ukca"},
               {"ul", "certificates.type_ul"},
               {"pse", "certificates.type_pse"},
               {"kc", "certificates.type_kc"},
               {"rcm", "certificates.type_rcm"},
               {"gmark", "certificates.type_gmark"},
               {"bis", "certificates.type_bis"},
               {"town_mark", "certificates.type_town_mark"}},
    .of = valid_types};

enum err certificate_weigh(struct tx *tx, int64_t product)
{
    struct rows rs;
    struct str lacks;
    enum err e = db_one(tx->db, &q_certificates_product, ARGS(V_INT(product)), tx->arena, &rs);
    if (!e)
        e = read_lacks(tx, product, row_str(&rs, 0, "market"), row_int(&rs, 0, "is_suspended") != 0,
                       &lacks);
    if (!e)
        e = db_exec(tx->db, &q_certificates_set_lacks, ARGS(V_STR(lacks), V_INT(product)), NULL);
    return e;
}

/* Of a product that is not being saved just now, which is found by its certificates, too. */
static enum err weigh_and_index(struct tx *tx, int64_t product)
{
    enum err e = certificate_weigh(tx, product);
    return e ? e : hall_search_index(tx, product);
}

/* With memory of its own: they may be thousands. */
static enum err weigh_in_scratch(struct tx *tx, int64_t product)
{
    struct arena arena;
    struct tx own = *tx;
    arena_init(&arena, WEIGH_ARENA_MAX);
    own.arena = &arena;
    enum err e = weigh_and_index(&own, product);
    arena_free(&arena);
    return e;
}

static enum err weigh_covered(struct tx *tx, int64_t certificate)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_certificates_covered, ARGS(V_INT(certificate)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = weigh_in_scratch(tx, row_int(&rs, i, "id"));
    return e;
}

static enum err weigh_all(struct tx *tx, const struct query *goods, int64_t of)
{
    struct rows rs;
    int64_t after = 0;
    enum err e = OK;
    do {
        e = db_select(tx->db, goods, ARGS(V_INT(of), V_INT(after), V_INT(WEIGH_SLICE)), tx->arena,
                      &rs);
        for (size_t i = 0; !e && i < rs.n; i++) {
            after = row_int(&rs, i, "id");
            e = weigh_in_scratch(tx, after);
        }
    } while (!e && rs.n == WEIGH_SLICE);
    return e;
}

/* Its state is another now. */
static enum err weigh_maker(struct tx *tx, int64_t organisation)
{
    return weigh_all(tx, &q_certificates_goods_of, organisation);
}

enum err certificate_rule_add(struct tx *tx, int64_t kind, const char *type, const char *market)
{
    return db_exec(tx->db, &q_certificates_rule_add, ARGS(V_INT(kind), V_Z(type), V_Z(market)),
                   NULL);
}

enum err certificate_rule_put(struct tx *tx, int64_t kind, struct str type)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_certificates_rules_of, ARGS(V_INT(kind)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (!str_eq(row_str(&rs, i, "type"), type))
            continue;
        if (row_int(&rs, i, "is_there"))
            return refuse(tx, ERR_EXISTS, "type", "certificates.rule_there");
        e = db_exec(tx->db, &q_certificates_rule_add,
                    ARGS(V_INT(kind), V_STR(type), V_STR(row_str(&rs, i, "market"))), NULL);
        return e ? e : weigh_all(tx, &q_certificates_goods_of_kind, kind);
    }
    return e ? e : refuse(tx, ERR_INVALID, "type", "certificates.rule_unknown");
}

enum err certificate_rule_remove(struct tx *tx, int64_t kind, struct str type)
{
    int64_t changed = 0;
    enum err e =
        db_exec(tx->db, &q_certificates_rule_remove, ARGS(V_INT(kind), V_STR(type)), &changed);
    if (!e && changed == 0)
        return ERR_NOT_FOUND;
    return e ? e : weigh_all(tx, &q_certificates_goods_of_kind, kind);
}

/* --- saving --- */

static enum err write_event(struct tx *tx, int64_t certificate, const struct transition *t,
                            struct str note, struct certificate_actor actor)
{
    return db_exec(tx->db, &q_certificates_event_add,
                   ARGS(V_INT(certificate), V_INT(tx->now_ms),
                        actor.user ? V_INT(actor.user) : V_NULL, V_Z(t->event),
                        t->from ? V_Z(t->from) : V_NULL, V_Z(t->to), V_STR(note)),
                   NULL);
}

static enum err check_days(struct tx *tx, struct certificate_edit *c)
{
    char today[CERTIFICATE_DAY];
    certificate_day(tx->now_ms, today);
    if (c->valid_until.n == 0)
        c->valid_until = STR(CERTIFICATE_NO_END);
    if (!certificate_day_ok(c->issued_on) || is_before(str_of(today), c->issued_on))
        return refuse(tx, ERR_INVALID, "issued_on", "certificates.bad_issued");
    if (!certificate_day_ok(c->valid_until) || is_before(c->valid_until, c->issued_on))
        return refuse(tx, ERR_INVALID, "valid_until", "certificates.bad_until");
    return OK;
}

/* What the base issues nobody else may add, and the base adds nothing else. */
static enum err check_type(struct tx *tx, const struct certificate_edit *c,
                           struct certificate_actor actor)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_certificates_type, ARGS(V_STR(c->type)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return refuse(tx, ERR_INVALID, "type", "certificates.bad_type");
    bool town = !e && row_str(&rs, 0, "is_town").n > 0;
    if (!e && ((town && actor.as & CERTIFICATE_AS_MAKER) ||
               (!town && actor.as & CERTIFICATE_AS_OPERATOR)))
        return refuse(tx, ERR_FORBIDDEN, "type", "certificates.not_yours");
    return e;
}

/* *old: the valid one of that number, when it is what this one replaces; else 0. */
static enum err check_number(struct tx *tx, const struct certificate_edit *c, int64_t *old)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_certificates_same_number,
                           ARGS(V_STR(c->type), V_STR(c->number)), tx->arena, &rs);
    int64_t there = !e && rs.n ? row_int(&rs, 0, "id") : 0;
    *old = there && there == c->replaces ? there : 0;
    if (there && there != c->id && !*old)
        return refuse(tx, ERR_EXISTS, "number", "certificates.number_taken");
    return e;
}

static enum err write_products(struct tx *tx, const struct certificate_edit *c)
{
    struct rows rs;
    struct val *args = arena_array(tx->arena, c->products_n * 2, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    if (c->products_n == 0 || c->products_n > CERTIFICATE_PRODUCTS_MAX)
        return refuse(tx, ERR_INVALID, "products", "certificates.needs_products");
    for (size_t i = 0; i < c->products_n; i++) {
        args[2 * i] = V_INT(c->id);
        args[2 * i + 1] = V_INT(c->products[i]);
    }
    /* What it covered before lost nothing by that: only what is not valid yet is edited. */
    enum err e = db_exec(tx->db, &q_certificates_uncover, ARGS(V_INT(c->id)), NULL);
    if (!e)
        e = db_exec_many(tx->db, &q_certificates_cover, args, c->products_n, NULL);
    if (!e)
        e = db_one(tx->db, &q_certificates_foreign_products,
                   ARGS(V_INT(c->id), V_INT(c->organisation)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n"))
        return refuse(tx, ERR_INVALID, "products", "certificates.foreign_product");
    return e;
}

static struct val or_null(struct str s)
{
    return s.n ? V_STR(s) : V_NULL;
}

static enum err write_row(struct tx *tx, struct certificate_edit *c, const char *status)
{
    struct rows rs;
    if (c->id)
        return db_exec(tx->db, &q_certificates_set,
                       ARGS(V_STR(c->number), V_STR(c->class_), V_STR(c->scope),
                            V_STR(c->issued_on), V_STR(c->valid_until), or_null(c->scan),
                            or_null(c->scan_type), V_Z(status), V_INT(tx->now_ms), V_INT(c->id)),
                       NULL);
    enum err e =
        db_one(tx->db, &q_certificates_add,
               ARGS(V_INT(c->organisation), V_STR(c->type), V_STR(c->number), V_STR(c->class_),
                    V_STR(c->scope), V_STR(c->issued_on), V_STR(c->valid_until), or_null(c->scan),
                    or_null(c->scan_type), V_Z(status), c->replaces ? V_INT(c->replaces) : V_NULL,
                    V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (!e)
        c->id = row_int(&rs, 0, "id");
    return e;
}

/* The state that it is in, its scan, and whether somebody changed it meanwhile. */
static enum err read_status(struct tx *tx, struct certificate_edit *c, struct str *status,
                            struct str *scan)
{
    struct rows rs;
    *status = *scan = STR_NONE;
    if (!c->id)
        return OK;
    enum err e = db_one(tx->db, &q_certificates_get, ARGS(V_INT(c->id)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "version") != c->version)
        return refuse(tx, ERR_CONFLICT, "version", "certificates.edited_meanwhile");
    *status = e ? STR_NONE : row_str(&rs, 0, "status");
    *scan = e || row_null(&rs, 0, "scan") ? STR_NONE : row_str(&rs, 0, "scan");
    if (!e && !row_null(&rs, 0, "replaces")) /* what it replaces was said when it was added */
        c->replaces = row_int(&rs, 0, "replaces");
    return e;
}

enum err certificate_save(struct tx *tx, struct certificate_edit *c, struct certificate_actor actor)
{
    const struct transition *t = NULL;
    bool by_base = !(actor.as & CERTIFICATE_AS_MAKER);
    int64_t old;
    struct str status, scan;
    enum err e = read_status(tx, c, &status, &scan);
    if (!e)
        e = transition_next(&certificate_transitions, status,
                            c->id     ? "edit"
                            : by_base ? "issue"
                                      : "add",
                            actor.as, &t);
    if (!e)
        e = check_type(tx, c, actor);
    if (!e)
        e = check_days(tx, c);
    if (!e)
        e = check_number(tx, c, &old);
    if (!e)
        e = write_row(tx, c, t->to);
    if (!e)
        e = write_products(tx, c);
    if (!e)
        e = write_event(tx, c->id, t, STR(""), actor);
    if (!e && scan.n && c->scan.n && !str_eq(scan, c->scan))
        e = gone_add(tx, scan);
    return e ? e : weigh_covered(tx, c->id);
}

/* A maker's certificate that has ended meanwhile is not approved. A renewal under the same number
 * takes the place of the one before it. */
static enum err check_approved(struct tx *tx, const struct rows *c)
{
    int64_t old;
    char today[CERTIFICATE_DAY];
    const struct certificate_actor system = {0, CERTIFICATE_AS_SYSTEM};
    struct certificate_edit edit = {.id = row_int(c, 0, "id"),
                                    .type = row_str(c, 0, "type"),
                                    .number = row_str(c, 0, "number")};
    if (!row_null(c, 0, "replaces"))
        edit.replaces = row_int(c, 0, "replaces");
    certificate_day(tx->now_ms, today);
    if (is_before(row_str(c, 0, "valid_until"), str_of(today)))
        return refuse(tx, ERR_CONFLICT, "valid_until", "certificates.has_ended");
    enum err e = check_number(tx, &edit, &old);
    return e || !old ? e : certificate_move(tx, old, 0, "supersede", STR_NONE, system);
}

enum err certificate_move(struct tx *tx, int64_t id, int64_t version, const char *event,
                          struct str note, struct certificate_actor actor)
{
    struct rows rs;
    const struct transition *t = NULL;
    enum err e = db_one(tx->db, &q_certificates_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e)
        e = transition_next(&certificate_transitions, row_str(&rs, 0, "status"), event, actor.as,
                            &t);
    if (!e && version && version != row_int(&rs, 0, "version"))
        return refuse(tx, ERR_CONFLICT, "version", "certificates.edited_meanwhile");
    if (!e && t->needs_note && note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "certificates.say_why");
    if (!e && strcmp(event, "approve") == 0)
        e = check_approved(tx, &rs);
    if (!e)
        e = db_exec(tx->db, &q_certificates_move, ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(id)),
                    NULL);
    if (!e)
        e = write_event(tx, id, t, note.n ? note : STR(""), actor);
    return e ? e : weigh_covered(tx, id);
}

/* --- when the last day has passed --- */

enum err certificates_expire(struct tx *tx, void *unused)
{
    const struct certificate_actor system = {0, CERTIFICATE_AS_SYSTEM};
    char today[CERTIFICATE_DAY];
    struct rows rs;
    (void)unused;
    certificate_day(tx->now_ms, today);
    enum err e = db_select(tx->db, &q_certificates_past, ARGS(V_Z(today), V_INT(EXPIRE_MOST)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        LOG(INFO, "certificates.expired", L_I("certificate", row_int(&rs, i, "id")));
        e = certificate_move(tx, row_int(&rs, i, "id"), 0, "expire", STR_NONE, system);
    }
    return e;
}

void certificates_start(struct writer *w)
{
    hall_on_saved(certificate_weigh);
    factories_on_moved(weigh_maker);
    writer_every(w, EXPIRE_EVERY_MS, "certificates.expire", certificates_expire, NULL);
}
