/*
 *   GET  /training/banks/{id}                bank {id, name}, questions [{id, kind_name, text,
 * options [{text, is_right}]}] POST /training/banks/{id}/questions      sheet (a file) or text
 * (pasted), as question.h says: a preview, rows [{row, kind, text, right, problem}], bad, typed;
 * with do=take they are taken, all or none → taken POST /training/banks/{id}/off question: no
 * longer asked
 */

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "job/job_sheet.h"
#include "store/queries.h"
#include "town/training/internal.h"
#include "town/training/question.h"

enum { ROW_ARENA_MAX = 1024 * 1024, CELL_MAX = 2000, OPTIONS_SHOWN = 6000 };

struct taking {
    struct command cmd;
    int64_t bank, question, taken;
    struct question *questions;
    size_t n;
};

static enum err load_bank(struct req *r, int64_t *bank)
{
    struct rows rs;
    enum err e = training_id(r, "id", bank);
    if (!e)
        e = db_one(r->db, &q_training_bank, ARGS(V_INT(*bank)), r->arena, &rs);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "bank");
    view_put_int(v, "id", *bank);
    view_put_str(v, "name", training_text(r, &rs, 0, "name_zh", "name_en"));
    return OK;
}

/* --- the page --- */

static void put_options(struct req *r, struct view *v, const struct rows *questions, size_t i,
                        const struct rows *options)
{
    struct view *list = view_put_list(v, "options");
    int64_t right = row_int(questions, i, "right_mask");
    if (str_eq_z(row_str(questions, i, "kind"), "truth")) {
        struct view *o = view_add_object(list);
        view_put_str(o, "text",
                     req_text(r, "training.", right == 1 ? STR("is_true") : STR("is_false")));
        view_put_bool(o, "is_right", true);
    }
    for (size_t k = 0; k < options->n; k++) {
        if (row_int(options, k, "question_id") != row_int(questions, i, "id"))
            continue;
        struct view *o = view_add_object(list);
        view_put_str(o, "text", training_text(r, options, k, "text_zh", "text_en"));
        view_put_bool(o, "is_right", (right >> row_int(options, k, "position") & 1) != 0);
    }
}

static enum err put_questions(struct req *r, int64_t bank)
{
    struct rows rs, options;
    enum err e = db_select(r->db, &q_training_questions,
                           ARGS(V_INT(bank), V_INT(TRAINING_BANK_ROWS)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_training_bank_options, ARGS(V_INT(bank), V_INT(OPTIONS_SHOWN)),
                      r->arena, &options);
    struct view *list = view_put_list(r->view, "questions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "training.kind_", row_str(&rs, i, "kind")));
        view_put_str(v, "text", training_text(r, &rs, i, "text_zh", "text_en"));
        put_options(r, v, &rs, i, &options);
    }
    return e;
}

enum err training_page_bank(struct req *r)
{
    int64_t bank;
    enum err e = load_bank(r, &bank);
    return e ? e : put_questions(r, bank);
}

/* --- taking them --- */

static enum err add_question(struct tx *tx, int64_t bank, const struct question *q)
{
    struct rows rs;
    struct val args[QUESTION_OPTIONS_MAX * 4];
    /* A paper that is drawn in this very moment is without it, and so is one drawn again. */
    enum err e = db_one(tx->db, &q_training_question_add,
                        ARGS(V_INT(bank), V_Z(q->kind), V_STR(q->text_zh), V_STR(q->text_en),
                             V_INT(q->right), V_INT(tx->now_ms + 1)),
                        tx->arena, &rs);
    for (int i = 0; !e && i < q->n; i++) {
        args[4 * i] = V_INT(row_int(&rs, 0, "id"));
        args[4 * i + 1] = V_INT(i);
        args[4 * i + 2] = V_STR(q->options[i].zh);
        args[4 * i + 3] = V_STR(q->options[i].en);
    }
    return e ? e : db_exec_many(tx->db, &q_training_option_add, args, (size_t)q->n, NULL);
}

enum err training_questions_add(struct tx *tx, int64_t bank, const struct str *cells, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        struct question q;
        e = question_read(cells + i * QUESTION_COLUMNS, &q) ? ERR_INVALID : OK;
        if (!e)
            e = add_question(tx, bank, &q);
    }
    return e;
}

static enum err run_taking(struct command *cmd, struct tx *tx)
{
    struct taking *t = (struct taking *)cmd;
    enum err e = OK;
    if (t->question)
        return db_exec(tx->db, &q_training_question_off,
                       ARGS(V_INT(tx->now_ms + 1), V_INT(t->question), V_INT(t->bank)), NULL);
    for (size_t i = 0; !e && i < t->n; i++)
        e = add_question(tx, t->bank, &t->questions[i]);
    t->taken = (int64_t)t->n;
    return e;
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    const struct taking *t = (const struct taking *)cmd;
    if (result)
        return result;
    if (t->taken)
        view_put_int(r->view, "taken", t->taken);
    reply_redirect(r, arena_printf(r->arena, "/training/banks/%lld", (long long)t->bank));
    return OK;
}

/* --- the preview --- */

