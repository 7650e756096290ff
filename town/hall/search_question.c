/* From what a visitor typed to terms: see search_text.h. */
#include <string.h>

#include "town/pinyin.h"
#include "town/hall/search_text.h"

enum { READINGS_MAX = 2, STEPS_MAX = 400 };

/* ---- words ---- */

static bool is_letters(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return s.n > 0;
}

/* "hwk-1007" is one word of two parts. */
static void join(struct search_word *w, struct str part, struct arena *arena)
{
    if (w->parts_n == SEARCH_JOINED_MAX)
        return;
    if (w->parts_n == 0)
        w->parts[w->parts_n++] = w->text;
    w->parts[w->parts_n++] = part;
    w->text = str_of(arena_printf(arena, "%.*s%.*s", STR_ARG(w->text), STR_ARG(part)));
    w->is_letters = false;
}

void search_question_read(struct str q, struct arena *arena, struct search_question *out)
{
    struct str folded = search_fold(str_slice(q, 0, SEARCH_QUERY_MAX), arena);
    struct search_piece piece;
    size_t at = 0;
    *out = (struct search_question){0};
    while (search_next_piece(folded, &at, &piece)) {
        struct search_word *last = out->n ? &out->words[out->n - 1] : NULL;
        bool han = piece.kind == PIECE_HAN;
        if (piece.joined && last && !han && !last->is_han)
            join(last, piece.text, arena);
        else if (out->n < SEARCH_WORDS_MAX)
            out->words[out->n++] = (struct search_word){
                .text = piece.text, .is_han = han, .is_letters = !han && is_letters(piece.text)};
    }
}

/* ---- its terms ---- */

struct writing {
    struct arena *arena;
    struct search_terms *to;
    bool is_new_way, is_new_word;
};

/* Tokens hold neither quotes nor backslashes: search_next_piece() lets none through. */
static void put_term(struct writing *w, const char *mark, struct str text, bool is_whole)
{
    if (w->to->n == SEARCH_TERMS_MAX)
        return;
    w->to->all[w->to->n++] = (struct search_term){
        .text = str_of(arena_printf(w->arena, "%s%.*s", mark, STR_ARG(text))),
        .is_sound = *mark != 0,
        .is_whole = is_whole,
        .begins_way = w->is_new_way,
        .begins_word = w->is_new_word,
    };
    w->is_new_way = w->is_new_word = false;
}

static void begin_way(struct writing *w)
{
    w->is_new_way = true;
}

/* ---- letters as pinyin ---- */

/* One way to cut letters into syllables and initials. */
struct reading {
    char initials[SEARCH_SOUND_LETTERS + 1];
    size_t n;                                /* pieces */
    size_t begins[SEARCH_SOUND_LETTERS + 1]; /* of each, and where the last one ends */
    bool is_full[SEARCH_SOUND_LETTERS];
};

struct readings {
    struct str letters;
    struct reading now;
    int found, steps;
    struct writing *to;
};

/* Each stretch of full syllables, with the initial after it, and the initials of all. Of initials
 * alone, or of one stretch that is all, the plain prefixes speak already. */
static void write_reading(struct readings *r)
{
    const struct reading *x = &r->now;
    size_t full = 0;
    for (size_t i = 0; i < x->n; i++)
        full += x->is_full[i];
    if (full == x->n || (full == x->n - 1 && !x->is_full[x->n - 1]))
        r->found = READINGS_MAX; /* no other one is likelier */
    if (full == 0 || r->found == READINGS_MAX)
        return;
    r->found++;
    begin_way(r->to);
    put_term(r->to, "^", str_slice(str_n(x->initials, x->n), 0, SEARCH_INITIALS), false);
    for (size_t i = 0; i < x->n; i++) {
        size_t end = i;
        if (!x->is_full[i])
            continue;
        while (end + 1 < x->n && x->is_full[end])
            end++;
        put_term(r->to, "~",
                 str_slice(r->letters, x->begins[i],
                           x->begins[i] + SEARCH_SOUND_LETTERS < x->begins[end + 1]
                               ? x->begins[i] + SEARCH_SOUND_LETTERS
                               : x->begins[end + 1]),
                 false);
        i = end;
    }
}

static void read_from(struct readings *r, size_t at);

