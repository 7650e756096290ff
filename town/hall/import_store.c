#include "town/hall/import_store.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "job/job_sheet.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/hall/import_pictures.h"

enum {
    ROWS_TOGETHER = 200, /* written by one command */
    ROWS_A_READ = 2000,
    CELL_MAX = 4000, /* bytes of a cell that are kept */
    SLICE_ARENA_MAX = 32 * 1024 * 1024,
    HEADER_LOOKS = 20, /* rows in which the titles are looked for */
};

/* --- JSON --- */

static struct str dump(json_t *json, struct arena *arena)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    struct str s = text ? arena_str(arena, str_of(text)) : STR_NONE;
    free(text);
    json_decref(json);
    return s;
}

static json_t *text_json(struct str s)
{
    size_t n = s.n > CELL_MAX ? CELL_MAX : s.n;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return json_stringn(s.p ? s.p : "", n);
}

static const char *const kinds[] = {JOB_CELL_KINDS};

static json_t *cells_json(const struct job_row *row)
{
    json_t *list = json_array();
    for (size_t i = 0; i < row->n; i++) {
        const struct job_cell *c = &row->cells[i];
        json_t *cell = json_object();
        json_object_set_new(cell, "c", json_integer(c->column));
        json_object_set_new(cell, "k", json_string(kinds[c->kind]));
        json_object_set_new(cell, "m", json_boolean(c->merged));
        json_object_set_new(cell, "t", text_json(c->text));
        json_array_append_new(list, cell);
    }
    return list;
}

static struct str member(const json_t *o, const char *name, struct arena *arena)
{
    const json_t *s = json_object_get(o, name);
    return arena_str(arena, str_n(json_string_value(s), json_string_length(s)));
}

static enum err read_cells(struct str text, struct arena *arena, struct import_row *row)
{
    json_t *list = json_loadb(text.p, text.n, 0, NULL), *one;
    size_t i;
    row->n = json_array_size(list);
    row->cells = arena_array(arena, row->n, sizeof(*row->cells));
    json_array_foreach(list, i, one)
    {
        if (!row->cells)
            break;
        row->cells[i] =
            (struct import_cell){.column = (int)json_integer_value(json_object_get(one, "c")),
                                 .kind = member(one, "k", arena),
                                 .merged = json_is_true(json_object_get(one, "m")),
                                 .text = member(one, "t", arena)};
    }
    enum err e = !list ? ERR_CORRUPT : row->cells ? OK : ERR_NOMEM;
    json_decref(list);
    return e;
}

/* --- commands --- */

enum err import_add(struct tx *tx, const struct import_new *n, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_import_add,
                        ARGS(V_INT(n->organisation), V_INT(n->actor), V_STR(n->file_name),
                             V_STR(n->file), V_STR(n->zip_name.n ? n->zip_name : STR("")),
                             n->zip.n ? V_STR(n->zip) : V_NULL, V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (!e)
        *id = row_int(&rs, 0, "id");
    return e;
}

static struct str keys_json(const struct str *keys, size_t n, struct arena *arena)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, text_json(keys[i]));
    return dump(list, arena);
}

