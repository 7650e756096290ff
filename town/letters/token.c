/* Figures in a text: [[NAME#OF@DAY|WORDS]], as draft.h has it. */
#include "town/day.h"
#include "town/letters/draft.h"

static size_t find_two(struct str s, size_t at, char c)
{
    for (; at + 1 < s.n; at++)
        if (s.p[at] == c && s.p[at + 1] == c)
            return at;
    return s.n;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_')))
            return false;
    }
    return s.n > 0 && s.n <= FIGURE_NAME_MAX;
}

static bool read_words(struct str s, struct letter_token *t)
{
    t->words = str_trim(s);
    return t->words.n > 0 && s.n <= FIGURE_QUOTE_MAX && str_find(s, '|') < 0;
}

/* Between the brackets. */
static bool read(struct str s, struct letter_token *t)
{
    struct str words, head = s, day, of;
    if (str_find(s, '|') >= 0) {
        head = str_cut(s, '|', &words);
        if (!read_words(words, t))
            return false;
    }
    t->has_day = str_find(head, '@') >= 0;
    head = str_cut(head, '@', &day);
    bool has_of = str_find(head, '#') >= 0;
    t->name = str_cut(head, '#', &of);
    return is_name(t->name) && (!t->has_day || day_read(day, &t->day) == OK) &&
           (!has_of || (str_to_i64(of, &t->of) == OK && t->of > 0));
}

bool token_next(struct str text, size_t *at, struct letter_token *out)
{
    size_t from = find_two(text, *at, '[');
    if (from == text.n) {
        *at = text.n;
        return false;
    }
    size_t end = from + 2;
    while (end < text.n && !strchr("[]\n", text.p[end]))
        end++;
    bool closed = end + 1 < text.n && text.p[end] == ']' && text.p[end + 1] == ']';
    *out = (struct letter_token){.from = from, .to = closed ? end + 2 : from + 2};
    if (!closed || !read(str_slice(text, from + 2, end), out))
        *out = (struct letter_token){.from = from, .to = out->to, .is_bad = true};
    *at = out->to;
    return true;
}
