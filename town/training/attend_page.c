/*
 *   GET  /training/sessions/{id}            for who teaches it: session, people [{user, user_name,
 * name (masked), is_present, how_name, at, watched}], corrections [{user_name, actor, at,
 * is_present, reason}] GET  /training/sessions/{id}/screen     the code, for the wall: svg,
 * again_ms; renews itself POST /training/sessions/{id}/attendance user, present (0, 1), reason GET
 * /training/attend/{id}?code=        where the code leads: session, code POST /training/attend/{id}
 * code POST /training/watching                 show: a sign of a window that shows an online
 * session → watched, minutes
 */
#include "base/clock.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/qr.h"
#include "town/training/attend.h"
#include "town/training/code.h"

static enum err load_session(struct req *r, struct rows *session, bool teaches)
{
    int64_t id;
    enum err e = training_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_training_session, ARGS(V_INT(id)), r->arena, session);
    return e || !teaches ? e : training_teaches(r, session);
}

static void put_head(struct req *r, const struct rows *session)
{
    struct view *v = view_put_object(r->view, "session");
    training_put_session(r, v, session, 0);
    view_put_str(v, "course", training_text(r, session, 0, "course_zh", "course_en"));
    view_put_int(v, "run", row_int(session, 0, "run_id"));
}

/* --- the teacher's --- */

static enum err put_people(struct req *r, const struct rows *session)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_session_people,
                           ARGS(V_INT(row_int(session, 0, "id")),
                                V_INT(row_int(session, 0, "run_id")), V_INT(TRAINING_SEATS_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "people");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str name = STR("");
        if (!row_null(&rs, i, "sealed"))
            e = seal_reveal("training.name", row_val(&rs, i, "sealed").s, r->arena, &name);
        view_put_int(v, "user", row_int(&rs, i, "user_id"));
        view_put_str(v, "user_name", row_str(&rs, i, "user_name"));
        view_put_str(v, "name", training_masked(r->arena, name));
        view_put_bool(v, "is_present",
                      !row_null(&rs, i, "is_present") && row_int(&rs, i, "is_present"));
        if (!row_null(&rs, i, "how")) {
            view_put_str(v, "how", row_str(&rs, i, "how"));
            view_put_str(v, "how_name", req_text(r, "training.how_", row_str(&rs, i, "how")));
            view_put_time(v, "at", row_int(&rs, i, "at"));
        }
        if (!row_null(&rs, i, "watched_ms"))
            view_put_int(v, "watched", row_int(&rs, i, "watched_ms") / 60000);
    }
    return e;
}

enum err training_page_session(struct req *r)
{
    struct rows session, rs;
    enum err e = load_session(r, &session, true);
    if (e)
        return e;
    put_head(r, &session);
    view_put_bool(r->view, "may_move",
                  training_is_base(r) && row_null(&session, 0, "show_id") &&
                      row_int(&session, 0, "starts_at") > clock_wall_ms());
    view_put_str(r->view, "from", day_moment_text(r->arena, row_int(&session, 0, "starts_at")));
    view_put_str(r->view, "until", day_moment_text(r->arena, row_int(&session, 0, "ends_at")));
    view_page_only(r->view, "from");
    view_page_only(r->view, "until");
    e = put_people(r, &session);
    if (!e)
        e = db_select(r->db, &q_training_session_corrections,
                      ARGS(V_INT(row_int(&session, 0, "id")), V_INT(TRAINING_SHOWN)), r->arena,
                      &rs);
    struct view *list = view_put_list(r->view, "corrections");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "user_name", row_str(&rs, i, "user_name"));
        view_put_str(v, "actor", row_str(&rs, i, "actor_name"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_bool(v, "is_present", row_int(&rs, i, "is_present") != 0);
        view_put_str(v, "reason", row_str(&rs, i, "reason"));
    }
    return e;
}

enum err training_page_screen(struct req *r)
{
    struct rows session;
    struct str svg;
    char code[CODE_TEXT];
    int64_t until, now = clock_wall_ms();
    enum err e = load_session(r, &session, true);
    if (e)
        return e;
    int64_t id = row_int(&session, 0, "id");
    code_now(id, now, code, &until);
    const char *url = arena_printf(r->arena, "%.*s/training/attend/%lld?code=%s",
                                   STR_ARG(req_public_url(r)), (long long)id, code);
    e = url ? qr_svg(r->arena, str_of(url), req_text(r, "training.", STR("scan")), &svg)
            : ERR_NOMEM;
    if (e)
        return e;
    put_head(r, &session);
    view_put_html(r->view, "svg", svg);
    view_put_str(r->view, "address", str_of(url));
    view_put_int(r->view, "again_ms", until - now);
    reply_secret(r);
    return OK;
}

