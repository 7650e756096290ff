#include "town/pay/provider_json.h"

enum { WORDS_MAX = 200 };

json_t *provider_json(struct str s)
{
    return s.n ? json_stringn(s.p, s.n) : json_string("");
}

struct str provider_text(const json_t *j, const char *member, size_t max, struct arena *arena)
{
    const json_t *s = json_object_get(j, member);
    size_t n = json_string_length(s);
    return n > 0 && n <= max ? arena_str(arena, str_n(json_string_value(s), n)) : STR_NONE;
}

const char *provider_words(struct arena *arena, struct str said)
{
    struct str head = str_head(said, WORDS_MAX);
    char *text = str_is_utf8(head) ? arena_strndup(arena, head.p, head.n) : NULL;
    for (char *p = text; p && *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    return text ? text : "";
}
