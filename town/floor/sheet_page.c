/* Labels over HTTP: choosing them, and getting the PDF: at once when they are few, else by a task
 * whose result is a sheet that is kept for a while. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/floor/page.h"
#include "town/floor/sheet.h"
#include "town/gone/gone.h"
#include "town/hand.h"
#include "town/tasks/tasks.h"

enum { LIST_SHOWN = 30, PDF_MAX = OBJECTS_MAX, SWEEP_MOST = 50, SUBJECT_MAX = 120 };

/* ---- what is asked ---- */

typedef struct str from_fn(const struct req *r, const char *name);

static int64_t number_of(from_fn *from, struct req *r, const char *name)
{
    int64_t n;
    return str_to_i64(from(r, name), &n) == OK && n > 0 ? n : 0;
}

/* From the address or from the form. Makers have their own goods only, wherever those stand. */
static enum err read_ask(struct req *r, from_fn *from, struct sheet_ask *out)
{
    char code[SVG_CODE_MAX + 1];
    bool is_base = hand_is_base(r);
    struct str zone = from(r, "zone"), stand = from(r, "stand");
    if (!is_base && !r->who.organisation_id)
        return ERR_FORBIDDEN;
    *out = (struct sheet_ask){
        .hall = number_of(from, r, "hall"),
        .product = number_of(from, r, "product"),
        .maker = is_base ? number_of(from, r, "maker") : r->who.organisation_id,
        .layout = str_eq_z(from(r, "layout"), "10") ? JOB_LABELS_10 : JOB_LABELS_24,
        .public_url = req_public_url(r)};
    if (zone.n && zone.n <= 3 && str_is_utf8(zone))
        out->zone = zone;
    if (stand.n && !floor_code(stand, code))
        return req_refuse(r, ERR_INVALID, "stand", "floor.bad_code");
    if (stand.n)
        out->stand = arena_str(r->arena, str_of(code));
    out->everywhere = (out->maker || out->product) && !out->hall && !out->zone.n && !out->stand.n;
    return OK;
}

/* ---- the page ---- */

static enum err put_makers(struct req *r, const struct sheet_ask *ask)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "makers");
    if (!hand_is_base(r))
        return OK;
    enum err e = db_select(r->db, &q_floor_makers, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", floor_name(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == ask->maker);
    }
    return e;
}

static void put_label(struct req *r, struct view *list, const struct rows *rs, size_t i)
{
    char code[FLOOR_LABEL_CODE_MAX];
    struct view *v = view_add_object(list);
    floor_label_code(row_int(rs, i, "id"), row_int(rs, i, "hall"), code);
    view_put_str(v, "title", floor_name(r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "model", row_str(rs, i, "model"));
    view_put_str(v, "factory", floor_name(r, rs, i, "factory_zh", "factory_en"));
    view_put_int(v, "hall", row_int(rs, i, "hall"));
    view_put_str(v, "stand", row_str(rs, i, "stand"));
    view_put_str(v, "gtin", row_str(rs, i, "gtin"));
    view_put_z(v, "href", arena_printf(r->arena, "/l/%s", code));
}

static enum err put_page(struct req *r, const struct sheet_ask *ask)
{
    struct rows rs;
    struct view *v = view_put_object(r->view, "ask"), *list;
    view_put_int(v, "hall", ask->hall);
    view_put_str(v, "zone", ask->zone.n ? ask->zone : STR(""));
    view_put_str(v, "stand", ask->stand.n ? ask->stand : STR(""));
    view_put_int(v, "maker", ask->maker);
    view_put_int(v, "product", ask->product);
    view_put_z(v, "layout", ask->layout == JOB_LABELS_24 ? "24" : "10");
    view_put_bool(r->view, "is_base", hand_is_base(r));
    enum err e = sheet_rows(r->db, ask, r->arena, &rs);
    if (!e)
        e = floor_halls_put(r, ask->hall, false);
    if (!e)
        e = put_makers(r, ask);
    if (e)
        return e;
    view_put_int(r->view, "labels_n", (int64_t)rs.n);
    view_put_int(r->view, "pages_n", sheet_pages(ask, rs.n));
    view_put_bool(r->view, "is_direct", rs.n <= SHEET_DIRECT_MAX);
    list = view_put_list(r->view, "labels");
    for (size_t i = 0; i < rs.n && i < LIST_SHOWN; i++)
        put_label(r, list, &rs, i);
    return OK;
}

enum err floor_labels(struct req *r)
{
    struct sheet_ask ask;
    enum err e = read_ask(r, req_query, &ask);
    return e ? e : put_page(r, &ask);
}

/* ---- at once ---- */

static void reply_pdf(struct req *r, struct block *body, int64_t cache_s)
{
    reply_header(r, "Content-Disposition", STR("attachment; filename=\"labels.pdf\""));
    reply_body(r, "application/pdf", body, cache_s);
}

static struct block *read_file(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size <= 0 || st.st_size > PDF_MAX)
        return NULL;
    struct block *b = block_new((size_t)st.st_size);
    if (b && pread(fd, block_bytes(b), b->n, 0) == (ssize_t)b->n)
        return b;
    block_unref(b);
    return NULL;
}

