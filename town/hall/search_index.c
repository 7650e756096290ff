#include "town/hall/search_index.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/hall/product_load.h"
#include "town/hall/stock.h"
#include "town/people/people.h"
#include "web/i18n.h"

enum {
    SLICE = 200, /* products that one command indexes */
    SCRATCH_MAX = 64 << 20,
    SOLD_EVERY_MS = 10 * 1000,
    SOLD_MOST = 2000, /* SKUs kept in mind between two times; of others the next sale tells */
};

const int64_t hall_bands[HALL_BANDS] = {0, 5000, 10000, 20000, 30000, 50000};

static int64_t band_of(int64_t price_fen)
{
    int band = HALL_BANDS - 1;
    while (band > 0 && price_fen < hall_bands[band])
        band--;
    return band;
}

void hall_search_text(struct hall_search_doc *doc, enum search_part part, struct str text)
{
    if (text.n && doc->texts_n < HALL_SEARCH_TEXTS_MAX)
        doc->texts[doc->texts_n++] = (struct hall_search_text){part, text};
}

/* ---- facets ---- */

/* products.market; both is both bits. */
static const struct hall_facet market = {
    .n = 2, .values = {{"home", "hall.choice_home"}, {"export", "hall.choice_export"}}};

static const struct hall_facet *facets[HALL_FACETS] = {[HALL_FACET_MARKET] = &market};

void hall_search_facet(enum hall_facet_slot slot, const struct hall_facet *facet)
{
    facets[slot] = facet;
}

const struct hall_facet *hall_search_facet_at(enum hall_facet_slot slot)
{
    return facets[slot];
}

/* ---- one product ---- */

static enum err words_of(const struct hall_search_doc *doc, struct arena *arena,
                         struct search_words *words, struct str *text)
{
    enum err e = search_words_new(arena, words);
    for (size_t i = 0; e == OK && i < doc->texts_n; i++)
        search_words_add(words, doc->texts[i].part, doc->texts[i].text);
    return e ? e : search_words_text(words, text);
}

static enum err put_spellings(struct tx *tx, const struct search_words *words)
{
    struct val *args = arena_array(tx->arena, words->spelled_n, sizeof(*args));
    if (words->spelled_n && !args)
        return ERR_NOMEM;
    for (size_t i = 0; i < words->spelled_n; i++)
        args[i] = V_STR(words->spelled[i]);
    return db_exec_many(tx->db, &q_hall_search_spelling_put, args, words->spelled_n, NULL);
}

static enum err put_text(struct tx *tx, int64_t product, struct str text,
                         const struct search_words *words)
{
    int64_t changed = 0;
    enum err e =
        db_exec(tx->db, &q_hall_search_text_forget, ARGS(V_INT(product), V_STR(text)), NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_hall_search_text_put, ARGS(V_INT(product), V_STR(text)), &changed);
    if (e == OK && changed)
        e = db_exec(tx->db, &q_hall_search_text_learn, ARGS(V_INT(product)), NULL);
    return e ? e : put_spellings(tx, words);
}

enum err hall_search_put(struct tx *tx, const struct hall_search_doc *doc)
{
    struct search_words words;
    struct str text;
    const int64_t *bits = doc->facets;
    int64_t band = band_of(doc->price_fen);
    enum err e = words_of(doc, tx->arena, &words, &text);
    if (e == OK)
        e = db_exec(tx->db, &q_hall_search_group_put,
                    ARGS(V_INT(doc->kind), V_INT(band), V_INT(bits[HALL_FACET_CERTIFICATE]),
                         V_INT(bits[HALL_FACET_MARKET])),
                    NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_hall_search_doc_put,
                    ARGS(V_INT(doc->product), V_INT(doc->organisation), V_INT(doc->kind),
                         V_INT(doc->price_fen), V_INT(band), V_INT(bits[HALL_FACET_CERTIFICATE]),
                         V_INT(bits[HALL_FACET_MARKET]), V_INT(doc->sold),
                         V_STR(search_fold(doc->title_zh, tx->arena)),
                         V_STR(search_fold(doc->title_en, tx->arena)), V_STR(text)),
                    NULL);
    return e ? e : put_text(tx, doc->product, text, &words);
}

enum err hall_search_drop(struct tx *tx, int64_t product)
{
    enum err e =
        db_exec(tx->db, &q_hall_search_text_forget, ARGS(V_INT(product), V_STR(STR(""))), NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_hall_search_text_drop, ARGS(V_INT(product)), NULL);
    return e ? e : db_exec(tx->db, &q_hall_search_doc_drop, ARGS(V_INT(product)), NULL);
}

