#include "town/demo/goods.h"

#include <ctype.h>

#include "base/rnd.h"

enum {
    SEED = 20210223,
    EACH_MAKES = 2, /* products that every maker has; the rest fall where they fall */
    NUMBER = 1000,
    SPREAD = 7, /* type numbers: different for each product, not just counted up */
    SHAPES = 1000,
    GTIN_DIGITS = 13,
    FEN = 100,
};

static const struct {
    const char *name, *code;
    struct demo_words words;
} colours[] = {
    /* Those that most kitchens want stand twice. */
    {"celadon", "CE", {"青瓷", "Celadon"}}, {"ivory", "IV", {"米白", "Ivory"}},
    {"mist", "MI", {"雾蓝", "Mist blue"}},  {"ink", "IN", {"墨黑", "Ink"}},
    {"sand", "SA", {"沙金", "Sand"}},       {"celadon", "CE", {"青瓷", "Celadon"}},
    {"blush", "BL", {"陶粉", "Clay pink"}}, {"pine", "PI", {"松绿", "Pine"}},
    {"ivory", "IV", {"米白", "Ivory"}},     {"steel", "ST", {"银灰", "Steel"}},
    {"seal", "SE", {"朱红", "Seal red"}},   {"lilac", "LI", {"藕紫", "Lilac"}},
};
enum { COLOURS = sizeof(colours) / sizeof(colours[0]) };

static int pick(struct rnd_seq *seq, int n)
{
    return (int)rnd_seq_below(seq, (uint64_t)n);
}

static int count_words(const struct demo_words *w, int max)
{
    int n = 0;
    while (n < max && w[n].zh)
        n++;
    return n;
}

static const struct demo_kind *kind_of(const char *slug)
{
    for (int i = 0; i < demo_kinds_n; i++)
        if (strcmp(demo_kinds[i].slug, slug) == 0)
            return &demo_kinds[i];
    return NULL;
}

/* A maker's products are of different kinds of its trade as long as there are any. */
static const struct demo_kind *choose_kind(int i, int factory, enum demo_trade trade)
{
    int n = 0;
    while (n < DEMO_TRADE_KINDS && demo_trade_kind(trade, n))
        n++;
    return kind_of(demo_trade_kind(trade, (factory + factory / 7 + i / DEMO_FACTORIES) % n));
}

/* ---- specifications ---- */

static int count_of(const char *const *words)
{
    int n = 0;
    while (n < 3 && words[n])
        n++;
    return n;
}

static size_t make_specs(const struct demo_kind *k, int form, struct rnd_seq *seq,
                         struct hall_spec *out)
{
    size_t n = 0;
    for (const struct demo_spec *s = k->specs; s < k->specs + DEMO_SPECS_MAX && s->name; s++) {
        if (!s->unit) {
            int word = s->by_form ? form : pick(seq, count_of(s->words));
            out[n++] = (struct hall_spec){.name = s->name, .word = s->words[word]};
            continue;
        }
        int steps = (s->high - s->low) / s->step + 1;
        int amount = s->low + pick(seq, steps) * s->step;
        if (amount > 0)
            out[n++] = (struct hall_spec){
                .name = s->name, .unit = s->unit, .amount = amount, .milli = s->milli};
    }
    return n;
}

/* "1.7" of 1700 thousandths, "2200" of a plain 2200. */
static const char *amount_text(const struct hall_spec *s, struct arena *arena)
{
    long long whole = s->milli ? s->amount / 1000 : s->amount;
    int tenths = s->milli ? (int)(s->amount % 1000 / 100) : 0;
    return tenths ? arena_printf(arena, "%lld.%d", whole, tenths)
                  : arena_printf(arena, "%lld", whole);
}

/* The specification that the title begins with, or NULL. */
static const struct hall_spec *title_spec(const struct demo_kind *k, const struct demo_good *g)
{
    for (const struct demo_spec *s = k->specs; s < k->specs + DEMO_SPECS_MAX && s->name; s++)
        for (size_t i = 0; s->in_title && i < g->product.specs_n; i++)
            if (strcmp(g->specs[i].name, s->name) == 0)
                return &g->specs[i];
    return NULL;
}

/* ---- words ---- */

static void make_words(struct demo_good *g, int form, const struct demo_words *trait,
                       struct arena *arena)
{
    const struct demo_words *noun = &g->kind->forms[form];
    const struct demo_words *about =
        &g->kind->abouts[form % count_words(g->kind->abouts, DEMO_ABOUTS_MAX)];
    const struct hall_spec *size = title_spec(g->kind, g);
    char *en;
    if (size) {
        const char *amount = amount_text(size, arena);
        g->product.title_zh =
            str_of(arena_printf(arena, "%s%s %s%s", amount, size->unit, trait->zh, noun->zh));
        en = arena_printf(arena, "%s %s %s %s", amount, size->unit, trait->en, noun->en);
    } else {
        g->product.title_zh = str_of(arena_printf(arena, "%s%s", trait->zh, noun->zh));
        en = arena_printf(arena, "%s %s", trait->en, noun->en);
    }
    if (en)
        en[0] = (char)toupper((unsigned char)en[0]);
    g->product.title_en = str_of(en);
    g->product.about_zh = str_of(about->zh);
    g->product.about_en = str_of(about->en);
}

/* ---- prices, colours, stock ---- */

/* Whole yuan that end in 9, as prices here do. */
static int64_t nines(int64_t yuan)
{
    int64_t up = yuan / 10 * 10 + 9;
    return (up < 9 ? 9 : up) * FEN;
}

