/* POST /suggestions/{id}: whatever is done to a case by a form of its page, by the field `do`. */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/letters/internal.h"

#include <string.h>

struct act {
    struct command cmd;
    int64_t suggestion, handler, id, day, body;
    struct letters_actor by;
    const struct op *op;
    int64_t co[LETTERS_HANDLERS_MAX];
    size_t co_n;
    struct str note, words, how;
    struct letters_rating rating;
    struct case_file file; /* that came with it */
};

struct op {
    const char *name;
    enum err (*read)(struct req *r, struct act *a); /* beyond note; or NULL */
    enum err (*run)(struct tx *tx, struct act *a);
};

/* --- what the forms say --- */

static enum err read_field_id(struct req *r, const char *field, int64_t *id)
{
    return str_to_i64(req_field(r, field), id) || *id < 1
               ? req_refuse(r, ERR_INVALID, field, "letters.choose")
               : OK;
}

static enum err read_assign(struct req *r, struct act *a)
{
    struct str co[LETTERS_HANDLERS_MAX];
    enum err e = read_field_id(r, "lead", &a->body);
    a->co_n = req_fields(r, "co", co, LETTERS_HANDLERS_MAX);
    for (size_t i = 0; !e && i < a->co_n; i++)
        if (str_to_i64(co[i], &a->co[i]))
            e = req_refuse(r, ERR_INVALID, "co", "letters.choose");
    return e;
}

/* The number of the one that it is merged into, of the same session. */
static enum err read_merge(struct req *r, struct act *a)
{
    struct rows row, rs;
    int64_t number;
    enum err e = req_field_int(r, "into", 1, LETTERS_NUMBER_MAX, &number);
    if (!e)
        e = db_one(r->db, &q_letters_get, ARGS(V_INT(a->suggestion)), r->arena, &row);
    if (!e)
        e = db_select(r->db, &q_letters_of_number,
                      ARGS(V_INT(row_int(&row, 0, "session_id")), V_INT(number)), r->arena, &rs);
    if (!e && rs.n == 0)
        return req_refuse(r, ERR_INVALID, "into", "letters.merge_bad");
    a->id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

static enum err read_opinion(struct req *r, struct act *a)
{
    return req_field_text(r, "words", 1, LETTERS_OPINION_MAX, &a->words);
}

static enum err read_handler(struct req *r, struct act *a)
{
    return read_field_id(r, "handler", &a->handler);
}

static enum err read_talk(struct req *r, struct act *a)
{
    enum err e = read_field_id(r, "deputy", &a->id);
    a->how = req_field(r, "how");
    if (!e)
        e = case_read_day(r, "day", &a->day);
    return e ? e : req_field_text(r, "words", 1, LETTERS_WORDS_MAX, &a->words);
}

static enum err read_extend(struct req *r, struct act *a)
{
    enum err e = case_read_day(r, "until", &a->day);
    return e ? e : req_field_text(r, "why", 1, LETTERS_NOTE_MAX, &a->words);
}

static enum err read_extension(struct req *r, struct act *a)
{
    return read_field_id(r, "extension", &a->id);
}

static enum err read_rate(struct req *r, struct act *a)
{
    enum err e = read_field_id(r, "deputy", &a->rating.deputy);
    a->rating.rating = req_field(r, "rating");
    if (!e && str_trim(req_field(r, "words")).n)
        e = req_field_text(r, "words", 1, LETTERS_WORDS_MAX, &a->rating.words);
    return e;
}

static enum err read_promise(struct req *r, struct act *a)
{
    enum err e = req_field_text(r, "words", 1, LETTERS_NOTE_MAX, &a->words);
    if (!e)
        e = read_field_id(r, "body", &a->body);
    return e ? e : case_read_day(r, "due", &a->day);
}

static enum err read_promise_id(struct req *r, struct act *a)
{
    return read_field_id(r, "promise", &a->id);
}

/* --- what they do --- */

static enum err run_plain(struct tx *tx, struct act *a)
{
    return letters_do(tx, a->suggestion, a->op->name, &a->by, a->note);
}

static enum err run_assign(struct tx *tx, struct act *a)
{
    return letters_assign(tx, a->suggestion, a->body, a->co, a->co_n, &a->by, a->note);
}

static enum err run_merge(struct tx *tx, struct act *a)
{
    return letters_merge(tx, a->suggestion, a->id, &a->by, a->note);
}

static enum err run_disclose(struct tx *tx, struct act *a)
{
    return letters_disclose(tx, a->suggestion, strcmp(a->op->name, "publish") == 0, &a->by,
                            a->note);
}

static enum err run_opinion(struct tx *tx, struct act *a)
{
    enum err e = letters_opinion(tx, a->suggestion, a->handler, a->words, &a->by);
    return e || !a->file.object.n ? e
                                  : case_file_add(tx, a->suggestion, a->handler, &a->file, &a->by);
}

static enum err run_release(struct tx *tx, struct act *a)
{
    return letters_release(tx, a->suggestion, a->handler, &a->by, a->note);
}

static enum err run_countersign(struct tx *tx, struct act *a)
{
    return letters_countersign(tx, a->suggestion, a->handler, &a->by);
}

static enum err run_talk(struct tx *tx, struct act *a)
{
    return letters_talk(tx, a->suggestion, a->id, a->day, a->how, a->words, &a->by);
}

static enum err run_extend(struct tx *tx, struct act *a)
{
    return letters_extension_ask(tx, a->suggestion, a->day, a->words, &a->by);
}

static enum err run_extension(struct tx *tx, struct act *a)
{
    return letters_extension_decide(tx, a->suggestion, a->id, strcmp(a->op->name, "grant") == 0,
                                    &a->by, a->note);
}

static enum err run_rate(struct tx *tx, struct act *a)
{
    a->rating.scan_name = a->file.name;
    a->rating.scan_sha256 = a->file.object;
    return letters_rate(tx, a->suggestion, &a->rating, &a->by);
}

static enum err run_promise(struct tx *tx, struct act *a)
{
    return letters_promise(tx, a->suggestion, a->words, a->body, a->day, &a->by, &a->id);
}

static enum err run_promise_over(struct tx *tx, struct act *a)
{
    return letters_promise_over(tx, a->suggestion, a->id, strcmp(a->op->name, "kept") == 0, &a->by,
                                a->note);
}

static const struct op ops[] = {
    {"examine", NULL, run_plain},
    {"return", NULL, run_plain},
    {"merge", read_merge, run_merge},
    {"assign", read_assign, run_assign},
    {"accept", NULL, run_plain},
    {"decline", NULL, run_plain},
    {"submit", NULL, run_plain},
    {"pass", NULL, run_plain},
    {"return_draft", NULL, run_plain},
    {"object", NULL, run_plain},
    {"again", NULL, run_plain},
    {"close", NULL, run_plain},
    {"publish", NULL, run_disclose},
    {"withhold", NULL, run_disclose},
    {"opinion", read_opinion, run_opinion},
    {"release", read_handler, run_release},
    {"countersign", NULL, run_countersign},
    {"talk", read_talk, run_talk},
    {"extend", read_extend, run_extend},
    {"grant", read_extension, run_extension},
    {"refuse", read_extension, run_extension},
    {"rate", read_rate, run_rate},
    {"promise", read_promise, run_promise},
    {"kept", read_promise_id, run_promise_over},
    {"dropped", read_promise_id, run_promise_over},
};

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return a->op->run(tx, a);
}

