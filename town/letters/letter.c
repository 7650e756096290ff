/* The letter that a round is answered by. */
#include "base/rnd.h"
#include "store/queries.h"
#include "town/letters/internal.h"
#include "town/letters/paper_words.h"

/* 117 bits, in letters and digits that nobody takes for one another. */
static void make_code(char out[LETTERS_CODE_LEN + 1])
{
    static const char digits[] = "23456789abcdefghjkmnpqrstuvwxyz";
    for (int i = 0; i < LETTERS_CODE_LEN; i++)
        out[i] = digits[rnd_below(sizeof(digits) - 1)];
    out[LETTERS_CODE_LEN] = 0;
}

enum err letter_current(struct db *db, int64_t suggestion, struct arena *arena, struct rows *out)
{
    return db_select(db, &q_letters_letter, ARGS(V_INT(suggestion)), arena, out);
}

static enum err copy_text(struct tx *tx, int64_t letter, const struct rows *last, int64_t by)
{
    enum err e =
        db_exec(tx->db, &q_letters_version_add,
                ARGS(V_INT(letter), V_INT(1), V_INT(0), V_STR(row_str(last, 0, "form")),
                     V_STR(row_str(last, 0, "title")), V_STR(row_str(last, 0, "addressee")),
                     V_STR(row_str(last, 0, "text")), V_STR(row_str(last, 0, "attachments")),
                     V_STR(row_str(last, 0, "copies")), V_STR(row_str(last, 0, "disclosure")),
                     V_STR(row_str(last, 0, "contact")), row_val(last, 0, "class_id"), V_Z(""),
                     V_INT(tx->now_ms), V_INT(by)),
                NULL);
    return e ? e : db_exec(tx->db, &q_letters_version_set, ARGS(V_INT(1), V_INT(letter)), NULL);
}

enum err letter_open(struct tx *tx, int64_t suggestion, int64_t by, int64_t *id)
{
    char code[LETTERS_CODE_LEN + 1];
    struct rows row, last, fresh;
    make_code(code);
    enum err e = case_row(tx, suggestion, &row);
    if (!e) /* before the new one is the last */
        e = db_select(tx->db, &q_letters_version_last, ARGS(V_INT(suggestion)), tx->arena, &last);
    if (!e)
        e = db_one(tx->db, &q_letters_letter_add,
                   ARGS(V_INT(suggestion), V_INT(row_int(&row, 0, "round")),
                        V_INT(row_int(&row, 0, "lead_id")), V_Z(code), V_INT(tx->now_ms)),
                   tx->arena, &fresh);
    if (e)
        return e;
    *id = row_int(&fresh, 0, "id");
    return last.n && by ? copy_text(tx, *id, &last, by) : OK;
}

/* Not of locales/: it is signed, and stays as it was. */
struct str letter_number(struct str short_name, int64_t year, int64_t n, struct arena *arena)
{
    const char *text =
        arena_printf(arena, PAPER_NUMBER, STR_ARG(short_name), (long long)year, (long long)n);
    return text ? str_of(text) : STR_NONE;
}