enum err import_map(struct tx *tx, int64_t id, const struct str *keys, size_t n)
{
    int64_t changed = 0;
    struct str mapping = keys_json(keys, n, tx->arena);
    if (!mapping.p)
        return ERR_NOMEM;
    enum err e = db_exec(tx->db, &q_hall_import_mapping,
                         ARGS(V_STR(mapping), V_INT(tx->now_ms), V_INT(id)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static void put_cell(json_t *cells, int column, struct str text)
{
    size_t i;
    json_t *one, *found = NULL;
    json_array_foreach(cells, i, one) if (json_integer_value(json_object_get(one, "c")) == column)
        found = one;
    if (!found) {
        found = json_object();
        json_object_set_new(found, "c", json_integer(column));
        json_array_append_new(cells, found);
    }
    json_object_set_new(found, "k", json_string("text"));
    json_object_set_new(found, "m", json_false());
    json_object_set_new(found, "t", text_json(text));
}

enum err import_mend(struct tx *tx, int64_t id, int64_t row, int column, struct str text)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_import_row, ARGS(V_INT(id), V_INT(row)), tx->arena, &rs);
    if (e)
        return e;
    struct str before = row_str(&rs, 0, "cells");
    json_t *cells = json_loadb(before.p, before.n, 0, NULL);
    if (!cells)
        return ERR_CORRUPT;
    put_cell(cells, column, text);
    struct str after = dump(cells, tx->arena);
    return after.p ? db_exec(tx->db, &q_hall_import_row_set,
                             ARGS(V_STR(after), V_INT(id), V_INT(row)), NULL)
                   : ERR_NOMEM;
}

/* --- a task's commands --- */

struct step {
    struct command cmd;
    int64_t id;
    const char *status, *why;
    struct val *args; /* rows of a many-row query */
    size_t n;
    struct str header, mapping;
    int64_t rows;
    const struct import_built *built;
};

static enum err call(const struct import_work *w, struct step *s, const char *name,
                     enum err (*run)(struct command *cmd, struct tx *tx), struct arena *arena,
                     struct err_info *info)
{
    s->id = w->id;
    s->cmd = (struct command){.name = name, .run = run, .arena = arena};
    enum err e = w->write(w->arg, &s->cmd);
    if (e && info)
        *info = s->cmd.info;
    return e;
}

static enum err run_status(struct command *cmd, struct tx *tx)
{
    const struct step *s = (struct step *)cmd;
    return db_exec(tx->db, &q_hall_import_status,
                   ARGS(V_Z(s->status), V_Z(s->why ? s->why : ""), V_INT(tx->now_ms), V_INT(s->id)),
                   NULL);
}

static enum err set_status(const struct import_work *w, const char *status, const char *why,
                           struct arena *arena)
{
    struct step s = {.status = status, .why = why};
    return call(w, &s, "hall.import_status", run_status, arena, NULL);
}

static enum err run_clear(struct command *cmd, struct tx *tx)
{
    return db_exec(tx->db, &q_hall_import_rows_clear, ARGS(V_INT(((struct step *)cmd)->id)), NULL);
}

static enum err run_rows(struct command *cmd, struct tx *tx)
{
    const struct step *s = (struct step *)cmd;
    return db_exec_many(tx->db, &q_hall_import_row_add, s->args, s->n, NULL);
}

static enum err run_header(struct command *cmd, struct tx *tx)
{
    const struct step *s = (struct step *)cmd;
    return db_exec(
        tx->db, &q_hall_import_header,
        ARGS(V_STR(s->header), V_STR(s->mapping), V_INT(s->rows), V_INT(tx->now_ms), V_INT(s->id)),
        NULL);
}

/* --- reading --- */

struct reading {
    const struct import_work *w;
    struct job_sheet sheet;
    struct hall_columns columns;
    struct arena *arena; /* of the whole */
    struct str titles[JOB_SHEET_COLUMNS_MAX];
    size_t titles_n;
    int64_t rows;
};

static const char *why_of(enum err e, const struct err_info *info)
{
    if (info->key)
        return info->key;
    return e == ERR_TIMEOUT ? "hall.import_slow" : "hall.import_unreadable";
}

/* Titles stand in the first row in which at least two are known; a heading over the table, over
 * merged cells as a rule, is passed over. */
static size_t known_titles(struct reading *r, const struct job_row *row)
{
    size_t n = 0;
    for (size_t i = 0; i < row->n; i++)
        n += hall_column_guess(&r->columns, row->cells[i].text, r->arena) != NULL;
    return n;
}

static void take_titles(struct reading *r, const struct job_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        size_t at = (size_t)row->cells[i].column - 1;
        if (at >= JOB_SHEET_COLUMNS_MAX)
            continue;
        r->titles[at] = arena_str(r->arena, row->cells[i].text);
        if (at + 1 > r->titles_n)
            r->titles_n = at + 1;
    }
}

static enum err find_titles(struct reading *r, struct arena *slice)
{
    struct job_row row;
    enum err e = OK;
    for (int i = 0; !e && i < HEADER_LOOKS; i++) {
        e = job_sheet_next(&r->sheet, slice, &row);
        if (!e && known_titles(r, &row) >= 2) {
            take_titles(r, &row);
            return OK;
        }
    }
    return e && e != ERR_EOF ? e : ERR_NOT_FOUND;
}