static enum err acted(struct req *r, struct command *cmd, enum err result)
{
    const struct act *a = (const struct act *)cmd;
    view_put_int(r->view, "id", a->suggestion);
    return case_done(r, a->suggestion, result);
}

static enum err begin(struct req *r, struct act **out)
{
    struct letter_case c;
    struct act *a = *out = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    enum err e = case_load(r, &c);
    *a = (struct act){.cmd = {.name = "letters.act", .run = run_act},
                      .suggestion = c.id,
                      .handler = c.handler,
                      .by = case_actor(r, &c)};
    return e;
}

/* A co-handler of one case that leads another acts here for the co-handler. */
static enum err choose_body(struct req *r, struct act *a)
{
    struct rows rs;
    if (!(a->by.as & LETTERS_AS_CO) || !a->handler ||
        (strcmp(a->op->name, "opinion") != 0 && strcmp(a->op->name, "countersign") != 0 &&
         strcmp(a->op->name, "object") != 0))
        return OK;
    enum err e = db_select(r->db, &q_letters_handler, ARGS(V_INT(a->handler), V_INT(a->suggestion)),
                           r->arena, &rs);
    if (!e && rs.n)
        a->by.body = row_int(&rs, 0, "organisation_id");
    return e;
}

static enum err read_act(struct req *r, struct act *a)
{
    struct str what = req_field(r, "do");
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]) && !a->op; i++)
        if (str_eq_z(what, ops[i].name))
            a->op = &ops[i];
    if (!a->op)
        return req_refuse(r, ERR_INVALID, "do", "letters.not_now");
    enum err e = choose_body(r, a);
    if (!e && str_trim(req_field(r, "note")).n)
        e = req_field_text(r, "note", 1, LETTERS_NOTE_MAX, &a->note);
    return e || !a->op->read ? e : a->op->read(r, a);
}

enum err case_post(struct req *r)
{
    struct act *a;
    enum err e = begin(r, &a);
    if (e)
        return e;
    e = read_act(r, a);
    return e ? acted(r, &a->cmd, e) : web_write(r, &a->cmd, acted);
}

/* --- forms that bring a file --- */

/* as: who may, before the file is kept. */
static enum err post_with_file(struct req *r, const struct op *op, unsigned as, const char *field)
{
    struct act *a;
    enum err e = begin(r, &a);
    if (e)
        return e;
    a->op = op;
    if (!(a->by.as & as))
        return ERR_FORBIDDEN;
    e = choose_body(r, a);
    if (!e)
        e = op->read(r, a);
    if (!e)
        e = case_file_keep(r, field, &a->file);
    return e ? acted(r, &a->cmd, e)
             : gone_write(r, &a->cmd, acted, &a->file.object, a->file.object.n > 0);
}

/* What a deputy answered, by the desk: typed in, from paper or as it was told, or the scan. */
enum err case_form_post(struct req *r)
{
    static const struct op rate = {"rate", read_rate, run_rate};
    return post_with_file(r, &rate, LETTERS_AS_DESK, "scan");
}

enum err case_opinion_post(struct req *r)
{
    static const struct op opinion = {"opinion", read_opinion, run_opinion};
    return post_with_file(r, &opinion, LETTERS_AS_CO, "file");
}
