#include "town/hall/product_load.h"

#include <string.h>

#include "store/queries.h"

enum { PLACES_MAX = 3, DIGITS_MAX = 12 };

#define YUAN "\u5143" /* as people write it behind a price */

enum err hall_attributes_of(struct db *db, int64_t kind, struct arena *arena,
                            struct hall_attributes *out)
{
    struct rows rs;
    *out = (struct hall_attributes){0};
    enum err e = db_select(db, &q_hall_kind_attributes, ARGS(V_INT(kind)), arena, &rs);
    if (e)
        return e;
    out->all = arena_array(arena, rs.n, sizeof(*out->all));
    if (!out->all)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n && i < HALL_SPECS_MAX; i++)
        out->all[out->n++] = (struct hall_asked){
            .name = row_str(&rs, i, "name"),
            .kind = row_str(&rs, i, "kind"),
            .unit = row_str(&rs, i, "unit"),
            .words = row_str(&rs, i, "words"),
            .least = row_int(&rs, i, "least"),
            .most = row_int(&rs, i, "most"),
            .is_required = row_int(&rs, i, "is_required") != 0,
        };
    return OK;
}

static enum err load_specs(struct db *db, struct hall_product_edit *p, struct arena *arena)
{
    struct rows rs;
    enum err e = db_select(db, &q_hall_specs, ARGS(V_INT(p->id)), arena, &rs);
    struct hall_spec_edit *specs = e ? NULL : arena_array(arena, rs.n, sizeof(*specs));
    if (!specs)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        specs[i] = (struct hall_spec_edit){row_str(&rs, i, "name"), row_str(&rs, i, "kind"),
                                           row_str(&rs, i, "unit"), row_str(&rs, i, "word"),
                                           row_int(&rs, i, "amount")};
    p->specs = specs;
    p->specs_n = rs.n;
    return OK;
}

static enum err load_skus(struct db *db, struct hall_product_edit *p, struct arena *arena)
{
    struct rows rs;
    enum err e = db_select(db, &q_hall_skus_all, ARGS(V_INT(p->id)), arena, &rs);
    p->skus = e ? NULL : arena_array(arena, rs.n, sizeof(*p->skus));
    if (!p->skus)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        p->skus[i] = (struct hall_sku_edit){
            .id = row_int(&rs, i, "id"),
            .code = row_str(&rs, i, "code"),
            .name_zh = row_str(&rs, i, "name_zh"),
            .name_en = row_str(&rs, i, "name_en"),
            .gtin = row_str(&rs, i, "gtin"),
            .colour = row_str(&rs, i, "colour"),
            .price_fen = row_int(&rs, i, "price_fen"),
            .list_price_fen = row_int(&rs, i, "list_price_fen"),
            .is_on = str_eq_z(row_str(&rs, i, "status"), "on"),
        };
    p->skus_n = rs.n;
    return OK;
}

enum err hall_product_load(struct db *db, int64_t id, struct arena *arena,
                           struct hall_product_loaded *out)
{
    struct rows *rs = &out->row;
    *out = (struct hall_product_loaded){0};
    enum err e = db_one(db, &q_hall_product_of_id, ARGS(V_INT(id)), arena, rs);
    if (e)
        return e;
    out->status = row_str(rs, 0, "status");
    out->slug = row_str(rs, 0, "slug");
    out->factory_zh = row_str(rs, 0, "factory_zh");
    out->factory_en = row_str(rs, 0, "factory_en");
    out->edit = (struct hall_product_edit){.id = id,
                                           .version = row_int(rs, 0, "version"),
                                           .factory = row_int(rs, 0, "organisation_id"),
                                           .kind = row_int(rs, 0, "kind_id"),
                                           .shape = row_int(rs, 0, "shape"),
                                           .slug = out->slug};
    hall_fields_of_row(rs, 0, out->edit.fields);
    e = load_specs(db, &out->edit, arena);
    return e ? e : load_skus(db, &out->edit, arena);
}

/* --- amounts and prices as people write them --- */

static struct str decimal_text(int64_t n, int places, bool keep_zeros, struct arena *arena)
{
    int64_t unit = 1;
    for (int i = 0; i < places; i++)
        unit *= 10;
    const char *text =
        arena_printf(arena, "%lld.%0*lld", (long long)(n / unit), places, (long long)(n % unit));
    struct str s = str_of(text);
    while (!keep_zeros && s.n > 0 && s.p[s.n - 1] == '0')
        s.n--;
    if (s.n > 0 && s.p[s.n - 1] == '.')
        s.n--;
    return s;
}

/* "1,299.5" with `places` places → 129950 when they are two. */
static enum err decimal_read(struct str s, int places, int64_t *out)
{
    int digits = 0, after = -1;
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ',' && after < 0 && digits > 0)
            continue;
        if (c == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > DIGITS_MAX || (after >= 0 && ++after > places))
            return ERR_SYNTAX;
        n = n * 10 + (c - '0');
    }
    if (digits == 0)
        return ERR_SYNTAX;
    for (int i = after < 0 ? 0 : after; i < places; i++)
        n *= 10;
    *out = n;
    return OK;
}

struct str hall_amount_text(int64_t amount, bool milli, struct arena *arena)
{
    return milli ? decimal_text(amount, PLACES_MAX, false, arena)
                 : str_of(arena_printf(arena, "%lld", (long long)amount));
}

enum err hall_amount_read(struct str text, bool milli, int64_t *out)
{
    return decimal_read(str_trim(text), milli ? PLACES_MAX : 0, out);
}

enum err hall_price_read(struct str text, int64_t *fen)
{
    struct str s = str_trim(text);
    static const char *const signs[] = {"¥", "￥", "CNY", "RMB"};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (str_starts(s, signs[i]))
            s = str_trim(str_slice(s, str_of(signs[i]).n, s.n));
    if (str_ends(s, YUAN))
        s = str_trim(str_slice(s, 0, s.n - strlen(YUAN)));
    return decimal_read(s, 2, fen);
}

struct str hall_price_text(int64_t fen, struct arena *arena)
{
    return decimal_text(fen, 2, fen % 100 != 0, arena);
}
