/* GET /house/words.csv: the list as the form for pasting takes it. */
#include "store/queries.h"
#include "town/house/internal.h"
#include "town/sheet/sheet.h"

enum err house_words_export(struct req *r)
{
    static const char *const names[] = {"word", "class", "rule", "note"};
    enum { COLUMNS = sizeof(names) / sizeof(names[0]) };
    struct sheet_column columns[COLUMNS];
    struct sheet s;
    struct rows rs;
    struct block *csv;
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = (struct sheet_column){.title = str_of(names[i])};
    enum err e = db_select(r->db, &q_house_words, ARGS(V_INT(HOUSE_WORDS_MAX)), r->arena, &rs);
    if (!e)
        e = sheet_init(&s, columns, COLUMNS, rs.n, r->arena);
    for (size_t i = 0; !e && i < rs.n; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            sheet_text(&s, row_str(&rs, i, names[k]));
    if (!e)
        e = sheet_csv(&s, &csv);
    if (e)
        return e;
    reply_header(r, "Content-Disposition", STR("attachment; filename=\"words.csv\""));
    reply_body(r, "text/csv; charset=utf-8", csv, 0);
    return OK;
}
