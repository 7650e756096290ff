/* A sheet of waybills brought back: read, shown with a line a problem, then taken whole or not. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "job/job_sheet.h"
#include "store/queries.h"
#include "town/ship/page.h"

enum {
    TITLE_LOOKS = 10, /* rows in which the titles may stand */
    TEXT_MAX_BYTES = 200,
    ROW_ARENA_MAX = 4 * 1024 * 1024,
    LINE_COLUMNS = 5,
};

enum err waybills_prune(struct tx *tx, void *unused)
{
    (void)unused;
    int64_t before = tx->now_ms - SHIP_SHEET_DAYS * INT64_C(24) * 3600 * 1000;
    return db_exec(tx->db, &q_ship_sheet_prune, ARGS(V_INT(before)), NULL);
}

/* --- reading --- */

enum column { OF_ORDER, OF_CARRIER, OF_NUMBER, COLUMNS };

struct reading {
    struct req *r;
    struct job_sheet sheet;
    int at[COLUMNS]; /* columns from 1; 0: not found */
    struct val *args;
    size_t n;
};

/* The titles of our own sheet in both languages, and what carriers' programs say. */
static enum column column_of(struct str title)
{
    static const char *const keys[COLUMNS] = {"ship.titles_order", "ship.titles_carrier",
                                              "ship.titles_number"};
    for (int c = 0; c < 2 * COLUMNS; c++) {
        enum lang lang = c < COLUMNS ? LANG_ZH : LANG_EN;
        struct str rest = i18n_text(lang, str_of(keys[c % COLUMNS]), NULL, 0, NULL);
        while (rest.n)
            if (str_eq(str_cut(rest, '|', &rest), title))
                return (enum column)(c % COLUMNS);
    }
    return COLUMNS;
}

static bool take_titles(struct reading *w, const struct job_row *row)
{
    int found[COLUMNS] = {0};
    for (size_t i = 0; i < row->n; i++) {
        enum column c = column_of(str_trim(row->cells[i].text));
        if (c < COLUMNS && !found[c])
            found[c] = row->cells[i].column;
    }
    memcpy(w->at, found, sizeof(found));
    return found[OF_ORDER] && found[OF_NUMBER];
}

static struct str cell_text(const struct reading *w, const struct job_row *row, enum column c)
{
    for (size_t i = 0; w->at[c] && i < row->n; i++)
        if (row->cells[i].column == w->at[c])
            return arena_str(w->r->arena, str_head(str_trim(row->cells[i].text), TEXT_MAX_BYTES));
    return STR("");
}

static enum err keep_row(struct reading *w, const struct job_row *row)
{
    struct str number = cell_text(w, row, OF_NUMBER);
    if (number.n == 0)
        return OK; /* not sent yet */
    if (w->n == SHIP_SHEET_ROWS_MAX)
        return req_refuse(w->r, ERR_TOO_LARGE, "sheet", "ship.sheet_long");
    struct val *v = w->args + LINE_COLUMNS * w->n++;
    v[1] = V_INT(row->number);
    v[2] = V_STR(cell_text(w, row, OF_ORDER));
    v[3] = V_STR(cell_text(w, row, OF_CARRIER));
    v[4] = V_STR(number);
    return OK;
}

static enum err read_rows(struct reading *w)
{
    struct job_row row;
    bool titled = false;
    enum err e = OK;
    for (int looked = 0; e == OK;) {
        struct arena own;
        arena_init(&own, ROW_ARENA_MAX);
        e = job_sheet_next(&w->sheet, &own, &row);
        if (e == OK && titled)
            e = keep_row(w, &row);
        else if (e == OK)
            titled = take_titles(w, &row);
        arena_free(&own);
        if (e == OK && !titled && ++looked == TITLE_LOOKS)
            break;
    }
    if (e != OK && e != ERR_EOF)
        return e;
    if (!titled)
        return req_refuse(w->r, ERR_INVALID, "sheet", "ship.sheet_no_titles");
    return w->n ? OK : req_refuse(w->r, ERR_INVALID, "sheet", "ship.sheet_empty");
}

