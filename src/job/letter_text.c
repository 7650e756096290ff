#include "job/letter_text.h"

#include "job/letter_words.h"

#define WORD_GAP 0.4 /* ems of a blank between words */
#define HANG 0.5     /* cells that a mark is beyond its line */
#define SPREAD 0.08  /* cells between characters: with more a line would fall apart */
#define SQUEEZE 0.5  /* cells by which a line is set closer to take one more in */
#define ALMOST 1e-6

/* ---- characters ---- */

static bool is_one_of(uint32_t c, const char *set)
{
    struct str s = str_of(set);
    for (size_t at = 0; at < s.n;)
        if (str_next_point(s, &at) == c)
            return true;
    return false;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 || c == 0x3000;
}

bool letter_is_wide(uint32_t c)
{
    static const struct str_points wide[] = {
        {0xb7, 0xb7},     {0x2014, 0x2015}, {0x2018, 0x2019}, {0x201c, 0x201d},  {0x2026, 0x2026},
        {0x203b, 0x203b}, {0x2103, 0x2103}, {0x2116, 0x2116}, {0x2160, 0x2188},  {0x2190, 0x21ff},
        {0x2460, 0x24ff}, {0x2500, 0x27bf}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},  {0xe000, 0xfaff},
        {0xfe30, 0xfe4f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f000, 0x3ffff}};
    return STR_POINT_IN(c, wide);
}

/* Chooses among the forms of the character before it. */
static bool is_variation(uint32_t c)
{
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str trim(struct str s)
{
    size_t at = 0, from, end = 0;
    bool begun = false;
    size_t begin = s.n;
    while (at < s.n) {
        from = at;
        if (is_blank(str_next_point(s, &at)))
            continue;
        if (!begun)
            begin = from;
        begun = true;
        end = at;
    }
    return begun ? str_slice(s, begin, end) : STR_NONE;
}

/* ---- paragraphs ---- */

/* Bytes of numerals at the front. */
static size_t count_numerals(struct str s)
{
    size_t at = 0, n = 0;
    while (at < s.n && is_one_of(str_next_point(s, &at), LETTER_WORD_NUMERALS))
        n = at;
    return n;
}

static enum letter_kind kind_of(struct str s)
{
    static const char opening[] = "（", closing[] = "）", mark[] = "、";
    if (s.p[0] == '|')
        return LETTER_ROW;
    size_t n = count_numerals(s);
    if (n && str_starts(str_slice(s, n, s.n), mark))
        return LETTER_LEVEL_1;
    if (!str_starts(s, opening))
        return LETTER_TEXT;
    struct str rest = str_slice(s, sizeof(opening) - 1, s.n);
    n = count_numerals(rest);
    return n && str_starts(str_slice(rest, n, rest.n), closing) ? LETTER_LEVEL_2 : LETTER_TEXT;
}

/* All of a line without a stop inside, else up to and with its first one. */
static size_t heading_of(struct str s)
{
    size_t at = 0;
    while (at < s.n)
        if (str_next_point(s, &at) == 0x3002)
            return at;
    return s.n;
}

bool letter_next(struct str *rest, struct letter_para *out)
{
    while (rest->n) {
        struct str line = trim(str_cut(*rest, '\n', rest));
        if (line.n == 0)
            continue;
        enum letter_kind kind = kind_of(line);
        bool is_heading = kind == LETTER_LEVEL_1 || kind == LETTER_LEVEL_2;
        *out = (struct letter_para){line, is_heading ? heading_of(line) : 0, kind};
        return true;
    }
    return false;
}

static bool is_dashes(struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] != '-' && cell.p[i] != ':')
            return false;
    return cell.n >= 3;
}

size_t letter_cells(struct str row, struct str *cells, size_t max)
{
    size_t n = 0, dashes = 0, from = 1; /* after the first bar */
    for (size_t i = 1; i <= row.n; i++) {
        if (i < row.n && (row.p[i] != '|' || row.p[i - 1] == '\\'))
            continue;
        if (i == row.n && n > 0 && trim(str_slice(row, from, i)).n == 0)
            break; /* a bar at its end closes the last cell */
        struct str cell = trim(str_slice(row, from, i));
        dashes += is_dashes(cell);
        if (n < max)
            cells[n] = cell;
        n++;
        from = i + 1;
    }
    return dashes == n ? 0 : n;
}

