/* Bringing a sheet of goods in, page by page: the file, what its columns are, what is wrong, and
 * what came of it. The long steps are tasks. */
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "store/objects.h"
#include "store/queries.h"
#include "town/hall/export.h"
#include "town/gone/gone.h"
#include "town/hall/import_page.h"
#include "town/hall/import_store.h"
#include "town/hall/page.h"
#include "town/tasks/tasks.h"

enum {
    LIST_MOST = 30,
    FAULTS_SHOWN = 100,
    PRODUCTS_SHOWN = 200,
    NAME_MAX_BYTES = 200,
    MOVE_ARENA_MAX = 1024 * 1024,       /* of one product's way to review */
    DRAFTS_ARENA_MAX = 4 * 1024 * 1024, /* their ids and models */
};

/* --- tasks --- */

static enum err write_by_task(void *arg, struct command *cmd)
{
    return task_write(arg, cmd);
}

static enum err still_mine(struct tx *tx, void *arg)
{
    return task_mine(tx, arg);
}

static void say(void *arg, const char *step, int64_t done, int64_t total)
{
    task_progress(arg, done, total, step);
}

static struct import_work work_of(struct task *t)
{
    struct import_work w = {.db = t->db,
                            .write = write_by_task,
                            .mine = still_mine,
                            .stop = task_stop,
                            .progress = say,
                            .arg = t};
    if (str_to_i64(t->input, &w.id) != OK)
        w.id = 0;
    t->result = arena_printf(t->arena, "/hall/import/%lld", (long long)w.id);
    return w;
}

static enum err run_read(struct task *t)
{
    struct rows rs;
    struct import_work w = work_of(t);
    enum err e = import_read(&w, t->arena, &t->info);
    if (!e)
        e = db_one(t->db, &q_hall_import_get, ARGS(V_INT(w.id)), t->arena, &rs);
    if (e || str_eq_z(row_str(&rs, 0, "status"), "failed"))
        return e ? e : ERR_INVALID; /* info says why */
    task_progress(t, 0, 0, "hall.import_step_check");
    return import_check(&w, t->arena, &t->info);
}

static enum err run_check(struct task *t)
{
    struct import_work w = work_of(t);
    task_progress(t, 0, 0, "hall.import_step_check");
    return import_check(&w, t->arena, &t->info);
}

static enum err run_take(struct task *t)
{
    const struct hall_actor actor = {t->user_id, HALL_AS_MAKER};
    struct import_work w = work_of(t);
    task_progress(t, 0, 0, "hall.import_step_take");
    return import_take(&w, actor, t->arena, &t->info);
}

static const struct task_kind kinds[] = {
    {"hall.import_read", run_read, true},
    {"hall.import_check", run_check, true},
    {"hall.import_take", run_take, true},
};

void hall_import_start(void)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        tasks_register(&kinds[i]);
}

/* --- beginning --- */

struct deed {
    struct command cmd;
    int64_t id, user, organisation, task; /* id, task: out */
    struct import_new fresh;
    const char *kind, *status; /* of the task to begin, and the import's state while it runs */
    struct str name;
    const struct str *keys; /* a mapping */
    struct str zip;         /* another archive, and its name */
    struct str zip_name;
    int64_t zip_bytes;
    size_t keys_n;
    struct import_cell *cells; /* mended: column and text, */
    int64_t *rows;             /* of these rows */
    size_t cells_n;
    struct str kept[2]; /* what came with it, for gone_write() */
    enum err refused;   /* the archive could not be kept, and the sheet was */
};

static enum err begin_task(struct deed *d, struct tx *tx)
{
    const struct task_new n = {.kind = d->kind,
                               .user_id = d->user,
                               .organisation_id = d->organisation,
                               .subject = d->name,
                               .input = str_of(arena_printf(tx->arena, "%lld", (long long)d->id))};
    return tasks_add(tx, &n, &d->task);
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    enum err e = d->refused ? d->refused : import_add(tx, &d->fresh, &d->id);
    if (!e)
        e = begin_task(d, tx);
    return e ? e
             : db_exec(tx->db, &q_hall_import_first_task, ARGS(V_INT(d->task), V_INT(d->id)), NULL);
}

