/* For `guildhall check`: what was signed and sealed is still what it was, and numbers are whole. */
#include <stdio.h>

#include "store/queries.h"
#include "town/letters/issue.h"

enum { CHECK_STEP = 100, LINE_BYTES = 200 };

struct voice {
    void (*say)(void *arg, const char *line);
    void *arg;
    int *violations;
};

static void tell(const struct voice *v, const char *line)
{
    *v->violations += 1;
    v->say(v->arg, line);
}

static const char *words_for(const char *fault)
{
    static const struct {
        const char *fault, *words;
    } all[] = {{"figures", "frozen figures are not those that were signed"},
               {"statement", "statement does not say what its row does"},
               {"signature", "signature is not the town's"},
               {"paper", "paper is not the one that was sealed"},
               {"paper_missing", "paper is missing"}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(fault, all[i].fault) == 0)
            return all[i].words;
    return fault;
}

static enum err check_letter(struct db *db, struct arena *arena, int64_t id, const struct voice *v)
{
    char line[LINE_BYTES];
    struct rows row;
    const char *fault;
    enum err e = issue_row(db, arena, id, &row);
    if (!e)
        e = issue_fault(db, arena, &row, &fault);
    if (e || !fault)
        return e;
    snprintf(line, sizeof(line), "letter %lld: its %s", (long long)id, words_for(fault));
    tell(v, line);
    return OK;
}

static enum err check_letters(struct db *db, struct arena *arena, const struct voice *v)
{
    int64_t after = 0;
    struct rows rs = {.n = CHECK_STEP};
    enum err e = OK;
    while (!e && rs.n == CHECK_STEP) {
        e = db_select(db, &q_letters_check_letters, ARGS(V_INT(after), V_INT(CHECK_STEP)), arena,
                      &rs);
        for (size_t i = 0; !e && i < rs.n; i++) {
            after = row_int(&rs, i, "id");
            e = check_letter(db, arena, after, v);
        }
    }
    return e;
}

static enum err check_numbers(struct db *db, struct arena *arena, const struct voice *v)
{
    char line[LINE_BYTES];
    struct rows rs;
    enum err e =
        db_select(db, &q_letters_check_numbers, ARGS(V_INT(LETTERS_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str fault = row_str(&rs, i, "fault");
        snprintf(line, sizeof(line), "number %lld of %lld (letter %lld) %s",
                 (long long)row_int(&rs, i, "n"), (long long)row_int(&rs, i, "year"),
                 (long long)row_int(&rs, i, "letter_id"),
                 str_eq_z(fault, "reuse")  ? "is to be given again, and went out"
                 : str_eq_z(fault, "void") ? "is void, and its letter has it"
                                           : "is no letter's, and is not void");
        tell(v, line);
    }
    if (!e)
        e = db_select(db, &q_letters_check_twice, ARGS(V_INT(LETTERS_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        snprintf(line, sizeof(line), "number %lld of %lld is there %lld times",
                 (long long)row_int(&rs, i, "n"), (long long)row_int(&rs, i, "year"),
                 (long long)row_int(&rs, i, "times"));
        tell(v, line);
    }
    return e;
}

static enum err check_rows(struct db *db, struct arena *arena, const struct query *q,
                           const char *words, const struct voice *v)
{
    char line[LINE_BYTES];
    struct rows rs;
    enum err e = db_select(db, q, ARGS(V_INT(LETTERS_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        snprintf(line, sizeof(line), "letter %lld %s", (long long)row_int(&rs, i, "id"), words);
        tell(v, line);
    }
    return e;
}

enum err issue_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    const struct voice v = {say, arg, violations};
    enum err e = check_letters(db, arena, &v);
    if (!e)
        e = check_numbers(db, arena, &v);
    if (!e)
        e = check_rows(db, arena, &q_letters_check_sent, "was sent to nobody", &v);
    return e ? e
             : check_rows(db, arena, &q_letters_check_states,
                          "went on without its number, signature or seal", &v);
}
