#include "web/i18n.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "web/resources.h"

/* The year 9999, so that a date keeps its width. */
#define TIME_MAX_MS INT64_C(253402300799999)

enum { TEXT_MAX = 16 * 1024, NEST_MAX = 4, MISSING_MAX = 256 };

struct language {
    const char *tag, *file;
    struct map texts;    /* key -> struct str, in `arena` */
    struct arena *arena; /* owned */
};

static struct language languages[LANG_COUNT_] = {
    [LANG_ZH] = {.tag = "zh-CN", .file = "locales/zh-CN.json"},
    [LANG_EN] = {.tag = "en", .file = "locales/en.json"},
};

/* Keys that were asked for and are not there: logged once each. */
static pthread_mutex_t missing_lock = PTHREAD_MUTEX_INITIALIZER;
static struct map missing;

const char *lang_tag(enum lang lang)
{
    return languages[lang].tag;
}

static void unload(struct language *l)
{
    if (!l->arena)
        return;
    map_free(&l->texts);
    arena_free(l->arena);
    free(l->arena);
    l->arena = NULL;
}

void i18n_free(void)
{
    for (int i = 0; i < LANG_COUNT_; i++)
        unload(&languages[i]);
    pthread_mutex_lock(&missing_lock);
    if (missing.capacity)
        map_free(&missing);
    pthread_mutex_unlock(&missing_lock);
}

static enum err open_language(struct language *l)
{
    unload(l);
    l->arena = malloc(sizeof(*l->arena));
    if (!l->arena)
        return ERR_NOMEM;
    arena_init(l->arena, 8 * 1024 * 1024);
    map_init(&l->texts);
    return OK;
}

static enum err bad(const char *file, const char *text, struct err_info *info)
{
    *info = (struct err_info){.code = ERR_SYNTAX, .field = file, .text = text};
    return ERR_SYNTAX;
}

static enum err add_text(struct language *l, const char *file, const char *key, json_t *value,
                         struct err_info *info)
{
    struct str name = arena_str(l->arena, str_of(key));
    struct str *text = ARENA_NEW(l->arena, struct str);
    if (!json_is_string(value))
        return bad(file, arena_printf(l->arena, "%s is not a text", key), info);
    if (!text || arena_failed(l->arena))
        return ERR_NOMEM;
    if (map_get(&l->texts, name))
        return bad(file, arena_printf(l->arena, "%s is also elsewhere", key), info);
    *text = arena_str(l->arena, str_n(json_string_value(value), json_string_length(value)));
    return arena_failed(l->arena) ? ERR_NOMEM : map_put(&l->texts, name, text);
}

static enum err add_json(struct language *l, const char *file, struct str json, struct arena *arena,
                         struct err_info *info)
{
    json_error_t fault;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &fault), *value;
    const char *key;
    enum err e = OK;
    if (!root)
        return bad(file, arena_printf(arena, "line %d: %s", fault.line, fault.text), info);
    if (!json_is_object(root))
        e = bad(file, "line 1: not an object", info);
    json_object_foreach(root, key, value)
    {
        e = add_text(l, file, key, value, info);
        if (e)
            break;
    }
    json_decref(root);
    if (e && info->text) /* the language's own memory goes */
        info->text = arena_strdup(arena, info->text);
    return e;
}

enum err i18n_load_json(enum lang lang, struct str json, struct arena *arena, struct err_info *info)
{
    struct language *l = &languages[lang];
    enum err e = open_language(l);
    if (!e)
        e = add_json(l, l->file, json, arena, info);
    if (e)
        unload(l);
    return e;
}

/* "locales/en.json", and a department's "hall/locales/en.json". */
static bool is_of(const struct language *l, struct str path)
{
    size_t n = strlen(l->file);
    return str_ends(path, l->file) && (path.n == n || path.p[path.n - n - 1] == '/');
}

