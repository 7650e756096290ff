#include "town/hall/import_store.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "job/job_sheet.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/hall/import_pictures.h"

enum {
    ROWS_TOGETHER = 200, /* written by one command */
    ROWS_A_READ = 2000,
    CELL_MAX = 4000, /* bytes of a cell that are kept */
    SLICE_ARENA_MAX = 32 * 1024 * 1024,
    BUILD_ARENA_MAX = 192 * 1024 * 1024, /* of a sheet and all that is built from it */
    SAVE_ARENA_MAX = 8 * 1024 * 1024,    /* of one product's saving */
    HEADER_LOOKS = 20,                   /* rows in which the titles are looked for */
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
    s = str_head(s, CELL_MAX);
    return json_stringn(s.p ? s.p : "", s.n);
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

static struct str kind_named(const char *name)
{
    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], name) == 0)
            return str_of(kinds[i]);
    return STR("");
}

/* Of columns that are nothing the cells are left out. */
static bool is_wanted(const struct import_sheet *s, int column)
{
    return column >= 1 && (size_t)column <= s->columns_n && s->columns[column - 1];
}

static enum err read_cells(struct str text, const struct import_sheet *s, struct arena *arena,
                           struct import_row *row)
{
    json_t *list = json_loadb(text.p, text.n, 0, NULL), *one;
    size_t i;
    row->cells = arena_array(arena, json_array_size(list), sizeof(*row->cells));
    json_array_foreach(list, i, one)
    {
        const json_t *value = json_object_get(one, "t");
        int column = (int)json_integer_value(json_object_get(one, "c"));
        if (!row->cells || !is_wanted(s, column))
            continue;
        row->cells[row->n++] = (struct import_cell){
            .column = column,
            .kind = kind_named(json_string_value(json_object_get(one, "k"))),
            .merged = json_is_true(json_object_get(one, "m")),
            .text = arena_str(arena, str_n(json_string_value(value), json_string_length(value)))};
    }
    enum err e = !list ? ERR_CORRUPT : row->cells && !arena_failed(arena) ? OK : ERR_NOMEM;
    json_decref(list);
    return e;
}

/* --- commands --- */

enum err import_add(struct tx *tx, const struct import_new *n, int64_t *id)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_hall_import_add,
               ARGS(V_INT(n->organisation), V_INT(n->actor), V_STR(n->file_name), V_STR(n->file),
                    V_STR(n->zip_name.n ? n->zip_name : STR("")), n->zip.n ? V_STR(n->zip) : V_NULL,
                    V_INT(n->file_bytes), V_INT(n->zip_bytes), V_INT(tx->now_ms)),
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

enum err import_mine(const struct import_work *w, struct tx *tx)
{
    return w->mine ? w->mine(tx, w->arg) : OK;
}

struct step {
    struct command cmd;
    const struct import_work *w;
    enum err (*run)(const struct step *s, struct tx *tx);
    int64_t id;
    const char *why;
    struct val *args; /* rows of a many-row query */
    size_t n;
    struct str header, mapping;
    int64_t rows;
    const struct import_built *built;
};

/* Of a task that is another's by now, or nobody's, nothing is written. */
static enum err run_step(struct command *cmd, struct tx *tx)
{
    const struct step *s = (struct step *)cmd;
    enum err e = import_mine(s->w, tx);
    return e ? e : s->run(s, tx);
}

static enum err call(const struct import_work *w, struct step *s, const char *name,
                     enum err (*run)(const struct step *s, struct tx *tx), struct arena *arena,
                     struct err_info *info)
{
    s->id = w->id;
    s->w = w;
    s->run = run;
    s->cmd = (struct command){.name = name, .run = run_step, .arena = arena};
    enum err e = w->write(w->arg, &s->cmd);
    if (e && info)
        *info = s->cmd.info;
    return e;
}

