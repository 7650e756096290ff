/*
 * Members of pages:
 *
 *   course    id, title, about, occupation, occupation_name, trade, trade_name, level, level_name,
 * hours, teacher, exam {questions, minutes, tries, pass_percent}, attend_percent, valid_months,
 * is_on run       id, course, state, starts_at, ends_at, seats, free, taken, waiting, is_over,
 * is_full, has_begun; sessions sessions  [{id, title, starts_at, ends_at, room, show, is_online,
 * is_over, is_on, has_replay}]
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/training/internal.h"

static void put_moment(struct view *v, const char *name, const struct rows *rs, size_t row)
{
    if (row_null(rs, row, name))
        view_put_null(v, name);
    else
        view_put_time(v, name, row_int(rs, row, name));
}

void training_put_kind(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    const char *level = arena_printf(r->arena, "%lld", (long long)row_int(rs, row, "level"));
    struct str occupation = row_str(rs, row, "occupation"), trade = row_str(rs, row, "trade");
    view_put_str(v, "occupation", occupation);
    view_put_str(v, "occupation_name", req_text(r, "training.occupation_", occupation));
    view_put_str(v, "trade", trade);
    view_put_str(v, "trade_name", req_text(r, "training.trade_", trade));
    view_put_int(v, "level", row_int(rs, row, "level"));
    view_put_str(v, "level_name", req_text(r, "training.level_", str_of(level ? level : "5")));
    view_put_int(v, "hours", row_int(rs, row, "hours"));
}

void training_put_course(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    view_put_int(v, "id", row_int(rs, row, "course_id"));
    view_put_str(v, "title", training_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "about", training_text(r, rs, row, "about_zh", "about_en"));
    training_put_kind(r, v, rs, row);
    view_put_str(v, "teacher", row_str(rs, row, "teacher_name"));
    struct view *exam = view_put_object(v, "exam");
    view_put_int(exam, "questions", row_int(rs, row, "exam_questions"));
    view_put_int(exam, "minutes", row_int(rs, row, "exam_minutes"));
    view_put_int(exam, "tries", row_int(rs, row, "exam_tries"));
    view_put_int(exam, "pass_percent", row_int(rs, row, "pass_percent"));
    view_put_int(v, "attend_percent", row_int(rs, row, "attend_percent"));
    view_put_int(v, "valid_months", row_int(rs, row, "valid_months"));
    view_put_bool(v, "is_on", row_int(rs, row, "is_on") != 0);
}

void training_put_run(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    int64_t free = row_int(rs, row, "free"), taken = row_int(rs, row, "taken");
    view_put_int(v, "id", row_int(rs, row, "id"));
    training_put_course(r, view_put_object(v, "course"), rs, row);
    view_put_str(v, "state", row_str(rs, row, "run_state"));
    put_moment(v, "starts_at", rs, row);
    put_moment(v, "ends_at", rs, row);
    if (!row_null(rs, row, "ends_at"))
        view_put_bool(v, "is_one_day",
                      day_of(row_int(rs, row, "starts_at")) == day_of(row_int(rs, row, "ends_at")));
    view_put_bool(v, "has_begun",
                  !row_null(rs, row, "starts_at") &&
                      row_int(rs, row, "starts_at") < clock_wall_ms());
    view_put_int(v, "seats", free + taken);
    view_put_int(v, "free", free);
    view_put_int(v, "taken", taken);
    view_put_int(v, "waiting", row_int(rs, row, "waiting"));
    view_put_int(v, "sessions_n", row_int(rs, row, "sessions"));
    view_put_bool(v, "is_full", free < 1);
    view_put_bool(v, "is_over",
                  !row_null(rs, row, "ends_at") && row_int(rs, row, "ends_at") <= clock_wall_ms());
}

void training_put_session(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    int64_t now = clock_wall_ms(), ends = row_int(rs, row, "ends_at");
    bool is_online = !row_null(rs, row, "show_id");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_str(v, "title", training_text(r, rs, row, "title_zh", "title_en"));
    view_put_time(v, "starts_at", row_int(rs, row, "starts_at"));
    view_put_time(v, "ends_at", ends);
    view_put_str(
        v, "room",
        training_text(r, rs, row, "room", row_null(rs, row, "room_en") ? "room" : "room_en"));
    view_put_bool(v, "is_online", is_online);
    if (is_online)
        view_put_int(v, "show", row_int(rs, row, "show_id"));
    view_put_bool(v, "is_over", ends <= now);
    view_put_bool(v, "is_now", row_int(rs, row, "starts_at") <= now && now < ends);
}

enum err training_put_sessions(struct req *r, struct view *v, int64_t run)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_sessions, ARGS(V_INT(run)), r->arena, &rs);
    struct view *list = view_put_list(v, "sessions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *s = view_add_object(list);
        training_put_session(r, s, &rs, i);
        if (!row_null(&rs, i, "show_id"))
            view_put_bool(s, "has_replay", str_eq_z(row_str(&rs, i, "show_status"), "ended"));
    }
    return e;
}

enum err training_put_runs(struct req *r, const char *member, const struct rows *rs, bool whole)
{
    enum err e = OK;
    struct view *list = view_put_list(r->view, member);
    for (size_t i = 0; !e && i < rs->n; i++) {
        struct view *v = view_add_object(list);
        training_put_run(r, v, rs, i);
        if (whole)
            e = training_put_sessions(r, v, row_int(rs, i, "id"));
    }
    return e;
}
