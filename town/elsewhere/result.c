/*
 * What would come of a sheet, the same for its page and for the taking:
 *
 *   GET /elsewhere/sheets/{id}   sheet {id, platform, platform_name, filename, made_at, is_taken,
 * lines, problems, changes}, lines [{row, room, start, amount, pieces, orders, viewers, peak, show
 * {id, title} or null, before {amount, pieces} or null, problem or null}]
 */
#include <stdlib.h>

#include "store/queries.h"
#include "town/elsewhere/internal.h"

struct line {
    struct rows *rs; /* the texts: row `at` */
    size_t at;
    int64_t row, started_at, amount_fen, pieces;
    int64_t counts[3]; /* orders, viewers, peak; -1: none */
    int64_t show;      /* 0: none found */
    struct str title, state;
    bool has_before, same;
    int64_t before_fen, before_pieces;
    const char *problem; /* a key, or NULL */
};

struct looking {
    struct db *db;
    struct arena *arena;
    struct str platform;
    int64_t host; /* 0, or whose shows alone count */
    enum lang lang;
    struct rows rs;
    struct line *lines;
    size_t n, problems, changes;
};

static const char *const count_fields[3] = {"orders_text", "viewers_text", "peak_text"};

/* --- what a line says --- */

static const char *read_line(struct line *l)
{
    const struct rows *rs = l->rs;
    if (value_time(row_str(rs, l->at, "start_text"), &l->started_at) != OK)
        return "elsewhere.start_bad";
    if (value_fen(row_str(rs, l->at, "amount_text"), &l->amount_fen) != OK)
        return "elsewhere.amount_bad";
    if (value_count(row_str(rs, l->at, "pieces_text"), &l->pieces) != OK)
        return "elsewhere.pieces_bad";
    for (int i = 0; i < 3; i++) {
        struct str text = row_str(rs, l->at, count_fields[i]);
        l->counts[i] = -1;
        if (!value_is_none(text) && value_count(text, &l->counts[i]) != OK)
            return "elsewhere.count_bad";
    }
    return NULL;
}

/* --- whose it is --- */

/* Of several shows that are near, the one whose room it names. */
static size_t choose(const struct rows *near, struct str room, size_t *at)
{
    size_t same = 0;
    for (size_t i = 0; i < near->n; i++)
        if (near->n == 1 || (room.n && str_eq(row_str(near, i, "room"), room))) {
            *at = i;
            same++;
        }
    return same;
}

static const char *find_show(struct looking *l, struct line *line, enum err *e)
{
    struct rows near, show;
    size_t at = 0;
    struct str room = row_str(line->rs, line->at, "room_text");
    *e = db_select(l->db, &q_elsewhere_near,
                   ARGS(V_STR(l->platform), V_INT(line->started_at - ELSEWHERE_NEAR_MS),
                        V_INT(line->started_at + ELSEWHERE_NEAR_MS), V_INT(l->host)),
                   l->arena, &near);
    if (*e != OK)
        return NULL;
    if (near.n == 0)
        return "elsewhere.no_show";
    size_t n = choose(&near, room, &at);
    if (n != 1)
        return n ? "elsewhere.shows_several" : "elsewhere.no_room";
    if (room.n && !str_eq(row_str(&near, at, "room"), room))
        return "elsewhere.no_room";
    line->show = row_int(&near, at, "id");
    line->title = row_str(&near, at, l->lang == LANG_EN ? "title_en" : "title_zh");
    for (size_t k = 0; k + 1 <= line->at; k++)
        if (l->lines[k].show == line->show)
            return "elsewhere.show_twice";
    *e = db_one(l->db, &q_elsewhere_get, ARGS(V_INT(line->show)), l->arena, &show);
    if (*e == OK)
        line->state = row_str(&show, 0, "state");
    return NULL;
}

static bool is_count(const struct rows *rs, const char *name, int64_t value)
{
    return row_null(rs, 0, name) ? value < 0 : row_int(rs, 0, name) == value;
}