struct str letter_bare(struct str text)
{
    struct str s = trim(text);
    size_t end = 0;
    for (size_t at = 0; at < s.n;)
        if (!is_one_of(str_next_point(s, &at), "。，、；：.,;: "))
            end = at;
    return str_slice(s, 0, end);
}

struct str letter_addressee(struct str text)
{
    struct str to = str_trim(text);
    return str_ends(to, "：") || str_ends(to, ":") ? letter_bare(to) : to;
}

/* ---- breaking ---- */

enum { NO_START = 1, NO_END = 2, HANGS = 4, GLUED = 8 /* to the next, when that is the same */ };

static int nature_of(uint32_t c)
{
    int is = 0;
    if (is_one_of(c, "。，、；：？！）》〉」』】〕〗’”…—·～％℃.,;:?!)]}%"))
        is |= NO_START;
    if (is_one_of(c, "（《〈「『【〔〖‘“￥([{"))
        is |= NO_END;
    if (is_one_of(c, "。，、；：？！"))
        is |= HANGS;
    if (is_one_of(c, "—…"))
        is |= GLUED;
    return is;
}

struct token {
    struct letter_piece piece;
    uint32_t c; /* its first, for what is alone */
    int nature;
    bool is_blank; /* between words; not set */
    bool is_break; /* a blank that ends its line */
};

struct breaker {
    struct str text;
    size_t at, head;
    const struct letter_shape *shape;
    const struct letter_metrics *metrics;
    struct token *tokens;
    size_t n;
};

static uint32_t peek(const struct breaker *b)
{
    size_t at = b->at;
    return at < b->text.n ? str_next_point(b->text, &at) : 0;
}

/* Cells that any of its lines has. */
static double room_of(const struct letter_shape *s)
{
    double room = s->cells - (s->first > s->rest ? s->first : s->rest);
    return room < 1 ? 1 : room;
}

/* “’” in a word is an apostrophe. */
static bool is_in_word(const struct breaker *b, uint32_t last, uint32_t c)
{
    if (c != 0x2019)
        return !letter_is_wide(c) && !is_blank(c) && c;
    size_t at = b->at;
    str_next_point(b->text, &at);
    return is_letter(last) && at < b->text.n && is_letter((uint8_t)b->text.p[at]);
}

static struct letter_piece read_word(struct breaker *b, enum letter_role role)
{
    size_t from = b->at, end = b->at < b->head ? b->head : b->text.n;
    double most = room_of(b->shape) * b->shape->pitch, width = 0;
    uint32_t last = 0;
    while (b->at < end && is_in_word(b, last, peek(b))) {
        double more = b->metrics->advance(b->metrics->arg, role, peek(b));
        if (width > 0 && width + more > most + ALMOST)
            break; /* longer than any line: it breaks anywhere */
        width += more;
        last = str_next_point(b->text, &b->at);
    }
    return (struct letter_piece){.text = str_slice(b->text, from, b->at),
                                 .cells = width / b->shape->pitch,
                                 .role = role,
                                 .is_word = true};
}

static void read_token(struct breaker *b, struct token *t)
{
    enum letter_role role = b->at < b->head ? b->shape->head_role : b->shape->role;
    size_t from = b->at;
    *t = (struct token){.c = peek(b)};
    if (is_blank(t->c)) {
        while (b->at < b->text.n && is_blank(peek(b)))
            t->is_break |= str_next_point(b->text, &b->at) == '\n';
        t->is_blank = true;
        return;
    }
    t->nature = nature_of(t->c);
    if (is_in_word(b, 0, t->c)) {
        t->piece = read_word(b, role);
        t->nature &= ~(HANGS | GLUED);
        return;
    }
    str_next_point(b->text, &b->at);
    while (b->at < b->text.n && is_variation(peek(b)))
        str_next_point(b->text, &b->at);
    t->piece =
        (struct letter_piece){.text = str_slice(b->text, from, b->at), .cells = 1, .role = role};
}

