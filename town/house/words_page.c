/* The list as the base sees and changes it, and what of it a text is caught by. */
#include "store/queries.h"
#include "town/house/internal.h"

enum { CLASSES = 3, TRY_MAX = 1000, HISTORY_PAGE = 100 };

/* --- the page --- */

static void put_class(struct req *r, struct view *v, struct str class)
{
    view_put_str(v, "class", class);
    view_put_str(v, "class_name", req_text(r, "house.class_", class));
}

static void put_rule(struct req *r, struct view *v, struct str rule)
{
    view_put_str(v, "rule", rule);
    view_put_str(v, "rule_name", req_text(r, "house.rule_", rule));
}

static void put_word(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "word", row_str(rs, i, "word"));
    put_class(r, v, row_str(rs, i, "class"));
    put_rule(r, v, row_str(rs, i, "rule"));
    view_put_str(v, "note", row_str(rs, i, "note"));
    view_put_time(v, "at", row_int(rs, i, "at"));
    view_put_str(v, "by", row_str(rs, i, "by_name"));
}

/* What one looks for, as LIKE takes it: its own signs are signs. */
static struct str escaped(struct req *r, struct str q)
{
    char *out = arena_alloc(r->arena, 2 * q.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < q.n; i++) {
        if (q.p[i] == '!' || q.p[i] == '%' || q.p[i] == '_')
            out[n++] = '!';
        out[n++] = q.p[i];
    }
    return str_n(out, n);
}

static enum err put_list(struct req *r)
{
    struct rows rs;
    int64_t after = 0;
    enum house_class known;
    struct str class = req_query(r, "class"), q = str_trim(req_query(r, "q")),
               text = req_query(r, "after");
    if (text.n && str_to_i64(text, &after))
        return req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    if (house_class_of(class, &known))
        class = STR("");
    enum err e =
        db_select(r->db, &q_house_words_page,
                  ARGS(V_STR(class), V_STR(escaped(r, q)), V_INT(after), V_INT(HOUSE_WORDS_PAGE)),
                  r->arena, &rs);
    struct view *list = view_put_list(r->view, "words");
    for (size_t i = 0; !e && i < rs.n; i++)
        put_word(r, view_add_object(list), &rs, i);
    if (!e && rs.n == HOUSE_WORDS_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    view_put_str(r->view, "shown", class);
    view_put_str(r->view, "q", q);
    return e;
}

static enum err put_tabs(struct req *r)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_house_words_n, NO_ARGS, r->arena, &rs);
    if (e)
        return e;
    struct view *tabs = view_put_list(r->view, "tabs");
    struct str shown = view_get(r->view, STR("shown"))->s;
    for (int i = CLASSES - 1; i >= 0; i--) {
        struct view *v = view_add_object(tabs);
        put_class(r, v, str_of(house_classes[i]));
        view_put_int(v, "n", row_int(&rs, 0, house_classes[i]));
        view_put_bool(v, "is_shown", str_eq_z(shown, house_classes[i]));
    }
    view_put_int(r->view, "n", row_int(&rs, 0, "n"));
    e = db_one(r->db, &q_house_version, NO_ARGS, r->arena, &rs);
    if (!e)
        view_put_int(r->view, "version", row_int(&rs, 0, "version"));
    return e;
}

static void put_choices(struct req *r)
{
    struct view *rules = view_put_list(r->view, "rules");
    for (size_t i = 0; house_rules[i]; i++)
        put_rule(r, view_add_object(rules), str_of(house_rules[i]));
}

/* `try` {text, verdict, verdict_name, found [{word, class, rule, said, is_guess}]}: what would
 * become of a text. */
static enum err put_try(struct req *r)
{
    struct house_found found[HOUSE_FOUND_MAX];
    struct str text = str_trim(req_query(r, "try"));
    struct house_matcher *m = house_list_hold();
    if (!text.n || !m || str_characters(text) > TRY_MAX) {
        house_matcher_drop(m);
        return text.n && m ? req_refuse(r, ERR_INVALID, "try", "web.text_bad") : OK;
    }
    static const char *const verdicts[] = {
        [SHOWS_FINE] = "fine", [SHOWS_HELD] = "held", [SHOWS_REFUSED] = "refused"};
    size_t n = house_match(m, text, r->arena, found, HOUSE_FOUND_MAX);
    struct str verdict = str_of(verdicts[house_verdict(found, n)]);
    struct view *v = view_put_object(r->view, "try");
    view_put_str(v, "text", text);
    view_put_str(v, "verdict", verdict);
    view_put_str(v, "verdict_name", req_text(r, "house.verdict_", verdict));
    struct view *list = view_put_list(v, "found");
    for (size_t i = 0; i < n; i++) {
        struct view *f = view_add_object(list);
        view_put_str(f, "word", found[i].term->text);
        put_class(r, f, str_of(house_classes[found[i].term->class]));
        put_rule(r, f, found[i].term->rule);
        view_put_str(f, "said", str_slice(text, found[i].from, found[i].to));
        view_put_bool(f, "is_guess", found[i].is_guess);
    }
    house_matcher_drop(m);
    return OK;
}