int64_t demo_show_price(int64_t price_fen, int percent)
{
    int64_t most = price_fen - 10 * FEN, fen = nines(price_fen * percent / 100 / FEN);
    if (fen > most)
        fen = most;
    return fen < 9 * FEN ? 9 * FEN : fen;
}

/* Cheap ones are more usual than dear ones. */
static int64_t choose_price(const struct demo_kind *k, struct rnd_seq *seq)
{
    int span = k->high_yuan - k->low_yuan + 1, a = pick(seq, span), b = pick(seq, span);
    return nines(k->low_yuan + (a < b ? a : b));
}

/* Most are there in hundreds, some are scarce, a few are gone. */
static int64_t choose_stock(struct rnd_seq *seq)
{
    switch (pick(seq, 36)) {
    case 0: return 0;
    case 1:
    case 2: return 1 + pick(seq, 9);
    default: return 40 + pick(seq, 86) * 10;
    }
}

/* Of the numbers that GS1 keeps for use within a firm (prefixes 20 to 29), so of nobody's goods. */
static struct str make_gtin(int good, int sku, struct arena *arena)
{
    const char *digits = arena_printf(arena, "2120%06d%02d", good, sku);
    int sum = 0;
    for (int i = 0; digits && i < GTIN_DIGITS - 1; i++)
        sum += (digits[i] - '0') * (i % 2 ? 3 : 1);
    return str_of(arena_printf(arena, "%s%d", digits, (10 - sum % 10) % 10));
}

static void make_skus(struct demo_good *g, int good, struct rnd_seq *seq, struct arena *arena)
{
    int want = 1 + pick(seq, DEMO_COLOURS_MAX), at = pick(seq, COLOURS), n = 0;
    int64_t price = choose_price(g->kind, seq);
    int64_t list = nines(price / FEN * (112 + pick(seq, 35)) / 100);
    for (int i = 0; n < want; i++) {
        int c = (at + i) % COLOURS;
        bool have = false;
        for (int k = 0; k < n; k++)
            have = have || strcmp(g->skus[k].colour, colours[c].name) == 0;
        if (have)
            continue;
        g->skus[n] = (struct hall_sku_new){
            .gtin = make_gtin(good, n, arena),
            .code =
                str_of(arena_printf(arena, "%.*s-%s", STR_ARG(g->product.model), colours[c].code)),
            .name_zh = str_of(colours[c].words.zh),
            .name_en = str_of(colours[c].words.en),
            .colour = colours[c].name,
            .price_fen = price,
            .list_price_fen = list,
            .stock = choose_stock(seq)};
        n++;
    }
    g->product.skus = g->skus;
    g->product.skus_n = (size_t)n;
}

/* Of its own sequence, so that what is above stays as it was. */
static void make_terms(struct hall_product_new *p, int good)
{
    static const int packs[] = {1, 10, 20, 50, 100, 200};
    struct rnd_seq seq = {SEED * 3 + (uint64_t)good * 104729};
    p->moq = packs[pick(&seq, sizeof(packs) / sizeof(packs[0]))];
    p->lead_days = 7 + pick(&seq, 6) * 5;
    p->warranty_months = 12 * (1 + pick(&seq, 3));
    p->market = pick(&seq, 4) ? "both" : "home";
}

/* ---- one product ---- */

/* Any shape whose drawing has that form. */
static int64_t choose_shape(int form, int forms, struct rnd_seq *seq)
{
    int64_t shape = pick(seq, SHAPES);
    while (picture_form(shape, forms) != form)
        shape++;
    return shape;
}

void demo_good(int i, struct arena *arena, struct demo_good *out)
{
    struct rnd_seq seq = {SEED + (uint64_t)i * 7919};
    struct demo_name maker;
    *out =
        (struct demo_good){.factory = i < EACH_MAKES * DEMO_FACTORIES ? i % DEMO_FACTORIES
                                                                      : pick(&seq, DEMO_FACTORIES)};
    demo_name(out->factory, arena, &maker);
    out->kind = choose_kind(i, out->factory, maker.trade);
    int forms = count_words(out->kind->forms, DEMO_FORMS_MAX), form = pick(&seq, forms);
    int trait = pick(&seq, count_words(out->kind->traits, DEMO_TRAITS_MAX));
    int number = NUMBER + i * SPREAD;
    struct hall_product_new *p = &out->product;
    p->shape = choose_shape(form, forms, &seq);
    p->hs_code = str_of(out->kind->hs);
    p->model =
        str_of(arena_printf(arena, "%.*s%s-%d", STR_ARG(maker.mark), out->kind->model, number));
    p->slug =
        str_of(arena_printf(arena, "%s-%.*s-%d", out->kind->slug, STR_ARG(maker.slug), number));
    p->specs = out->specs;
    p->specs_n = make_specs(out->kind, form, &seq, out->specs);
    make_words(out, form, &out->kind->traits[trait], arena);
    make_skus(out, i, &seq, arena);
    make_terms(p, i);
}

static int find(const char *kind, const char *colour, int skip, struct arena *arena)
{
    struct demo_good g;
    for (int i = 0; i < DEMO_PRODUCTS; i++) {
        demo_good(i, arena, &g);
        bool fits =
            strcmp(g.kind->slug, kind) == 0 && (!colour || strcmp(g.skus[0].colour, colour) == 0);
        if (fits && skip-- == 0)
            return i;
    }
    return -1;
}

int demo_good_find(const char *kind, const char *colour, int skip, struct arena *arena)
{
    int i = find(kind, colour, skip, arena);
    return i >= 0 || !colour ? i : find(kind, NULL, skip, arena);
}
