#include "town/hall/words.h"

#include <jansson.h>
#include <string.h>

#include "store/queries.h"
#include "town/hall/product_field.h"
#include "web/resources.h"

static struct {
    struct arena arena;
    struct hall_word words[HALL_WORDS_LISTED_MAX], unless[HALL_WORDS_LISTED_MAX];
    size_t words_n, unless_n;
} list;

/* --- the list --- */

static void take(json_t *texts, struct str rule, struct hall_word *out, size_t *n)
{
    json_t *one;
    size_t i;
    json_array_foreach(texts, i, one) if (*n < HALL_WORDS_LISTED_MAX) out[(*n)++] =
        (struct hall_word){arena_str(&list.arena, str_of(json_string_value(one))), rule};
}

enum err hall_words_load(struct err_info *info)
{
    const struct resource *r = resource_find(STR("hall/data/words.json"));
    json_t *all = r ? json_loadb(resource_bytes(r).p, resource_bytes(r).n, 0, NULL) : NULL, *one;
    size_t i;
    if (!all) {
        *info = (struct err_info){.code = ERR_SYNTAX, .field = "words.json", .text = "unreadable"};
        return ERR_SYNTAX;
    }
    arena_free(&list.arena);
    arena_init(&list.arena, 256 * 1024);
    list.words_n = list.unless_n = 0;
    json_array_foreach(all, i, one)
    {
        struct str rule =
            arena_str(&list.arena, str_of(json_string_value(json_object_get(one, "rule"))));
        take(json_object_get(one, "words"), rule, list.words, &list.words_n);
        take(json_object_get(one, "unless"), rule, list.unless, &list.unless_n);
    }
    json_decref(all);
    return arena_failed(&list.arena) ? ERR_NOMEM : OK;
}

/* --- finding --- */

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* At this place, whole where it begins or ends with an ASCII letter. */
static bool stands_at(struct str text, size_t at, struct str word)
{
    if (at + word.n > text.n || lower(text.p[at]) != lower(word.p[0]) ||
        !str_ieq(str_slice(text, at, at + word.n), word))
        return false;
    const unsigned char *p = (const unsigned char *)text.p;
    if (is_letter((unsigned char)word.p[0]) && at > 0 && is_letter(p[at - 1]))
        return false;
    return !(is_letter((unsigned char)word.p[word.n - 1]) && at + word.n < text.n &&
             is_letter(p[at + word.n]));
}

/* Does an exemption cover the place? */
static bool is_exempt(struct str text, size_t at, size_t n)
{
    for (size_t i = 0; i < list.unless_n; i++) {
        struct str u = list.unless[i].word;
        for (size_t from = at + n > u.n ? at + n - u.n : 0; from <= at; from++)
            if (from + u.n >= at + n && stands_at(text, from, u))
                return true;
    }
    return false;
}

static bool stands_in(struct str text, struct str word)
{
    for (size_t at = 0; word.n && at + word.n <= text.n; at++)
        if (stands_at(text, at, word) && !is_exempt(text, at, word.n))
            return true;
    return false;
}

size_t hall_words_in(struct str text, struct hall_word out[HALL_WORDS_FOUND_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < list.words_n && n < HALL_WORDS_FOUND_MAX; i++)
        if (stands_in(text, list.words[i].word))
            out[n++] = list.words[i];
    return n;
}

/* --- flags --- */

static const enum hall_field_at looked_at[] = {HALL_TITLE_ZH, HALL_TITLE_EN, HALL_ABOUT_ZH,
                                               HALL_ABOUT_EN};
enum { LOOKED_AT = sizeof(looked_at) / sizeof(looked_at[0]) };

static bool is_there(const struct rows *flags, struct str field, struct str word)
{
    for (size_t i = 0; i < flags->n; i++)
        if (str_eq(row_str(flags, i, "field"), field) && str_eq(row_str(flags, i, "word"), word))
            return true;
    return false;
}

/* What was let stand stays so as long as the text does; another one is looked at anew. */
static enum err review_old(struct tx *tx, const struct rows *product, const struct rows *flags)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < flags->n; i++) {
        const char *field = arena_printf(tx->arena, "%.*s", STR_ARG(row_str(flags, i, "field")));
        struct str text = field ? row_str(product, 0, field) : STR_NONE;
        int64_t id = row_int(flags, i, "id");
        if (!stands_in(text, row_str(flags, i, "word")))
            e = db_exec(tx->db, &q_hall_flag_drop, ARGS(V_INT(id)), NULL);
        else if (!row_null(flags, i, "cleared_text") &&
                 !str_eq(row_str(flags, i, "cleared_text"), text))
            e = db_exec(tx->db, &q_hall_flag_reopen, ARGS(V_INT(tx->now_ms), V_INT(id)), NULL);
    }
    return e;
}

enum err hall_flags_update(struct tx *tx, int64_t product)
{
    struct rows p, flags;
    struct hall_word found[HALL_WORDS_FOUND_MAX];
    enum err e = db_one(tx->db, &q_hall_product_of_id, ARGS(V_INT(product)), tx->arena, &p);
    if (!e)
        e = db_select(tx->db, &q_hall_flags_of, ARGS(V_INT(product)), tx->arena, &flags);
    if (!e)
        e = review_old(tx, &p, &flags);
    for (int i = 0; !e && i < LOOKED_AT; i++) {
        const char *field = hall_fields[looked_at[i]].name;
        size_t n = hall_words_in(row_str(&p, 0, field), found);
        for (size_t k = 0; !e && k < n; k++)
            if (!is_there(&flags, str_of(field), found[k].word))
                e = db_exec(tx->db, &q_hall_flag_add,
                            ARGS(V_INT(product), V_Z(field), V_STR(found[k].word),
                                 V_STR(found[k].rule), V_INT(tx->now_ms)),
                            NULL);
    }
    return e;
}

enum err hall_flag_clear(struct tx *tx, int64_t flag, struct str note, int64_t user)
{
    int64_t changed = 0;
    if (note.n == 0) {
        *tx->info = (struct err_info){.code = ERR_INVALID, .field = "note", .key = "hall.say_why"};
        return ERR_INVALID;
    }
    enum err e = db_exec(tx->db, &q_hall_flag_clear,
                         ARGS(V_INT(tx->now_ms), V_INT(user), V_STR(note), V_INT(flag)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}