static enum err load(struct language *l, struct arena *arena, struct err_info *info)
{
    enum err e = open_language(l);
    size_t files = 0;
    for (size_t i = 0; !e && i < resources_n; i++) {
        const struct resource *r = &resources_table[i];
        if (!is_of(l, str_of(r->path)))
            continue;
        e = add_json(l, r->path, resource_bytes(r), arena, info);
        files++;
    }
    if (!e && files == 0) {
        *info =
            (struct err_info){.code = ERR_NOT_FOUND, .field = l->file, .text = "no such resource"};
        e = ERR_NOT_FOUND;
    }
    if (e)
        unload(l);
    return e;
}

enum err i18n_load(struct arena *arena, struct err_info *info)
{
    enum err e = OK;
    for (int i = 0; !e && i < LANG_COUNT_; i++)
        e = load(&languages[i], arena, info);
    return e;
}

static const struct str *find(enum lang lang, struct str key)
{
    const struct language *l = &languages[lang];
    return l->arena ? map_get(&l->texts, key) : NULL;
}

bool i18n_has(enum lang lang, struct str key)
{
    return find(lang, key) != NULL;
}

bool i18n_next(enum lang lang, size_t *at, struct str *key)
{
    const struct language *l = &languages[lang];
    void *value;
    return l->arena && map_next(&l->texts, at, key, &value);
}

static void log_missing(enum lang lang, struct str key)
{
    bool fresh = false;
    pthread_mutex_lock(&missing_lock);
    if (!missing.capacity)
        map_init(&missing);
    if (missing.count < MISSING_MAX && !map_get(&missing, key))
        fresh = map_put(&missing, key, &missing) == OK;
    pthread_mutex_unlock(&missing_lock);
    if (fresh)
        LOG(WARN, "i18n.missing", L_S("key", key), L_Z("lang", lang_tag(lang)));
}

/* The index of the '}' that closes the '{' before `from`, or n. */
static size_t closing(struct str s, size_t from)
{
    int depth = 1;
    for (size_t i = from; i < s.n; i++) {
        depth += s.p[i] == '{' ? 1 : s.p[i] == '}' ? -1 : 0;
        if (depth == 0)
            return i;
    }
    return s.n;
}

/* Cuts "one=a {x|y=z}|other=b" at its first '|' outside braces. */
static struct str cut_form(struct str s, struct str *rest)
{
    int depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        depth += s.p[i] == '{' ? 1 : s.p[i] == '}' ? -1 : 0;
        if (depth == 0 && s.p[i] == '|') {
            *rest = str_slice(s, i + 1, s.n);
            return str_slice(s, 0, i);
        }
    }
    *rest = STR_NONE;
    return s;
}

static struct str pick_form(enum lang lang, struct str forms, struct str value)
{
    const char *want = lang == LANG_EN && str_eq_z(value, "1") ? "one" : "other";
    struct str best = STR_NONE;
    while (forms.n) {
        struct str text, form = cut_form(forms, &forms);
        struct str name = str_cut(form, '=', &text);
        if (str_eq_z(name, want))
            return text;
        if (str_eq_z(name, "other"))
            best = text;
    }
    return best;
}

static void expand(enum lang lang, struct str text, const struct i18n_arg *args, size_t n,
                   int depth, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '{')
            continue;
        size_t end = closing(text, i + 1);
        if (end == text.n || depth > NEST_MAX)
            break;
        buf_put(out, text.p + from, i - from);
        struct str forms, inside = str_slice(text, i + 1, end);
        struct str name = str_cut(inside, '|', &forms);
        for (size_t a = 0; a < n; a++) {
            if (!str_eq_z(name, args[a].name))
                continue;
            if (forms.n)
                expand(lang, pick_form(lang, forms, args[a].value), args, n, depth + 1, out);
            else
                buf_str(out, args[a].value);
            break;
        }
        i = end;
        from = end + 1;
    }
    buf_put(out, text.p ? text.p + from : "", text.n - from);
}

struct str i18n_text(enum lang lang, struct str key, const struct i18n_arg *args, size_t n,
                     struct arena *arena)
{
    const struct str *text = find(lang, key);
    if (!text) {
        log_missing(lang, key);
        return arena_str(arena, key);
    }
    if (str_find(*text, '{') < 0)
        return *text;
    struct buf out;
    buf_init(&out, TEXT_MAX);
    expand(lang, *text, args, n, 0, &out);
    struct str result = arena_str(arena, str_n(out.p, out.n));
    buf_free(&out);
    return result;
}