static enum err read_file(struct reading *w, const struct upload *u)
{
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    struct err_info info = {0};
    enum err e =
        job_sheet_open(fd, STR_NONE, NULL, NULL, &w->sheet, NULL, NULL, w->r->arena, &info);
    bool is_files = e == ERR_PROTOCOL || e == ERR_SYNTAX || e == ERR_INVALID ||
                    e == ERR_UNSUPPORTED || e == ERR_NOT_FOUND || e == ERR_TOO_LARGE;
    if (e == OK) {
        e = read_rows(w);
        job_sheet_close(&w->sheet);
    }
    close(fd);
    return is_files ? req_refuse(w->r, ERR_INVALID, "sheet",
                                 info.key ? info.key : "ship.sheet_unreadable")
                    : e;
}

struct bringing {
    struct command cmd;
    int64_t factory_id, user_id, sheet_id;
    struct str filename;
    struct val *args;
    size_t n;
};

static enum err run_bring(struct command *cmd, struct tx *tx)
{
    struct bringing *b = (struct bringing *)cmd;
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_ship_sheet_add,
               ARGS(V_INT(b->factory_id), V_INT(b->user_id), V_STR(b->filename), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e != OK)
        return e;
    b->sheet_id = row_int(&rs, 0, "id");
    for (size_t i = 0; i < b->n; i++)
        b->args[LINE_COLUMNS * i] = V_INT(b->sheet_id);
    return db_exec_many(tx->db, &q_ship_line_add, b->args, b->n, NULL);
}

static enum err put_sheet(struct req *r, int64_t sheet_id);

