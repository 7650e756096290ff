/* Routes, states, figures and the check: see elsewhere.h. */
#include "town/elsewhere/elsewhere.h"

#include <stdio.h>

#include "store/queries.h"
#include "town/elsewhere/internal.h"
#include "town/shows/shows.h"

static const struct transition rows[] = {
    {NULL, "plan", "planned", ELSEWHERE_CREW, false},
    {"planned", "drop", "dropped", ELSEWHERE_CREW, false},
    {"planned", "report", "reported", ELSEWHERE_CREW, false},
    {"reported", "report", "reported", ELSEWHERE_CREW, false},
};
const struct transition_table elsewhere_table = TRANSITION_TABLE(rows);

#define PLANNERS (ROLE_HOST | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/elsewhere", elsewhere_page_list, NULL, "elsewhere/list.html", PLANNERS, CSRF_SAFE, 0},
    {"GET", "/elsewhere/new", elsewhere_page_new, NULL, "elsewhere/new.html", PLANNERS, CSRF_SAFE,
     0},
    {"POST", "/elsewhere", elsewhere_do_plan, NULL, NULL, PLANNERS, CSRF_TOKEN, 0},
    {"POST", "/elsewhere/sheets", elsewhere_do_bring, NULL, NULL, PLANNERS, CSRF_TOKEN,
     ELSEWHERE_SHEET_BYTES, WEB_SLOW},
    {"GET", "/elsewhere/sheets/{id}", elsewhere_page_sheet, NULL, "elsewhere/sheet.html", PLANNERS,
     CSRF_SAFE, 0},
    {"POST", "/elsewhere/sheets/{id}/take", elsewhere_do_take, NULL, NULL, PLANNERS, CSRF_TOKEN, 0},
    {"GET", "/elsewhere/{id}", elsewhere_page_show, NULL, "elsewhere/show.html", PLANNERS,
     CSRF_SAFE, 0},
    {"POST", "/elsewhere/{id}/drop", elsewhere_do_drop, NULL, NULL, PLANNERS, CSRF_TOKEN, 0},
};
const struct web_module elsewhere_module = {"elsewhere", routes, sizeof(routes) / sizeof(routes[0]),
                                            "shows"};

const struct figure elsewhere_figures[] = {
    {.name = "elsewhere_turnover",
     .unit = "fen",
     .value = &q_elsewhere_figure_turnover,
     .evidence = &q_elsewhere_figure_turnover_rows,
     .reach = &q_elsewhere_figure_reach},
    {.name = "elsewhere_pieces",
     .unit = "piece",
     .value = &q_elsewhere_figure_pieces,
     .evidence = &q_elsewhere_figure_pieces_rows,
     .reach = &q_elsewhere_figure_reach},
    {.name = "elsewhere_shows",
     .unit = "show",
     .value = &q_elsewhere_figure_shows,
     .evidence = &q_elsewhere_figure_shows_rows,
     .reach = &q_elsewhere_figure_reach},
};
const size_t elsewhere_figures_n = sizeof(elsewhere_figures) / sizeof(elsewhere_figures[0]);

enum err elsewhere_load(struct err_info *info)
{
    return columns_load(info);
}

/* Previews that nobody took. */
static enum err prune(struct tx *tx, void *unused)
{
    (void)unused;
    struct val before = V_INT(tx->now_ms - ELSEWHERE_PREVIEW_DAYS * INT64_C(24) * 3600 * 1000);
    enum err e = db_exec(tx->db, &q_elsewhere_prune_lines, ARGS(before), NULL);
    return e != OK ? e : db_exec(tx->db, &q_elsewhere_prune_sheets, ARGS(before), NULL);
}

void elsewhere_prepare(struct writer *w)
{
    writer_every(w, ELSEWHERE_PRUNE_MS, "elsewhere.prune", prune, NULL);
    shows_list_part(elsewhere_coming);
}

/* --- shared --- */

int64_t elsewhere_host_of(const struct req *r)
{
    return r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN) ? 0 : r->who.user_id;
}

enum err elsewhere_show_of(struct req *r, struct rows *show)
{
    int64_t id, host = elsewhere_host_of(r);
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_elsewhere_get, ARGS(V_INT(id)), r->arena, show);
    return e == OK && host && row_int(show, 0, "host_id") != host ? ERR_NOT_FOUND : e;
}

struct str elsewhere_title(const struct req *r, const struct rows *rs, size_t row)
{
    return row_str(rs, row, r->lang == LANG_EN ? "title_en" : "title_zh");
}

enum err elsewhere_move(struct tx *tx, int64_t show, struct str state, const char *event,
                        int64_t actor, int64_t sheet)
{
    const struct transition *step;
    enum err e = transition_next(&elsewhere_table, state, event, ELSEWHERE_CREW, &step);
    if (e == OK && step->from)
        e = db_exec(tx->db, &q_elsewhere_set_state, ARGS(V_Z(step->to), V_INT(show)), NULL);
    return e != OK ? e
                   : db_exec(tx->db, &q_elsewhere_event_add,
                             ARGS(V_INT(show), V_INT(tx->now_ms), V_INT(actor), V_Z(event),
                                  V_Z(step->to), sheet ? V_INT(sheet) : V_NULL),
                             NULL);
}

/* --- the check --- */

enum err elsewhere_check(struct db *db, struct arena *arena,
                         void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *format;
    } checks[] = {
        {&q_elsewhere_check_state, "show %lld: its state is not what its events and results say"},
        {&q_elsewhere_check_sheets, "sheet %lld: its results count, and it was not taken then"}};
    enum err e = OK;
    *violations = 0;
    for (size_t c = 0; e == OK && c < sizeof(checks) / sizeof(checks[0]); c++) {
        struct rows found;
        e = db_select(db, checks[c].query, ARGS(V_INT(ELSEWHERE_CHECK_SAYS)), arena, &found);
        for (size_t i = 0; e == OK && i < found.n; i++) {
            char line[100];
            snprintf(line, sizeof(line), checks[c].format, (long long)row_int(&found, i, "id"));
            say(arg, line);
            (*violations)++;
        }
    }
    return e;
}
