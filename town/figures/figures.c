/* The pages of figures: all of them, and one with its history and the rows behind it. */
#include "town/figures/figures.h"

#include "base/clock.h"
#include "base/enc.h"
#include "store/queries.h"
#include "town/figures/internal.h"
#include "town/figures/page.h"
#include "town/scan/scan.h"

enum { ROW_MAX = 1000000000 };

/* ---- all, or those that are looked for ---- */

enum err figures_page_list(struct req *r)
{
    struct str words = str_trim(req_query(r, "q"));
    bool is_search = words.n > 0;
    if (is_search && (!str_is_utf8(words) || str_characters(words) > FIGURE_SEARCH_MAX))
        return req_refuse(r, ERR_INVALID, "q", "web.text_bad");
    struct view *list = view_put_list(r->view, "figures");
    enum err e = is_search ? figures_search(r, list, words) : figures_add_all(r, list);
    if (is_search)
        view_put_str(r->view, "q", words);
    view_put_bool(r->view, "is_officer", figures_is_officer(r));
    view_page_only(r->view, "is_officer");
    return e;
}

/* ---- one: what is asked ---- */

struct asked {
    struct figure_any figure;
    int64_t day, today;
    int64_t as_of_ms; /* 0: now */
    int64_t until_ms;
    int64_t after, row; /* of the evidence; row: the number of its first one */
};

static enum err read_number(struct req *r, const char *name, int64_t max, int64_t *out)
{
    struct str text = req_query(r, name);
    if (text.n && (str_to_i64(text, out) != OK || *out < 0 || *out > max))
        return req_refuse(r, ERR_INVALID, name, "web.number_bad");
    return OK;
}

static enum err read_day(struct req *r, struct asked *a)
{
    struct str text = str_trim(req_query(r, "as_of"));
    int64_t now_ms = clock_wall_ms();
    a->day = a->today = day_of(now_ms);
    if (text.n && day_read(text, &a->day) != OK)
        return req_refuse(r, ERR_INVALID, "as_of", "figures.day_bad");
    if (a->day > a->today)
        return req_refuse(r, ERR_INVALID, "as_of", "figures.day_ahead");
    a->as_of_ms = a->day < a->today ? day_end_ms(a->day) : 0;
    a->until_ms = a->as_of_ms ? a->as_of_ms : now_ms;
    return OK;
}

static enum err read_asked(struct req *r, struct asked *a)
{
    int64_t of = 0;
    *a = (struct asked){.row = 1};
    enum err e = figure_any_find(r->db, r->lang, req_param(r, "name"), r->arena, &a->figure);
    if (e == OK)
        e = read_number(r, "of", INT64_MAX, &of);
    if (e == OK)
        e = figure_any_admit(r, &a->figure, of);
    if (e == OK)
        e = read_day(r, a);
    if (e == OK)
        e = read_number(r, "after", INT64_MAX, &a->after);
    return e != OK ? e : read_number(r, "row", ROW_MAX, &a->row);
}

/* The same figure elsewhere: of the same day, further on. */
static const char *address(struct req *r, const struct asked *a, int64_t after, int64_t row)
{
    const struct figure_any *f = &a->figure;
    const char *of = f->of ? arena_printf(r->arena, "of=%lld&", (long long)f->of) : "";
    const char *day = a->as_of_ms ? arena_printf(r->arena, "as_of=%.*s&",
                                                 STR_ARG(figures_day_text(a->day, r->arena)))
                                  : "";
    return arena_printf(r->arena, "/figures/%.*s?%s%safter=%lld&row=%lld", STR_ARG(f->name),
                        of ? of : "", day ? day : "", (long long)after, (long long)row);
}

/* ---- its evidence ---- */

