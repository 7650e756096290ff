/* Who hears of what happens to a case. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

#include <string.h>

enum { PEOPLE_MAX = 50, NEAR_DAYS = 14, OPINION_NEAR_DAYS = 7 };
#define APP MESSAGES_APP
#define APP_MAIL (MESSAGES_APP | MESSAGES_MAIL)

const struct messages_kind letters_kinds[] = {
    {"letter.assigned", "letters", APP_MAIL, false},
    {"letter.declined", "letters", APP_MAIL, false},
    {"letter.accepted", "letters", APP, false},
    {"letter.opinion_asked", "letters", APP_MAIL, false},
    {"letter.opinion_given", "letters", APP, false},
    {"letter.opinion_due", "letters", APP_MAIL, false},
    {"letter.to_check", "letters", APP, false},
    {"letter.to_countersign", "letters", APP_MAIL, false},
    {"letter.to_sign", "letters", APP_MAIL, false},
    {"letter.to_seal", "letters", APP, false},
    {"letter.came_back", "letters", APP_MAIL, false},
    {"letter.more_time_asked", "letters", APP_MAIL, false},
    {"letter.more_time", "letters", APP_MAIL, false},
    {"letter.due", "letters", APP_MAIL, false},
    {"letter.overdue", "letters", APP_MAIL, false},
    {"letter.replied", "letters", APP_MAIL, false},
    {"letter.rated", "letters", APP_MAIL, false},
    {"letter.again", "letters", APP_MAIL, false},
    {"letter.recalled", "letters", APP_MAIL, false},
};
const size_t letters_kinds_n = sizeof(letters_kinds) / sizeof(letters_kinds[0]);

enum whom { TO_DESK = 1, TO_LEAD = 2, TO_CO = 4, TO_DEPUTIES = 8 };

/* posts: of the lead's people, those with one of them; 0: all. */
static const struct told {
    const char *event, *kind;
    unsigned whom, posts;
} told[] = {
    {"assign", "letter.assigned", TO_LEAD, 0},
    {"reassign", "letter.assigned", TO_LEAD, 0},
    {"decline", "letter.declined", TO_DESK, 0},
    {"accept", "letter.accepted", TO_DESK, 0},
    {"lapse", "letter.accepted", TO_DESK | TO_LEAD, 0},
    {"accept", "letter.opinion_asked", TO_CO, 0},
    {"lapse", "letter.opinion_asked", TO_CO, 0},
    {"opinion", "letter.opinion_given", TO_LEAD, POST_DRAFT},
    {"submit", "letter.to_check", TO_LEAD, POST_CHECK},
    {"pass", "letter.to_countersign", TO_CO, 0},
    {"complete", "letter.to_sign", TO_LEAD, POST_SIGN},
    {"sign", "letter.to_seal", TO_LEAD, POST_SEAL},
    {"return_draft", "letter.came_back", TO_LEAD, POST_DRAFT},
    {"object", "letter.came_back", TO_LEAD, POST_DRAFT},
    {"extension_ask", "letter.more_time_asked", TO_DESK, 0},
    {"extension_grant", "letter.more_time", TO_LEAD, 0},
    {"extension_refuse", "letter.more_time", TO_LEAD, 0},
    {"send", "letter.replied", TO_DEPUTIES | TO_DESK, 0},
    {"rated", "letter.rated", TO_DESK | TO_LEAD, 0},
    {"again", "letter.again", TO_LEAD | TO_CO, 0},
    {"recall", "letter.recalled", TO_DESK | TO_CO | TO_DEPUTIES, 0},
};

static struct messages_new about(struct tx *tx, const struct rows *row, const char *kind)
{
    long long id = row_int(row, 0, "id");
    return (struct messages_new){
        .kind = kind,
        .about = str_of(arena_printf(tx->arena, "suggestion:%lld", id)),
        .link = str_of(arena_printf(tx->arena, "/suggestions/%lld", id)),
        .args = {
            {.name = "number",
             .zh = str_of(arena_printf(tx->arena, "%lld", (long long)row_int(row, 0, "number")))},
            {.name = "title", .zh = row_str(row, 0, "title")}}};
}

static enum err tell_rows(struct tx *tx, struct messages_new m, const struct rows *rs,
                          unsigned posts, int64_t but)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < rs->n; i++) {
        m.user = row_int(rs, i, "user_id");
        if (m.user && m.user != but && (!posts || row_int(rs, i, "posts") & posts))
            e = messages_tell(tx, &m);
    }
    return e;
}