static bool is_stopped(const struct import_work *w)
{
    return w->stop && w->stop(w->arg);
}

static enum err write_slice(struct reading *r, struct arena *slice, bool *more)
{
    struct val *args = arena_array(slice, ROWS_TOGETHER * 3, sizeof(*args));
    struct step s = {.args = args};
    struct job_row row;
    enum err e = args ? OK : ERR_NOMEM;
    while (!e && s.n < ROWS_TOGETHER) {
        e = job_sheet_next(&r->sheet, slice, &row);
        if (e)
            break;
        if (++r->rows > IMPORT_ROWS_MAX)
            return ERR_TOO_LARGE;
        args[3 * s.n] = V_INT(r->w->id);
        args[3 * s.n + 1] = V_INT(row.number);
        args[3 * s.n + 2] = V_STR(dump(cells_json(&row), slice));
        s.n++;
    }
    *more = e == OK;
    if (e == ERR_EOF)
        e = OK;
    if (!e && s.n)
        e = call(r->w, &s, "hall.import_rows", run_rows, slice, NULL);
    if (r->w->progress)
        r->w->progress(r->w->arg, "hall.import_step_rows", r->rows, r->sheet.rows);
    return e;
}

static enum err write_rows(struct reading *r)
{
    enum err e = OK;
    for (bool more = true; !e && more;) {
        struct arena slice;
        arena_init(&slice, SLICE_ARENA_MAX);
        e = is_stopped(r->w) ? ERR_CLOSED : write_slice(r, &slice, &more);
        arena_free(&slice);
    }
    return e;
}

static enum err write_header(struct reading *r)
{
    struct str keys[JOB_SHEET_COLUMNS_MAX];
    struct step s = {.rows = r->rows};
    for (size_t i = 0; i < r->titles_n; i++) {
        const struct hall_column *c = hall_column_guess(&r->columns, r->titles[i], r->arena);
        keys[i] = c ? c->key : STR("");
        for (size_t k = 0; k < i; k++)
            if (c && str_eq(keys[k], c->key))
                keys[i] = STR(""); /* the first of two counts */
    }
    s.header = keys_json(r->titles, r->titles_n, r->arena);
    s.mapping = keys_json(keys, r->titles_n, r->arena);
    return call(r->w, &s, "hall.import_header", run_header, r->arena, NULL);
}

static enum err read_sheet(struct reading *r, int fd, const char **why)
{
    struct err_info info = {0};
    struct arena slice;
    struct step clear = {.n = 0};
    enum err e =
        job_sheet_open(fd, STR_NONE, r->w->stop, r->w->arg, &r->sheet, NULL, NULL, r->arena, &info);
    if (e) {
        *why = why_of(e, &info);
        return e;
    }
    arena_init(&slice, SLICE_ARENA_MAX);
    e = call(r->w, &clear, "hall.import_clear", run_clear, &slice, NULL);
    if (!e)
        e = find_titles(r, &slice);
    arena_free(&slice);
    if (e == ERR_NOT_FOUND)
        *why = "hall.import_no_titles";
    if (!e)
        e = write_rows(r);
    if (e == ERR_TOO_LARGE)
        *why = "hall.import_too_long";
    if (!e && r->rows == 0) {
        *why = "hall.import_empty";
        e = ERR_NOT_FOUND;
    }
    job_sheet_close(&r->sheet);
    return e;
}

enum err import_read(const struct import_work *w, struct arena *arena, struct err_info *info)
{
    struct rows rs;
    const char *why = NULL;
    int fd = -1;
    struct reading *r = ARENA_NEW(arena, struct reading);
    if (!r)
        return ERR_NOMEM;
    r->w = w;
    r->arena = arena;
    enum err e = db_one(w->db, &q_hall_import_get, ARGS(V_INT(w->id)), arena, &rs);
    if (!e)
        e = hall_columns_of(w->db, 0, arena, &r->columns);
    if (!e)
        e = objects_open(row_str(&rs, 0, "file"), &fd);
    if (!e)
        e = read_sheet(r, fd, &why);
    if (fd >= 0)
        close(fd);
    if (!e)
        e = write_header(r);
    if (e && why) {
        *info = (struct err_info){.code = e, .key = why};
        return set_status(w, "failed", why, arena);
    }
    return e;
}