/* What counts now, and whether the line says anything else. */
static enum err compare(struct looking *l, struct line *line)
{
    struct rows rs;
    enum err e = db_select(l->db, &q_elsewhere_current, ARGS(V_INT(line->show)), l->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    line->has_before = true;
    line->before_fen = row_int(&rs, 0, "amount_fen");
    line->before_pieces = row_int(&rs, 0, "pieces");
    line->same =
        row_int(&rs, 0, "started_at") == line->started_at && line->before_fen == line->amount_fen &&
        line->before_pieces == line->pieces && is_count(&rs, "orders", line->counts[0]) &&
        is_count(&rs, "viewers", line->counts[1]) && is_count(&rs, "peak", line->counts[2]);
    return OK;
}

static enum err look_at(struct looking *l, int64_t sheet)
{
    enum err e = db_select(l->db, &q_elsewhere_lines, ARGS(V_INT(sheet)), l->arena, &l->rs);
    l->n = e == OK ? l->rs.n : 0;
    l->lines = arena_array(l->arena, l->n, sizeof(*l->lines));
    if (e == OK && !l->lines)
        return ERR_NOMEM;
    for (size_t i = 0; e == OK && i < l->n; i++) {
        struct line *line = &l->lines[i];
        *line = (struct line){.rs = &l->rs, .at = i, .row = row_int(&l->rs, i, "row_number")};
        line->problem = read_line(line);
        if (!line->problem)
            line->problem = find_show(l, line, &e);
        if (e == OK && !line->problem)
            e = compare(l, line);
        l->problems += line->problem != NULL;
        l->changes += !line->problem && !line->same;
    }
    return e;
}

/* --- the page --- */

static void put_line(struct req *r, struct view *v, const struct line *l, bool is_taken)
{
    static const char *const texts[][2] = {{"room", "room_text"},     {"start", "start_text"},
                                           {"amount", "amount_text"}, {"pieces", "pieces_text"},
                                           {"orders", "orders_text"}, {"viewers", "viewers_text"},
                                           {"peak", "peak_text"}};
    view_put_int(v, "row", l->row);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        view_put_str(v, texts[i][0], row_str(l->rs, l->at, texts[i][1]));
    if (l->show) {
        struct view *show = view_put_object(v, "show");
        view_put_int(show, "id", l->show);
        view_put_str(show, "title", l->title);
    } else {
        view_put_null(v, "show");
    }
    if (l->has_before && !l->same && !is_taken) {
        struct view *before = view_put_object(v, "before");
        view_put_money(before, "amount", l->before_fen, "CNY");
        view_put_int(before, "pieces", l->before_pieces);
    } else {
        view_put_null(v, "before");
    }
    if (l->problem && !is_taken)
        view_put_str(v, "problem", req_text(r, l->problem, STR("")));
    else
        view_put_null(v, "problem");
}

/* A preview is of who brought it; what was taken is of everybody who sees its shows' figures: the
 * base, and its bringer. */
static enum err own_sheet(struct req *r, int64_t sheet, struct rows *rs)
{
    int64_t host = elsewhere_host_of(r);
    enum err e = db_one(r->db, &q_elsewhere_sheet_get, ARGS(V_INT(sheet)), r->arena, rs);
    return e == OK && host && row_int(rs, 0, "user_id") != host ? ERR_NOT_FOUND : e;
}

static struct looking looking_of(struct req *r, const struct rows *sheet)
{
    return (struct looking){.db = r->db,
                            .arena = r->arena,
                            .platform = row_str(sheet, 0, "platform"),
                            .host = elsewhere_host_of(r),
                            .lang = r->lang};
}

enum err elsewhere_put_sheet(struct req *r, int64_t sheet)
{
    struct rows rs;
    enum err e = own_sheet(r, sheet, &rs);
    if (e != OK)
        return e;
    struct looking l = looking_of(r, &rs);
    e = look_at(&l, sheet);
    if (e != OK)
        return e;
    bool is_taken = !row_null(&rs, 0, "taken_at");
    struct view *v = view_put_object(r->view, "sheet");
    view_put_int(v, "id", sheet);
    view_put_str(v, "platform", l.platform);
    view_put_str(v, "platform_name", req_text(r, "elsewhere.platform_", l.platform));
    view_put_str(v, "filename", row_str(&rs, 0, "filename"));
    view_put_time(v, "made_at", row_int(&rs, 0, "made_at"));
    view_put_bool(v, "is_taken", is_taken);
    view_put_int(v, "lines", (int64_t)l.n);
    view_put_int(v, "problems", is_taken ? 0 : (int64_t)l.problems);
    view_put_int(v, "changes", is_taken ? 0 : (int64_t)l.changes);
    struct view *list = view_put_list(r->view, "lines");
    for (size_t i = 0; i < l.n; i++)
        put_line(r, view_add_object(list), &l.lines[i], is_taken);
    return OK;
}

enum err elsewhere_page_sheet(struct req *r)
{
    int64_t id;
    return str_to_i64(req_param(r, "id"), &id) != OK ? ERR_NOT_FOUND : elsewhere_put_sheet(r, id);
}

/* --- taking it --- */

struct taking {
    struct command cmd;
    int64_t sheet, user, host;
};

static struct val count_val(int64_t n)
{
    return n < 0 ? V_NULL : V_INT(n);
}

/* A line that says what counts already changes nothing. */
static enum err take_line(struct tx *tx, const struct taking *t, const struct line *l)
{
    if (l->same)
        return OK;
    enum err e =
        db_exec(tx->db, &q_elsewhere_replace, ARGS(V_INT(tx->now_ms), V_INT(l->show)), NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_elsewhere_result_add,
                    ARGS(V_INT(t->sheet), V_INT(l->row), V_INT(l->show), V_INT(l->started_at),
                         V_INT(l->amount_fen), V_INT(l->pieces), count_val(l->counts[0]),
                         count_val(l->counts[1]), count_val(l->counts[2]), V_INT(tx->now_ms)),
                    NULL);
    return e != OK ? e : elsewhere_move(tx, l->show, l->state, "report", t->user, t->sheet);
}

static enum err run_take(struct command *cmd, struct tx *tx)
{
    const struct taking *t = (const struct taking *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_elsewhere_sheet_get, ARGS(V_INT(t->sheet)), tx->arena, &rs);
    if (e != OK || !row_null(&rs, 0, "taken_at"))
        return e; /* taken before: that was it */
    struct looking l = {
        .db = tx->db, .arena = tx->arena, .platform = row_str(&rs, 0, "platform"), .host = t->host};
    e = look_at(&l, t->sheet);
    if (e == OK && l.problems) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                      .field = "sheet",
                                      .key = "elsewhere.has_problems",
                                      .limit = (long long)l.problems};
        return ERR_CONFLICT;
    }
    for (size_t i = 0; e == OK && i < l.n; i++)
        e = take_line(tx, t, &l.lines[i]);
    return e != OK ? e
                   : db_exec(tx->db, &q_elsewhere_sheet_taken,
                             ARGS(V_INT(tx->now_ms), V_INT(t->sheet)), NULL);
}

