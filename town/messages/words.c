/* What a notice says: its kind's text, filled with what was given when it was told. */
#include "town/messages/internal.h"

#include <jansson.h>
#include <string.h>

enum { ARGS_BYTES_MAX = 16 * 1024 };

enum err words_pack(const struct messages_new *m, struct arena *arena, struct str *out)
{
    struct view *all = view_object(arena);
    struct buf b;
    for (size_t i = 0; i < MESSAGES_ARGS_MAX && m->args[i].name; i++) {
        const struct messages_arg *a = &m->args[i];
        struct view *v = view_put_object(all, a->name);
        if (a->time_ms) {
            view_put_int(v, "time", a->time_ms);
            continue;
        }
        view_put_str(v, "zh", str_head(a->zh, MESSAGES_VALUE_MAX));
        if (a->en.n)
            view_put_str(v, "en", str_head(a->en, MESSAGES_VALUE_MAX));
    }
    buf_init(&b, ARGS_BYTES_MAX);
    view_json(all, &b);
    *out = arena_str(arena, str_n(b.p, b.n));
    bool ok = buf_ok(&b) && !arena_failed(arena);
    buf_free(&b);
    return ok ? OK : ERR_NOMEM;
}

static struct str string_of(const json_t *value, const char *name)
{
    const json_t *s = json_object_get(value, name);
    return json_is_string(s) ? str_n(json_string_value(s), json_string_length(s)) : STR_NONE;
}

static struct str said(enum lang lang, const json_t *value, struct arena *arena)
{
    const json_t *time = json_object_get(value, "time");
    if (json_is_integer(time))
        return i18n_time(lang, json_integer_value(time), "datetime", arena);
    struct str text = lang == LANG_EN ? string_of(value, "en") : STR_NONE;
    return arena_str(arena, text.n ? text : string_of(value, "zh"));
}

static struct str fill(enum lang lang, struct str key, struct str args, struct arena *arena)
{
    struct i18n_arg of[MESSAGES_ARGS_MAX];
    size_t n = 0;
    const char *name;
    json_t *value, *all = json_loadb(args.p, args.n, 0, NULL);
    json_object_foreach(all, name, value)
    {
        if (n == MESSAGES_ARGS_MAX)
            break;
        of[n++] = (struct i18n_arg){arena_strdup(arena, name), said(lang, value, arena)};
    }
    json_decref(all);
    return i18n_text(lang, key, of, n, arena);
}

/* "booking.near" is messages.booking_near. */
static struct str key_of(struct str kind, const char *end, struct arena *arena)
{
    char *key = arena_printf(arena, "messages.%.*s%s", STR_ARG(kind), end);
    for (char *p = key ? key + strlen("messages.") : NULL; p && *p; p++)
        if (*p == '.')
            *p = '_';
    return str_of(key);
}

struct str words_line(enum lang lang, struct str kind, struct str args, struct arena *arena)
{
    struct str key = key_of(kind, "", arena);
    return key.n ? fill(lang, key, args, arena) : STR_NONE;
}

struct str words_more(enum lang lang, struct str kind, struct str args, struct arena *arena)
{
    struct str key = key_of(kind, "_more", arena);
    return key.n && i18n_has(lang, key) ? fill(lang, key, args, arena) : STR_NONE;
}