/* --- loading --- */

static enum err load_mapping(struct db *db, struct str mapping, struct arena *arena,
                             struct import_sheet *out)
{
    struct hall_columns *all = ARENA_NEW(arena, struct hall_columns);
    enum err e = all ? hall_columns_of(db, 0, arena, all) : ERR_NOMEM;
    json_t *list = e ? NULL : json_loadb(mapping.p, mapping.n, 0, NULL), *one;
    size_t i;
    out->columns_n = json_array_size(list);
    out->columns = arena_array(arena, out->columns_n, sizeof(*out->columns));
    json_array_foreach(list, i, one) if (out->columns) out->columns[i] =
        hall_column_find(all, str_of(json_string_value(one)));
    json_decref(list);
    return e ? e : out->columns ? OK : ERR_NOMEM;
}

enum err import_load(struct db *db, int64_t id, struct arena *arena, struct import_sheet *out)
{
    struct rows rs, rows;
    enum err e = db_one(db, &q_hall_import_get, ARGS(V_INT(id)), arena, &rs);
    *out = (struct import_sheet){.id = id};
    if (e)
        return e;
    out->organisation = row_int(&rs, 0, "organisation_id");
    e = load_mapping(db, row_str(&rs, 0, "mapping"), arena, out);
    out->rows = e ? NULL : arena_array(arena, IMPORT_ROWS_MAX, sizeof(*out->rows));
    if (!e && !out->rows)
        return ERR_NOMEM;
    for (int64_t after = 0; !e;) {
        e = db_select(db, &q_hall_import_rows, ARGS(V_INT(id), V_INT(after), V_INT(ROWS_A_READ)),
                      arena, &rows);
        for (size_t i = 0; !e && i < rows.n && out->n < IMPORT_ROWS_MAX; i++) {
            struct import_row *row = &out->rows[out->n++];
            after = row->number = row_int(&rows, i, "number");
            e = read_cells(row_str(&rows, i, "cells"), arena, row);
        }
        if (!e && rows.n < ROWS_A_READ)
            break;
    }
    return e;
}