static void put_row(struct req *r, struct view *v, const struct figure_any *f,
                    const struct rows *rs, size_t i, int64_t row)
{
    int64_t amount = row_int(rs, i, "amount");
    view_put_int(v, "row", row);
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "label", row_str(rs, i, r->lang == LANG_ZH ? "label_zh" : "label_en"));
    if (row_null(rs, i, "link"))
        view_put_null(v, "link");
    else
        view_put_str(v, "link", row_str(rs, i, "link"));
    view_put_time(v, "at", row_int(rs, i, "at"));
    view_put_int(v, "amount", amount);
    view_put_str(v, "amount_text", figures_number_text(r, f->unit, amount));
    view_page_only(v, "amount_text");
    view_page_only(v, "row");
}

static enum err put_counted_rows(struct req *r, struct asked *a)
{
    struct rows rs;
    const struct figure *f = a->figure.counted;
    struct val args[FIGURES_ARGS_MAX];
    size_t n = figures_args(f, a->figure.of, a->until_ms, args);
    bool plain = true; /* each row is one */
    args[n++] = V_INT(a->after);
    args[n++] = V_INT(FIGURE_ROWS + 1);
    enum err e = db_select(r->db, f->evidence, args, n, r->arena, &rs);
    struct view *list = view_put_list(r->view, "evidence");
    for (size_t i = 0; e == OK && i < rs.n && i < FIGURE_ROWS; i++) {
        put_row(r, view_add_object(list), &a->figure, &rs, i, a->row + (int64_t)i);
        plain &= row_int(&rs, i, "amount") == 1 && !str_eq_z(a->figure.unit, "fen");
    }
    view_put_bool(r->view, "has_amounts", !plain);
    view_page_only(r->view, "has_amounts");
    if (e == OK && rs.n > FIGURE_ROWS)
        a->after = row_int(&rs, FIGURE_ROWS - 1, "id");
    else
        a->after = 0;
    return e;
}

static void put_paper(struct req *r, struct view *v, const struct figure_any *f,
                      const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    if (f->kind == FIGURE_NUMBER)
        figures_put_number(r, v, f->unit, row_int(rs, i, "number"));
    else
        view_put_str(v, "value", row_str(rs, i, "words"));
    view_put_str(v, "label", row_str(rs, i, "source"));
    view_put_time(v, "holds_from", row_int(rs, i, "holds_from"));
    view_put_time(v, "at", row_int(rs, i, "recorded_at"));
    view_put_str(v, "scan_name", row_str(rs, i, "scan_name"));
    view_put_str(v, "scan_sha256", row_str(rs, i, "scan_sha256"));
    if (figures_is_officer(r) && !row_null(rs, i, "officer"))
        view_put_str(v, "officer", row_str(rs, i, "officer"));
    static const char *const names[] = {"text", "unit_text", "exact", "is_scaled"};
    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
        view_page_only(v, names[k]);
}

/* Newest first: what is said now stands on top. */
static enum err put_papers(struct req *r, struct asked *a)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_figures_values_before,
                           ARGS(V_INT(a->after), V_INT(a->figure.document), V_INT(a->until_ms),
                                V_INT(FIGURE_ROWS + 1)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "evidence");
    for (size_t i = 0; e == OK && i < rs.n && i < FIGURE_ROWS; i++)
        put_paper(r, view_add_object(list), &a->figure, &rs, i);
    a->after = e == OK && rs.n > FIGURE_ROWS ? row_int(&rs, FIGURE_ROWS - 1, "id") : 0;
    return e;
}

static enum err put_evidence(struct req *r, struct asked *a, const struct figure_value *value)
{
    enum err e = OK;
    if (!value->is_known) {
        view_put_list(r->view, "evidence");
        a->after = 0;
    } else {
        e = a->figure.counted ? put_counted_rows(r, a) : put_papers(r, a);
    }
    if (a->after) {
        view_put_int(r->view, "next", a->after);
        view_put_z(r->view, "next_page", address(r, a, a->after, a->row + FIGURE_ROWS));
        view_page_only(r->view, "next_page");
    } else {
        view_put_null(r->view, "next");
    }
    return e;
}

/* ---- its history ---- */

