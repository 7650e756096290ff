/* GET /suggestions/new, POST /suggestions: a suggestion as it is typed in at the desk. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum { LINE_MAX = 200, NAME_MAX_ = 40 };

static enum err put_form(struct req *r, int64_t id)
{
    (void)id;
    static const char *const fields[] = {"session", "number",   "title",
                                         "text",    "received", "deputies"};
    struct rows rs;
    char today[DAY_TEXT];
    enum err e = db_select(r->db, &q_letters_sessions, ARGS(V_INT(LETTERS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sessions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_int(v, "next", row_int(&rs, i, "last_number") + 1);
    }
    struct view *typed = view_put_object(r->view, "typed");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(typed, fields[i], req_field(r, fields[i]));
    if (day_text(day_of(clock_wall_ms()), today))
        view_put_z(typed, "today", today);
    view_page_only(r->view, "typed");
    return e;
}

static enum err desk_only(struct req *r, int64_t *desk)
{
    struct letters_who who;
    enum err e = letters_who(r, &who);
    *desk = who.desk;
    return e ? e : who.is_desk ? OK : ERR_FORBIDDEN;
}

enum err letters_new(struct req *r)
{
    int64_t desk;
    enum err e = desk_only(r, &desk);
    return e ? e : put_form(r, 0);
}

/* A deputy a line: name, delegation, login, with commas between; the last two may be missing. */
static enum err read_deputies(struct req *r, struct letters_suggestion *s)
{
    struct str text = req_field(r, "deputies"), rest = text;
    while (rest.n) {
        struct str line = str_trim(str_cut(rest, '\n', &rest)), more;
        if (line.n == 0)
            continue;
        if (s->deputies_n == LETTERS_DEPUTIES_MAX || line.n > LINE_MAX)
            return req_refuse(r, ERR_INVALID, "deputies", "letters.deputies_bad");
        struct letters_deputy *d = &s->deputies[s->deputies_n++];
        d->name = str_trim(str_cut(line, ',', &more));
        d->group = str_trim(str_cut(more, ',', &more));
        d->login = str_trim(more);
        if (d->name.n == 0 || str_characters(d->name) > NAME_MAX_ ||
            str_characters(d->group) > LETTERS_NAME_MAX || !str_is_utf8(line))
            return req_refuse(r, ERR_INVALID, "deputies", "letters.deputies_bad");
    }
    return OK;
}

struct add {
    struct command cmd;
    struct letters_suggestion fresh;
    int64_t id;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct add *a = (struct add *)cmd;
    return letters_register(tx, &a->fresh, &a->id);
}

static enum err added(struct req *r, struct command *cmd, enum err result)
{
    int64_t id = ((struct add *)cmd)->id;
    view_put_int(r->view, "id", id);
    return letters_done(r, result, arena_printf(r->arena, "/suggestions/%lld", (long long)id),
                        "letters/new.html", put_form, 0);
}

/* For who has no script: the form as it is, with what is like its title. */
static enum err look(struct req *r, int64_t desk)
{
    reply_page(r, "letters/new.html");
    view_put_bool(r->view, "was_asked", true);
    enum err e = put_form(r, 0);
    return e ? e : similar_put(r, str_trim(req_field(r, "title")), 0, desk != 0);
}

enum err letters_register_post(struct req *r)
{
    struct add *a = ARENA_NEW(r->arena, struct add);
    if (!a)
        return ERR_NOMEM;
    *a = (struct add){.cmd = {.name = "letters.register", .run = run_add}};
    struct letters_suggestion *s = &a->fresh;
    enum err e = desk_only(r, &s->desk);
    if (e)
        return e;
    if (str_eq_z(req_field(r, "look"), "similar"))
        return look(r, s->desk);
    s->by = r->who.user_id;
    e = req_field_int(r, "session", 1, INT64_MAX, &s->session);
    if (!e)
        e = req_field_int(r, "number", 1, LETTERS_NUMBER_MAX, &s->number);
    if (!e)
        e = req_field_text(r, "title", 1, LETTERS_TITLE_MAX, &s->title);
    if (!e)
        e = req_field_text(r, "text", 0, LETTERS_TEXT_MAX, &s->text);
    if (!e)
        e = case_read_day(r, "received", &s->received_day);
    if (!e)
        e = read_deputies(r, s);
    s->is_public = !str_eq_z(req_field(r, "is_public"), "no");
    return e ? added(r, &a->cmd, e) : web_write(r, &a->cmd, added);
}
