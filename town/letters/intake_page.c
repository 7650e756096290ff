/* The pages of a register that is brought: which file, what it says, taking it. */
#include <fcntl.h>
#include <unistd.h>

#include "store/objects.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/gone/gone.h"
#include "town/letters/intake.h"
#include "town/scan/scan.h"

static enum err desk_only(struct req *r, struct letters_actor *by)
{
    struct letters_who who;
    enum err e = letters_who(r, &who);
    *by = (struct letters_actor){LETTERS_AS_DESK, r->who.user_id, who.desk};
    return e ? e : who.is_desk ? OK : ERR_FORBIDDEN;
}

static enum err put_form(struct req *r, int64_t id)
{
    (void)id;
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_sessions, ARGS(V_INT(LETTERS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sessions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
    }
    view_put_int(r->view, "rows_max", INTAKE_ROWS_MAX);
    return e;
}

enum err intake_page(struct req *r)
{
    struct letters_actor by;
    enum err e = desk_only(r, &by);
    return e ? e : put_form(r, 0);
}

/* --- bringing --- */

struct bring {
    struct command cmd;
    int64_t session, by, id;
    struct str name, object;
};

static enum err run_bring(struct command *cmd, struct tx *tx)
{
    struct bring *b = (struct bring *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_letters_session, ARGS(V_INT(b->session)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return case_refuse(tx, ERR_INVALID, "session", "letters.session_bad", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_import_add,
                   ARGS(V_INT(b->session), V_STR(b->name), V_STR(b->object), V_INT(tx->now_ms),
                        V_INT(b->by)),
                   tx->arena, &rs);
    b->id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

static enum err brought(struct req *r, struct command *cmd, enum err result)
{
    int64_t id = ((struct bring *)cmd)->id;
    view_put_int(r->view, "id", id);
    return letters_done(r, result, arena_printf(r->arena, "/letters/imports/%lld", (long long)id),
                        "letters/import.html", put_form, 0);
}

static enum err keep(struct req *r, const struct upload *u, struct str *object)
{
    struct object_new fresh;
    if (!u || u->size == 0)
        return req_refuse(r, ERR_INVALID, "file", "letters.file_needed");
    if (u->size > INTAKE_FILE_MAX)
        return req_refuse(r, ERR_TOO_LARGE, "file", "letters.import_large");
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err e = objects_write_file(fd, 0, (int64_t)u->size, &fresh);
    close(fd);
    if (!e)
        e = objects_keep(&fresh, 1);
    *object = e ? STR_NONE : arena_str(r->arena, str_of(fresh.id.hex));
    return e;
}

enum err intake_post(struct req *r)
{
    struct letters_actor by;
    struct bring *b = ARENA_NEW(r->arena, struct bring);
    if (!b)
        return ERR_NOMEM;
    *b = (struct bring){.cmd = {.name = "letters.import", .run = run_bring}, .by = r->who.user_id};
    enum err e = desk_only(r, &by);
    if (e)
        return e;
    const struct upload *u = req_upload(r, "file");
    e = req_field_int(r, "session", 1, INT64_MAX, &b->session);
    if (!e)
        e = keep(r, u, &b->object);
    if (e)
        return brought(r, &b->cmd, e);
    struct str name = scan_name(u);
    b->name = str_slice(name, 0, str_characters_bytes(name, LETTERS_FILE_NAME_MAX));
    return gone_write(r, &b->cmd, brought, &b->object, 1);
}

/* --- what it says --- */

static void put_row(struct view *v, const struct intake_row *row)
{
    char day[DAY_TEXT];
    view_put_int(v, "at", row->at);
    view_put_int(v, "number", row->s.number);
    view_put_str(v, "title", row->s.title);
    if (row->s.deputies_n)
        view_put_str(v, "deputy", row->s.deputies[0].name);
    view_put_int(v, "more", row->s.deputies_n ? (int64_t)row->s.deputies_n - 1 : 0);
    view_put_bool(v, "is_history", row->sent_day != 0);
    if (row->sent_day && day_text(row->sent_day, day))
        view_put_z(v, "sent", day);
}

static void put_problem(struct req *r, struct view *v, const struct intake_problem *p)
{
    const struct i18n_arg args[] = {{"value", p->value}};
    if (p->row)
        view_put_int(v, "row", p->row);
    if (p->field >= 0) {
        view_put_z(v, "field", intake_fields[p->field]);
        view_put_str(v, "column", req_text(r, "letters.column_", str_of(intake_fields[p->field])));
    }
    view_put_str(v, "what", i18n_text(r->lang, str_of(p->key), args, 1, r->arena));
}

static void put_import(struct req *r, const struct intake *im)
{
    int64_t history = 0, public = 0;
    struct view *rows = view_put_list(r->view, "rows"),
                *problems = view_put_list(r->view, "problems");
    for (size_t i = 0; i < im->n; i++) {
        history += im->rows[i].sent_day != 0;
        public += im->rows[i].s.is_public;
        if (i < INTAKE_SHOWN)
            put_row(view_add_object(rows), &im->rows[i]);
    }
    for (size_t i = 0; i < im->problems_n; i++)
        put_problem(r, view_add_object(problems), &im->problems[i]);
    view_put_bool(r->view, "more_problems", im->more);
    view_put_int(r->view, "n", (int64_t)im->n);
    view_put_int(r->view, "history", history);
    view_put_int(r->view, "fresh", (int64_t)im->n - history);
    view_put_int(r->view, "public", public);
}

/* An import, read again unless it was taken. */
static enum err load(struct req *r, int64_t id, struct rows *row, struct intake **out)
{
    struct intake *im = *out = arena_alloc(r->arena, sizeof(*im));
    enum err e = im ? db_one(r->db, &q_letters_import, ARGS(V_INT(id)), r->arena, row) : ERR_NOMEM;
    if (e || !row_null(row, 0, "taken_at")) {
        if (!e)
            *im = (struct intake){0};
        return e;
    }
    return intake_read(r->db, r->arena, row_str(row, 0, "file"), row_int(row, 0, "session_id"), im);
}

static enum err put_one(struct req *r, int64_t id)
{
    struct rows row;
    struct intake *im;
    enum err e = load(r, id, &row, &im);
    if (e)
        return e;
    view_put_int(r->view, "id", id);
    view_put_str(r->view, "name", row_str(&row, 0, "name"));
    view_put_int(r->view, "session_id", row_int(&row, 0, "session_id"));
    view_put_str(r->view, "session", case_text(r, &row, 0, "name_zh", "name_en"));
    view_put_bool(r->view, "is_taken", !row_null(&row, 0, "taken_at"));
    if (!row_null(&row, 0, "taken_n"))
        view_put_int(r->view, "taken", row_int(&row, 0, "taken_n"));
    put_import(r, im);
    return OK;
}

enum err intake_get(struct req *r)
{
    struct letters_actor by;
    int64_t id;
    enum err e = desk_only(r, &by);
    if (!e)
        e = case_read_id(r, "id", &id);
    return e ? e : put_one(r, id);
}

/* --- taking --- */

struct take {
    struct command cmd;
    int64_t id, session;
    struct letters_actor by;
    struct intake *what;
};

static enum err run_take(struct command *cmd, struct tx *tx)
{
    struct take *t = (struct take *)cmd;
    int64_t n = 0;
    enum err e = db_exec(tx->db, &q_letters_import_taken,
                         ARGS(V_INT(tx->now_ms), V_INT((int64_t)t->what->n), V_INT(t->id)), &n);
    if (!e && n == 0)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.import_done", 0);
    return e ? e : intake_take(tx, t->what, t->id, t->session, &t->by);
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    const struct take *t = (const struct take *)cmd;
    return letters_done(
        r, result,
        arena_printf(r->arena, "/suggestions?what=all&session=%lld", (long long)t->session),
        "letters/import_read.html", put_one, t->id);
}

enum err intake_take_post(struct req *r)
{
    struct rows row;
    struct take *t = ARENA_NEW(r->arena, struct take);
    if (!t)
        return ERR_NOMEM;
    *t = (struct take){.cmd = {.name = "letters.import_take", .run = run_take}};
    enum err e = desk_only(r, &t->by);
    if (!e)
        e = case_read_id(r, "id", &t->id);
    if (!e)
        e = load(r, t->id, &row, &t->what);
    if (e)
        return e;
    t->session = row_int(&row, 0, "session_id");
    if (t->what->problems_n)
        return taken(r, &t->cmd, req_refuse(r, ERR_INVALID, "file", "letters.import_problems"));
    return web_write(r, &t->cmd, taken);
}