/* Points by rising day; the queries give the newest first. */
static enum err read_points(struct req *r, const struct asked *a, struct figures_point *p,
                            size_t *n)
{
    struct rows rs;
    const struct figure_any *f = &a->figure;
    enum err e =
        f->counted
            ? db_select(r->db, &q_figures_days_until,
                        ARGS(V_STR(f->name), V_INT(a->day), V_INT(FIGURES_POINTS_MAX - 1)),
                        r->arena, &rs)
            : db_select(r->db, &q_figures_values_drawn,
                        ARGS(V_INT(f->document), V_INT(a->until_ms), V_INT(FIGURES_POINTS_MAX - 1)),
                        r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct figures_point *at = &p[rs.n - 1 - i];
        at->day = f->counted ? row_int(&rs, i, "day") : day_of(row_int(&rs, i, "holds_from"));
        at->value = row_int(&rs, i, f->counted ? "value" : "number");
    }
    *n = e == OK ? rs.n : 0;
    return e;
}

static void put_ends(struct req *r, const struct asked *a, const struct figures_point *p, size_t n,
                     int64_t goal)
{
    struct view *v = view_put_object(r->view, "chart");
    int64_t low = 0, high = 0;
    view_put_html(v, "svg", figures_chart(p, n, goal, r->arena, &low, &high));
    view_put_time(v, "from", day_begin_ms(p[0].day));
    view_put_time(v, "until", day_begin_ms(p[n - 1].day));
    view_put_str(v, "first", figures_number_text(r, a->figure.unit, p[0].value));
    view_put_str(v, "last", figures_number_text(r, a->figure.unit, p[n - 1].value));
    view_put_str(v, "low", figures_number_text(r, a->figure.unit, low));
    view_put_str(v, "high", figures_number_text(r, a->figure.unit, high));
    view_page_only(r->view, "chart");
}

static enum err put_history(struct req *r, const struct asked *a, const struct figure_value *value)
{
    struct figures_point *p = arena_array(r->arena, FIGURES_POINTS_MAX, sizeof(*p));
    size_t n;
    int64_t goal;
    if (!p)
        return ERR_NOMEM;
    enum err e = read_points(r, a, p, &n);
    if (e == OK)
        e = figure_any_goal(r->db, r->arena, &a->figure, &goal);
    if (e != OK)
        return e;
    if (value->is_known && (n == 0 || p[n - 1].day < a->day))
        p[n++] = (struct figures_point){a->day, value->number};
    struct view *list = view_put_list(r->view, "history");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "day", figures_day_text(p[i].day, r->arena));
        view_put_int(v, "value", p[i].value);
    }
    if (n >= 2 && !r->json)
        put_ends(r, a, p, n, goal);
    return OK;
}

/* What was counted then, when the record says otherwise now: rows of that time have changed. */
static enum err put_counted_then(struct req *r, const struct asked *a,
                                 const struct figure_value *value)
{
    struct rows rs;
    if (!a->figure.counted || !a->as_of_ms || a->figure.of)
        return OK;
    enum err e =
        db_select(r->db, &q_figures_day, ARGS(V_STR(a->figure.name), V_INT(a->day)), r->arena, &rs);
    if (e != OK || rs.n == 0 || (value->is_known && row_int(&rs, 0, "value") == value->number))
        return e;
    struct view *v = view_put_object(r->view, "counted_then");
    view_put_int(v, "value", row_int(&rs, 0, "value"));
    view_put_time(v, "taken_at", row_int(&rs, 0, "taken_at"));
    view_put_str(v, "text", figures_number_text(r, a->figure.unit, row_int(&rs, 0, "value")));
    view_put_str(v, "at_text",
                 i18n_time(r->lang, row_int(&rs, 0, "taken_at"), "datetime", r->arena));
    view_page_only(v, "text");
    view_page_only(v, "at_text");
    return OK;
}

/* ---- a quotation of it ---- */

static void put_rule(struct req *r, struct view *v, const char *name)
{
    const char *key = arena_printf(r->arena, "figures.quote_%s", name);
    view_put_str(v, "rule", i18n_text(r->lang, str_of(key), NULL, 0, r->arena));
}