static enum err run_step(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    int64_t changed = 0;
    enum err e = d->keys ? import_map(tx, d->id, d->keys, d->keys_n) : OK;
    if (!e && d->zip.n)
        e = import_zip(tx, d->id, d->zip, d->zip_name, d->zip_bytes);
    for (size_t i = 0; !e && i < d->cells_n; i++)
        e = import_mend(tx, d->id, d->rows[i], d->cells[i].column, d->cells[i].text);
    if (!e)
        e = begin_task(d, tx);
    if (!e)
        e = db_exec(tx->db, &q_hall_import_task,
                    ARGS(V_INT(d->task), V_Z(d->status), V_INT(tx->now_ms), V_INT(d->id)),
                    &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e; /* something is being done with it */
}

/* What was to read it ended before it had: cancelled, or of a trouble of ours. */
static enum err run_again(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    int64_t changed = 0;
    enum err e = begin_task(d, tx);
    if (!e)
        e = db_exec(tx->db, &q_hall_import_again,
                    ARGS(V_INT(d->task), V_INT(tx->now_ms), V_INT(d->id)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static enum err run_remove(struct command *cmd, struct tx *tx)
{
    return import_drop(tx, ((struct deed *)cmd)->id, "hall.import_removed");
}

static enum err begun(struct req *r, struct command *cmd, enum err result)
{
    struct deed *d = (struct deed *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "id", d->id);
    view_put_int(r->view, "task", d->task);
    reply_redirect(r, arena_printf(r->arena, "/hall/import/%lld", (long long)d->id));
    return OK;
}

static struct deed *deed_of(struct req *r, const char *name,
                            enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    if (d)
        *d = (struct deed){.cmd = {.name = name, .run = run},
                           .user = r->who.user_id,
                           .organisation = r->who.organisation_id};
    return d;
}

/* A spooled upload becomes an object. */
static enum err keep_upload(struct req *r, const struct upload *u, struct str *id, struct str *name)
{
    struct object_new fresh;
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err e = objects_write_file(fd, 0, (int64_t)u->size, &fresh);
    close(fd);
    if (!e)
        e = objects_keep(&fresh, 1);
    *id = e ? STR_NONE : arena_str(r->arena, str_of(fresh.id.hex));
    *name = str_head(u->filename, NAME_MAX_BYTES);
    return e;
}

static bool is_sent(const struct upload *u)
{
    return u && u->size > 0;
}

/* Before anything is kept: half a gigabyte is written to be swept away again otherwise. */
static enum err check_uploads(struct req *r, const struct upload *sheet, const struct upload *zip)
{
    const struct import_ask ask = {
        .organisation = r->who.organisation_id,
        .actor = r->who.user_id,
        .bytes = (int64_t)((is_sent(sheet) ? sheet->size : 0) + (is_sent(zip) ? zip->size : 0)),
        .is_new = sheet != NULL};
    if (is_sent(sheet) && sheet->size > IMPORT_FILE_MAX)
        return req_refuse(r, ERR_TOO_LARGE, "sheet", "hall.import_file_too_large");
    if (is_sent(zip) && zip->size > IMPORT_ZIP_MAX)
        return req_refuse(r, ERR_TOO_LARGE, "pictures", "hall.import_zip_too_large");
    return import_may(r->db, &ask, r->arena, &r->info);
}

enum err hall_import_add(struct req *r)
{
    const struct upload *sheet = req_upload(r, "sheet"), *zip = req_upload(r, "pictures");
    struct deed *d = deed_of(r, "hall.import", run_add);
    if (!d)
        return ERR_NOMEM;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    if (!is_sent(sheet))
        return req_refuse(r, ERR_INVALID, "sheet", "hall.import_no_file");
    enum err e = check_uploads(r, sheet, zip);
    if (!e)
        e = keep_upload(r, sheet, &d->fresh.file, &d->fresh.file_name);
    if (e)
        return e;
    if (is_sent(zip))
        d->refused = keep_upload(r, zip, &d->fresh.zip, &d->fresh.zip_name);
    d->fresh.file_bytes = (int64_t)sheet->size;
    d->fresh.zip_bytes = is_sent(zip) ? (int64_t)zip->size : 0;
    d->fresh.organisation = r->who.organisation_id;
    d->fresh.actor = r->who.user_id;
    d->kind = "hall.import_read";
    d->name = d->fresh.file_name;
    d->kept[0] = d->fresh.file;
    d->kept[1] = d->fresh.zip;
    return gone_write(r, &d->cmd, begun, d->kept, d->fresh.zip.n ? 2 : 1);
}

/* --- what is there --- */

/* One's own maker's; others are told that there is none. */
static enum err load(struct req *r, struct rows *rs)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_hall_import_get, ARGS(V_INT(id)), r->arena, rs);
    bool own =
        !e && r->who.organisation_id && row_int(rs, 0, "organisation_id") == r->who.organisation_id;
    return e ? e : own ? OK : ERR_NOT_FOUND;
}

enum err hall_import_list(struct req *r)
{
    struct rows rs, kind_rows;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    enum err e = db_select(r->db, &q_hall_imports_of,
                           ARGS(V_INT(r->who.organisation_id), V_INT(LIST_MOST)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_hall_kinds, NO_ARGS, r->arena, &kind_rows);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "imports");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "file", row_str(&rs, i, "file_name"));
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "hall.import_", row_str(&rs, i, "status")));
        view_put_int(v, "rows", row_int(&rs, i, "rows_n"));
        view_put_int(v, "faults", row_int(&rs, i, "faults_n"));
        view_put_time(v, "at", row_int(&rs, i, "created_at"));
    }
    struct view *all = view_put_list(r->view, "kinds");
    for (size_t i = 0; i < kind_rows.n; i++) {
        struct view *v = view_add_object(all);
        view_put_str(v, "slug", row_str(&kind_rows, i, "slug"));
        view_put_str(v, "name", hall_text(r, &kind_rows, i, "name_zh", "name_en"));
    }
    return OK;
}

