/*
 *   GET  /events/follow-ups/{id}   follow_up {id, event, title, with, days, due_at, answer, note},
 *                                  choices [{answer, name, is_chosen}]; may_answer
 *   POST /events/follow-ups/{id}   answer, note: for one's own side
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

static enum err load(struct req *r, struct rows *row)
{
    int64_t id;
    enum err e = events_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_events_follow, ARGS(V_INT(id)), r->arena, row);
    if (e)
        return e;
    bool is_factory = str_eq_z(row_str(row, 0, "side"), "factory");
    int64_t own = row_int(row, 0, is_factory ? "factory_org" : "agency_org");
    return r->who.organisation_id == own || events_is_base(r) ? OK : ERR_NOT_FOUND;
}

static void put(struct req *r, const struct rows *row)
{
    static const char *const answers[] = {"talking", "trying", "selling", "ended"};
    bool is_factory = str_eq_z(row_str(row, 0, "side"), "factory");
    struct view *v = view_put_object(r->view, "follow_up");
    view_put_int(v, "id", row_int(row, 0, "id"));
    view_put_int(v, "event", row_int(row, 0, "event_id"));
    view_put_str(v, "title", events_text(r, row, 0, "title_zh", "title_en"));
    view_put_str(v, "with",
                 is_factory ? events_text(r, row, 0, "agency_zh", "agency_en")
                            : events_text(r, row, 0, "factory_zh", "factory_en"));
    view_put_int(v, "days", row_int(row, 0, "days"));
    view_put_time(v, "due_at", row_int(row, 0, "due_at"));
    view_put_str(v, "note", row_str(row, 0, "note"));
    if (!row_null(row, 0, "answer"))
        view_put_str(v, "answer", row_str(row, 0, "answer"));
    struct view *list = view_put_list(r->view, "choices");
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct view *c = view_add_object(list);
        view_put_z(c, "answer", answers[i]);
        view_put_str(c, "name", req_text(r, "events.answer_", str_of(answers[i])));
        view_put_bool(c, "is_chosen",
                      !row_null(row, 0, "answer") &&
                          str_eq_z(row_str(row, 0, "answer"), answers[i]));
    }
    view_put_bool(r->view, "may_answer", row_int(row, 0, "due_at") <= clock_wall_ms());
}

enum err events_page_follow(struct req *r)
{
    struct rows row;
    enum err e = load(r, &row);
    if (!e)
        put(r, &row);
    return e;
}

struct answering {
    struct command cmd;
    int64_t follow, actor;
    struct str answer, note;
};

static enum err run_answering(struct command *cmd, struct tx *tx)
{
    const struct answering *a = (const struct answering *)cmd;
    return events_follow_answer(tx, a->follow, a->answer, a->note, a->actor);
}

static enum err answered(struct req *r, struct command *cmd, enum err result)
{
    const struct answering *a = (const struct answering *)cmd;
    struct err_info info = r->info;
    if (!result) {
        reply_flash(r, "events.answer_kept");
        reply_redirect(r, arena_printf(r->arena, "/events/follow-ups/%lld", (long long)a->follow));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/follow_up.html");
    enum err e = events_page_follow(r);
    r->info = info;
    return e ? e : result;
}

enum err events_do_follow(struct req *r)
{
    struct rows row;
    struct answering *a = ARENA_NEW(r->arena, struct answering);
    enum err e = a ? load(r, &row) : ERR_NOMEM;
    if (e)
        return e;
    *a = (struct answering){.cmd = {.name = "events.follow", .run = run_answering},
                            .follow = row_int(&row, 0, "id"),
                            .actor = r->who.user_id,
                            .answer = req_field(r, "answer")};
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, EVENTS_NOTE_MAX, &a->note);
    return e ? answered(r, &a->cmd, e) : web_write(r, &a->cmd, answered);
}