static enum err make_now(struct req *r, const struct sheet_ask *ask, const struct rows *rs)
{
    int fd = job_temporary(NULL);
    enum err e = fd < 0 ? ERR_NOMEM : sheet_draw(ask, rs, fd, NULL, NULL, NULL, r->arena, &r->info);
    struct block *body = e ? NULL : read_file(fd);
    if (fd >= 0)
        close(fd);
    if (!e && !body)
        e = ERR_IO;
    if (!e)
        reply_pdf(r, body, 0);
    return e;
}

/* ---- by a task ---- */

struct begin {
    struct command cmd;
    struct str ask, subject;
    int64_t user, organisation, task; /* task: out */
};

static enum err run_begin(struct command *cmd, struct tx *tx)
{
    struct begin *b = (struct begin *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_floor_sheet_add,
                        ARGS(V_INT(b->user), b->organisation ? V_INT(b->organisation) : V_NULL,
                             V_STR(b->ask), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (e)
        return e;
    const struct task_new task = {
        .kind = "floor.labels",
        .user_id = b->user,
        .organisation_id = b->organisation,
        .subject = b->subject,
        .input = str_of(arena_printf(tx->arena, "%lld", (long long)row_int(&rs, 0, "id")))};
    return tasks_add(tx, &task, &b->task);
}

static enum err begun(struct req *r, struct command *cmd, enum err result)
{
    const struct begin *b = (const struct begin *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "task", b->task);
    reply_redirect(r, arena_printf(r->arena, "/tasks/%lld", (long long)b->task));
    return OK;
}

static enum err make_later(struct req *r, const struct sheet_ask *ask, size_t labels)
{
    struct begin *b = ARENA_NEW(r->arena, struct begin);
    if (!b)
        return ERR_NOMEM;
    b->ask = sheet_ask_text(ask, r->arena);
    b->subject = floor_words(r, "n_labels", (int64_t)labels);
    b->user = r->who.user_id;
    b->organisation = r->who.organisation_id;
    b->cmd = (struct command){.name = "floor.labels", .run = run_begin};
    return web_write(r, &b->cmd, begun);
}

enum err floor_labels_make(struct req *r)
{
    struct sheet_ask ask;
    struct rows rs;
    const char *key = NULL;
    enum err e = read_ask(r, req_field, &ask);
    if (!e)
        e = sheet_rows(r->db, &ask, r->arena, &rs);
    if (e)
        return e;
    if (rs.n == 0)
        key = "floor.no_labels";
    if (rs.n > JOB_LABELS_MAX)
        key = "floor.labels_too_many";
    if (key) {
        reply_page(r, "floor/labels.html");
        e = put_page(r, &ask);
        return e ? e : req_refuse(r, ERR_INVALID, "labels", key);
    }
    return rs.n <= SHEET_DIRECT_MAX ? make_now(r, &ask, &rs) : make_later(r, &ask, rs.n);
}

struct made {
    struct command cmd;
    struct task *task;
    int64_t sheet, labels;
    struct object_id object;
};

static enum err run_made(struct command *cmd, struct tx *tx)
{
    struct made *m = (struct made *)cmd;
    enum err e = task_mine(tx, m->task);
    return e ? e
             : db_exec(
                   tx->db, &q_floor_sheet_made,
                   ARGS(V_STR(str_n(m->object.hex, OBJECTS_ID)), V_INT(m->labels), V_INT(m->sheet)),
                   NULL);
}

static enum err run_lost(struct command *cmd, struct tx *tx)
{
    return gone_add(tx, str_n(((struct made *)cmd)->object.hex, OBJECTS_ID));
}

/* Cancelled meanwhile, or another process is at it: no row names the file. */
static void give_up(struct made *m)
{
    struct made lost = {.cmd = {.name = "floor.labels_lost", .run = run_lost}, .object = m->object};
    enum err e = task_write(m->task, &lost.cmd);
    if (e)
        LOG(WARN, "floor.labels_kept_for_nobody", L_I("task", m->task->id), L_ERR(e));
}

struct running {
    struct task *task;
    int64_t pages;
};

static bool should_stop(void *arg)
{
    return task_stop(((struct running *)arg)->task);
}

static void say_pages(void *arg, int64_t done)
{
    struct running *r = arg;
    task_progress(r->task, done, r->pages, "floor.labels_step");
}

/* Draws, keeps the file, and names it in the sheet's row. */
static enum err draw_and_keep(struct task *t, const struct sheet_ask *ask, const struct rows *rs,
                              struct made *m)
{
    struct stat st;
    struct object_new fresh;
    struct running running = {t, sheet_pages(ask, rs->n)};
    int fd = job_temporary(NULL);
    enum err e =
        fd < 0 ? ERR_NOMEM
               : sheet_draw(ask, rs, fd, should_stop, say_pages, &running, t->arena, &t->info);
    if (!e)
        e = fstat(fd, &st) == 0 ? objects_write_file(fd, 0, st.st_size, &fresh) : ERR_IO;
    if (!e)
        e = objects_keep(&fresh, 1);
    if (fd >= 0)
        close(fd);
    if (e)
        return e;
    m->object = fresh.id;
    e = task_write(t, &m->cmd);
    if (e)
        give_up(m);
    return e;
}

static enum err run_labels(struct task *t)
{
    struct rows rs;
    struct sheet_ask ask;
    struct made m = {.cmd = {.name = "floor.labels_made", .run = run_made}, .task = t};
    enum err e = str_to_i64(t->input, &m.sheet);
    if (!e)
        e = db_one(t->db, &q_floor_sheet, ARGS(V_INT(m.sheet)), t->arena, &rs);
    if (!e && !sheet_ask_read(row_str(&rs, 0, "ask"), t->arena, &ask))
        e = ERR_CORRUPT;
    if (!e)
        e = sheet_rows(t->db, &ask, t->arena, &rs);
    if (!e && (rs.n == 0 || rs.n > JOB_LABELS_MAX)) {
        t->message = rs.n ? "floor.labels_too_many" : "floor.no_labels";
        e = ERR_INVALID;
    }
    if (e)
        return e;
    m.labels = (int64_t)rs.n;
    task_progress(t, 0, sheet_pages(&ask, rs.n), "floor.labels_step");
    e = draw_and_keep(t, &ask, &rs, &m);
    if (e)
        return e;
    t->result = arena_printf(t->arena, "/floor/labels/%lld", (long long)m.sheet);
    t->message = "floor.labels_done";
    t->message_n = m.labels;
    return OK;
}

static const struct task_kind kind = {"floor.labels", run_labels, true};

void floor_labels_start(void)
{
    tasks_register(&kind);
}

/* ---- a sheet that was made ---- */

/* For who asked, members of the maker, and the base; others are told that there is none. */
enum err floor_labels_sheet(struct req *r)
{
    struct rows rs;
    struct block *body;
    int64_t id;
    if (str_to_i64(req_param(r, "sheet"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_floor_sheet, ARGS(V_INT(id)), r->arena, &rs);
    if (e)
        return e;
    int64_t organisation = row_int(&rs, 0, "organisation_id");
    bool may = hand_is_base(r) || row_int(&rs, 0, "user_id") == r->who.user_id ||
               (organisation && organisation == r->who.organisation_id);
    if (!may || row_null(&rs, 0, "object"))
        return ERR_NOT_FOUND;
    e = objects_read(row_str(&rs, 0, "object"), &body);
    if (!e)
        reply_pdf(r, body, 0);
    return e;
}

enum err floor_sheets_sweep(struct tx *tx, void *unused)
{
    struct rows rs;
    const int64_t before = tx->now_ms - SHEET_KEEP_DAYS * INT64_C(24) * 3600 * 1000;
    (void)unused;
    enum err e = db_select(tx->db, &q_floor_sheets_old, ARGS(V_INT(before), V_INT(SWEEP_MOST)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (!row_null(&rs, i, "object"))
            e = gone_add(tx, row_str(&rs, i, "object"));
        if (!e)
            e = db_exec(tx->db, &q_floor_sheet_remove, ARGS(V_INT(row_int(&rs, i, "id"))), NULL);
    }
    return e;
}