/* --- one import --- */

static void put_option(struct view *list, struct str key, struct str title, struct str chosen)
{
    struct view *v = view_add_object(list);
    view_put_str(v, "key", key);
    view_put_str(v, "title", title);
    view_put_bool(v, "is_chosen", str_eq(key, chosen));
}

static enum err put_columns(struct req *r, const struct rows *rs)
{
    struct hall_columns all;
    struct str header = row_str(rs, 0, "header"), mapping = row_str(rs, 0, "mapping");
    enum err e = hall_columns_of(r->db, 0, r->arena, &all);
    json_t *titles = json_loadb(header.p, header.n, 0, NULL), *title;
    json_t *keys = json_loadb(mapping.p, mapping.n, 0, NULL);
    struct view *list = view_put_list(r->view, "columns");
    size_t i;
    json_array_foreach(titles, i, title)
    {
        struct str key = str_of(json_string_value(json_array_get(keys, i)));
        struct view *v = view_add_object(list);
        view_put_int(v, "n", (int64_t)i + 1);
        view_put_str(v, "title", str_of(json_string_value(title)));
        view_put_str(v, "key", key);
        struct view *options = view_put_list(v, "options");
        for (size_t k = 0; !e && k < all.n; k++)
            put_option(options, all.all[k].key, hall_column_title(&all.all[k], r->lang, r->arena),
                       key);
    }
    json_decref(titles);
    json_decref(keys);
    return e;
}

/* "C" of 3, "AA" of 27: as spreadsheets name columns. */
static struct str letters(int64_t column, struct arena *arena)
{
    char text[8];
    size_t at = sizeof(text);
    for (; column > 0 && at > 0; column = (column - 1) / 26)
        text[--at] = (char)('A' + (column - 1) % 26);
    return arena_str(arena, str_n(text + at, sizeof(text) - at));
}