/* The names of all placeholders, also those inside plural forms, sorted and without doubles. */
static struct str placeholder_set(struct str text, struct arena *arena)
{
    struct str names[64];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '{')
            continue;
        size_t end = i + 1;
        while (end < text.n && text.p[end] != '}' && text.p[end] != '|')
            end++;
        struct str name = str_slice(text, i + 1, end);
        size_t at = 0;
        while (at < n && (names[at].n < name.n ||
                          (names[at].n == name.n && memcmp(names[at].p, name.p, name.n) < 0)))
            at++;
        if ((at < n && str_eq(names[at], name)) || n == sizeof(names) / sizeof(names[0]))
            continue;
        memmove(&names[at + 1], &names[at], (n - at) * sizeof(names[0]));
        names[at] = name;
        n++;
    }
    struct buf out;
    buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "{%.*s}", STR_ARG(names[i]));
    struct str set = arena_str(arena, str_n(out.p, out.n));
    buf_free(&out);
    return set;
}

int i18n_check(void (*say)(void *arg, const char *line), void *arg, struct arena *arena)
{
    int faults = 0;
    for (int i = 0; i < LANG_COUNT_; i++) {
        enum lang here = (enum lang)i, there = i == LANG_ZH ? LANG_EN : LANG_ZH;
        struct str key;
        for (size_t at = 0; i18n_next(here, &at, &key);) {
            const char *line = NULL;
            const struct str *other = find(there, key);
            if (!other) {
                line =
                    arena_printf(arena, "%s: %.*s is missing", languages[there].file, STR_ARG(key));
            } else if (here == LANG_ZH) {
                struct str a = placeholder_set(*find(here, key), arena);
                struct str b = placeholder_set(*other, arena);
                if (!str_eq(a, b))
                    line = arena_printf(arena, "%.*s: zh-CN has %.*s, en has %.*s", STR_ARG(key),
                                        STR_ARG(a), STR_ARG(b));
            }
            if (line) {
                say(arg, line);
                faults++;
            }
        }
    }
    return faults;
}

bool lang_parse(struct str tag, enum lang *out)
{
    struct str rest, primary = str_cut(tag, '-', &rest);
    if (str_ieq_z(primary, "zh"))
        *out = LANG_ZH;
    else if (str_ieq_z(primary, "en"))
        *out = LANG_EN;
    else
        return false;
    return true;
}

/* "q=0.8" in thousandths; a broken weight counts as 0. */
static int parse_weight(struct str s)
{
    s = str_trim(s);
    if (!str_starts(s, "q=") && !str_starts(s, "Q="))
        return 1000;
    s = str_slice(s, 2, s.n);
    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return 0;
    int weight = (s.p[0] - '0') * 1000;
    for (size_t i = 2, unit = 100; i < s.n; i++, unit /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return 0;
        weight += (s.p[i] - '0') * (int)unit;
    }
    return weight > 1000 ? 0 : weight;
}

enum lang lang_negotiate(struct str accept_language)
{
    enum lang best = LANG_ZH;
    int best_weight = 0;
    while (accept_language.n) {
        struct str weight, item = str_cut(accept_language, ',', &accept_language);
        struct str tag = str_trim(str_cut(item, ';', &weight));
        enum lang lang;
        int w = parse_weight(weight);
        if (str_eq_z(tag, "*"))
            lang = LANG_ZH;
        else if (!lang_parse(tag, &lang))
            continue;
        if (w > best_weight) {
            best = lang;
            best_weight = w;
        }
    }
    return best;
}

/* Decimal digits with a comma before each group of three; out takes 32 bytes. */
static void group_digits(uint64_t n, char *out)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}

#define MINUS "\xe2\x88\x92" /* U+2212, as wide as a digit */

