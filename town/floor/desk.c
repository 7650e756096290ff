/* The base's placements: placing, moving and taking away, one by one or many lines at once. All of
 * it are plain forms; the plan only leads to its stands. */
#include <string.h>

#include "store/queries.h"
#include "town/floor/page.h"

enum { UNPLACED_SHOWN = 40, FAULTS_SHOWN = 50, OF_STAND_SHOWN = 3, ON_FLOOR_MOST = 5000 };

/* ---- what the page shows ---- */

static void put_product(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str status = row_str(rs, i, "status");
    view_put_int(v, "id", row_int(rs, i, "product_id"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    view_put_str(v, "title", floor_name(r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "model", row_str(rs, i, "model"));
    view_put_bool(v, "is_on", str_eq_z(status, "on"));
}

/* rows [{code, n, products [...]}] of all stands that have something; the first few of each. */
static enum err put_rows(struct req *r, const struct floor_look *look)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "rows"), *stand = NULL, *products = NULL;
    struct str last = STR_NONE;
    int64_t n = 0;
    enum err e =
        db_select(r->db, &q_floor_on_floor,
                  ARGS(V_INT(row_int(&look->hall, 0, "id")), V_INT(ON_FLOOR_MOST)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str code = row_str(&rs, i, "code");
        if (!stand || !str_eq(code, last)) {
            stand = view_add_object(list);
            view_put_str(stand, "code", code);
            products = view_put_list(stand, "products");
            last = code;
            n = 0;
        }
        if (n++ < OF_STAND_SHOWN)
            put_product(r, view_add_object(products), &rs, i);
        if (i + 1 == rs.n || !str_eq(row_str(&rs, i + 1, "code"), code))
            view_put_int(stand, "n", n);
    }
    return e;
}

static enum err put_stand(struct req *r, const struct floor_look *look)
{
    struct rows rs;
    if (!look->current.n)
        return OK;
    struct view *v = view_put_object(r->view, "stand");
    view_put_str(v, "code", look->current);
    enum err e =
        db_select(r->db, &q_floor_stand,
                  ARGS(V_INT(row_int(&look->hall, 0, "id")), V_STR(look->current)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_floor_on_stand, ARGS(V_INT(row_int(&rs, 0, "id"))), r->arena, &rs);
    struct view *list = view_put_list(v, "products");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *p = view_add_object(list);
        put_product(r, p, &rs, i);
        view_put_str(p, "factory", floor_name(r, &rs, i, "factory_zh", "factory_en"));
        view_put_time(p, "placed_at", row_int(&rs, i, "placed_at"));
    }
    return e;
}

/* Goods that stand nowhere yet: what there is to choose from. */
static enum err put_unplaced(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "unplaced");
    enum err e = db_select(r->db, &q_floor_unplaced, ARGS(V_INT(UNPLACED_SHOWN)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "title", floor_name(r, &rs, i, "title_zh", "title_en"));
        view_put_str(v, "factory", floor_name(r, &rs, i, "factory_zh", "factory_en"));
    }
    if (!e)
        e = db_one(r->db, &q_floor_unplaced_n, NO_ARGS, r->arena, &rs);
    if (!e)
        view_put_int(r->view, "unplaced_n", row_int(&rs, 0, "n"));
    return e;
}

static struct str event_text(struct req *r, const struct rows *rs, size_t i)
{
    const struct i18n_arg args[] = {
        {"stand", row_str(rs, i, "stand")},
        {"from", row_str(rs, i, "from_stand")},
        {"product", floor_name(r, rs, i, "title_zh", "title_en")},
        {"detail", row_str(rs, i, "detail")},
    };
    const char *key = arena_printf(r->arena, "floor.event_%.*s", STR_ARG(row_str(rs, i, "event")));
    return i18n_text(r->lang, str_of(key), args, 4, r->arena);
}

static enum err put_events(struct req *r, const struct floor_look *look)
{
    struct rows rs;
    int64_t stand = 0;
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; i < look->stands.n; i++)
        if (look->current.n && str_eq(row_str(&look->stands, i, "code"), look->current))
            stand = row_int(&look->stands, i, "id");
    enum err e = db_select(
        r->db, &q_floor_events,
        ARGS(V_INT(row_int(&look->hall, 0, "id")), V_INT(stand), V_INT(FLOOR_EVENTS_SHOWN)),
        r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "event", row_str(&rs, i, "event"));
        view_put_str(v, "text", event_text(r, &rs, i));
        view_put_str(v, "actor", row_str(&rs, i, "actor"));
    }
    return e;
}