/* The statement looks at the state itself: what it did not find is ERR_CONFLICT. */
static enum err change(struct tx *tx, const struct query *q, const struct val *args, size_t n)
{
    int64_t changed = 0;
    enum err e = db_exec(tx->db, q, args, n, &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static enum err run_failed(const struct step *s, struct tx *tx)
{
    return change(tx, &q_hall_import_failed, ARGS(V_Z(s->why), V_INT(tx->now_ms), V_INT(s->id)));
}

static enum err run_clear(const struct step *s, struct tx *tx)
{
    return db_exec(tx->db, &q_hall_import_rows_clear, ARGS(V_INT(s->id)), NULL);
}

static enum err run_rows(const struct step *s, struct tx *tx)
{
    return db_exec_many(tx->db, &q_hall_import_row_add, s->args, s->n, NULL);
}

static enum err run_header(const struct step *s, struct tx *tx)
{
    return change(
        tx, &q_hall_import_header,
        ARGS(V_STR(s->header), V_STR(s->mapping), V_INT(s->rows), V_INT(tx->now_ms), V_INT(s->id)));
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
    size_t bytes;    /* of all cells */
    const char *why; /* what is wrong with the file: it stays so however often it is read */
};

/* Of an error that is the file's own; of ours (a full disk, no memory, the end of the process) it
 * says nothing: the task fails or is given back, and may be begun again. */
static const char *why_of(enum err e, const struct err_info *info)
{
    switch (e) {
    case ERR_TIMEOUT: return "hall.import_slow";
    case ERR_SYNTAX:
    case ERR_INVALID:
    case ERR_UNSUPPORTED:
    case ERR_TOO_LARGE:
    case ERR_NOT_FOUND:
    case ERR_PROTOCOL: return info->key ? info->key : "hall.import_unreadable";
    default: return NULL;
    }
}

static enum err next_row(struct reading *r, struct arena *slice, struct job_row *row)
{
    static const struct err_info nothing;
    enum err e = job_sheet_next(&r->sheet, slice, row);
    if (e && e != ERR_EOF)
        r->why = why_of(e, &nothing);
    return e;
}

static enum err refuse_file(struct reading *r, enum err e, const char *why)
{
    r->why = why;
    return e;
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
        e = next_row(r, slice, &row);
        if (!e && known_titles(r, &row) >= 2) {
            take_titles(r, &row);
            return OK;
        }
    }
    return e && e != ERR_EOF ? e : refuse_file(r, ERR_NOT_FOUND, "hall.import_no_titles");
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
        e = next_row(r, slice, &row);
        if (e)
            break;
        struct str cells = dump(cells_json(&row), slice);
        if (!cells.p)
            return ERR_NOMEM;
        if (++r->rows > IMPORT_ROWS_MAX)
            return refuse_file(r, ERR_TOO_LARGE, "hall.import_too_long");
        if ((r->bytes += cells.n) > IMPORT_CELLS_MAX)
            return refuse_file(r, ERR_TOO_LARGE, "hall.import_too_much");
        args[3 * s.n] = V_INT(r->w->id);
        args[3 * s.n + 1] = V_INT(row.number);
        args[3 * s.n + 2] = V_STR(cells);
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

static enum err read_sheet(struct reading *r, int fd)
{
    struct err_info info = {0};
    struct arena slice;
    struct step clear = {.n = 0};
    enum err e =
        job_sheet_open(fd, STR_NONE, r->w->stop, r->w->arg, &r->sheet, NULL, NULL, r->arena, &info);
    if (e) {
        r->why = why_of(e, &info);
        return e;
    }
    arena_init(&slice, SLICE_ARENA_MAX);
    e = call(r->w, &clear, "hall.import_clear", run_clear, &slice, NULL);
    if (!e)
        e = find_titles(r, &slice);
    arena_free(&slice);
    if (!e)
        e = write_rows(r);
    if (!e && r->rows == 0)
        e = refuse_file(r, ERR_NOT_FOUND, "hall.import_empty");
    job_sheet_close(&r->sheet);
    return e;
}

static enum err read_file(struct reading *r, struct str file)
{
    int fd;
    enum err e = hall_columns_of(r->w->db, 0, r->arena, &r->columns);
    if (!e)
        e = objects_open(file, &fd);
    if (e)
        return e;
    e = read_sheet(r, fd);
    close(fd);
    return e ? e : write_header(r);
}

enum err import_read(const struct import_work *w, struct arena *arena, struct err_info *info)
{
    struct rows rs;
    struct step failed = {0};
    struct reading *r = ARENA_NEW(arena, struct reading);
    if (!r)
        return ERR_NOMEM;
    r->w = w;
    r->arena = arena;
    enum err e = db_one(w->db, &q_hall_import_get, ARGS(V_INT(w->id)), arena, &rs);
    if (e || !str_eq_z(row_str(&rs, 0, "status"), "reading"))
        return e; /* it was read, by a process that died after that */
    e = read_file(r, row_str(&rs, 0, "file"));
    if (!e || !r->why)
        return e;
    *info = (struct err_info){.code = e, .key = r->why};
    failed.why = r->why;
    return call(w, &failed, "hall.import_failed", run_failed, arena, NULL);
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

/* Some rows after a number; *more: there may be others. */
static enum err load_rows(struct db *db, int64_t after, struct arena *arena,
                          struct import_sheet *out, bool *more)
{
    struct arena slice;
    struct rows rs;
    arena_init(&slice, SLICE_ARENA_MAX);
    enum err e = db_select(db, &q_hall_import_rows,
                           ARGS(V_INT(out->id), V_INT(after), V_INT(ROWS_A_READ)), &slice, &rs);
    for (size_t i = 0; !e && i < rs.n && out->n < IMPORT_ROWS_MAX; i++) {
        struct import_row *row = &out->rows[out->n++];
        row->number = row_int(&rs, i, "number");
        e = read_cells(row_str(&rs, i, "cells"), out, arena, row);
    }
    *more = !e && rs.n == ROWS_A_READ;
    arena_free(&slice);
    return e;
}

enum err import_load(struct db *db, int64_t id, struct arena *arena, struct import_sheet *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_hall_import_get, ARGS(V_INT(id)), arena, &rs);
    *out = (struct import_sheet){.id = id};
    if (e)
        return e;
    out->organisation = row_int(&rs, 0, "organisation_id");
    e = load_mapping(db, row_str(&rs, 0, "mapping"), arena, out);
    out->rows = e ? NULL : arena_array(arena, IMPORT_ROWS_MAX, sizeof(*out->rows));
    if (!e && !out->rows)
        return ERR_NOMEM;
    for (bool more = true; !e && more;)
        e = load_rows(db, out->n ? out->rows[out->n - 1].number : 0, arena, out, &more);
    return e;
}

enum err import_zip(struct tx *tx, int64_t id, struct str zip, struct str name, int64_t bytes)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_import_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e)
        e = change(tx, &q_hall_import_zip, ARGS(V_STR(zip), V_STR(name), V_INT(bytes), V_INT(id)));
    return e || row_null(&rs, 0, "zip") ? e : gone_add(tx, row_str(&rs, 0, "zip"));
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

static enum err run_checked(const struct step *s, struct tx *tx)
{
    const struct import_built *b = s->built;
    enum err e = change(tx, &q_hall_import_counts,
                        ARGS(V_INT((int64_t)b->faults_n), V_INT((int64_t)b->new_n),
                             V_INT((int64_t)b->changed_n), V_INT((int64_t)b->same_n),
                             V_INT(tx->now_ms), V_INT(s->id)));
    return e ? e : write_faults(tx, s->id, b);
}

static enum err check(const struct import_work *w, struct arena *big, struct arena *arena,
                      struct err_info *info)
{
    struct import_sheet sheet;
    struct import_built built;
    struct step s = {.built = &built};
    enum err e = import_load(w->db, w->id, big, &sheet);
    if (!e)
        e = import_build(w->db, &sheet, big, &built);
    if (!e)
        e = import_pictures_check(w, &sheet, &built, big, info);
    if (!e)
        sort_faults(&built);
    return e ? e : call(w, &s, "hall.import_checked", run_checked, arena, info);
}

enum err import_check(const struct import_work *w, struct arena *arena, struct err_info *info)
{
    struct arena big;
    arena_init(&big, BUILD_ARENA_MAX);
    enum err e = check(w, &big, arena, info);
    arena_free(&big);
    return e;
}

/* --- taking --- */

struct taking {
    struct command cmd;
    const struct import_work *w;
    int64_t id;
    struct hall_actor actor;
    struct import_built refused; /* out: with the faults that kept all of it out, in cmd's arena */
};

/* What is wrong with the row, and not with the store. */
static bool is_of_row(enum err e)
{
    return e == ERR_INVALID || e == ERR_EXISTS || e == ERR_CONFLICT || e == ERR_FORBIDDEN;
}

/* Outlives the run: what is built does not. */
static enum err keep_refused(struct taking *t, struct tx *tx, const struct import_built *b)
{
    size_t n = b->faults_n < IMPORT_FAULTS_MAX ? b->faults_n : IMPORT_FAULTS_MAX;
    struct import_fault *faults = arena_array(tx->arena, n, sizeof(*faults));
    if (!faults)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        faults[i] = b->faults[i];
        faults[i].value = arena_str(tx->arena, b->faults[i].value);
    }
    t->refused = *b;
    t->refused.products = NULL;
    t->refused.faults = faults;
    return arena_failed(tx->arena) ? ERR_NOMEM : OK;
}

