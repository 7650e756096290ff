#include "town/floor/sheet.h"

#include <jansson.h>
#include <stdlib.h>

#include "store/queries.h"
#include "town/floor/label.h"

/* ---- what is asked, as text: a task reads it on another day, perhaps on another machine ---- */

struct str sheet_ask_text(const struct sheet_ask *a, struct arena *arena)
{
    json_t *j = json_pack("{s:I,s:I,s:I,s:s%,s:s%,s:b,s:i,s:s%}", "hall", (json_int_t)a->hall,
                          "maker", (json_int_t)a->maker, "product", (json_int_t)a->product, "zone",
                          a->zone.n ? a->zone.p : "", a->zone.n, "stand",
                          a->stand.n ? a->stand.p : "", a->stand.n, "everywhere", a->everywhere,
                          "layout", (int)a->layout, "url", a->public_url.p, a->public_url.n);
    char *text = json_dumps(j, JSON_COMPACT);
    struct str out = arena_str(arena, str_of(text));
    free(text);
    json_decref(j);
    return out;
}

bool sheet_ask_read(struct str text, struct arena *arena, struct sheet_ask *out)
{
    json_int_t hall, maker, product;
    const char *zone, *stand, *url;
    int everywhere, layout;
    json_t *j = json_loadb(text.p, text.n, 0, NULL);
    bool ok = json_unpack(j, "{s:I,s:I,s:I,s:s,s:s,s:b,s:i,s:s}", "hall", &hall, "maker", &maker,
                          "product", &product, "zone", &zone, "stand", &stand, "everywhere",
                          &everywhere, "layout", &layout, "url", &url) == 0 &&
              layout >= 0 && layout < JOB_LABEL_LAYOUTS;
    if (ok)
        *out = (struct sheet_ask){.hall = hall,
                                  .maker = maker,
                                  .product = product,
                                  .zone = arena_str(arena, str_of(zone)),
                                  .stand = arena_str(arena, str_of(stand)),
                                  .everywhere = everywhere != 0,
                                  .layout = (enum job_label_layout)layout,
                                  .public_url = arena_str(arena, str_of(url))};
    json_decref(j);
    return ok;
}

/* ---- which ---- */

enum err sheet_rows(struct db *db, const struct sheet_ask *a, struct arena *arena, struct rows *out)
{
    return db_select(db, &q_floor_labels,
                     ARGS(V_INT(a->maker), V_INT(a->hall), V_STR(a->zone.n ? a->zone : STR("")),
                          V_STR(a->stand.n ? a->stand : STR("")), V_INT(a->everywhere),
                          V_INT(a->product), V_INT(JOB_LABELS_MAX + 1)),
                     arena, out);
}

int64_t sheet_pages(const struct sheet_ask *ask, size_t labels)
{
    int64_t a_page = ask->layout == JOB_LABELS_24 ? 24 : 10;
    return ((int64_t)labels + a_page - 1) / a_page;
}

/* ---- what they say ---- */

/* "¥69", or with a word when some of its SKUs cost more. */
static struct str price_of(const struct rows *rs, size_t i, struct arena *arena)
{
    struct str price = i18n_money(LANG_ZH, row_int(rs, i, "price_fen"), STR("CNY"), arena);
    const struct i18n_arg arg = {"price", price};
    bool from = row_int(rs, i, "most_fen") > row_int(rs, i, "price_fen");
    return from ? i18n_text(LANG_ZH, STR("floor.price_from"), &arg, 1, arena) : price;
}

static struct job_label label_of(const struct sheet_ask *ask, const struct rows *rs, size_t i,
                                 struct arena *arena)
{
    char code[FLOOR_LABEL_CODE_MAX];
    struct str stand = row_str(rs, i, "stand");
    floor_label_code(row_int(rs, i, "id"), row_int(rs, i, "hall"), code);
    return (struct job_label){
        .address = str_of(arena_printf(arena, "%.*s/l/%s", STR_ARG(ask->public_url), code)),
        .name_zh = row_str(rs, i, "title_zh"),
        .name_en = row_str(rs, i, "title_en"),
        .maker = str_of(arena_printf(arena, "%.*s · %.*s", STR_ARG(row_str(rs, i, "factory_zh")),
                                     STR_ARG(row_str(rs, i, "model")))),
        .stand = stand.n ? str_of(arena_printf(arena, "%.*s %.*s",
                                               STR_ARG(row_str(rs, i, "hall_zh")), STR_ARG(stand)))
                         : STR(""),
        .price = price_of(rs, i, arena),
        .gtin = row_str(rs, i, "gtin")};
}

enum err sheet_draw(const struct sheet_ask *ask, const struct rows *rs, int out_fd,
                    bool (*stop)(void *arg), void (*pages)(void *arg, int64_t done), void *arg,
                    struct arena *arena, struct err_info *info)
{
    struct job_labels_made made;
    struct job_label *labels = arena_array(arena, rs->n, sizeof(*labels));
    if (!labels)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs->n; i++)
        labels[i] = label_of(ask, rs, i, arena);
    const struct job_labels_ask job = {.labels = labels,
                                       .n = rs->n,
                                       .layout = ask->layout,
                                       .out_fd = out_fd,
                                       .stop = stop,
                                       .pages = pages,
                                       .arg = arg};
    return arena_failed(arena) ? ERR_NOMEM : job_labels(&job, &made, info);
}