static uint64_t magnitude(int64_t n)
{
    return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

struct str i18n_number(enum lang lang, int64_t n, struct arena *arena)
{
    (void)lang; /* both languages group by three */
    char digits[32];
    group_digits(magnitude(n), digits);
    return str_of(arena_printf(arena, "%s%s", n < 0 ? MINUS : "", digits));
}

int i18n_currency_digits(struct str currency)
{
    return str_eq_z(currency, "JPY") || str_eq_z(currency, "KRW") ? 0 : 2;
}

struct str i18n_money(enum lang lang, int64_t minor, struct str currency, struct arena *arena)
{
    static const struct {
        const char *code, *symbol[LANG_COUNT_];
    } known[] = {
        {"CNY", {"¥", "¥"}},
        {"USD", {"US$", "$"}},
        {"EUR", {"€", "€"}},
        {"JPY", {"JP¥", "JP¥"}},
    };
    const char *symbol = NULL;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_eq_z(currency, known[i].code))
            symbol = known[i].symbol[lang];
    if (!symbol)
        symbol = arena_printf(arena, "%.*s ", STR_ARG(currency));
    char digits[32], cents[8] = "";
    uint64_t value = magnitude(minor);
    if (i18n_currency_digits(currency) == 0) {
        group_digits(value, digits);
    } else {
        group_digits(value / 100, digits);
        if (value % 100)
            snprintf(cents, sizeof(cents), ".%02d", (int)(value % 100));
    }
    return str_of(arena_printf(arena, "%s%s%s%s", minor < 0 ? MINUS : "", symbol ? symbol : "",
                               digits, cents));
}

struct str i18n_amount(int64_t minor, struct str currency, struct arena *arena)
{
    char digits[32], cents[8] = "";
    uint64_t value = magnitude(minor);
    bool whole = i18n_currency_digits(currency) == 0;
    group_digits(whole ? value : value / 100, digits);
    if (!whole)
        snprintf(cents, sizeof(cents), ".%02d", (int)(value % 100));
    return str_of(arena_printf(arena, "%s%s%s", minor < 0 ? MINUS : "", digits, cents));
}

/* "time.month_1" and its like are texts too. */
static struct str part_text(enum lang lang, const char *part, int i, struct arena *arena)
{
    char key[32];
    int n = snprintf(key, sizeof(key), "time.%s_%d", part, i);
    return i18n_text(lang, str_n(key, (size_t)n), NULL, 0, arena);
}

struct str i18n_time(enum lang lang, int64_t utc_ms, const char *style, struct arena *arena)
{
    struct str s = str_of(style);
    if (str_eq_z(s, "seconds"))
        return str_of(arena_printf(arena, "%" PRId64, utc_ms / 1000));
    if (utc_ms > TIME_MAX_MS || utc_ms < -TIME_MAX_MS)
        return STR("?");
    bool iso = str_eq_z(s, "iso");
    int64_t local_ms = iso ? utc_ms : utc_ms + I18N_ZONE_MS;
    time_t seconds = (time_t)((local_ms - (local_ms < 0 ? 999 : 0)) / 1000);
    struct tm t;
    if (!gmtime_r(&seconds, &t))
        return STR("?");
    if (iso)
        return str_of(arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
                                   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec));
    bool is_long = str_eq_z(s, "date_long");
    struct str hm = str_of(arena_printf(arena, "%02d:%02d", t.tm_hour, t.tm_min));
    if (str_eq_z(s, "hm"))
        return hm;
    const struct i18n_arg args[] = {
        {"year", str_of(arena_printf(arena, "%d", t.tm_year + 1900))},
        {"month", part_text(lang, is_long ? "month_long" : "month", t.tm_mon + 1, arena)},
        {"day", str_of(arena_printf(arena, "%d", t.tm_mday))},
        {"weekday", part_text(lang, "weekday", t.tm_wday, arena)},
        {"hm", hm},
    };
    struct str key = is_long || str_eq_z(s, "date") ? STR("time.date")
                     : str_eq_z(s, "day")           ? STR("time.day")
                                                    : STR("time.datetime");
    return i18n_text(lang, key, args, sizeof(args) / sizeof(args[0]), arena);
}