static enum err keep_refusal(struct taking *t, struct tx *tx, const struct import_built *b,
                             const struct import_product *p, enum err why)
{
    const struct err_info *info = tx->info;
    struct import_fault fault = {.row = p->row,
                                 .value = p->edit.fields[HALL_MODEL].s,
                                 .key = info->key ? info->key : err_message_key(why)};
    struct import_built one = *b;
    one.faults = &fault;
    one.faults_n = 1;
    return keep_refused(t, tx, &one);
}

/* Each with memory of its own: they may be thousands. */
static enum err save_one(struct taking *t, struct tx *tx, const struct import_built *b,
                         struct import_product *p, size_t *pictures)
{
    struct arena arena;
    struct tx one = *tx;
    arena_init(&arena, SAVE_ARENA_MAX);
    one.arena = &arena;
    *tx->info = (struct err_info){0};
    *pictures = 0;
    enum err e = p->is_same ? OK : hall_product_save(&one, &p->edit, t->actor);
    if (!e)
        e = import_pictures_add(&one, t->id, p, t->actor, pictures);
    if (is_of_row(e)) {
        enum err kept = keep_refusal(t, tx, b, p, e);
        e = kept ? kept : e;
    }
    tx->info->field = tx->info->field ? arena_strdup(tx->arena, tx->info->field) : NULL;
    tx->info->text = tx->info->text ? arena_strdup(tx->arena, tx->info->text) : NULL;
    arena_free(&arena);
    return e;
}

