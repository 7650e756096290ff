/* The figures of a draft, and whether what is printed of them holds. */
#include "base/buf.h"
#include "town/day.h"
#include "town/letters/internal.h"

const char *draft_trouble_name(enum draft_trouble t)
{
    static const char *const names[] = {"fine",    "bad_token", "no_figure", "day_ahead",
                                        "failing", "unknown",   "unread",    "unit",
                                        "fails",   "thin",      "private"};
    return names[t];
}

/* A failure of the store that has ended the transaction is one of the whole; any other is the
 * figure's. */
static enum err ask(struct db *db, struct arena *arena, int64_t as_of_ms, enum draft_how how,
                    struct letter_figure *f)
{
    const struct letter_token *t = &f->token;
    enum err e = db_savepoint(db);
    if (e != OK)
        return e;
    e = how == DRAFT_FREEZE ? figures_freeze(db, arena, t->name, t->of, as_of_ms, &f->frozen)
                            : figures_glance(db, arena, t->name, t->of, as_of_ms, &f->frozen);
    if (e == OK)
        return db_savepoint_release(db);
    db_savepoint_rollback(db);
    if (!db_in_transaction(db) || e == ERR_NOMEM)
        return e;
    f->frozen = (struct figure_frozen){0};
    f->trouble = e == ERR_NOT_FOUND ? DRAFT_NO_FIGURE : DRAFT_FAILING;
    return OK;
}

static struct figure_value value_of(const struct figure_frozen *z)
{
    return (struct figure_value){
        .kind = z->kind, .is_known = z->is_known, .number = z->number, .words = z->words};
}

static bool is_thin(const struct figure_frozen *z)
{
    if (!z->is_counted)
        return !z->has_scan;
    return z->evidence_n == 0 || (z->evidence_n > 0 && z->evidence_sum != z->number);
}

static void judge(struct arena *arena, struct letter_figure *f)
{
    static const enum draft_trouble troubles[] = {DRAFT_FINE, DRAFT_FAILS, DRAFT_UNIT,
                                                  DRAFT_UNREAD};
    const struct figure_frozen *z = &f->frozen;
    struct figure_value v = value_of(z);
    struct figure_quote q;
    f->printed = f->token.words.n ? f->token.words : figures_printed(z->kind, z->unit, &v, arena);
    if (!z->is_known) {
        f->trouble = DRAFT_UNKNOWN;
        return;
    }
    if (f->token.words.n) {
        if (figures_quote_read(f->printed, &q) == OK)
            f->qualifier = q.qualifier;
        f->trouble =
            troubles[figures_quote_check(f->printed, z->kind, z->unit, &v, day_of(z->as_of_ms))];
    }
    if (f->trouble == DRAFT_FINE && is_thin(z))
        f->trouble = DRAFT_THIN;
    else if (f->trouble == DRAFT_FINE && !z->is_public)
        f->trouble = DRAFT_PRIVATE;
}

static enum err look_at(struct db *db, struct arena *arena, int64_t now_ms, enum draft_how how,
                        struct letter_figure *f)
{
    const struct letter_token *t = &f->token;
    int64_t today = day_of(now_ms);
    if (t->is_bad || (t->has_day && t->day > today)) {
        f->trouble = t->is_bad ? DRAFT_BAD_TOKEN : DRAFT_DAY_AHEAD;
        return OK;
    }
    /* Now is what the record has now, however far back it reaches. */
    int64_t as_of_ms = t->has_day && t->day < today ? day_end_ms(t->day) : now_ms;
    enum err e = ask(db, arena, as_of_ms, how, f);
    if (e == OK && f->trouble == DRAFT_FINE)
        judge(arena, f);
    return e;
}

enum err draft_figures(struct db *db, struct arena *arena, struct str text, int64_t now_ms,
                       enum draft_how how, struct letter_figure **out, size_t *n)
{
    size_t at = 0;
    struct letter_figure next = {0};
    *n = 0;
    *out = arena_array(arena, DRAFT_TOKENS_MAX, sizeof(**out));
    if (!*out)
        return ERR_NOMEM;
    while (token_next(text, &at, &next.token)) {
        if (*n == DRAFT_TOKENS_MAX)
            return ERR_LIMIT;
        (*out)[*n] = next;
        enum err e = look_at(db, arena, now_ms, how, &(*out)[*n]);
        if (e != OK)
            return e;
        (*n)++;
    }
    return OK;
}

struct str draft_printed(struct arena *arena, struct str text, const struct letter_figure *figures,
                         size_t n)
{
    struct buf b;
    size_t at = 0;
    buf_init(&b, text.n + n * (FIGURE_QUOTE_MAX + 4 * FIGURE_WORDS_MAX) + 1);
    for (size_t i = 0; i < n; i++) {
        const struct letter_token *t = &figures[i].token;
        buf_str(&b, str_slice(text, at, t->from));
        buf_str(&b, figures[i].printed.n ? figures[i].printed : str_slice(text, t->from, t->to));
        at = t->to;
    }
    buf_str(&b, str_slice(text, at, text.n));
    struct str out = buf_ok(&b) ? arena_str(arena, str_n(b.p, b.n)) : STR_NONE;
    buf_free(&b);
    return out;
}
