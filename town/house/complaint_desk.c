/* Complaints as the base handles them: what is due first, the case, and its contact for a purpose.
 */
#include "base/clock.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/house/complaint_view.h"

enum { OPEN_MAX = 200, OVER_PAGE = 50, OPENINGS_SHOWN = 20 };

static enum err put_list(struct req *r, const char *member, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, member);
    for (size_t i = 0; i < rs->n; i++)
        complaint_put(r, view_add_object(list), rs, i);
    return OK;
}

enum err complaints_desk(struct req *r)
{
    struct rows rs;
    int64_t before = INT64_MAX;
    struct str text = req_query(r, "before");
    if (text.n && str_to_i64(text, &before))
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    enum err e = db_select(r->db, &q_house_complaints_open, ARGS(V_INT(OPEN_MAX)), r->arena, &rs);
    if (!e)
        e = put_list(r, "open", &rs);
    if (!e)
        e = db_select(r->db, &q_house_complaints_over, ARGS(V_INT(before), V_INT(OVER_PAGE)),
                      r->arena, &rs);
    if (!e)
        e = put_list(r, "over", &rs);
    if (!e && rs.n == OVER_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    return e;
}

/* --- one of them --- */

/* `contact` when it was opened by this person, and not long ago; has_contact, openings. */
static enum err put_contact(struct req *r, struct view *v, const struct rows *rs)
{
    struct rows found;
    struct str contact;
    const struct val id = V_INT(row_int(rs, 0, "id"));
    bool has = !row_null(rs, 0, "contact");
    view_put_bool(v, "has_contact", has);
    enum err e =
        db_one(r->db, &q_house_complaint_opened_by,
               ARGS(id, V_INT(r->who.user_id), V_INT(clock_wall_ms() - COMPLAINT_OPENING_MS)),
               r->arena, &found);
    if (!e && has && row_int(&found, 0, "n")) {
        e = seal_reveal("house_complaints.contact", row_val(rs, 0, "contact").s, r->arena,
                        &contact);
        if (!e)
            view_put_str(v, "contact", contact);
    }
    if (!e)
        e = db_select(r->db, &q_house_complaint_openings, ARGS(id, V_INT(OPENINGS_SHOWN)), r->arena,
                      &found);
    struct view *list = view_put_list(v, "openings");
    for (size_t i = 0; !e && i < found.n; i++) {
        struct view *o = view_add_object(list);
        view_put_str(o, "by", row_str(&found, i, "name"));
        view_put_str(o, "purpose", row_str(&found, i, "purpose"));
        view_put_time(o, "at", row_int(&found, i, "at"));
    }
    return e;
}

static enum err put_case(struct req *r)
{
    static const char *const events[] = {"look", "answer", "reject"};
    struct rows rs;
    enum err e = complaint_load(r, &rs);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "complaint"), *may = view_put_object(v, "may");
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        view_put_bool(may, events[i],
                      transition_may(&complaint_transitions, row_str(&rs, 0, "status"), events[i],
                                     COMPLAINT_BASE));
    view_put_bool(v, "is_guest", row_null(&rs, 0, "user_id"));
    e = complaint_put_whole(r, v, &rs, true);
    return e ? e : put_contact(r, v, &rs);
}

enum err complaint_desk_page(struct req *r)
{
    return put_case(r);
}

/* --- deeds --- */

struct deed {
    struct command cmd;
    struct complaint_deed what;
    struct str purpose; /* of opening the contact */
};

static enum err run_deed(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return d->purpose.n ? complaint_open(tx, d->what.complaint, d->what.actor, d->purpose)
                        : complaint_do(tx, &d->what);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/house/complaints/%lld",
                                       (long long)((struct deed *)cmd)->what.complaint));
    if (!result || r->json)
        return result;
    reply_page(r, "house/case.html");
    struct view *typed = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    view_put_str(typed, "words", req_field(r, "words"));
    enum err e = put_case(r);
    r->info = info;
    return e ? e : result;
}

static enum err begin(struct req *r, struct deed **out)
{
    struct rows rs;
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    enum err e = d ? complaint_load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    *d = (struct deed){.cmd = {.name = "house.complaint", .run = run_deed},
                       .what = {.complaint = row_int(&rs, 0, "id"),
                                .actor = r->who.user_id,
                                .as = COMPLAINT_BASE}};
    *out = d;
    return OK;
}

enum err complaint_desk_post(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, &d);
    if (e)
        return e;
    d->what.event = transition_event(&complaint_transitions, req_field(r, "do"));
    if (!d->what.event || strcmp(d->what.event, "make") == 0)
        return req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    if (str_trim(req_field(r, "words")).n)
        e = complaint_words(r, "words", 2, COMPLAINT_WORDS_MAX, &d->what.words);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}

enum err complaint_open_post(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, &d);
    if (e)
        return e;
    e = req_field_text(r, "purpose", 2, COMPLAINT_PURPOSE_MAX, &d->purpose);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}