static enum err brought(struct req *r, struct command *cmd, enum err result)
{
    const struct bringing *b = (struct bringing *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return put_sheet(r, b->sheet_id);
    reply_redirect(
        r, arena_printf(r->arena, "/factory/shipping/imports/%lld", (long long)b->sheet_id));
    return OK;
}

enum err waybills_read(struct req *r)
{
    const struct upload *u = req_upload(r, "sheet");
    struct bringing *b = ARENA_NEW(r->arena, struct bringing);
    struct reading w = {.r = r};
    if (!b)
        return ERR_NOMEM;
    *b = (struct bringing){.cmd = {.name = "ship.waybills", .run = run_bring},
                           .user_id = r->who.user_id};
    enum err e = page_factory(r, &b->factory_id);
    if (e == OK && (!u || u->size == 0))
        e = req_refuse(r, ERR_INVALID, "sheet", "ship.sheet_missing");
    w.args =
        e == OK ? arena_array(r->arena, SHIP_SHEET_ROWS_MAX * LINE_COLUMNS, sizeof(*w.args)) : NULL;
    if (e == OK)
        e = w.args ? read_file(&w, u) : ERR_NOMEM;
    if (e != OK)
        return e;
    b->filename = str_head(u->filename, TEXT_MAX_BYTES);
    b->args = w.args;
    b->n = w.n;
    return web_write(r, &b->cmd, brought);
}

/* --- what would come of it: the same for the page and for the taking --- */

struct line {
    int64_t row;
    struct str order_text, carrier_text, number_text;
    struct waybill waybill;
    const char *problem; /* a key, or NULL */
    bool further;        /* a second parcel of an order of this sheet */
};

struct looking {
    struct db *db;
    struct arena *arena;
    int64_t factory_id;
    struct carriers carriers;
    struct line *lines;
    size_t n, problems;
};

static const char *order_problem(struct looking *l, struct line *line, size_t i, enum err *e)
{
    struct rows rs;
    if (str_to_i64(line->order_text, &line->waybill.order_id) != OK)
        return "ship.order_unknown";
    *e = db_one(l->db, &q_ship_order_state, ARGS(V_INT(line->waybill.order_id)), l->arena, &rs);
    if (*e == ERR_NOT_FOUND) {
        *e = OK;
        return "ship.order_unknown";
    }
    if (*e != OK)
        return NULL;
    if (row_int(&rs, 0, "factory_id") != l->factory_id)
        return "ship.order_unknown"; /* whose it is, is nobody's to know */
    for (size_t k = 0; k < i; k++)
        line->further = line->further || (l->lines[k].waybill.order_id == line->waybill.order_id &&
                                          !l->lines[k].problem);
    struct str status = row_str(&rs, 0, "status");
    if (str_eq_z(status, "paid") || str_eq_z(status, "packed"))
        return NULL;
    return str_eq_z(status, "shipped") ? "ship.order_shipped" : "ship.order_not_to_ship";
}

static const char *number_problem(struct looking *l, struct line *line, size_t i, enum err *e)
{
    struct rows rs;
    struct waybill *w = &line->waybill;
    int row = carriers_find(&l->carriers, line->carrier_text.n ? line->carrier_text : STR("other"));
    if (row < 0)
        return "ship.carrier_unknown";
    w->carrier = carriers_code(&l->carriers, row);
    w->number = waybill_number(line->number_text, l->arena);
    if (!waybill_number_ok(&l->carriers, row, w->number))
        return "ship.number_bad";
    for (size_t k = 0; k < i; k++)
        if (str_eq(l->lines[k].waybill.number, w->number) &&
            str_eq(l->lines[k].waybill.carrier, w->carrier))
            return "ship.number_twice";
    *e = db_select(l->db, &q_ship_parcel_of_number, ARGS(V_STR(w->carrier), V_STR(w->number)),
                   l->arena, &rs);
    return *e == OK && rs.n ? "ship.number_used" : NULL;
}

static enum err look_at(struct looking *l, int64_t sheet_id)
{
    struct rows rs;
    enum err e = db_select(l->db, &q_ship_sheet_lines, ARGS(V_INT(sheet_id)), l->arena, &rs);
    if (e == OK)
        e = carriers_load(l->db, l->arena, &l->carriers);
    l->n = e == OK ? rs.n : 0;
    l->lines = arena_array(l->arena, l->n, sizeof(*l->lines));
    if (!l->lines)
        return ERR_NOMEM;
    for (size_t i = 0; e == OK && i < l->n; i++) {
        struct line *line = &l->lines[i];
        *line = (struct line){.row = row_int(&rs, i, "row_number"),
                              .order_text = row_str(&rs, i, "order_text"),
                              .carrier_text = row_str(&rs, i, "carrier_text"),
                              .number_text = row_str(&rs, i, "number_text"),
                              .waybill = {.factory_id = l->factory_id}};
        line->problem = order_problem(l, line, i, &e);
        if (e == OK && !line->problem)
            line->problem = number_problem(l, line, i, &e);
        l->problems += line->problem != NULL;
    }
    return e;
}

/* --- the page --- */

static void put_lines(struct req *r, const struct looking *l, bool is_taken)
{
    struct view *list = view_put_list(r->view, "lines");
    for (size_t i = 0; i < l->n; i++) {
        const struct line *line = &l->lines[i];
        struct view *v = view_add_object(list);
        view_put_int(v, "row", line->row);
        view_put_str(v, "order", line->order_text);
        view_put_str(v, "carrier", line->carrier_text);
        view_put_str(v, "number", line->number_text);
        if (line->problem && !is_taken)
            view_put_str(v, "problem", req_text(r, line->problem, STR("")));
        else
            view_put_null(v, "problem");
    }
}

static enum err own_sheet(struct req *r, int64_t sheet_id, struct rows *rs)
{
    int64_t factory;
    enum err e = page_factory(r, &factory);
    if (e == OK)
        e = db_one(r->db, &q_ship_sheet_get, ARGS(V_INT(sheet_id)), r->arena, rs);
    return e == OK && row_int(rs, 0, "factory_id") != factory ? ERR_NOT_FOUND : e;
}

static enum err put_sheet(struct req *r, int64_t sheet_id)
{
    struct rows rs;
    struct looking l = {.db = r->db, .arena = r->arena};
    enum err e = own_sheet(r, sheet_id, &rs);
    l.factory_id = r->who.organisation_id;
    if (e == OK)
        e = look_at(&l, sheet_id);
    if (e != OK)
        return e;
    bool is_taken = !row_null(&rs, 0, "taken_at");
    struct view *v = view_put_object(r->view, "sheet");
    view_put_int(v, "id", sheet_id);
    view_put_str(v, "filename", row_str(&rs, 0, "filename"));
    view_put_time(v, "made_at", row_int(&rs, 0, "made_at"));
    view_put_bool(v, "is_taken", is_taken);
    view_put_int(v, "lines", (int64_t)l.n);
    view_put_int(v, "problems", is_taken ? 0 : (int64_t)l.problems);
    put_lines(r, &l, is_taken);
    return OK;
}

static enum err id_of_path(struct req *r, int64_t *id)
{
    return str_to_i64(req_param(r, "id"), id) == OK ? OK : ERR_NOT_FOUND;
}

enum err waybills_page(struct req *r)
{
    int64_t id;
    enum err e = id_of_path(r, &id);
    return e == OK ? put_sheet(r, id) : e;
}

/* --- taking it --- */

struct taking {
    struct command cmd;
    int64_t sheet_id, factory_id;
    struct order_actor by;
};

static enum err run_take(struct command *cmd, struct tx *tx)
{
    const struct taking *t = (struct taking *)cmd;
    struct looking l = {.db = tx->db, .arena = tx->arena, .factory_id = t->factory_id};
    struct rows rs;
    int64_t parcel;
    enum err e = db_one(tx->db, &q_ship_sheet_get, ARGS(V_INT(t->sheet_id)), tx->arena, &rs);
    if (e != OK || !row_null(&rs, 0, "taken_at"))
        return e; /* taken before: that was it */
    e = look_at(&l, t->sheet_id);
    if (e == OK && l.problems) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                      .field = "sheet",
                                      .key = "ship.sheet_problems",
                                      .limit = (long long)l.problems};
        return ERR_CONFLICT;
    }
    for (size_t i = 0; e == OK && i < l.n; i++)
        e = parcel_send(tx, &l.lines[i].waybill, t->by, l.lines[i].further, &parcel);
    return e ? e
             : db_exec(tx->db, &q_ship_sheet_taken, ARGS(V_INT(tx->now_ms), V_INT(t->sheet_id)),
                       NULL);
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    const struct taking *t = (struct taking *)cmd;
    struct err_info info = r->info;
    if (result != OK && r->json)
        return result;
    if (result == OK && !r->json) {
        reply_redirect(
            r, arena_printf(r->arena, "/factory/shipping/imports/%lld", (long long)t->sheet_id));
        return OK;
    }
    enum err e = put_sheet(r, t->sheet_id);
    r->info = info;
    return e == OK ? result : e;
}

enum err waybills_take(struct req *r)
{
    struct rows rs;
    struct taking *t = ARENA_NEW(r->arena, struct taking);
    if (!t)
        return ERR_NOMEM;
    *t = (struct taking){.cmd = {.name = "ship.take_waybills", .run = run_take},
                         .factory_id = r->who.organisation_id,
                         .by = {r->who.user_id, ORDER_AS_FACTORY}};
    enum err e = id_of_path(r, &t->sheet_id);
    if (e == OK)
        e = own_sheet(r, t->sheet_id, &rs);
    if (e != OK)
        return e;
    if (!r->json)
        reply_page(r, "ship/waybills.html");
    return web_write(r, &t->cmd, taken);
}
