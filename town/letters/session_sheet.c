/* GET /letters/sessions/{id}/register.xlsx: the register of a session, for the desk. */
#include "base/block.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"
#include "town/sheet/sheet.h"

enum { ROWS_MAX = 5000, NAMES_MAX = 50000, NAMES_BYTES = 2000 };

static const struct {
    const char *key;
    enum sheet_kind kind;
    int width;
} columns[] = {{"number", SHEET_NUMBER, 8},      {"subject", SHEET_TEXT, 44},
               {"deputies", SHEET_TEXT, 24},     {"received", SHEET_TEXT, 12},
               {"lead", SHEET_TEXT, 24},         {"co_handlers", SHEET_TEXT, 24},
               {"state", SHEET_TEXT, 12},        {"rounds", SHEET_NUMBER, 8},
               {"reply_day", SHEET_TEXT, 12},    {"sent_day", SHEET_TEXT, 12},
               {"reply_number", SHEET_TEXT, 20}, {"class_of_result", SHEET_TEXT, 16},
               {"rating", SHEET_TEXT, 12},       {"is_public", SHEET_TEXT, 12}};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct names { /* rows in the order of the register, and how far they are taken */
    struct rows rows;
    size_t at;
};

/* Of one suggestion, one after the other. */
static struct str take_names(struct req *r, struct names *n, int64_t suggestion)
{
    struct buf b;
    buf_init(&b, NAMES_BYTES);
    for (; n->at < n->rows.n && row_int(&n->rows, n->at, "suggestion_id") == suggestion; n->at++) {
        struct str name = case_text(r, &n->rows, n->at, "name_zh", "name_en");
        buf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(name));
    }
    const char *all = arena_printf(r->arena, "%.*s", (int)b.n, b.n ? (const char *)b.p : "");
    buf_free(&b);
    return str_of(all);
}

static void put_day(struct sheet *s, struct req *r, const struct rows *rs, size_t i,
                    const char *column)
{
    char text[DAY_TEXT];
    if (row_null(rs, i, column) || !day_text(row_int(rs, i, column), text))
        sheet_empty(s);
    else
        sheet_text(s, str_of(arena_strdup(r->arena, text)));
}

static struct str class_text(struct req *r, const struct rows *rs, size_t i)
{
    if (row_null(rs, i, "class_code"))
        return STR("");
    return str_of(arena_printf(r->arena, "%.*s %.*s", STR_ARG(row_str(rs, i, "class_code")),
                               STR_ARG(case_text(r, rs, i, "class_zh", "class_en"))));
}

static struct str rating_text(struct req *r, const struct rows *rs, size_t i)
{
    static const char *const ratings[] = {"satisfied", "basically", "not"};
    return row_null(rs, i, "worst")
               ? STR("")
               : req_text(r, "letters.rating_", str_of(ratings[row_int(rs, i, "worst") - 1]));
}

static void put_row(struct req *r, struct sheet *s, const struct rows *rs, size_t i,
                    struct names *deputies, struct names *handlers)
{
    int64_t id = row_int(rs, i, "id");
    sheet_number(s, row_int(rs, i, "number"));
    sheet_text(s, row_str(rs, i, "title"));
    sheet_text(s, take_names(r, deputies, id));
    put_day(s, r, rs, i, "received_day");
    sheet_text(s, case_text(r, rs, i, "lead_zh", "lead_en"));
    sheet_text(s, take_names(r, handlers, id));
    sheet_text(s, req_text(r, "letters.state_", row_str(rs, i, "state")));
    sheet_number(s, row_int(rs, i, "round"));
    put_day(s, r, rs, i, "reply_day");
    put_day(s, r, rs, i, "sent_day");
    sheet_text(s, row_null(rs, i, "n")
                      ? STR("")
                      : letter_number(row_str(rs, i, "short"), row_int(rs, i, "year"),
                                      row_int(rs, i, "n"), r->arena));
    sheet_text(s, class_text(r, rs, i));
    sheet_text(s, rating_text(r, rs, i));
    sheet_text(s, req_text(r, "letters.", row_int(rs, i, "is_public") ? STR("yes") : STR("no")));
}

/* ERR_LIMIT: more than a sheet is made of. */
static enum err load(struct req *r, int64_t session, struct rows *rs, struct names *deputies,
                     struct names *handlers)
{
    enum err e =
        db_select(r->db, &q_letters_sheet, ARGS(V_INT(session), V_INT(ROWS_MAX + 1)), r->arena, rs);
    if (!e && rs->n > ROWS_MAX)
        return ERR_LIMIT;
    if (!e)
        e = db_select(r->db, &q_letters_sheet_deputies, ARGS(V_INT(session), V_INT(NAMES_MAX)),
                      r->arena, &deputies->rows);
    return e ? e
             : db_select(r->db, &q_letters_sheet_handlers, ARGS(V_INT(session), V_INT(NAMES_MAX)),
                         r->arena, &handlers->rows);
}

static enum err make(struct req *r, int64_t session, struct block **out)
{
    struct sheet_column *shown = arena_array(r->arena, COLUMNS, sizeof(*shown));
    struct names deputies = {.at = 0}, handlers = {.at = 0};
    struct sheet s;
    struct rows rs;
    if (!shown)
        return ERR_NOMEM;
    for (int i = 0; i < COLUMNS; i++)
        shown[i] = (struct sheet_column){.title = req_text(r, "letters.", str_of(columns[i].key)),
                                         .kind = columns[i].kind,
                                         .width = columns[i].width};
    enum err e = load(r, session, &rs, &deputies, &handlers);
    if (!e)
        e = sheet_init(&s, shown, COLUMNS, rs.n, r->arena);
    for (size_t i = 0; !e && i < rs.n; i++)
        put_row(r, &s, &rs, i, &deputies, &handlers);
    return e ? e : arena_failed(r->arena) ? ERR_NOMEM : sheet_xlsx(&s, out);
}

enum err session_sheet(struct req *r)
{
    struct letters_who who;
    struct block *file;
    struct rows row;
    int64_t id;
    enum err e = letters_who(r, &who);
    if (!e && !who.is_desk)
        return ERR_FORBIDDEN;
    if (!e)
        e = case_read_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_letters_session, ARGS(V_INT(id)), r->arena, &row);
    if (!e)
        e = make(r, id, &file);
    if (e)
        return e;
    const char *name = arena_printf(r->arena, "attachment; filename=\"suggestions-%.*s.xlsx\"",
                                    STR_ARG(row_str(&row, 0, "slug")));
    if (name)
        reply_header(r, "Content-Disposition", str_of(name));
    reply_body(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file, 0);
    return OK;
}