/* ---- its texts, as they stand in the tables ---- */

static void add_key(struct hall_search_doc *doc, const char *prefix, struct str name,
                    struct arena *arena)
{
    struct str key = str_of(arena_printf(arena, "%s%.*s", prefix, STR_ARG(name)));
    for (enum lang lang = 0; lang < LANG_COUNT_; lang++)
        if (i18n_has(lang, key))
            hall_search_text(doc, SEARCH_SPEC, i18n_text(lang, key, NULL, 0, arena));
}

/* "1500 W" and "1500W", "1.7 L" and "1.7L": people write both. */
static void add_amount(struct hall_search_doc *doc, const struct rows *rs, size_t row,
                       struct arena *arena)
{
    struct str unit = row_str(rs, row, "unit");
    bool milli = str_eq_z(row_str(rs, row, "kind"), "milli");
    struct str text = hall_amount_text(row_int(rs, row, "amount"), milli, arena);
    hall_search_text(doc, SEARCH_SPEC,
                     str_of(arena_printf(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(unit))));
    hall_search_text(doc, SEARCH_SPEC,
                     str_of(arena_printf(arena, "%.*s%.*s", STR_ARG(text), STR_ARG(unit))));
}

static enum err add_specs(struct db *db, struct arena *arena, struct hall_search_doc *doc)
{
    struct rows rs;
    enum err e = db_select(db, &q_hall_specs, ARGS(V_INT(doc->product)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        add_key(doc, "hall.spec_", row_str(&rs, i, "name"), arena);
        if (str_eq_z(row_str(&rs, i, "kind"), "word"))
            add_key(doc, "hall.word_", row_str(&rs, i, "word"), arena);
        else
            add_amount(doc, &rs, i, arena);
    }
    return e;
}

static enum err add_codes(struct db *db, struct arena *arena, struct hall_search_doc *doc)
{
    struct rows rs;
    enum err e = db_select(db, &q_hall_search_codes, ARGS(V_INT(doc->product)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        hall_search_text(doc, SEARCH_CODE, row_str(&rs, i, "code"));
        hall_search_text(doc, SEARCH_CODE, row_str(&rs, i, "gtin"));
    }
    return e;
}

/* *doc is NULL for a product that is not there or not on show. Without facets. */
static enum err load(struct db *db, int64_t product, struct arena *arena,
                     struct hall_search_doc **out)
{
    struct rows rs;
    *out = NULL;
    enum err e = db_select(db, &q_hall_search_doc, ARGS(V_INT(product)), arena, &rs);
    if (e || rs.n == 0 || !str_eq_z(row_str(&rs, 0, "status"), "on"))
        return e;
    struct hall_search_doc *doc = ARENA_NEW(arena, struct hall_search_doc);
    if (!doc)
        return ERR_NOMEM;
    doc->product = product;
    doc->organisation = row_int(&rs, 0, "organisation_id");
    doc->kind = row_int(&rs, 0, "kind_id");
    doc->price_fen = row_int(&rs, 0, "price_fen");
    doc->sold = row_int(&rs, 0, "sold");
    doc->facets[HALL_FACET_MARKET] = str_eq_z(row_str(&rs, 0, "market"), "home")     ? 1
                                     : str_eq_z(row_str(&rs, 0, "market"), "export") ? 2
                                                                                     : 3;
    doc->title_zh = row_str(&rs, 0, "title_zh");
    doc->title_en = row_str(&rs, 0, "title_en");
    hall_search_text(doc, SEARCH_TITLE, doc->title_zh);
    hall_search_text(doc, SEARCH_TITLE, doc->title_en);
    hall_search_text(doc, SEARCH_CODE, row_str(&rs, 0, "model"));
    hall_search_text(doc, SEARCH_MAKER, row_str(&rs, 0, "factory_zh"));
    hall_search_text(doc, SEARCH_MAKER, row_str(&rs, 0, "factory_en"));
    hall_search_text(doc, SEARCH_KIND, row_str(&rs, 0, "kind_zh"));
    hall_search_text(doc, SEARCH_KIND, row_str(&rs, 0, "kind_en"));
    hall_search_text(doc, SEARCH_KIND, row_str(&rs, 0, "above_zh"));
    hall_search_text(doc, SEARCH_KIND, row_str(&rs, 0, "above_en"));
    e = add_codes(db, arena, doc);
    if (e == OK)
        e = add_specs(db, arena, doc);
    *out = doc;
    return e;
}

static enum err index_in(struct tx *tx, int64_t product)
{
    struct hall_search_doc *doc;
    enum err e = load(tx->db, product, tx->arena, &doc);
    if (e == OK && !doc)
        return hall_search_drop(tx, product);
    for (int i = 0; e == OK && i < HALL_FACETS; i++)
        if (facets[i] && facets[i]->of)
            e = facets[i]->of(tx, product, &doc->facets[i]);
    return e ? e : hall_search_put(tx, doc);
}

/* With an arena of its own: an import indexes thousands in one command. */
enum err hall_search_index(struct tx *tx, int64_t product)
{
    struct arena arena;
    struct tx own = *tx;
    arena_init(&arena, SCRATCH_MAX);
    own.arena = &arena;
    enum err e = index_in(&own, product);
    arena_free(&arena);
    return e;
}

static enum err index_of(struct tx *tx, const struct query *q, int64_t of)
{
    struct rows rs;
    int64_t after = 0;
    enum err e;
    do {
        e = db_select(tx->db, q, ARGS(V_INT(of), V_INT(after), V_INT(SLICE)), tx->arena, &rs);
        for (size_t i = 0; e == OK && i < rs.n; i++) {
            after = row_int(&rs, i, "id");
            e = hall_search_index(tx, after);
        }
    } while (e == OK && rs.n == SLICE);
    return e;
}

enum err hall_search_index_maker(struct tx *tx, int64_t organisation)
{
    return index_of(tx, &q_hall_search_of_maker, organisation);
}

enum err hall_search_index_kind(struct tx *tx, int64_t kind)
{
    return index_of(tx, &q_hall_search_of_kind, kind);
}

/* ---- all of them ---- */

struct rebuild {
    struct command cmd;
    bool only_if_old, is_done;
    int64_t after;
};

static enum err rebuild_run(struct command *cmd, struct tx *tx)
{
    struct rebuild *r = (struct rebuild *)cmd;
    struct rows rs;
    enum err e = db_select(tx->db, &q_hall_search_version, NO_ARGS, tx->arena, &rs);
    if (e == OK && r->only_if_old && rs.n && row_int(&rs, 0, "version") == HALL_SEARCH_VERSION) {
        r->is_done = true;
        return OK;
    }