static enum err tell_bodies(struct tx *tx, const struct rows *row, const struct messages_new *m,
                            bool lead, unsigned posts, int64_t but)
{
    struct rows bodies, people;
    enum err e = db_select(tx->db, &q_letters_handlers,
                           ARGS(V_INT(row_int(row, 0, "id")), V_INT(row_int(row, 0, "round"))),
                           tx->arena, &bodies);
    for (size_t i = 0; !e && i < bodies.n; i++) {
        bool is_lead = row_int(&bodies, i, "is_lead");
        if (is_lead != lead || str_eq_z(row_str(&bodies, i, "state"), "released"))
            continue;
        e = db_select(tx->db, &q_letters_people,
                      ARGS(V_INT(row_int(&bodies, i, "organisation_id")), V_INT(PEOPLE_MAX)),
                      tx->arena, &people);
        if (!e)
            e = tell_rows(tx, *m, &people, posts, but);
    }
    return e;
}

static enum err tell_whom(struct tx *tx, const struct rows *row, const struct told *t, int64_t but)
{
    struct messages_new m = about(tx, row, t->kind);
    struct rows rs;
    enum err e = OK;
    if (t->whom & TO_DESK) {
        e = db_select(tx->db, &q_letters_people_of_desks, ARGS(V_INT(PEOPLE_MAX)), tx->arena, &rs);
        if (!e)
            e = tell_rows(tx, m, &rs, 0, but);
    }
    if (!e && t->whom & TO_LEAD)
        e = tell_bodies(tx, row, &m, true, t->posts, but);
    if (!e && t->whom & TO_CO)
        e = tell_bodies(tx, row, &m, false, 0, but);
    if (!e && t->whom & TO_DEPUTIES) {
        e = db_select(tx->db, &q_letters_deputies, ARGS(V_INT(row_int(row, 0, "id"))), tx->arena,
                      &rs);
        if (!e)
            e = tell_rows(tx, m, &rs, 0, but);
    }
    return e;
}

enum err tell_of_step(struct tx *tx, const struct rows *row, const char *event,
                      const struct letter_step *s)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(told) / sizeof(told[0]); i++)
        if (strcmp(told[i].event, event) == 0)
            e = tell_whom(tx, row, &told[i], s->by.user);
    return e;
}

enum err tell_of_due(struct tx *tx, const struct rows *row)
{
    struct messages_new m = about(tx, row, "letter.due");
    int64_t day = row_int(row, 0, "reply_day");
    enum err e = messages_drop(tx, m.about);
    if (e || row_null(row, 0, "reply_day"))
        return e;
    m.due_ms = day_begin_ms(day - NEAR_DAYS);
    m.until_ms = day_end_ms(day);
    m.args[2] = (struct messages_arg){.name = "at", .time_ms = day_begin_ms(day)};
    if (tx->now_ms < m.until_ms)
        e = tell_bodies(tx, row, &m, true, 0, 0);
    m.kind = "letter.overdue";
    m.due_ms = day_begin_ms(day + 1);
    m.until_ms = 0;
    return e ? e : tell_bodies(tx, row, &m, true, 0, 0);
}

static struct str about_handler(struct tx *tx, int64_t handler)
{
    return str_of(arena_printf(tx->arena, "handler:%lld", (long long)handler));
}

enum err tell_of_opinions(struct tx *tx, const struct rows *row)
{
    struct rows bodies, people;
    enum err e = db_select(tx->db, &q_letters_handlers,
                           ARGS(V_INT(row_int(row, 0, "id")), V_INT(row_int(row, 0, "round"))),
                           tx->arena, &bodies);
    for (size_t i = 0; !e && i < bodies.n; i++) {
        if (row_int(&bodies, i, "is_lead") || row_null(&bodies, i, "due_day") ||
            !str_eq_z(row_str(&bodies, i, "state"), "asked"))
            continue;
        int64_t day = row_int(&bodies, i, "due_day");
        struct messages_new m = about(tx, row, "letter.opinion_due");
        m.about = about_handler(tx, row_int(&bodies, i, "id"));
        m.due_ms = day_begin_ms(day - OPINION_NEAR_DAYS);
        m.args[2] = (struct messages_arg){.name = "at", .time_ms = day_begin_ms(day)};
        e = db_select(tx->db, &q_letters_people,
                      ARGS(V_INT(row_int(&bodies, i, "organisation_id")), V_INT(PEOPLE_MAX)),
                      tx->arena, &people);
        if (!e)
            e = tell_rows(tx, m, &people, 0, 0);
    }
    return e;
}

enum err tell_no_opinion(struct tx *tx, int64_t handler)
{
    return messages_drop(tx, about_handler(tx, handler));
}
