#include "town/hall/search_order.h"

#include "store/queries.h"

enum {
    SPELLINGS_MAX = 8000,
    SLIPS_MAX = 4, /* spellings that are tried for a word */
    SUGGEST_KINDS = 3,
    SUGGEST_MAKERS = 2,
    SUGGEST_FROM = 24,             /* titles, of which some may be equal */
    SUGGEST_GOODS = SEARCH_COMMON, /* that are looked at for their kinds and makers */
};

/* ---- counting ---- */

static enum err count(struct search_attempt *a)
{
    const struct hall_ask *ask = a->ask;
    if (a->question.n == 0)
        return db_select(
            a->db, &q_hall_browse_counts,
            ARGS(V_INT(ask->kind), V_INT(ask->factory), V_INT(ask->min_fen), V_INT(ask->max_fen)),
            a->arena, &a->groups);
    const char *all = search_match(a, "tmfks", "");
    if (!all)
        return ERR_NOMEM;
    return db_select(a->db, &q_hall_search_counts,
                     ARGS(V_INT(ask->kind), V_INT(ask->factory), V_INT(ask->min_fen),
                          V_INT(ask->max_fen), V_Z(all)),
                     a->arena, &a->groups);
}

static void add_kind(struct hall_found *out, int64_t kind, int64_t n)
{
    size_t i = 0;
    out->kinds_total += n;
    while (i < out->kinds_n && out->kinds[i].value != kind)
        i++;
    if (i == HALL_KINDS_MAX)
        return;
    if (i == out->kinds_n)
        out->kinds[out->kinds_n++] = (struct hall_count){.value = kind};
    out->kinds[i].n += n;
}

static void add_bits(int64_t *counts, int64_t bits, int64_t n)
{
    for (int i = 0; i < HALL_FACET_VALUES_MAX; i++)
        if (bits >> i & 1)
            counts[i] += n;
}

/* Goods that agree in kind, band and facets: each count is of those that everything else lets
 * through. */
static void add_group(struct hall_found *out, const struct hall_ask *ask, const struct rows *rs,
                      size_t row)
{
    int64_t n = row_int(rs, row, "n"), priced = row_int(rs, row, "priced");
    int64_t kind = row_int(rs, row, "kind_id");
    const int64_t bits[HALL_FACETS] = {row_int(rs, row, "certificates"),
                                       row_int(rs, row, "markets")};
    bool in_kind = row_int(rs, row, "is_in_kind") != 0, in[HALL_FACETS];
    for (int i = 0; i < HALL_FACETS; i++)
        in[i] = ask->facets[i] == 0 || bits[i] & ask->facets[i];
    out->anywhere += n;
    if (in[0] && in[1])
        add_kind(out, kind, priced);
    if (in[0] && in[1] && in_kind) {
        out->bands[row_int(rs, row, "band")] += n;
        out->total += priced;
    }
    if (in_kind && in[1])
        add_bits(out->facets[0], bits[0], priced);
    if (in_kind && in[0])
        add_bits(out->facets[1], bits[1], priced);
}

/* ---- ways to understand it ---- */

static bool has(const struct search_question *q, bool han)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->words[i].is_han == han && (han || q->words[i].is_letters))
            return true;
    return false;
}

static enum err try(struct search_attempt *a, enum search_how how, bool *found)
{
    enum err e = search_question_terms(&a->question, how, a->arena, &a->terms);
    if (e == OK)
        e = count(a);
    *found = e == OK && a->groups.n > 0;
    return e;
}

/* The better of two spellings of a word: with the same first letter, then of the same length. */
static int worth(struct str spelling, struct str word)
{
    return 2 * (spelling.p[0] == word.p[0]) + (spelling.n == word.n);
}

static size_t slips_of(const struct rows *spellings, struct str word, struct str out[SLIPS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < spellings->n; i++) {
        struct str s = row_str(spellings, i, "word");
        if (str_eq(s, word) || !search_is_slip(s, word))
            continue;
        size_t at = n < SLIPS_MAX ? n++ : SLIPS_MAX;
        while (at > 0 && worth(s, word) > worth(out[at - 1], word)) {
            if (at < SLIPS_MAX)
                out[at] = out[at - 1];
            at--;
        }
        if (at < SLIPS_MAX)
            out[at] = s;
    }
    return n;
}