/* --- commands --- */

struct marking {
    struct command cmd;
    struct attendance a;
    struct str code;
    int64_t watched_ms;
    bool watches;
};

static enum err run_marking(struct command *cmd, struct tx *tx)
{
    struct marking *m = (struct marking *)cmd;
    if (m->watches)
        return attend_watched(tx, m->a.session, m->a.user, &m->watched_ms);
    return m->code.n ? attend_by_code(tx, m->a.session, m->a.user, m->code)
                     : attend_correct(tx, &m->a);
}

static enum err corrected(struct req *r, struct command *cmd, enum err result)
{
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/training/sessions/%lld",
                                       (long long)((struct marking *)cmd)->a.session));
    return result;
}

static struct marking *begin(struct req *r, int64_t session)
{
    struct marking *m = ARENA_NEW(r->arena, struct marking);
    if (m)
        *m = (struct marking){.cmd = {.name = "training.attend", .run = run_marking},
                              .a = {.session = session,
                                    .user = r->who.user_id,
                                    .actor = r->who.user_id,
                                    .how = "teacher"}};
    return m;
}

enum err training_do_attendance(struct req *r)
{
    struct rows session;
    int64_t present;
    enum err e = load_session(r, &session, true);
    struct marking *m = e ? NULL : begin(r, row_int(&session, 0, "id"));
    if (!m)
        return e ? e : ERR_NOMEM;
    e = req_field_int(r, "user", 1, INT64_MAX, &m->a.user);
    if (!e)
        e = req_field_int(r, "present", 0, 1, &present);
    if (!e)
        e = req_field_text(r, "reason", 2, TRAINING_NOTE_MAX, &m->a.reason);
    if (e)
        return e;
    m->a.is_present = present != 0;
    return web_write(r, &m->cmd, corrected);
}

/* --- who scans --- */

enum err training_page_attend(struct req *r)
{
    struct rows session;
    enum err e = load_session(r, &session, false);
    if (e)
        return e;
    struct str code = req_query(r, "code");
    put_head(r, &session);
    view_put_str(r->view, "code", code);
    view_put_bool(r->view, "is_old", !code_ok(row_int(&session, 0, "id"), clock_wall_ms(), code));
    return OK;
}

static enum err attended(struct req *r, struct command *cmd, enum err result)
{
    const struct marking *m = (const struct marking *)cmd;
    struct err_info info = r->info;
    if (result) {
        if (r->json)
            return result;
        reply_page(r, "training/attend.html");
        enum err e = training_page_attend(r);
        r->info = info;
        return e ? e : result;
    }
    view_put_int(r->view, "session", m->a.session);
    reply_flash(r, "training.is_present");
    reply_redirect(r, "/training/mine");
    return OK;
}

enum err training_do_attend(struct req *r)
{
    struct rows session;
    enum err e = load_session(r, &session, false);
    struct marking *m = e ? NULL : begin(r, row_int(&session, 0, "id"));
    if (!m)
        return e ? e : ERR_NOMEM;
    m->code = req_field(r, "code");
    if (!m->code.n)
        return req_refuse(r, ERR_INVALID, "code", "training.code_old");
    return web_write(r, &m->cmd, attended);
}

/* --- who watches --- */

static enum err watched(struct req *r, struct command *cmd, enum err result)
{
    if (!result)
        view_put_int(r->view, "watched_ms", ((struct marking *)cmd)->watched_ms);
    return result;
}

enum err training_do_watching(struct req *r)
{
    struct rows rs;
    int64_t show;
    enum err e = req_field_int(r, "show", 1, INT64_MAX, &show);
    if (!e)
        e = db_one(r->db, &q_training_session_of_show, ARGS(V_INT(show), V_INT(r->who.user_id)),
                   r->arena, &rs);
    struct marking *m = e ? NULL : begin(r, row_int(&rs, 0, "id"));
    if (!m)
        return e ? e : ERR_NOMEM;
    m->watches = true;
    return web_write(r, &m->cmd, watched);
}