static enum err save_all(struct taking *t, struct tx *tx, struct import_built *b, struct arena *big)
{
    struct val *args = arena_array(big, b->n * 3, sizeof(*args));
    size_t kept = 0;
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < b->n; i++) {
        struct import_product *p = &b->products[i];
        size_t pictures;
        e = save_one(t, tx, b, p, &pictures);
        if (e || (p->is_same && pictures == 0))
            continue;
        args[3 * kept] = V_INT(t->id);
        args[3 * kept + 1] = V_INT(p->edit.id);
        args[3 * kept++ + 2] = V_INT(p->was == NULL);
    }
    return e ? e : db_exec_many(tx->db, &q_hall_import_product_add, args, kept, NULL);
}

static enum err build_and_save(struct taking *t, struct tx *tx, struct arena *big)
{
    struct import_sheet sheet;
    struct import_built built;
    enum err e = import_load(tx->db, t->id, big, &sheet);
    if (!e)
        e = import_build(tx->db, &sheet, big, &built); /* as things are now */
    if (!e && built.faults_n > 0) {
        e = keep_refused(t, tx, &built);
        return e ? e : ERR_INVALID;
    }
    return e ? e : save_all(t, tx, &built, big);
}

/* One that was taken by a process that died before it could say so is taken. */
static enum err run_take(struct command *cmd, struct tx *tx)
{
    struct taking *t = (struct taking *)cmd;
    struct rows rs;
    struct arena big;
    enum err e = import_mine(t->w, tx);
    t->refused = (struct import_built){0};
    if (!e)
        e = db_one(tx->db, &q_hall_import_get, ARGS(V_INT(t->id)), tx->arena, &rs);
    if (e || str_eq_z(row_str(&rs, 0, "status"), "taken"))
        return e;
    arena_init(&big, BUILD_ARENA_MAX);
    e = build_and_save(t, tx, &big);
    arena_free(&big);
    return e ? e : change(tx, &q_hall_import_taken, ARGS(V_INT(tx->now_ms), V_INT(t->id)));
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
    if (t.refused.faults_n == 0 || !is_of_row(e))
        return e;
    struct step s = {.built = &t.refused};
    return call(w, &s, "hall.import_checked", run_checked, arena, NULL);
}
