/* Three texts, apart by NUL: what differs puts both together again, a change of one is taken as it
 * is, and what both wrote is there. */
#include <stdlib.h>

#include "base/buf.h"
#include "town/letters/diff.h"

static void check_words(struct arena *arena, struct str was, struct str is)
{
    struct diff_part *parts;
    size_t n;
    struct buf a, b;
    if (diff_words(arena, was, is, &parts, &n))
        abort();
    buf_init(&a, was.n + 1);
    buf_init(&b, is.n + 1);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].kind == DIFF_CHANGED)
            abort();
        buf_str(&a, parts[i].was);
        buf_str(&b, parts[i].is);
    }
    if (!buf_ok(&a) || !buf_ok(&b) || !str_eq(str_n(a.p, a.n), was) || !str_eq(str_n(b.p, b.n), is))
        abort();
    buf_free(&a);
    buf_free(&b);
}

static void check_lines(struct arena *arena, struct str was, struct str is)
{
    struct diff_part *parts;
    size_t n, lines = 0, newlines = 0;
    if (diff_lines(arena, was, is, &parts, &n))
        abort();
    for (size_t i = 0; i < n; i++)
        lines += parts[i].kind != DIFF_OLD;
    for (size_t i = 0; i < is.n; i++)
        newlines += is.p[i] == '\n';
    if (lines != newlines + 1)
        abort();
}

static void check_merge(struct arena *arena, struct str base, struct str theirs, struct str mine)
{
    static const struct merge_marks marks = {{"<", 1}, {"=", 1}, {">", 1}};
    struct str out;
    size_t conflicts;
    if (diff_merge(arena, base, theirs, mine, &marks, &out, &conflicts))
        abort();
    if (diff_merge(arena, base, theirs, base, &marks, &out, &conflicts) || conflicts ||
        !str_eq(out, theirs))
        abort();
    if (diff_merge(arena, base, base, mine, &marks, &out, &conflicts) || conflicts ||
        !str_eq(out, mine))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena arena;
    struct str theirs, mine, base = str_cut(str_n(p, n), 0, &theirs);
    if (n > 3000)
        return 0;
    theirs = str_cut(theirs, 0, &mine);
    arena_init(&arena, 64 << 20);
    check_words(&arena, base, theirs);
    check_lines(&arena, base, theirs);
    check_merge(&arena, base, theirs, mine);
    arena_free(&arena);
    return 0;
}