/* One word, spelled as one that is here. */
static enum err try_spellings(struct search_attempt *a, size_t at, bool *found)
{
    struct str word = a->question.words[at].text, slips[SLIPS_MAX];
    struct rows rs;
    if (!a->question.words[at].is_letters || word.n < SEARCH_SPELL_LETTERS)
        return OK;
    enum err e = db_select(
        a->db, &q_hall_search_spellings,
        ARGS(V_INT((int64_t)word.n - 1), V_INT((int64_t)word.n + 1), V_INT(SPELLINGS_MAX)),
        a->arena, &rs);
    size_t n = e ? 0 : slips_of(&rs, word, slips);
    for (size_t i = 0; e == OK && !*found && i < n; i++) {
        a->question.words[at].text = slips[i];
        e = try(a, SEARCH_WORDS, found);
    }
    if (!*found)
        a->question.words[at].text = word;
    return e;
}

static struct str words_of(const struct search_attempt *a)
{
    struct str all = STR("");
    for (size_t i = 0; i < a->question.n; i++)
        all = str_of(arena_printf(a->arena, "%.*s%s%.*s", STR_ARG(all), i ? " " : "",
                                  STR_ARG(a->question.words[i].text)));
    return all;
}

static enum err understand(struct search_attempt *a, struct hall_found *out)
{
    bool found = false, letters = has(&a->question, false);
    enum err e = OK;
    if (a->question.n == 0)
        return count(a);
    if (letters && a->ask->lang == LANG_EN)
        e = try(a, SEARCH_WORDS, &found);
    if (e == OK && !found)
        e = try(a, SEARCH_ALSO_SOUND, &found);
    if (e == OK && !found && has(&a->question, true)) {
        e = try(a, SEARCH_SAME_SOUND, &found);
        out->how = found ? HALL_BY_SOUND : HALL_AS_ASKED;
    }
    for (size_t i = 0; e == OK && !found && i < a->question.n; i++) {
        e = try_spellings(a, i, &found);
        if (found) {
            out->how = HALL_BY_SLIP;
            out->meant = words_of(a);
        }
    }
    return e;
}

/* ---- the page ---- */

static enum err sorted(const struct search_attempt *a, int64_t skip, struct hall_ids *out)
{
    const struct hall_ask *ask = a->ask;
    const char *all = a->question.n ? search_match(a, "tmfks", "") : "";
    struct rows rs;
    enum err e =
        !all ? ERR_NOMEM
        : a->question.n
            ? db_select(a->db, &q_hall_search_sorted,
                        ARGS(V_Z(all), SEARCH_FILTERS(ask), V_STR(ask->sort), V_INT(HALL_PAGE),
                             V_INT(skip)),
                        a->arena, &rs)
            : db_select(a->db, &q_hall_browse_page,
                        ARGS(SEARCH_FILTERS(ask), V_STR(ask->sort), V_INT(HALL_PAGE), V_INT(skip)),
                        a->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        out->ids[out->n++] = row_int(&rs, i, "id");
    return e;
}

static enum err page(struct search_attempt *a, struct hall_found *out)
{
    const struct hall_ask *ask = a->ask;
    int64_t skip = (ask->page - 1) * HALL_PAGE;
    if (out->total <= skip)
        return OK;
    if (a->question.n == 0 || ask->sort.n)
        return sorted(a, skip, &out->page);
    const struct search_wish wish = {.whole = out->how == HALL_BY_SLIP ? out->meant : ask->q,
                                     .is_common = out->total >= SEARCH_COMMON,
                                     .limit = HALL_PAGE,
                                     .skip = skip};
    return search_best_first(a, &wish, &out->page);
}

enum err hall_search(struct db *db, struct arena *arena, const struct hall_ask *ask,
                     struct hall_found *out)
{
    struct search_attempt a = {.db = db, .arena = arena, .ask = ask};
    struct rows plan;
    *out = (struct hall_found){0};
    search_question_read(ask->q, arena, &a.question);
    enum err e = db_one(db, &q_hall_search_plan, NO_ARGS, arena, &plan);
    if (e == OK)
        e = understand(&a, out);
    for (size_t i = 0; e == OK && i < a.groups.n; i++)
        add_group(out, ask, &a.groups, i);
    return e ? e : page(&a, out);
}

/* ---- suggestions ---- */

static struct str in_language(const struct rows *rs, size_t row, enum lang lang, const char *zh,
                              const char *en)
{
    struct str s = row_str(rs, row, lang == LANG_EN ? en : zh);
    return s.n ? s : row_str(rs, row, zh);
}

struct suggesting {
    struct search_attempt a;
    struct hall_suggestion *out;
    size_t n;
};

static enum err suggest_named(struct suggesting *s, const struct query *query, const char *parts,
                              int what, int64_t most)
{
    struct rows rs;
    const char *text = search_match(&s->a, parts, "");
    if (!text)
        return ERR_NOMEM;
    enum err e = db_select(s->a.db, query, ARGS(V_Z(text), V_INT(SUGGEST_GOODS), V_INT(most)),
                           s->a.arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n && s->n < HALL_SUGGESTIONS_MAX; i++)
        s->out[s->n++] = (struct hall_suggestion){
            .what = what,
            .text = in_language(&rs, i, s->a.ask->lang, "name_zh", "name_en"),
            .slug = row_str(&rs, i, "slug")};
    return e;
}

static bool is_there(const struct suggesting *s, struct str text)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->out[i].text, text))
            return true;
    return false;
}