enum err import_zip(struct tx *tx, int64_t id, struct str zip, struct str name)
{
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_hall_import_zip, ARGS(V_STR(zip), V_STR(name), V_INT(id)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

/* --- checking --- */

/* As the sheet is read, from its top. */
static void sort_faults(struct import_built *b)
{
    size_t n = b->faults_n < IMPORT_FAULTS_MAX ? b->faults_n : IMPORT_FAULTS_MAX;
    for (size_t i = 1; i < n; i++) {
        struct import_fault f = b->faults[i];
        size_t at = i;
        for (; at > 0 && b->faults[at - 1].row > f.row; at--)
            b->faults[at] = b->faults[at - 1];
        b->faults[at] = f;
    }
}

static enum err write_faults(struct tx *tx, int64_t id, const struct import_built *b)
{
    enum { COLUMNS = 8 };
    size_t n = b->faults_n < IMPORT_FAULTS_MAX ? b->faults_n : IMPORT_FAULTS_MAX;
    struct val *args = arena_array(tx->arena, n * COLUMNS, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct import_fault *f = &b->faults[i];
        const struct val row[COLUMNS] = {V_INT(id),
                                         V_INT((int64_t)i + 1),
                                         V_INT(f->row),
                                         V_INT(f->column),
                                         V_STR(f->value.n ? f->value : STR("")),
                                         V_Z(f->key),
                                         V_INT(f->least),
                                         V_INT(f->most)};
        memcpy(args + COLUMNS * i, row, sizeof(row));
    }
    enum err e = db_exec(tx->db, &q_hall_import_faults_clear, ARGS(V_INT(id)), NULL);
    return e ? e : db_exec_many(tx->db, &q_hall_import_fault_add, args, n, NULL);
}

static enum err run_checked(struct command *cmd, struct tx *tx)
{
    const struct step *s = (struct step *)cmd;
    const struct import_built *b = s->built;
    enum err e = write_faults(tx, s->id, b);
    return e ? e
             : db_exec(tx->db, &q_hall_import_counts,
                       ARGS(V_INT((int64_t)b->faults_n), V_INT((int64_t)b->new_n),
                            V_INT((int64_t)b->changed_n), V_INT((int64_t)b->same_n),
                            V_INT(tx->now_ms), V_INT(s->id)),
                       NULL);
}

enum err import_check(const struct import_work *w, struct arena *arena, struct err_info *info)
{
    struct import_sheet sheet;
    struct import_built built;
    struct step s = {.built = &built};
    enum err e = import_load(w->db, w->id, arena, &sheet);
    if (!e)
        e = import_build(w->db, &sheet, arena, &built);
    if (!e)
        e = import_pictures_check(w, &sheet, &built, arena, info);
    if (!e)
        sort_faults(&built);
    return e ? e : call(w, &s, "hall.import_checked", run_checked, arena, info);
}

/* --- taking --- */

struct taking {
    struct command cmd;
    const struct import_work *w;
    int64_t id;
    struct hall_actor actor;
    struct import_fault refused; /* out: what kept all of it out */
};

/* Of "sku_code_2" the row of the second variant. */
static int64_t row_of_field(const struct import_product *p, const char *field)
{
    int64_t n = 0;
    const char *digits = field ? strrchr(field, '_') : NULL;
    if (digits && str_to_i64(str_of(digits + 1), &n) == OK && n >= 1 &&
        (size_t)n <= p->edit.skus_n && p->sku_rows[n - 1])
        return p->sku_rows[n - 1];
    return p->row;
}

static struct import_fault fault_of(const struct import_product *p, enum err e,
                                    const struct err_info *info)
{
    return (struct import_fault){.row = row_of_field(p, info->field),
                                 .value = p->edit.fields[HALL_MODEL].s,
                                 .key = info->key ? info->key : err_message_key(e)};
}

static enum err save_all(struct taking *t, struct tx *tx, struct import_built *b)
{
    struct val *args = arena_array(tx->arena, b->n * 3, sizeof(*args));
    size_t kept = 0;
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < b->n; i++) {
        struct import_product *p = &b->products[i];
        bool is_new = p->edit.id == 0;
        size_t pictures = 0;
        *tx->info = (struct err_info){0};
        e = p->is_same ? OK : hall_product_save(tx, &p->edit, t->actor);
        if (!e)
            e = import_pictures_add(tx, t->id, p, t->actor, &pictures);
        if (e)
            t->refused = fault_of(p, e, tx->info);
        if (e || (p->is_same && pictures == 0))
            continue;
        args[3 * kept] = V_INT(t->id);
        args[3 * kept + 1] = V_INT(p->edit.id);
        args[3 * kept++ + 2] = V_INT(is_new);
    }
    return e ? e : db_exec_many(tx->db, &q_hall_import_product_add, args, kept, NULL);
}

static enum err run_take(struct command *cmd, struct tx *tx)
{
    struct taking *t = (struct taking *)cmd;
    struct import_sheet sheet;
    struct import_built built;
    enum err e = t->w->mine ? t->w->mine(tx, t->w->arg) : OK;
    t->refused = (struct import_fault){0};
    if (!e)
        e = import_load(tx->db, t->id, tx->arena, &sheet);
    if (!e)
        e = import_build(tx->db, &sheet, tx->arena, &built); /* as things are now */
    if (!e && built.faults_n > 0) {
        t->refused = built.faults[0];
        return ERR_INVALID;
    }
    if (!e)
        e = save_all(t, tx, &built);
    if (!e)
        e = db_exec(tx->db, &q_hall_import_status,
                    ARGS(V_Z("taken"), V_Z(""), V_INT(tx->now_ms), V_INT(t->id)), NULL);
    return e;
}

enum err import_take(const struct import_work *w, struct hall_actor actor, struct arena *arena,
                     struct err_info *info)
{
    struct taking t = {.w = w, .id = w->id, .actor = actor};
    t.cmd = (struct command){.name = "hall.import_take", .run = run_take, .arena = arena};
    enum err e = w->write(w->arg, &t.cmd);
    if (!e)
        return OK;
    *info = t.cmd.info;
    if (!t.refused.key)
        return e;
    struct import_built found = {.faults = &t.refused, .faults_n = 1};
    struct step s = {.built = &found};
    return call(w, &s, "hall.import_checked", run_checked, arena, NULL);
}
