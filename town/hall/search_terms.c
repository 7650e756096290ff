/* Terms as a store's question, and put to one product: see search_text.h. */
#include <string.h>

#include "base/buf.h"
#include "town/hall/search_text.h"

enum { TEXT_MAX = 256 * 1024 };

static bool may_stand_in(const struct search_term *t, char part)
{
    return !t->is_sound || strchr("tfk", part);
}

/* ---- as a store's question ---- */

static void write_term(struct buf *b, const struct search_term *t, const char *parts, bool sqlite)
{
    bool first = true;
    buf_z(b, "(");
    for (const char *part = parts; *part; part++) {
        if (!may_stand_in(t, *part))
            continue;
        if (!first)
            buf_z(b, sqlite ? " OR " : " | ");
        first = false;
        buf_printf(b, sqlite ? "\"%c%.*s\"" : "'%c%.*s'", *part, STR_ARG(t->text));
        if (!t->is_whole)
            buf_z(b, sqlite ? "*" : ":*");
    }
    buf_z(b, ")");
}

static void write_terms(struct buf *b, const struct search_terms *terms, const char *parts,
                        bool sqlite)
{
    const char *and = sqlite ? " AND " : " & ", * or = sqlite ? " OR " : " | ";
    for (size_t i = 0; i < terms->n; i++) {
        const struct search_term *t = &terms->all[i];
        if (t->begins_word && i)
            buf_printf(b, "))%s((", and);
        else if (t->begins_word)
            buf_z(b, "(((");
        else if (t->begins_way)
            buf_printf(b, ")%s(", or);
        else
            buf_z(b, and);
        write_term(b, t, parts, sqlite);
    }
    buf_z(b, ")))");
}

const char *search_terms_text(const struct search_terms *terms, const char *parts,
                              const char *without, enum db_dialect dialect, struct arena *arena)
{
    struct buf b;
    bool sqlite = dialect == DB_SQLITE;
    buf_init(&b, TEXT_MAX);
    write_terms(&b, terms, parts, sqlite);
    if (*without) {
        buf_z(&b, sqlite ? " NOT " : " & !");
        write_terms(&b, terms, without, sqlite);
    }
    const char *text = buf_ok(&b) ? arena_strndup(arena, (const char *)b.p, b.n) : NULL;
    buf_free(&b);
    return text;
}

/* ---- put to one product ---- */

/* Of a token, and a part with a text: which comes first by its bytes. */
static int order_of(struct str token, char part, struct str text)
{
    struct str rest = str_slice(token, 1, token.n);
    if (token.n == 0 || token.p[0] != part)
        return token.n == 0 || (unsigned char)token.p[0] < (unsigned char)part ? -1 : 1;
    int order = memcmp(rest.p, text.p, rest.n < text.n ? rest.n : text.n);
    return order ? order : (rest.n > text.n) - (rest.n < text.n);
}

static bool has_token(const struct str *tokens, size_t n, char part, const struct search_term *t)
{
    size_t from = 0, until = n;
    while (from < until) {
        size_t middle = from + (until - from) / 2;
        if (order_of(tokens[middle], part, t->text) < 0)
            from = middle + 1;
        else
            until = middle;
    }
    if (from == n)
        return false;
    struct str found = t->is_whole ? tokens[from] : str_slice(tokens[from], 0, 1 + t->text.n);
    return order_of(found, part, t->text) == 0;
}

static bool has_term(const struct search_term *t, const char *parts, const struct str *tokens,
                     size_t n)
{
    for (const char *part = parts; *part; part++)
        if (may_stand_in(t, *part) && has_token(tokens, n, *part, t))
            return true;
    return false;
}

static bool have(const struct search_terms *terms, const char *parts, const struct str *tokens,
                 size_t n)
{
    bool word = true, way = false; /* is there, so far */
    for (size_t i = 0; i < terms->n; i++) {
        const struct search_term *t = &terms->all[i];
        if (t->begins_word) {
            if (!word && !way)
                return false;
            word = false;
            way = true;
        } else if (t->begins_way) {
            word = word || way;
            way = true;
        }
        way = way && has_term(t, parts, tokens, n);
    }
    return word || way;
}

bool search_terms_have(const struct search_terms *terms, const char *parts, const char *without,
                       const struct str *tokens, size_t n)
{
    return have(terms, parts, tokens, n) && !(*without && have(terms, without, tokens, n));
}