    if (e == OK)
        e = db_select(tx->db, &q_hall_search_shown, ARGS(V_INT(r->after), V_INT(SLICE)), tx->arena,
                      &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        r->after = row_int(&rs, i, "id");
        e = hall_search_index(tx, r->after);
    }
    if (e || rs.n == SLICE)
        return e;
    r->is_done = true;
    e = db_exec(tx->db, &q_hall_search_index_anew, NO_ARGS, NULL);
    return e ? e
             : db_exec(tx->db, &q_hall_search_version_put, ARGS(V_INT(HALL_SEARCH_VERSION)), NULL);
}

enum err hall_search_rebuild(struct writer *w, bool only_if_old, struct arena *arena,
                             struct err_info *info)
{
    struct rebuild r = {.only_if_old = only_if_old};
    enum err e = OK;
    while (e == OK && !r.is_done) {
        struct arena scratch;
        arena_init(&scratch, SCRATCH_MAX);
        r.cmd = (struct command){.name = "hall.reindex", .run = rebuild_run, .arena = &scratch};
        e = writer_call(w, &r.cmd);
        *info = r.cmd.info;
        if (e && info->text)
            info->text = arena_strdup(arena, info->text);
        arena_free(&scratch);
    }
    if (r.after)
        LOG(INFO, "hall.reindexed", L_I("last", r.after));
    return e;
}

/* ---- what was sold; on the writer's thread ---- */

static int64_t sold[SOLD_MOST];
static size_t sold_n;

static void hear(const struct hall_stock_change *change, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sold_n; i++)
        if (sold[i] == change->sku_id)
            return;
    if (sold_n < SOLD_MOST)
        sold[sold_n++] = change->sku_id;
}

static enum err put_sold(struct tx *tx, void *arg)
{
    enum err e = OK;
    (void)arg;
    for (size_t i = 0; e == OK && i < sold_n; i++)
        e = db_exec(tx->db, &q_hall_search_sold, ARGS(V_INT(sold[i])), NULL);
    sold_n = 0;
    return e;
}

void hall_search_start(struct writer *w)
{
    sold_n = 0;
    hall_stock_on_change(hear, NULL);
    people_on_organisation_saved(hall_search_index_maker);
    writer_every(w, SOLD_EVERY_MS, "hall.search_sold", put_sold, NULL);
}

/* ---- is it as it should be? ---- */

struct look {
    void (*say)(void *arg, const char *line);
    void *arg;
    int found;
    int64_t docs, tokens; /* that should be there */
};

static void say(struct look *look, int64_t product, const char *what)
{
    char line[160];
    snprintf(line, sizeof(line), "product %lld %s (`guildhall reindex` mends it)",
             (long long)product, what);
    look->say(look->arg, line);
    look->found++;
}

static bool is_as_made(const struct hall_search_doc *doc, const struct rows *there, struct str text)
{
    return row_int(there, 0, "kind_id") == doc->kind &&
           row_int(there, 0, "organisation_id") == doc->organisation &&
           row_int(there, 0, "price_fen") == doc->price_fen &&
           row_int(there, 0, "band") == band_of(doc->price_fen) &&
           str_eq(row_str(there, 0, "words"), text);
}

/* What is wrong with it, or NULL. */
static enum err look_at(struct db *db, int64_t product, struct arena *arena, struct look *look,
                        const char **wrong)
{
    struct hall_search_doc *doc;
    struct search_words words = {0};
    struct rows there;
    struct str text = STR_NONE;
    enum err e = load(db, product, arena, &doc);
    if (e == OK)
        e = db_select(db, &q_hall_search_there, ARGS(V_INT(product)), arena, &there);
    if (e == OK && doc)
        e = words_of(doc, arena, &words, &text);
    if (e)
        return e;
    look->docs += doc != NULL;
    look->tokens += (int64_t)words.n;
    *wrong = doc && there.n == 0                     ? "is on show and cannot be searched"
             : !doc && there.n                       ? "is not on show and is found by searching"
             : doc && !is_as_made(doc, &there, text) ? "is searched by what it was"
                                                     : NULL;
    return OK;
}

/* Twice before it is told of: it may be saved between two statements. */
static enum err check_product(struct db *db, int64_t product, struct arena *arena,
                              struct look *look)
{
    const char *wrong;
    struct look before = *look;
    enum err e = look_at(db, product, arena, look, &wrong);
    if (e == OK && wrong) {
        *look = before;
        e = look_at(db, product, arena, look, &wrong);
    }
    if (e == OK && wrong)
        say(look, product, wrong);
    return e;
}

/* Nothing is said while the town is changing. */
static enum err check_sizes(struct db *db, struct arena *arena, const struct rows *before,
                            struct look *look)
{
    struct rows rs;
    enum err e = db_one(db, &q_hall_search_sizes, NO_ARGS, arena, &rs);
    int64_t docs = e ? 0 : row_int(&rs, 0, "docs"), tokens = e ? 0 : row_int(&rs, 0, "tokens");
    bool still = !e && docs == row_int(before, 0, "docs") && tokens == row_int(before, 0, "tokens");
    if (!still || look->found || (docs == look->docs && tokens == look->tokens))
        return e;
    look->say(look->arg, "the index of words is not made from its texts (`guildhall reindex` "
                         "mends it)");
    look->found++;
    return OK;
}

enum err hall_search_check(struct db *db, struct arena *arena,
                           void (*say_line)(void *arg, const char *line), void *arg,
                           int *violations)
{
    struct look look = {.say = say_line, .arg = arg};
    struct rows rs, before;
    int64_t after = 0;
    enum err e = db_one(db, &q_hall_search_sizes, NO_ARGS, arena, &before);
    if (e)
        return e;
    do {
        struct arena scratch;
        arena_init(&scratch, SCRATCH_MAX);
        e = db_select(db, &q_hall_search_shown, ARGS(V_INT(after), V_INT(SLICE)), &scratch, &rs);
        for (size_t i = 0; e == OK && i < rs.n; i++) {
            after = row_int(&rs, i, "id");
            e = check_product(db, after, &scratch, &look);
        }
        arena_free(&scratch);
    } while (e == OK && rs.n == SLICE);
    if (e == OK)
        e = check_sizes(db, arena, &before, &look);
    *violations += look.found;
    return e;
}
