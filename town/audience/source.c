#include "town/audience/source.h"

#include <string.h>

const char *const audience_source_names[AUDIENCE_SOURCES] = {
    [AUDIENCE_HOME] = "home",   [AUDIENCE_HALL] = "hall",
    [AUDIENCE_LABEL] = "label", [AUDIENCE_SHARE] = "share",
    [AUDIENCE_SHOWS] = "shows", [AUDIENCE_RESERVATION] = "reservation",
    [AUDIENCE_TOWN] = "town",   [AUDIENCE_LINK] = "link",
    [AUDIENCE_SITE] = "site",   [AUDIENCE_DIRECT] = "direct",
};

/* Small letters, digits, '-', '_', '.': anything else ends it, so that no name, number of a person
 * or sentence is kept by way of a link. */
static void put_word(struct str s, char out[AUDIENCE_WORD + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < AUDIENCE_WORD; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (n && strchr("-_.", c))))
            break;
        out[n++] = c;
    }
    out[n] = 0;
}

/* "/zh/hall" and "/en/hall" are "/hall". */
static struct str without_language(struct str path)
{
    if ((str_starts(path, "/zh") || str_starts(path, "/en")) && (path.n == 3 || path.p[3] == '/'))
        return str_slice(path, 3, path.n);
    return path;
}

static bool is_under(struct str path, const char *folder)
{
    size_t n = strlen(folder);
    return str_starts(path, folder) && (path.n == n || path.p[n] == '/');
}

static bool has_label(struct str query)
{
    while (query.n) {
        struct str pair = str_cut(query, '&', &query);
        if (str_starts(pair, "label="))
            return true;
    }
    return false;
}

static enum audience_source of_path(struct str rest)
{
    struct str query, path = without_language(str_cut(rest, '?', &query));
    if (path.n == 0 || str_eq_z(path, "/"))
        return AUDIENCE_HOME;
    if (is_under(path, "/l") || (is_under(path, "/hall") && has_label(query)))
        return AUDIENCE_LABEL;
    if (is_under(path, "/hall") || is_under(path, "/floor"))
        return AUDIENCE_HALL;
    return is_under(path, "/shows") || is_under(path, "/clips") ? AUDIENCE_SHOWS : AUDIENCE_TOWN;
}

/* "https://host:port/path": *rest from the path on. Empty when it is no such address. */
static struct str host_of(struct str ref, struct str *rest)
{
    size_t at = str_starts(ref, "https://") ? 8 : str_starts(ref, "http://") ? 7 : 0;
    struct str s = str_slice(ref, at, ref.n);
    size_t n = 0;
    while (n < s.n && !strchr("/?#", s.p[n]))
        n++;
    *rest = str_slice(s, n, s.n);
    return at ? str_slice(s, 0, n) : STR_NONE;
}

static struct audience_from of_word(struct str word)
{
    static const struct {
        const char *word;
        enum audience_source source;
    } known[] = {{"share", AUDIENCE_SHARE},
                 {"label", AUDIENCE_LABEL},
                 {"reservation", AUDIENCE_RESERVATION},
                 {"home", AUDIENCE_HOME},
                 {"hall", AUDIENCE_HALL}};
    struct audience_from f = {.source = AUDIENCE_LINK};
    put_word(word, f.via);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(f.via, known[i].word) == 0)
            return (struct audience_from){.source = known[i].source};
    return f;
}

struct audience_from audience_from(struct str from, struct str ref, struct str host)
{
    struct str rest;
    struct audience_from f = of_word(str_trim(from));
    if (f.source != AUDIENCE_LINK || f.via[0])
        return f;
    struct str there = host_of(ref, &rest);
    if (there.n == 0)
        return (struct audience_from){.source = AUDIENCE_DIRECT};
    if (str_ieq(there, host))
        return (struct audience_from){.source = of_path(rest)};
    f = (struct audience_from){.source = AUDIENCE_SITE};
    put_word(str_starts(there, "www.") ? str_slice(there, 4, there.n) : there, f.via);
    return f.via[0] ? f : (struct audience_from){.source = AUDIENCE_DIRECT};
}