struct preview {
    struct req *r;
    struct taking *t;
    struct view *rows;
    struct str text; /* the rows again, with tabs between: what is taken */
    int64_t bad;
};

static enum err take_row(struct preview *p, const struct job_row *row)
{
    struct str cells[QUESTION_COLUMNS] = {{NULL, 0}};
    struct req *r = p->r;
    struct question q;
    for (size_t i = 0; i < row->n; i++) {
        struct str cell = str_head(str_trim(row->cells[i].text), CELL_MAX);
        char *copy = arena_strndup(r->arena, cell.p, cell.n);
        if (!copy)
            return ERR_NOMEM;
        for (size_t k = 0; k < cell.n; k++)
            if (copy[k] == '\t' || copy[k] == '\n' || copy[k] == '\r')
                copy[k] = ' ';
        if (row->cells[i].column <= QUESTION_COLUMNS)
            cells[row->cells[i].column - 1] = str_n(copy, cell.n);
    }
    if (row->number == 1 && str_ieq_z(cells[0], "kind"))
        return OK; /* titles */
    if (p->t->n == TRAINING_BANK_ROWS)
        return req_refuse(r, ERR_TOO_LARGE, "sheet", "training.bank_long");
    const char *wrong = question_read(cells, &q);
    struct view *v = view_add_object(p->rows);
    view_put_int(v, "row", row->number);
    view_put_str(v, "kind", cells[0]);
    view_put_str(v, "text", r->lang == LANG_EN ? cells[2] : cells[1]);
    view_put_str(v, "right", cells[3]);
    if (wrong)
        view_put_str(v, "problem", req_text(r, "training.question_", str_of(wrong)));
    p->bad += wrong != NULL;
    p->t->questions[p->t->n++] = q;
    for (int i = 0; i < QUESTION_COLUMNS; i++)
        p->text = str_of(arena_printf(r->arena, "%.*s%.*s%s", STR_ARG(p->text), STR_ARG(cells[i]),
                                      i + 1 < QUESTION_COLUMNS ? "\t" : "\n"));
    return OK;
}

static enum err read_rows(struct preview *p, int fd)
{
    struct job_sheet sheet;
    int64_t row = 0, column = 0;
    enum err e =
        job_sheet_open(fd, STR_NONE, NULL, NULL, &sheet, &row, &column, p->r->arena, &p->r->info);
    if (e)
        return e == ERR_NOMEM || e == ERR_IO
                   ? e
                   : req_refuse(p->r, ERR_INVALID, "sheet", "training.bank_unread");
    while (!e) {
        struct arena own;
        struct job_row read;
        arena_init(&own, ROW_ARENA_MAX);
        e = job_sheet_next(&sheet, &own, &read);
        if (!e)
            e = take_row(p, &read);
        arena_free(&own);
    }
    job_sheet_close(&sheet);
    return e == ERR_EOF ? OK : e;
}

/* What was pasted, as a file; or the file. */
static int open_typed(struct req *r)
{
    const struct upload *u = req_upload(r, "sheet");
    struct str text = req_field(r, "text");
    if (u && u->size)
        return open(u->path, O_RDONLY | O_CLOEXEC);
    int fd = memfd_create("questions", MFD_CLOEXEC);
    if (fd >= 0 && (write(fd, text.p, text.n) != (ssize_t)text.n || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

enum err training_do_questions(struct req *r)
{
    struct taking *t = ARENA_NEW(r->arena, struct taking);
    const struct upload *u = req_upload(r, "sheet");
    enum err e = t ? load_bank(r, &t->bank) : ERR_NOMEM;
    if (e)
        return e;
    if (!r->json)
        reply_page(r, "training/preview.html");
    if (!str_trim(req_field(r, "text")).n && (!u || !u->size))
        return req_refuse(r, ERR_INVALID, "text", "training.bank_empty");
    t->cmd = (struct command){.name = "training.questions", .run = run_taking};
    t->questions = arena_array(r->arena, TRAINING_BANK_ROWS, sizeof(*t->questions));
    struct preview p = {.r = r, .t = t, .rows = view_put_list(r->view, "rows"), .text = STR("")};
    int fd = t->questions ? open_typed(r) : -1;
    if (fd < 0)
        return ERR_IO;
    e = read_rows(&p, fd);
    close(fd);
    if (e)
        return e;
    view_put_int(r->view, "bad", p.bad);
    view_put_int(r->view, "good", (int64_t)t->n - p.bad);
    view_put_str(r->view, "typed", p.text);
    if (p.bad || !t->n || !str_eq_z(req_field(r, "do"), "take"))
        return OK;
    return web_write(r, &t->cmd, taken);
}

enum err training_do_question_off(struct req *r)
{
    struct taking *t = ARENA_NEW(r->arena, struct taking);
    enum err e = t ? load_bank(r, &t->bank) : ERR_NOMEM;
    if (!e)
        e = req_field_int(r, "question", 1, INT64_MAX, &t->question);
    if (e)
        return e;
    t->cmd = (struct command){.name = "training.questions", .run = run_taking};
    return web_write(r, &t->cmd, taken);
}