enum err elsewhere_take(struct tx *tx, int64_t user, const struct elsewhere_told *told)
{
    struct rows rs;
    struct val line[2 + FIELDS];
    enum err e = db_one(tx->db, &q_elsewhere_sheet_add,
                        ARGS(V_Z(told->platform), V_BLOB(told->filename), V_STR(told->filename),
                             V_INT(user), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (e != OK)
        return e;
    struct taking t = {.sheet = row_int(&rs, 0, "id"), .user = user, .host = user};
    line[0] = V_INT(t.sheet);
    line[1] = V_INT(1);
    for (int f = 0; f < FIELDS; f++)
        line[2 + f] = V_STR(told->texts[f]);
    e = db_exec_many(tx->db, &q_elsewhere_line_add, line, 1, NULL);
    return e != OK ? e : run_take(&t.cmd, tx);
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    const struct taking *t = (const struct taking *)cmd;
    struct err_info info = r->info;
    if (result != OK && r->json)
        return result;
    if (result == OK && !r->json) {
        reply_redirect(r, arena_printf(r->arena, "/elsewhere/sheets/%lld", (long long)t->sheet));
        return OK;
    }
    enum err e = elsewhere_put_sheet(r, t->sheet);
    r->info = info;
    return e == OK ? result : e;
}

enum err elsewhere_do_take(struct req *r)
{
    struct rows rs;
    int64_t id;
    struct taking *t = ARENA_NEW(r->arena, struct taking);
    if (!t)
        return ERR_NOMEM;
    enum err e = str_to_i64(req_param(r, "id"), &id) != OK ? ERR_NOT_FOUND : own_sheet(r, id, &rs);
    if (e != OK)
        return e;
    *t = (struct taking){.cmd = {.name = "elsewhere.take", .run = run_take},
                         .sheet = id,
                         .user = r->who.user_id,
                         .host = elsewhere_host_of(r)};
    if (!r->json)
        reply_page(r, "elsewhere/sheet.html");
    return web_write(r, &t->cmd, taken);
}