enum err house_words_page(struct req *r)
{
    enum err e = put_list(r);
    if (!e)
        e = put_tabs(r);
    if (!e)
        e = put_try(r);
    put_choices(r);
    return e;
}

enum err house_words_history(struct req *r)
{
    struct rows rs;
    int64_t before = INT64_MAX;
    struct str text = req_query(r, "before");
    if (text.n && str_to_i64(text, &before))
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    enum err e = db_select(r->db, &q_house_word_events, ARGS(V_INT(before), V_INT(HISTORY_PAGE)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str event = row_str(&rs, i, "event");
        put_word(r, v, &rs, i);
        view_put_str(v, "event", event);
        view_put_str(v, "event_name", req_text(r, "house.event_", event));
        view_put_str(v, "why", row_str(&rs, i, "why"));
    }
    if (!e && rs.n == HISTORY_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    return e;
}

/* --- changing --- */

enum deed { DEED_ADD, DEED_CHANGE, DEED_REMOVE };

struct edit {
    struct command cmd;
    enum deed deed;
    int64_t id;
    struct house_word word; /* of a change; of what is added, but for the word */
    struct house_word *added;
    size_t n;
    bool skips; /* what is there already is no error */
};

static enum err run_add(struct edit *d, struct tx *tx)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < d->n; i++) {
        struct rows rs = {0};
        if (d->skips)
            e = db_select(tx->db, &q_house_word_of, ARGS(V_STR(d->added[i].word)), tx->arena, &rs);
        if (!e && !rs.n)
            e = house_word_add(tx, &d->added[i]);
        else if (!e)
            e = house_word_change(tx, row_int(&rs, 0, "id"), &d->added[i]);
        if (e && !tx->info->text)
            tx->info->text = arena_printf(tx->arena, "%.*s", STR_ARG(d->added[i].word));
    }
    return e;
}

static enum err run_edit(struct command *cmd, struct tx *tx)
{
    struct edit *d = (struct edit *)cmd;
    switch (d->deed) {
    case DEED_ADD: return run_add(d, tx);
    case DEED_CHANGE: return house_word_change(tx, d->id, &d->word);
    case DEED_REMOVE: return house_word_remove(tx, d->id, &d->word);
    }
    return ERR_INTERNAL;
}

static void put_typed(struct req *r)
{
    static const char *const fields[] = {"words", "lines", "class", "rule", "note", "why"};
    struct view *typed = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(typed, fields[i], req_field(r, fields[i]));
    view_put_bool(typed, "is_paste", str_ends(r->path, "/paste"));
}

/* The page again when it is refused, as it was filled in. */
static enum err refused(struct req *r, enum err result)
{
    struct err_info info = r->info;
    if (r->json)
        return result;
    reply_page(r, "house/words.html");
    put_typed(r);
    enum err e = house_words_page(r);
    r->info = info;
    return e ? e : result;
}

/* Whoever is answered finds the list as it is now. */
static enum err edited(struct req *r, struct command *cmd, enum err result)
{
    struct edit *d = (struct edit *)cmd;
    if (result && r->info.text && r->info.field) /* which of the lines */
        view_put_z(r->view, "word", r->info.text);
    if (result)
        return refused(r, result);
    if (d->n)
        view_put_int(r->view, "added", (int64_t)d->n);
    reply_flash(r, "house.list_changed");
    reply_redirect(r, "/house/words");
    return house_list_follow(r->db, r->arena);
}

static enum err edit_new(struct req *r, enum deed deed, struct edit **out)
{
    struct edit *d = ARENA_NEW(r->arena, struct edit);
    if (!d)
        return ERR_NOMEM;
    *d = (struct edit){.cmd = {.name = "house.words", .run = run_edit},
                       .deed = deed,
                       .word = {.actor = r->who.user_id}};
    *out = d;
    return req_field_text(r, "why", 2, HOUSE_NOTE_MAX, &d->word.why);
}

static enum err read_kind(struct req *r, struct house_word *w)
{
    enum house_class known;
    w->class = req_field(r, "class");
    w->rule = req_field(r, "rule");
    if (house_class_of(w->class, &known))
        return req_refuse(r, ERR_INVALID, "class", "house.class_unknown");
    if (known == HOUSE_EXEMPT)
        w->rule = STR("exempt");
    return req_field(r, "note").n ? req_field_text(r, "note", 0, HOUSE_NOTE_MAX, &w->note) : OK;
}

