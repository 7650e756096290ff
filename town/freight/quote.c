/* What sending costs: arithmetic without a database. */
#include "town/freight/freight.h"
#include "town/region.h"

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *key)
{
    *info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static enum err zone_of(const struct freight_template *t, int64_t province,
                        const struct freight_zone **out, struct err_info *info)
{
    int zone = 0;
    if (t->has_places && !region_by_code(province))
        return refuse(info, ERR_INVALID, "province", "freight.province_needed");
    if (t->has_places)
        zone = t->places[province];
    if (zone == FREIGHT_REFUSED)
        return refuse(info, ERR_CONFLICT, "province", "freight.not_sent_there");
    *out = &t->zones[zone];
    return (*out)->is_set ? OK : ERR_CORRUPT;
}

static bool is_free(const struct freight_template *t, int64_t pieces, int64_t amount_fen)
{
    return (t->free_fen && amount_fen >= t->free_fen) ||
           (t->free_pieces && pieces >= t->free_pieces);
}

enum err freight_fee(const struct freight_template *t, int64_t province, int64_t pieces,
                     int64_t amount_fen, int64_t *fee_fen, struct err_info *info)
{
    const struct freight_zone *z;
    int64_t more = 0, steps;
    *fee_fen = 0;
    enum err e = zone_of(t, province, &z, info);
    if (e)
        return e;
    if (pieces < 0 || amount_fen < 0)
        return refuse(info, ERR_INVALID, "quantity", "freight.too_much");
    if (pieces == 0 || (!z->is_always && is_free(t, pieces, amount_fen)))
        return OK;
    steps = pieces <= z->first_pieces ? 0 : (pieces - z->first_pieces - 1) / z->next_pieces + 1;
    if (__builtin_mul_overflow(steps, z->next_fen, &more) ||
        __builtin_add_overflow(z->first_fen, more, fee_fen))
        return refuse(info, ERR_INVALID, "quantity", "freight.too_much");
    return OK;
}

/* A product that names another maker's template, since it changed hands, goes by the default. */
static const struct freight_template *template_of(const struct freight_table *t, int64_t factory_id,
                                                  int64_t product_id)
{
    const struct freight_template *own =
        map_get(&t->of_product, str_n(&product_id, sizeof(product_id)));
    return own && own->factory_id == factory_id
               ? own
               : map_get(&t->of_factory, str_n(&factory_id, sizeof(factory_id)));
}

/* All lines of the template that line `at` has; 0 when an earlier line has had it. */
static enum err fee_of_template(const struct freight_table *t, int64_t factory_id, int64_t province,
                                const struct freight_line *lines, size_t n, size_t at,
                                int64_t *fee_fen, struct err_info *info)
{
    const struct freight_template *mine = template_of(t, factory_id, lines[at].product_id);
    int64_t pieces = 0, amount_fen = 0;
    *fee_fen = 0;
    for (size_t i = 0; i < n; i++) {
        if (template_of(t, factory_id, lines[i].product_id) != mine)
            continue;
        if (i < at || !mine)
            return OK;
        if (lines[i].pieces < 0 || lines[i].amount_fen < 0 ||
            __builtin_add_overflow(pieces, lines[i].pieces, &pieces) ||
            __builtin_add_overflow(amount_fen, lines[i].amount_fen, &amount_fen))
            return refuse(info, ERR_INVALID, "quantity", "freight.too_much");
    }
    return freight_fee(mine, province, pieces, amount_fen, fee_fen, info);
}

enum err freight_quote(const struct freight_table *t, int64_t factory_id, int64_t province,
                       const struct freight_line *lines, size_t n, int64_t *fee_fen,
                       struct err_info *info)
{
    *fee_fen = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t fee;
        enum err e = fee_of_template(t, factory_id, province, lines, n, i, &fee, info);
        if (e)
            return e;
        if (__builtin_add_overflow(*fee_fen, fee, fee_fen))
            return refuse(info, ERR_INVALID, "quantity", "freight.too_much");
    }
    return OK;
}
