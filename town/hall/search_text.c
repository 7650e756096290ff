#include "town/hall/search_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "town/pinyin.h"

enum { TOKEN_MAX = 64 };

/* ---- tokens of a product ---- */

enum err search_words_new(struct arena *arena, struct search_words *out)
{
    *out = (struct search_words){.arena = arena};
    out->tokens = arena_array(arena, SEARCH_TOKENS_MAX, sizeof(*out->tokens));
    out->spelled = arena_array(arena, SEARCH_TOKENS_MAX, sizeof(*out->spelled));
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

static void put_token(struct search_words *w, enum search_part part, const char *mark,
                      struct str text, size_t most)
{
    if (text.n == 0 || w->n == SEARCH_TOKENS_MAX)
        return;
    struct str cut = str_slice(text, 0, most);
    char *token = arena_printf(w->arena, "%c%s%.*s", part, mark, STR_ARG(cut));
    if (token)
        w->tokens[w->n++] = str_of(token);
}

static bool is_ascii_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return s.n > 0;
}

/* What letters Chinese is typed by: from each character on. */
static void put_sound(struct search_words *w, enum search_part part, const uint32_t *points,
                      size_t n)
{
    const char *read[SEARCH_RUN_MAX];
    pinyin_read(points, n, read);
    for (size_t from = 0; from < n; from++) {
        char whole[SEARCH_SOUND_LETTERS + PINYIN_SYLLABLE_MAX + 1];
        char first[SEARCH_RUN_MAX + 1], pairs[2 * SEARCH_RUN_MAX + 1];
        size_t whole_n = 0, first_n = 0, pairs_n = 0;
        for (size_t i = from; i < n && read[i] && whole_n < SEARCH_SOUND_LETTERS; i++) {
            size_t k = strlen(read[i]);
            memcpy(whole + whole_n, read[i], k);
            whole_n += k;
            first[first_n++] = pairs[pairs_n++] = read[i][0];
            if (k > 1 && read[i][1] == 'h' && strchr("zcs", read[i][0]))
                pairs[pairs_n++] = 'h';
        }
        put_token(w, part, "~", str_n(whole, whole_n), SEARCH_SOUND_LETTERS);
        put_token(w, part, "^", str_n(first, first_n), SEARCH_INITIALS);
        if (pairs_n > first_n)
            put_token(w, part, "^", str_n(pairs, pairs_n), SEARCH_INITIALS);
    }
}

static void put_han(struct search_words *w, enum search_part part, struct str han)
{
    uint32_t points[SEARCH_RUN_MAX];
    size_t begins[SEARCH_RUN_MAX + 1];
    size_t n = search_points(han, points, begins);
    for (size_t i = 0; i < n; i++) {
        put_token(w, part, "", str_slice(han, begins[i], begins[i + 1]), TOKEN_MAX);
        if (i + 1 < n)
            put_token(w, part, "", str_slice(han, begins[i], begins[i + 2]), TOKEN_MAX);
    }
    if (part == SEARCH_TITLE || part == SEARCH_MAKER || part == SEARCH_KIND)
        put_sound(w, part, points, n);
}

/* "hwk", "1007", "ce" that were joined: also hwk1007ce and 1007ce. */
static void put_joined(struct search_words *w, enum search_part part, const struct str *parts,
                       size_t n)
{
    for (size_t from = 0; from + 1 < n; from++) {
        struct buf b;
        buf_init(&b, 1024);
        for (size_t i = from; i < n; i++)
            buf_str(&b, str_slice(parts[i], 0, SEARCH_WORD_LETTERS));
        put_token(w, part, "", str_n(b.p, b.n), SEARCH_WORD_LETTERS);
        buf_free(&b);
    }
}

void search_words_add(struct search_words *w, enum search_part part, struct str text)
{
    struct str folded = search_fold(text, w->arena), parts[SEARCH_JOINED_MAX];
    size_t parts_n = 0, at = 0;
    struct search_piece piece;
    while (search_next_piece(folded, &at, &piece)) {
        if (!piece.joined || piece.kind == PIECE_HAN || parts_n == SEARCH_JOINED_MAX) {
            put_joined(w, part, parts, parts_n);
            parts_n = 0;
        }
        if (piece.kind == PIECE_HAN) {
            put_han(w, part, piece.text);
            continue;
        }
        parts[parts_n++] = piece.text;
        put_token(w, part, "", piece.text, SEARCH_WORD_LETTERS);
        if (part != SEARCH_CODE && piece.text.n >= SEARCH_SPELL_LETTERS &&
            piece.text.n <= SEARCH_WORD_LETTERS && is_ascii_word(piece.text) &&
            w->spelled_n < SEARCH_TOKENS_MAX)
            w->spelled[w->spelled_n++] = piece.text;
    }
    put_joined(w, part, parts, parts_n);
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

static size_t each_once(struct str *all, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(all, n, sizeof(*all), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(all[i], all[i - 1]))
            all[kept++] = all[i];
    return kept;
}

enum err search_words_text(struct search_words *w, struct str *out)
{
    size_t size = 1, n = 0;
    w->n = each_once(w->tokens, w->n);
    w->spelled_n = each_once(w->spelled, w->spelled_n);
    for (size_t i = 0; i < w->n; i++)
        size += w->tokens[i].n + 1;
    char *text = arena_alloc(w->arena, size);
    if (!text || arena_failed(w->arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < w->n; i++) {
        if (i)
            text[n++] = ' ';
        memcpy(text + n, w->tokens[i].p, w->tokens[i].n);
        n += w->tokens[i].n;
    }
    *out = str_n(text, n);
    return OK;
}

/* ---- a slip of the hand ---- */

bool search_is_slip(struct str a, struct str b)
{
    size_t from = 0, until = 0;
    if (a.n > b.n) {
        struct str longer = a;
        a = b;
        b = longer;
    }
    if (b.n - a.n > 1)
        return false;
    while (from < a.n && a.p[from] == b.p[from])
        from++;
    while (until < a.n - from && a.p[a.n - 1 - until] == b.p[b.n - 1 - until])
        until++;
    size_t left_a = a.n - from - until, left_b = b.n - from - until;
    bool swapped =
        left_a == 2 && left_b == 2 && a.p[from] == b.p[from + 1] && a.p[from + 1] == b.p[from];
    return left_b <= 1 || swapped;
}
