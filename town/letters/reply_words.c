/* What a reply is found by in the public register: what everybody may read there, and nothing of
 * the suggestion but its title. */
#include "store/queries.h"
#include "town/letters/issue.h"

enum { REPLY_ARENA_MAX = 16 * 1024 * 1024 };

static enum err read_words(struct arena *arena, const struct rows *row,
                           const struct issue_texts *printed, struct words *w)
{
    const struct str shown[] = {issue_number(row, arena), row_str(row, 0, "title"),
                                row_str(row, 0, "suggestion"), printed->body, printed->attachments};
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(shown) / sizeof(shown[0]); i++)
        e = words_of(arena, shown[i], 1, w);
    return e;
}

/* The words from one on, as many as are kept at once; what is left waits. */
static enum err put_words(struct tx *tx, struct arena *arena, int64_t letter, const struct words *w,
                          size_t from)
{
    size_t to = w->n - from > REPLY_WORDS_AT_ONCE ? from + REPLY_WORDS_AT_ONCE : w->n;
    struct val *args = arena_alloc(arena, (to - from + 1) * 2 * sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = from; i < to; i++) {
        args[2 * (i - from)] = V_STR(w->word[i].text);
        args[2 * (i - from) + 1] = V_INT(letter);
    }
    enum err e = db_exec_many(tx->db, &q_letters_reply_word_add, args, to - from, NULL);
    if (e)
        return e;
    return to < w->n ? db_exec(tx->db, &q_letters_reply_words_wait,
                               ARGS(V_INT(letter), V_INT((int64_t)to)), NULL)
                     : db_exec(tx->db, &q_letters_reply_words_done, ARGS(V_INT(letter)), NULL);
}

static enum err keep(struct tx *tx, int64_t letter, int64_t from)
{
    struct arena own; /* a long letter is more than a command's arena should hold */
    struct issue_texts printed;
    struct words w;
    struct rows row;
    arena_init(&own, REPLY_ARENA_MAX);
    words_init(&w, REPLY_WORDS_MAX);
    enum err e = issue_row(tx->db, &own, letter, &row);
    if (!e)
        e = issue_printed(tx->db, &own, &row, &printed);
    if (!e)
        e = read_words(&own, &row, &printed, &w);
    if (!e)
        e = put_words(tx, &own, letter, &w, (size_t)from < w.n ? (size_t)from : w.n);
    words_free(&w);
    arena_free(&own);
    return e;
}

enum err reply_words_keep(struct tx *tx, int64_t letter)
{
    return keep(tx, letter, 0);
}

/* One that is broken says so on its own page, and keeps no other one waiting. */
enum err reply_words_due(struct tx *tx, void *unused)
{
    struct rows ids;
    (void)unused;
    enum err e = db_select(tx->db, &q_letters_reply_words_due, ARGS(V_INT(REPLY_WORDS_DUE_MOST)),
                           tx->arena, &ids);
    for (size_t i = 0; !e && i < ids.n; i++) {
        int64_t letter = row_int(&ids, i, "letter_id");
        e = keep(tx, letter, row_int(&ids, i, "done"));
        if (e == ERR_CORRUPT)
            e = db_exec(tx->db, &q_letters_reply_words_done, ARGS(V_INT(letter)), NULL);
    }
    return e;
}