static enum err is_common(struct suggesting *s, bool *is)
{
    struct rows rs;
    const char *text = search_match(&s->a, "tmf", "");
    enum err e = text ? db_one(s->a.db, &q_hall_search_many, ARGS(V_Z(text), V_INT(SEARCH_COMMON)),
                               s->a.arena, &rs)
                      : ERR_NOMEM;
    *is = e == OK && row_int(&rs, 0, "n") == SEARCH_COMMON;
    return e;
}

static enum err suggest_titles(struct suggesting *s)
{
    struct hall_ids found = {0};
    struct rows titles;
    struct val ids[HALL_IDS_MAX];
    struct search_wish wish = {.whole = s->a.ask->q, .by_name_only = true, .limit = SUGGEST_FROM};
    enum err e = is_common(s, &wish.is_common);
    if (e == OK)
        e = search_best_first(&s->a, &wish, &found);
    for (size_t i = 0; i < found.n; i++)
        ids[i] = V_INT(found.ids[i]);
    if (e == OK)
        e = db_select_many(s->a.db, &q_hall_titles, ids, found.n, s->a.arena, &titles);
    for (size_t i = 0; e == OK && i < found.n; i++)
        for (size_t k = 0; k < titles.n && s->n < HALL_SUGGESTIONS_MAX; k++) {
            struct str text = in_language(&titles, k, s->a.ask->lang, "title_zh", "title_en");
            if (row_int(&titles, k, "id") == found.ids[i] && !is_there(s, text))
                s->out[s->n++] = (struct hall_suggestion){.what = HALL_SUGGEST_TITLE, .text = text};
        }
    return e;
}

enum err hall_suggest(struct db *db, struct arena *arena, struct str q, enum lang lang,
                      struct hall_suggestion out[HALL_SUGGESTIONS_MAX], size_t *n)
{
    const struct hall_ask ask = {.q = q, .lang = lang, .page = 1};
    struct suggesting s = {.a = {.db = db, .arena = arena, .ask = &ask}, .out = out};
    struct rows plan;
    search_question_read(q, arena, &s.a.question);
    enum err e = db_one(db, &q_hall_search_plan, NO_ARGS, arena, &plan);
    bool twice = lang == LANG_EN && has(&s.a.question, false);
    for (int i = 0; e == OK && s.n == 0 && s.a.question.n && i < 1 + twice; i++) {
        e = search_question_terms(&s.a.question, twice && i == 0 ? SEARCH_WORDS : SEARCH_ALSO_SOUND,
                                  arena, &s.a.terms);
        if (e == OK)
            e = suggest_named(&s, &q_hall_suggest_kinds, "k", HALL_SUGGEST_KIND, SUGGEST_KINDS);
        if (e == OK)
            e = suggest_named(&s, &q_hall_suggest_makers, "f", HALL_SUGGEST_MAKER, SUGGEST_MAKERS);
        if (e == OK)
            e = suggest_titles(&s);
    }
    *n = s.n;
    return e;
}
