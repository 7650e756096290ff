/* Papers of a case: attachments of the suggestion and of opinions, and forms that came back. */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/letters/internal.h"
#include "town/scan/scan.h"

enum err case_file_keep(struct req *r, const char *field, struct case_file *out)
{
    const struct upload *u = req_upload(r, field);
    struct scan scan;
    *out = (struct case_file){0};
    if (!u || u->size == 0)
        return OK;
    enum err e = scan_keep(u, r->arena, &scan, &r->info);
    if (e)
        return e;
    struct str name = scan_shown_name(u, r->arena);
    *out = (struct case_file){str_slice(name, 0, str_characters_bytes(name, LETTERS_FILE_NAME_MAX)),
                              scan.id};
    return name.p ? OK : ERR_NOMEM;
}

enum err case_file_add(struct tx *tx, int64_t suggestion, int64_t handler,
                       const struct case_file *file, const struct letters_actor *by)
{
    struct rows rs;
    int64_t n = 0, most = handler ? LETTERS_OPINION_FILES_MAX : LETTERS_FILES_MAX;
    enum err e = db_select(tx->db, &q_letters_files, ARGS(V_INT(suggestion)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        n += row_int(&rs, i, "handler_id") == handler;
    if (!e && n >= most)
        return case_refuse(tx, ERR_LIMIT, "file", "letters.files_full", most);
    if (!e)
        e = db_exec(tx->db, &q_letters_file_add,
                    ARGS(V_INT(suggestion), handler ? V_INT(handler) : V_NULL, V_STR(file->name),
                         V_STR(file->object), V_INT(tx->now_ms), V_INT(by->user)),
                    NULL);
    const struct letter_step s = {
        .suggestion = suggestion, .event = "file", .by = *by, .note = file->name};
    return e ? e : case_note(tx, &s);
}

struct add {
    struct command cmd;
    int64_t suggestion;
    struct letters_actor by;
    struct case_file file;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct add *a = (struct add *)cmd;
    return case_file_add(tx, a->suggestion, 0, &a->file, &a->by);
}

static enum err added(struct req *r, struct command *cmd, enum err result)
{
    const struct add *a = (const struct add *)cmd;
    return case_done(r, a->suggestion, result);
}

enum err case_file_post(struct req *r)
{
    struct letter_case c;
    struct add *a = ARENA_NEW(r->arena, struct add);
    if (!a)
        return ERR_NOMEM;
    enum err e = case_load(r, &c);
    if (!e && !(c.as & (LETTERS_AS_DESK | LETTERS_AS_LEAD)))
        e = ERR_FORBIDDEN; /* before the file is kept */
    if (e)
        return e;
    *a = (struct add){.cmd = {.name = "letters.file", .run = run_add},
                      .suggestion = c.id,
                      .by = case_actor(r, &c)};
    e = case_file_keep(r, "file", &a->file);
    if (!e && a->file.object.n == 0)
        e = req_refuse(r, ERR_INVALID, "file", "letters.file_needed");
    return e ? added(r, &a->cmd, e) : gone_write(r, &a->cmd, added, &a->file.object, 1);
}

static enum err find(struct req *r, const struct letter_case *c, const struct query *q,
                     struct rows *rs)
{
    int64_t file;
    enum err e = case_read_id(r, "file", &file);
    return e ? e : db_one(r->db, q, ARGS(V_INT(c->id), V_INT(file)), r->arena, rs);
}

/* Of an opinion: for who may read it. */
enum err case_file_get(struct req *r)
{
    struct letter_case c;
    struct rows rs;
    enum err e = case_load(r, &c);
    if (!e)
        e = find(r, &c, &q_letters_file, &rs);
    if (!e && !row_null(&rs, 0, "handler_id") && !(c.as & LETTERS_INSIDE))
        e = ERR_NOT_FOUND;
    return e ? e : scan_reply(r, row_str(&rs, 0, "sha256"), row_str(&rs, 0, "name"));
}

enum err case_form_get(struct req *r)
{
    struct letter_case c;
    struct rows rs;
    enum err e = case_load(r, &c);
    if (!e && !(c.as & LETTERS_INSIDE))
        e = ERR_NOT_FOUND; /* another deputy's form is not for a deputy */
    if (!e)
        e = find(r, &c, &q_letters_rating_scan, &rs);
    return e ? e : scan_reply(r, row_str(&rs, 0, "scan_sha256"), row_str(&rs, 0, "scan_name"));
}