/* Words on both sides of a blank keep a gap; beside a wide character it has no room of its own. */
static void read_tokens(struct breaker *b)
{
    while (b->at < b->text.n)
        read_token(b, &b->tokens[b->n++]);
    for (size_t i = 1; i + 1 < b->n; i++)
        if (b->tokens[i].is_blank && b->tokens[i - 1].piece.is_word &&
            b->tokens[i + 1].piece.is_word)
            b->tokens[i].piece.cells = WORD_GAP / b->shape->pitch;
    for (size_t i = 0; i < b->n && b->shape->number > 0; i++)
        if (b->tokens[i].piece.is_word) {
            b->tokens[i].piece.cells = b->shape->number;
            break;
        }
}

static bool is_joined(const struct token *a, const struct token *b)
{
    return b->nature & NO_START || a->nature & NO_END || (a->nature & GLUED && a->c == b->c);
}

/* Where a line that begins with token i ends. */
static size_t end_of_line(const struct breaker *b, size_t i, double room)
{
    const struct token *t = b->tokens;
    size_t j = i, k;
    double used = 0;
    room += b->shape->is_justified ? SQUEEZE : 0;
    while (j < b->n && !t[j].is_break && used + t[j].piece.cells <= room + ALMOST)
        used += t[j++].piece.cells;
    if (j == b->n || t[j].is_blank)
        return j;
    if (j == i)
        return i + 1;
    if (b->shape->hangs && t[j].nature & HANGS && (j + 1 == b->n || !is_joined(&t[j], &t[j + 1])))
        return j + 1;
    for (k = j; k > i && is_joined(&t[k - 1], &t[k]);)
        k--;
    return k > i ? k : j;
}

/* Moves what is in a line so that it ends where it should: lines that go on end with their last
 * cell, and a mark hangs by half of one. */
static void justify(const struct letter_shape *shape, bool goes_on, struct letter_lines *out,
                    struct letter_line *line)
{
    struct letter_piece *p = &out->pieces[line->from];
    double over = line->cells - shape->cells;
    bool hangs = over > SQUEEZE + ALMOST; /* less is taken in */
    if (line->n < 2 || !(hangs || (shape->is_justified && (over > 0 || goes_on))))
        return;
    double more = ((hangs ? HANG : 0) - over) / (double)(line->n - 1);
    if (more > SPREAD)
        return;
    for (size_t i = 1; i < line->n; i++)
        p[i].cell += more * (double)i;
    line->cells += more * (double)(line->n - 1);
}

static void put_line(const struct breaker *b, size_t i, size_t end, int begin,
                     struct letter_lines *out)
{
    struct letter_line *line = &out->lines[out->lines_n++];
    bool goes_on = end < b->n && !b->tokens[end].is_break;
    double cell = begin;
    *line = (struct letter_line){.from = out->pieces_n, .cells = begin};
    for (; i < end; i++) {
        const struct token *t = &b->tokens[i];
        if (!t->is_blank) {
            struct letter_piece *p = &out->pieces[out->pieces_n++];
            *p = t->piece;
            p->cell = cell;
            line->cells = cell + p->cells;
            line->n++;
        }
        cell += t->piece.cells;
    }
    justify(b->shape, goes_on, out, line);
}

bool letter_break(struct str text, size_t head, const struct letter_shape *shape,
                  const struct letter_metrics *metrics, struct arena *arena,
                  struct letter_lines *out)
{
    size_t most = str_characters(text) + 1;
    struct breaker b = {.text = text, .head = head, .shape = shape, .metrics = metrics};
    b.tokens = arena_array(arena, most, sizeof(b.tokens[0]));
    *out = (struct letter_lines){.pieces = arena_array(arena, most, sizeof(out->pieces[0])),
                                 .lines = arena_array(arena, most, sizeof(out->lines[0]))};
    if (!b.tokens || !out->pieces || !out->lines)
        return false;
    read_tokens(&b);
    for (size_t i = 0; i < b.n;) {
        int begin = out->lines_n ? shape->rest : shape->first;
        size_t end = b.tokens[i].is_blank ? i : end_of_line(&b, i, shape->cells - begin);
        if (end > i)
            put_line(&b, i, end, begin, out);
        for (i = end; i < b.n && b.tokens[i].is_blank;)
            i++;
    }
    if (out->lines_n == 0)
        put_line(&b, 0, 0, shape->first, out);
    return true;
}