static enum err put_page(struct req *r, struct floor_look *look)
{
    look->is_desk = true;
    enum err e = floor_look_put(r, look);
    if (!e)
        e = floor_halls_put(r, row_int(&look->hall, 0, "number"), false);
    if (!e)
        e = put_stand(r, look);
    if (!e)
        e = put_rows(r, look);
    if (!e)
        e = put_unplaced(r);
    return e ? e : put_events(r, look);
}

enum err floor_desk_hall(struct req *r)
{
    struct floor_look look = {0};
    enum err e = floor_load(r, &look);
    return e ? e : put_page(r, &look);
}

/* ---- halls ---- */

enum err floor_desk(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_floor_halls, NO_ARGS, r->arena, &rs);
    if (!e)
        reply_redirect(r, rs.n ? arena_printf(r->arena, "/floor/desk/%lld",
                                              (long long)row_int(&rs, 0, "number"))
                               : "/floor/desk/new");
    return e;
}

enum err floor_desk_new(struct req *r)
{
    return floor_halls_put(r, 0, false);
}

/* ---- doing ---- */

struct line_fault {
    int64_t line;
    struct str text;
    const char *key;
};

struct deed {
    struct command cmd;
    int64_t hall, actor, product;
    struct str stand, words, name_zh, name_en;
    struct str lines;          /* many at once */
    struct line_fault *faults; /* what is wrong with them; of the last run */
    size_t faults_n, done;
};

static struct deed *deed_of(struct req *r, const char *name,
                            enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    if (!d || str_to_i64(req_param(r, "hall"), &d->hall) != OK)
        return NULL;
    d->cmd = (struct command){.name = name, .run = run};
    d->actor = r->who.user_id;
    return d;
}

/* The page again with what was typed, and what is wrong. */
static enum err draw_again(struct req *r, const struct deed *d, enum err why)
{
    struct floor_look look = {0};
    if (r->json)
        return why;
    enum err e = floor_load(r, &look);
    if (e)
        return e;
    for (size_t i = 0; i < look.stands.n; i++)
        if (str_eq(row_str(&look.stands, i, "code"), d->stand))
            look.current = d->stand;
    reply_page(r, "floor/desk.html");
    struct view *v = view_put_object(r->view, "typed");
    view_put_str(v, "stand", req_field(r, "stand"));
    view_put_str(v, "product", req_field(r, "product"));
    view_put_str(v, "lines", d->lines);
    struct view *list = view_put_list(r->view, "faults");
    for (size_t i = 0; i < d->faults_n && i < FAULTS_SHOWN; i++) {
        v = view_add_object(list);
        view_put_int(v, "line", d->faults[i].line);
        view_put_str(v, "text", d->faults[i].text);
        view_put_str(v, "message", i18n_text(r->lang, str_of(d->faults[i].key), NULL, 0, r->arena));
    }
    e = put_page(r, &look);
    return e ? e : why;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct deed *d = (struct deed *)cmd;
    if (result)
        return draw_again(r, d, result);
    if (d->lines.n)
        view_put_int(r->view, "placed", (int64_t)d->done);
    reply_flash(r, d->lines.n ? "floor.lines_placed" : "floor.saved");
    reply_redirect(r, d->stand.n ? arena_printf(r->arena, "/floor/desk/%lld?stand=%.*s#stand",
                                                (long long)d->hall, STR_ARG(d->stand))
                                 : arena_printf(r->arena, "/floor/desk/%lld", (long long)d->hall));
    return OK;
}

static struct str code_of(struct req *r, struct str typed)
{
    char code[SVG_CODE_MAX + 1];
    return floor_code(typed, code) ? arena_str(r->arena, str_of(code)) : STR_NONE;
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    d->hall = 0;
    return floor_hall_add(tx, &d->hall, d->name_zh, d->name_en, d->actor);
}

static enum err added(struct req *r, struct command *cmd, enum err result)
{
    struct deed *d = (struct deed *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "number", d->hall);
    reply_redirect(r, arena_printf(r->arena, "/floor/desk/%lld/plan", (long long)d->hall));
    return OK;
}

enum err floor_desk_add(struct req *r)
{
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    if (!d)
        return ERR_NOMEM;
    reply_page(r, "floor/new.html");
    enum err e = req_field_text(r, "name_zh", 1, FLOOR_NAME_MAX, &d->name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, FLOOR_NAME_MAX, &d->name_en);
    if (e)
        return e;
    d->actor = r->who.user_id;
    d->cmd = (struct command){.name = "floor.hall_add", .run = run_add};
    return web_write(r, &d->cmd, added);
}