/* Takes the next line that is not empty off *text. */
static bool next_line(struct str *text, struct str *line)
{
    while (text->n) {
        *line = str_trim(str_cut(*text, '\n', text));
        if (line->n)
            return true;
    }
    return false;
}

/* "word,class,rule,note": quotes as in CSV around a cell; without a rule it is "other". A first
 * line that names the columns is passed over. */
static struct str next_cell(struct req *r, struct str *line)
{
    if (!line->n || line->p[0] != '"')
        return str_trim(str_cut(*line, ',', line));
    char *out = arena_alloc(r->arena, line->n);
    size_t n = 0, at = 1;
    for (; out && at < line->n; at++) {
        if (line->p[at] == '"' && (at + 1 == line->n || line->p[at + 1] != '"'))
            break;
        at += line->p[at] == '"';
        out[n++] = line->p[at];
    }
    struct str rest = str_slice(*line, at + 1, line->n);
    (void)str_cut(rest, ',', line);
    return str_trim(str_n(out, n));
}

static enum err read_row(struct req *r, struct str line, struct house_word *w, bool *is_head)
{
    enum house_class known;
    w->word = next_cell(r, &line);
    struct str class = next_cell(r, &line), rule = next_cell(r, &line);
    struct str note = next_cell(r, &line);
    if (w->word.n && w->word.p[0] == '\'') /* our own CSV keeps spreadsheets from running it so */
        w->word = str_slice(w->word, 1, w->word.n);
    *is_head = str_eq_z(class, "class");
    w->class = class;
    w->rule = rule.n ? rule : STR("other");
    w->note = note;
    if (!*is_head && (house_class_of(class, &known) || !house_rule_ok(w->rule) ||
                      str_characters(note) > HOUSE_NOTE_MAX || !str_is_utf8(line)))
        return req_refuse(r, ERR_INVALID, "lines", "house.line_bad");
    return OK;
}

static enum err read_lines(struct req *r, struct edit *d, bool rows)
{
    struct str text = req_field(r, rows ? "lines" : "words"), line;
    const char *field = rows ? "lines" : "words";
    enum err e = OK;
    bool first = true;
    if (!str_is_utf8(text))
        return req_refuse(r, ERR_INVALID, field, "web.text_bad");
    if (str_starts(text, "\xEF\xBB\xBF"))
        text = str_slice(text, 3, text.n);
    size_t most = rows ? HOUSE_WORDS_MAX : HOUSE_WORDS_AT_ONCE;
    d->added = arena_array(r->arena, most, sizeof(*d->added));
    while (d->added && !e && next_line(&text, &line)) {
        bool is_head = false;
        if (d->n == most)
            return req_refuse(r, ERR_LIMIT, field, "house.lines_most");
        struct house_word *w = &d->added[d->n];
        *w = d->word;
        w->word = line;
        if (rows)
            e = read_row(r, line, w, &is_head);
        if (e || (is_head && !first))
            return e ? e : req_refuse(r, ERR_INVALID, field, "house.line_bad");
        d->n += !is_head;
        first = false;
    }
    if (!d->added)
        return ERR_NOMEM;
    return e || d->n ? e : req_refuse(r, ERR_INVALID, field, "web.text_bad");
}

/* POST /house/words: words (one a line), class, rule, note, why */
enum err house_words_post(struct req *r)
{
    struct edit *d;
    enum err e = edit_new(r, DEED_ADD, &d);
    if (!e)
        e = read_kind(r, &d->word);
    if (!e)
        e = read_lines(r, d, false);
    return e ? refused(r, e) : web_write(r, &d->cmd, edited);
}

/* POST /house/words/paste: lines as the export has them; what is there already is changed. */
enum err house_words_paste(struct req *r)
{
    struct edit *d;
    enum err e = edit_new(r, DEED_ADD, &d);
    if (!e)
        e = read_lines(r, d, true);
    if (!e)
        d->skips = true;
    return e ? refused(r, e) : web_write(r, &d->cmd, edited);
}

/* POST /house/words/{id}: do, class, rule, note, why */
enum err house_word_post(struct req *r)
{
    struct edit *d;
    int64_t id;
    bool removes = str_eq_z(req_field(r, "do"), "remove");
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    if (!removes && !str_eq_z(req_field(r, "do"), "change"))
        return req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    enum err e = edit_new(r, removes ? DEED_REMOVE : DEED_CHANGE, &d);
    if (!e && !removes)
        e = read_kind(r, &d->word);
    if (e)
        return refused(r, e);
    d->id = id;
    return web_write(r, &d->cmd, edited);
}