static struct str title_of(const struct view *columns, int64_t column)
{
    for (const struct view *v = columns->first; v; v = v->next)
        if (view_get(v, STR("n"))->i == column)
            return view_get(v, STR("title"))->s;
    return STR("");
}

static enum err put_faults(struct req *r, int64_t id)
{
    struct rows rs;
    const struct view *columns = view_get(r->view, STR("columns"));
    struct view *list = view_put_list(r->view, "faults");
    enum err e = db_select(r->db, &q_hall_import_faults, ARGS(V_INT(id), V_INT(FAULTS_SHOWN)),
                           r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        const struct i18n_arg bounds[] = {
            {"min", i18n_number(r->lang, row_int(&rs, i, "least"), r->arena)},
            {"max", i18n_number(r->lang, row_int(&rs, i, "most"), r->arena)}};
        int64_t column = row_int(&rs, i, "col");
        struct view *v = view_add_object(list);
        view_put_int(v, "row", row_int(&rs, i, "number"));
        view_put_int(v, "column", column);
        view_put_str(v, "letters", letters(column, r->arena));
        view_put_str(v, "title", column ? title_of(columns, column) : STR(""));
        view_put_str(v, "value", row_str(&rs, i, "value"));
        view_put_str(v, "message",
                     i18n_text(r->lang, row_str(&rs, i, "message"), bounds, 2, r->arena));
    }
    return e;
}

static enum err put_products(struct req *r, int64_t id)
{
    struct rows rs, counts;
    struct view *list = view_put_list(r->view, "products");
    enum err e = db_select(r->db, &q_hall_import_products, ARGS(V_INT(id), V_INT(PRODUCTS_SHOWN)),
                           r->arena, &rs);
    if (!e)
        e = db_one(r->db, &q_hall_import_came, ARGS(V_INT(id)), r->arena, &counts);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str status = row_str(&rs, i, "status");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", hall_text(r, &rs, i, "title_zh", "title_en"));
        view_put_str(v, "model", row_str(&rs, i, "model"));
        view_put_bool(v, "is_new", row_int(&rs, i, "is_new") != 0);
        view_put_str(v, "status", status);
        view_put_str(v, "status_name", req_text(r, "hall.status_", status));
    }
    if (e)
        return e;
    view_put_int(r->view, "came", row_int(&counts, 0, "n"));
    view_put_int(r->view, "more", row_int(&counts, 0, "n") - (int64_t)rs.n);
    view_put_int(r->view, "drafts", row_int(&counts, 0, "drafts"));
    return OK;
}

enum err hall_import_one(struct req *r)
{
    struct rows rs;
    enum err e = load(r, &rs);
    if (e)
        return e;
    struct str status = row_str(&rs, 0, "status"), why = row_str(&rs, 0, "why");
    struct view *v = view_put_object(r->view, "import");
    view_put_int(v, "id", row_int(&rs, 0, "id"));
    view_put_str(v, "file", row_str(&rs, 0, "file_name"));
    view_put_str(v, "zip", row_str(&rs, 0, "zip_name"));
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "hall.import_", status));
    view_put_int(v, "rows", row_int(&rs, 0, "rows_n"));
    view_put_int(v, "faults", row_int(&rs, 0, "faults_n"));
    view_put_int(v, "new", row_int(&rs, 0, "new_n"));
    view_put_int(v, "changed", row_int(&rs, 0, "changed_n"));
    view_put_int(v, "same", row_int(&rs, 0, "same_n"));
    view_put_int(v, "task", row_int(&rs, 0, "task_id"));
    bool at_work = row_int(&rs, 0, "is_at_work") != 0;
    view_put_bool(v, "is_at_work", at_work);
    view_put_bool(v, "is_stuck",
                  !at_work && (str_eq_z(status, "reading") || str_eq_z(status, "checking") ||
                               str_eq_z(status, "taking")));
    view_put_bool(v, "is_kept", row_str(&rs, 0, "file").n > 0);
    if (why.n)
        view_put_str(v, "why", i18n_text(r->lang, why, NULL, 0, r->arena));
    e = put_columns(r, &rs);
    if (!e)
        e = put_faults(r, row_int(&rs, 0, "id"));
    return e ? e : put_products(r, row_int(&rs, 0, "id"));
}