static enum err run_place(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    int64_t product = d->product;
    enum err e = product ? OK : floor_find(tx->db, tx->arena, d->words, &product, tx->info);
    return e ? e : floor_place(tx, d->hall, d->stand, product, d->actor);
}

/* stand, and product (words) or id (of one that stands somewhere: it is moved). */
enum err floor_desk_place(struct req *r)
{
    struct deed *d = deed_of(r, "floor.place", run_place);
    if (!d)
        return ERR_NOT_FOUND;
    d->stand = code_of(r, req_field(r, "stand"));
    d->words = str_trim(req_field(r, "product"));
    if (str_to_i64(req_field(r, "id"), &d->product) != OK)
        d->product = 0;
    if (!d->stand.n)
        return draw_again(r, d, req_refuse(r, ERR_INVALID, "stand", "floor.bad_code"));
    if (!d->product && (d->words.n == 0 || d->words.n > FLOOR_WORDS_MAX || !str_is_utf8(d->words)))
        return draw_again(r, d, req_refuse(r, ERR_INVALID, "product", "floor.no_product"));
    return web_write(r, &d->cmd, done);
}

static enum err run_take(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return floor_take(tx, d->hall, d->product, d->actor);
}

enum err floor_desk_take(struct req *r)
{
    struct deed *d = deed_of(r, "floor.take", run_take);
    if (!d || str_to_i64(req_field(r, "id"), &d->product) != OK)
        return ERR_NOT_FOUND;
    d->stand = code_of(r, req_field(r, "stand")); /* where to come back to, or empty */
    return web_write(r, &d->cmd, done);
}

/* ---- many lines ---- */

/* "A-03  K1731": a code, then blanks, a tab or a comma (of either script), then the product. */
static bool split(struct str line, struct str *stand, struct str *words)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t' && line.p[n] != ',' &&
           (unsigned char)line.p[n] < 0x80)
        n++;
    *stand = str_slice(line, 0, n);
    *words = str_trim(str_slice(line, n, line.n));
    if (str_starts(*words, ","))
        *words = str_trim(str_slice(*words, 1, words->n));
    else if (str_starts(*words, "\xef\xbc\x8c")) /* U+FF0C */
        *words = str_trim(str_slice(*words, 3, words->n));
    return stand->n && words->n && words->n <= FLOOR_WORDS_MAX;
}

static enum err place_line(struct deed *d, struct tx *tx, struct str line)
{
    char code[SVG_CODE_MAX + 1];
    struct str stand, words;
    int64_t product;
    if (!split(line, &stand, &words) || !floor_code(stand, code)) {
        *tx->info = (struct err_info){.code = ERR_INVALID, .key = "floor.bad_line"};
        return ERR_INVALID;
    }
    enum err e = floor_find(tx->db, tx->arena, words, &product, tx->info);
    return e ? e : floor_place(tx, d->hall, arena_str(tx->arena, str_of(code)), product, d->actor);
}

/* All of them or none: every line is tried, so that all faults are told at once. */
static enum err run_lines(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    struct str rest = d->lines;
    d->faults_n = d->done = 0;
    for (int64_t n = 1; rest.n; n++) {
        struct str line = str_trim(str_cut(rest, '\n', &rest));
        if (line.n == 0)
            continue;
        enum err e = place_line(d, tx, line);
        if (e && e != ERR_INVALID)
            return e;
        if (e)
            d->faults[d->faults_n++] = (struct line_fault){n, line, tx->info->key};
        else
            d->done++;
    }
    if (d->faults_n == 0 && d->done)
        return OK;
    *tx->info = (struct err_info){.code = ERR_INVALID,
                                  .field = "lines",
                                  .key = d->faults_n ? "floor.lines_bad" : "floor.lines_none",
                                  .limit = d->faults_n ? d->faults[0].line : 0};
    return ERR_INVALID;
}

static size_t lines_of(struct str s)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

enum err floor_desk_lines(struct req *r)
{
    struct deed *d = deed_of(r, "floor.lines", run_lines);
    if (!d)
        return ERR_NOT_FOUND;
    d->lines = req_field(r, "lines");
    size_t n = lines_of(d->lines);
    if (!str_is_utf8(d->lines))
        return req_refuse(r, ERR_INVALID, "lines", "floor.bad_line");
    if (n > FLOOR_LINES_MAX)
        return draw_again(r, d, req_refuse(r, ERR_TOO_LARGE, "lines", "floor.lines_too_many"));
    d->faults = arena_array(r->arena, n, sizeof(*d->faults));
    return d->faults ? web_write(r, &d->cmd, done) : ERR_NOMEM;
}