static void put_quote(struct req *r, const struct asked *a, const struct figure_value *value)
{
    struct figure_quote q;
    int64_t quoted;
    struct str text = str_trim(req_query(r, "quote"));
    if (!text.n || !value->is_known || a->figure.kind != FIGURE_NUMBER)
        return;
    struct view *v = view_put_object(r->view, "quote");
    view_put_str(v, "text", str_is_utf8(text) ? text : STR_NONE);
    enum figure_verdict verdict =
        figures_quote_check(text, a->figure.kind, a->figure.unit, value, a->day);
    view_put_bool(v, "is_read", verdict != QUOTE_UNREAD);
    view_put_z(v, "verdict", figures_verdict_name(verdict));
    view_put_bool(v, "holds", verdict == QUOTE_HOLDS);
    if (verdict == QUOTE_OTHER_UNIT)
        put_rule(r, v, "unit");
    if (figures_quote_read(text, &q) != OK || verdict > QUOTE_FAILS)
        return;
    view_put_z(v, "qualifier", figures_qualifier_name(q.qualifier));
    if (figures_quote_number(&q, a->figure.unit, &quoted) == OK)
        view_put_int(v, "quoted", quoted);
    put_rule(r, v, figures_qualifier_name(q.qualifier));
}

/* ---- the page ---- */

static void put_asked(struct req *r, const struct asked *a, const struct figure_value *value)
{
    const struct figure_any *f = &a->figure;
    view_put_str(r->view, "as_of", figures_day_text(a->day, r->arena));
    view_put_str(r->view, "today", figures_day_text(a->today, r->arena));
    view_put_time(r->view, "until", a->until_ms);
    view_put_bool(r->view, "is_past", a->as_of_ms != 0);
    view_put_str(r->view, "how", f->how);
    if (f->counted)
        view_put_str(r->view, "once", f->once);
    if (!value->is_known && value->reach_ms) {
        view_put_time(r->view, "record_begins", value->reach_ms);
        view_put_str(r->view, "begins_text", i18n_time(r->lang, value->reach_ms, "date", r->arena));
        view_page_only(r->view, "begins_text");
    }
    if (f->of) {
        struct view *v = view_put_object(r->view, "subject");
        view_put_int(v, "id", f->of);
        view_put_str(v, "label", f->subject);
        view_put_str(v, "link", f->subject_link);
    }
    view_put_bool(r->view, "is_officer", figures_is_officer(r));
    view_page_only(r->view, "is_officer");
    view_page_only(r->view, "today");
}

enum err figures_page_one(struct req *r)
{
    struct asked a;
    struct figure_value value;
    enum err e = read_asked(r, &a);
    /* The figure's own members stand at the top, so that {name, value, unit, as_of, goal, evidence}
     * is what a program reads. */
    if (e == OK)
        e = figures_put_any(r, r->view, &a.figure, a.as_of_ms, &value);
    if (e != OK)
        return e;
    put_asked(r, &a, &value);
    put_quote(r, &a, &value);
    if (a.figure.kind == FIGURE_NUMBER)
        e = put_history(r, &a, &value);
    if (e == OK)
        e = put_counted_then(r, &a, &value);
    return e != OK ? e : put_evidence(r, &a, &value);
}

/* ---- the department ---- */

static const struct route routes[] = {
    {"GET", "/figures", figures_page_list, NULL, "figures/figures.html", WHO_ANYONE, CSRF_SAFE, 0,
     false},
    {"POST", "/figures", figures_do_new, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0, false},
    {"GET", "/figures/new", figures_page_new, NULL, "figures/new.html", ROLE_OPERATOR, CSRF_SAFE, 0,
     false},
    {"GET", "/figures/{name}", figures_page_one, NULL, "figures/figure.html", WHO_ANYONE, CSRF_SAFE,
     0, false},
    {"POST", "/figures/{name}/values", figures_do_value, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN,
     SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/figures/{name}/scans/{id}", figures_get_scan, NULL, NULL, ROLE_OPERATOR, CSRF_SAFE, 0,
     false},
    {"POST", "/figures/{name}/goal", figures_do_goal, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0,
     false},
};

const struct web_module figures_module = {"figures", routes, sizeof(routes) / sizeof(routes[0])};
