/* What carriers answer: bytes in, values out. */
#include <jansson.h>

#include "town/ship/gateway.h"
#include "town/ship/ship.h"

#define AT_MAX INT64_C(32503680000) /* seconds: the year 3000 */

static json_t *read_object(struct str body)
{
    json_t *j = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(j))
        return j;
    json_decref(j);
    return NULL;
}

/* One line to be shown, of at most `most` characters: controls become blanks. */
static struct str line_of(const json_t *j, size_t most, struct arena *arena)
{
    struct str text = str_trim(str_n(json_string_value(j), json_string_length(j)));
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0, chars = 0;
    for (size_t i = 0; out && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c & 0xC0) != 0x80 && ++chars > most)
            break;
        out[n++] = c < 0x20 || c == 0x7F ? ' ' : (char)c;
    }
    return out ? str_n(out, n) : STR("");
}

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= SHIP_NUMBER_MAX;
}

enum err gateway_read_number(struct str body, struct str *number, struct arena *arena)
{
    json_t *j = read_object(body);
    *number = line_of(json_object_get(j, "number"), SHIP_NUMBER_MAX + 1, arena);
    json_decref(j);
    return is_number(*number) ? OK : ERR_SYNTAX;
}

static enum err read_trace(const json_t *j, struct gateway_trace *out, struct arena *arena)
{
    const json_t *at = json_object_get(j, "at"), *end = json_object_get(j, "end");
    int64_t seconds = json_integer_value(at);
    if (!json_is_integer(at) || seconds < 0 || seconds > AT_MAX || !json_is_boolean(end))
        return ERR_SYNTAX;
    *out = (struct gateway_trace){seconds * 1000,
                                  line_of(json_object_get(j, "what"), GATEWAY_TEXT_MAX, arena),
                                  json_is_true(end)};
    return out->what.n ? OK : ERR_SYNTAX;
}

enum err gateway_read_traces(struct str body, struct gateway_trace **out, size_t *n,
                             struct arena *arena)
{
    json_t *j = read_object(body);
    const json_t *list = json_object_get(j, "traces");
    size_t all = json_array_size(list);
    size_t from = all > GATEWAY_TRACES_MAX ? all - GATEWAY_TRACES_MAX : 0;
    enum err e = json_is_array(list) ? OK : ERR_SYNTAX;
    *n = all - from;
    *out = arena_array(arena, *n ? *n : 1, sizeof(**out));
    if (!e && !*out)
        e = ERR_NOMEM;
    for (size_t i = 0; !e && i < *n; i++)
        e = read_trace(json_array_get(list, from + i), &(*out)[i], arena);
    json_decref(j);
    return e;
}

struct str gateway_read_error(struct str body, struct arena *arena)
{
    json_t *j = read_object(body);
    struct str text = line_of(json_object_get(j, "error"), GATEWAY_TEXT_MAX, arena);
    json_decref(j);
    return text.n ? text : STR("refused");
}