/* --- its steps --- */

static enum err step(struct req *r, struct deed *d, const struct rows *rs, const char *kind,
                     const char *status)
{
    d->id = row_int(rs, 0, "id");
    d->kind = kind;
    d->status = status;
    d->name = row_str(rs, 0, "file_name");
    d->kept[0] = d->zip;
    return gone_write(r, &d->cmd, begun, d->kept, d->zip.n > 0);
}

enum err hall_import_mapping(struct req *r)
{
    struct rows rs;
    struct deed *d = deed_of(r, "hall.import_map", run_step);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    struct str header = row_str(&rs, 0, "header");
    json_t *titles = json_loadb(header.p, header.n, 0, NULL);
    d->keys_n = json_array_size(titles);
    json_decref(titles);
    struct str *keys = arena_array(r->arena, d->keys_n, sizeof(*keys));
    for (size_t i = 0; keys && i < d->keys_n; i++) {
        const char *field = arena_printf(r->arena, "column_%zu", i + 1);
        keys[i] = field ? req_field(r, field) : STR("");
        for (size_t k = 0; k < i; k++)
            if (keys[i].n && str_eq(keys[k], keys[i]))
                return req_refuse(r, ERR_INVALID, field, "hall.import_column_twice");
    }
    d->keys = keys;
    return keys ? step(r, d, &rs, "hall.import_check", "checking") : ERR_NOMEM;
}

/* Fields cell_ROW_COLUMN of the faults that are shown. */
static enum err read_cells(struct req *r, int64_t id, struct deed *d)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_import_faults, ARGS(V_INT(id), V_INT(FAULTS_SHOWN)),
                           r->arena, &rs);
    d->cells = e ? NULL : arena_array(r->arena, rs.n, sizeof(*d->cells));
    d->rows = e ? NULL : arena_array(r->arena, rs.n, sizeof(*d->rows));
    if (e || !d->cells || !d->rows)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++) {
        int64_t row = row_int(&rs, i, "number"), column = row_int(&rs, i, "col");
        const char *field =
            arena_printf(r->arena, "cell_%lld_%lld", (long long)row, (long long)column);
        struct str text = field ? req_field(r, field) : STR_NONE;
        if (column == 0 || !text.p)
            continue;
        d->rows[d->cells_n] = row;
        d->cells[d->cells_n++] = (struct import_cell){.column = (int)column, .text = text};
    }
    return OK;
}

enum err hall_import_cells(struct req *r)
{
    struct rows rs;
    struct deed *d = deed_of(r, "hall.import_mend", run_step);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    if (!e)
        e = read_cells(r, row_int(&rs, 0, "id"), d);
    return e ? e : step(r, d, &rs, "hall.import_check", "checking");
}

enum err hall_import_zip(struct req *r)
{
    struct rows rs;
    const struct upload *zip = req_upload(r, "pictures");
    struct deed *d = deed_of(r, "hall.import_zip", run_step);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    if (!is_sent(zip))
        return req_refuse(r, ERR_INVALID, "pictures", "hall.import_no_file");
    e = check_uploads(r, NULL, zip);
    if (!e)
        e = keep_upload(r, zip, &d->zip, &d->zip_name);
    d->zip_bytes = (int64_t)zip->size;
    return e ? e : step(r, d, &rs, "hall.import_check", "checking");
}

enum err hall_import_take(struct req *r)
{
    struct rows rs;
    struct deed *d = deed_of(r, "hall.import_take", run_step);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    if (!str_eq_z(row_str(&rs, 0, "status"), "checked") || row_int(&rs, 0, "faults_n") > 0 ||
        row_int(&rs, 0, "is_at_work"))
        return req_refuse(r, ERR_CONFLICT, NULL, "hall.import_not_ready");
    return step(r, d, &rs, "hall.import_take", "taking");
}