static void take_piece(struct readings *r, size_t at, size_t n, bool full)
{
    struct reading *x = &r->now;
    x->begins[x->n] = at;
    x->begins[x->n + 1] = at + n;
    x->is_full[x->n] = full;
    x->initials[x->n++] = r->letters.p[at];
    read_from(r, at + n);
    x->n--;
}

/* The longest syllable first, then a pair (zh, ch, sh), then one letter. */
static void read_from(struct readings *r, size_t at)
{
    if (r->found >= READINGS_MAX || r->steps++ > STEPS_MAX)
        return;
    if (at == r->letters.n) {
        write_reading(r);
        return;
    }
    struct str rest = str_slice(r->letters, at, r->letters.n);
    for (size_t n = rest.n < PINYIN_SYLLABLE_MAX ? rest.n : PINYIN_SYLLABLE_MAX; n > 1; n--)
        if (pinyin_is_syllable(str_slice(rest, 0, n)))
            take_piece(r, at, n, true);
    if (rest.n > 1 && rest.p[1] == 'h' && strchr("zcs", rest.p[0]))
        take_piece(r, at, 2, false);
    if (!strchr("aeiouv", rest.p[0]))
        take_piece(r, at, 1, false);
}

static void write_sound(struct writing *w, struct str letters)
{
    letters = str_slice(letters, 0, SEARCH_SOUND_LETTERS);
    struct readings r = {.letters = letters, .to = w};
    begin_way(w);
    put_term(w, "~", letters, false);
    if (letters.n > 1) {
        begin_way(w);
        put_term(w, "^", str_slice(letters, 0, SEARCH_INITIALS), false);
    }
    read_from(&r, 0);
}

/* ---- Chinese ---- */

static void write_han(struct writing *w, struct str han)
{
    uint32_t points[SEARCH_RUN_MAX];
    size_t begins[SEARCH_RUN_MAX + 1];
    size_t n = search_points(han, points, begins);
    begin_way(w);
    if (n == 1)
        put_term(w, "", han, true);
    for (size_t i = 0; i + 1 < n; i++)
        put_term(w, "", str_slice(han, begins[i], begins[i + 2]), true);
}

static void write_same_sound(struct writing *w, struct str han)
{
    uint32_t points[SEARCH_RUN_MAX];
    size_t begins[SEARCH_RUN_MAX + 1], n = search_points(han, points, begins), letters_n = 0;
    const char *read[SEARCH_RUN_MAX];
    char letters[SEARCH_SOUND_LETTERS + PINYIN_SYLLABLE_MAX + 1];
    pinyin_read(points, n, read);
    for (size_t i = 0; i < n && letters_n < SEARCH_SOUND_LETTERS; i++) {
        if (!read[i])
            return;
        memcpy(letters + letters_n, read[i], strlen(read[i]));
        letters_n += strlen(read[i]);
    }
    begin_way(w);
    put_term(w, "~", str_slice(str_n(letters, letters_n), 0, SEARCH_SOUND_LETTERS), false);
}

/* ---- the whole ---- */

static void write_word(struct writing *w, const struct search_word *word, enum search_how how)
{
    if (word->is_han) {
        write_han(w, word->text);
        if (how == SEARCH_SAME_SOUND)
            write_same_sound(w, word->text);
        return;
    }
    begin_way(w);
    put_term(w, "", str_slice(word->text, 0, SEARCH_WORD_LETTERS), false);
    if (word->parts_n) {
        begin_way(w);
        for (size_t i = 0; i < word->parts_n; i++)
            put_term(w, "", str_slice(word->parts[i], 0, SEARCH_WORD_LETTERS), false);
    }
    if (word->is_letters && how != SEARCH_WORDS)
        write_sound(w, word->text);
}

enum err search_question_terms(const struct search_question *q, enum search_how how,
                               struct arena *arena, struct search_terms *out)
{
    struct writing w = {.arena = arena, .to = out};
    *out = (struct search_terms){.all = arena_array(arena, SEARCH_TERMS_MAX, sizeof(*out->all))};
    if (!out->all)
        return ERR_NOMEM;
    for (size_t i = 0; i < q->n; i++) {
        w.is_new_word = true;
        write_word(&w, &q->words[i], how);
    }
    return arena_failed(arena) ? ERR_NOMEM : OK;
}