enum err hall_import_again(struct req *r)
{
    struct rows rs;
    struct deed *d = deed_of(r, "hall.import_again", run_again);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    return e ? e : step(r, d, &rs, "hall.import_read", "reading");
}

static enum err removed(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (result)
        return result;
    reply_flash(r, "hall.import_removed");
    reply_redirect(r, "/hall/import");
    return OK;
}

enum err hall_import_remove(struct req *r)
{
    struct rows rs;
    struct deed *d = deed_of(r, "hall.import_remove", run_remove);
    enum err e = d ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    d->id = row_int(&rs, 0, "id");
    return web_write(r, &d->cmd, removed);
}

/* --- all of its drafts to review --- */

struct submitting {
    struct command cmd;
    int64_t id;
    struct hall_actor actor;
};

/* Each with memory of its own: they may be thousands. */
static enum err submit_one(struct tx *tx, int64_t product, struct hall_actor actor)
{
    struct arena arena;
    struct tx one = *tx;
    arena_init(&arena, MOVE_ARENA_MAX);
    one.arena = &arena;
    enum err e = hall_product_move(&one, product, 0, "submit", STR(""), actor);
    if (tx->info->text)
        tx->info->text = arena_strdup(tx->arena, tx->info->text);
    arena_free(&arena);
    return e;
}

static enum err run_submit(struct command *cmd, struct tx *tx)
{
    struct submitting *s = (struct submitting *)cmd;
    struct arena arena;
    struct rows rs;
    arena_init(&arena, DRAFTS_ARENA_MAX);
    enum err e = db_select(tx->db, &q_hall_import_drafts,
                           ARGS(V_INT(s->id), V_INT(IMPORT_ROWS_MAX)), &arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        e = submit_one(tx, row_int(&rs, i, "id"), s->actor);
        if (e == ERR_INVALID) /* by name: the others go with it when it is mended */
            tx->info->text = arena_printf(tx->arena, "%.*s", STR_ARG(row_str(&rs, i, "model")));
    }
    arena_free(&arena);
    return e;
}

static enum err submitted(struct req *r, struct command *cmd, enum err result)
{
    struct submitting *s = (struct submitting *)cmd;
    if (result)
        return result;
    reply_flash(r, "hall.done_submit");
    reply_redirect(r, arena_printf(r->arena, "/hall/import/%lld", (long long)s->id));
    return OK;
}

enum err hall_import_submit(struct req *r)
{
    struct rows rs;
    struct submitting *s = ARENA_NEW(r->arena, struct submitting);
    enum err e = s ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    s->id = row_int(&rs, 0, "id");
    s->actor = (struct hall_actor){r->who.user_id, HALL_AS_MAKER};
    s->cmd = (struct command){.name = "hall.import_submit", .run = run_submit};
    return web_write(r, &s->cmd, submitted);
}

/* --- sheets out --- */

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static enum err reply_sheet(struct req *r, const char *name, struct block *sheet)
{
    const char *as = arena_printf(r->arena, "attachment; filename=\"%s.xlsx\"", name);
    if (!as) {
        block_unref(sheet);
        return ERR_NOMEM;
    }
    reply_header(r, "Content-Disposition", str_of(as));
    reply_body(r, XLSX, sheet, 0);
    return OK;
}

enum err hall_export_goods(struct req *r)
{
    struct block *sheet;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    enum err e = hall_export(r->db, r->who.organisation_id, r->lang, r->arena, &sheet);
    return e ? e : reply_sheet(r, "products", sheet);
}

enum err hall_export_template(struct req *r)
{
    struct rows rs;
    struct block *sheet;
    enum err e =
        db_one(r->db, &q_hall_kind_by_slug, ARGS(V_STR(req_query(r, "kind"))), r->arena, &rs);
    if (!e)
        e = hall_export_empty(r->db, row_int(&rs, 0, "id"), r->lang, r->arena, &sheet);
    return e ? e
             : reply_sheet(
                   r, arena_printf(r->arena, "template-%.*s", STR_ARG(row_str(&rs, 0, "slug"))),
                   sheet);
}
