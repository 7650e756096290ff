/* Documented figures and goals, inside the writer's transaction: see figures.h. */
#include "store/queries.h"
#include "town/figures/internal.h"

enum { SHA256_HEX = 64 };

static enum err bad(struct tx *tx, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = ERR_INVALID, .field = field, .key = key};
    return ERR_INVALID;
}

static enum err check_text(struct tx *tx, const char *field, struct str s, size_t max)
{
    size_t n = str_characters(s);
    return n >= 1 && n <= max && str_is_utf8(s) ? OK : bad(tx, field, "web.text_bad");
}

static bool is_unit(struct str unit)
{
    static const char *const units[] = {"product",      "factory", "show",   "order",
                                        "fen",          "host",    "piece",  "event",
                                        "organisation", "m2",      "person", "chain"};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (str_eq_z(unit, units[i]))
            return true;
    return false;
}

static enum err check_document(struct tx *tx, const struct figure_document *d)
{
    if (!figures_name_ok(d->name))
        return bad(tx, "name", "figures.name_bad");
    if (d->kind == FIGURE_NUMBER ? !is_unit(d->unit) : d->unit.n > 0)
        return bad(tx, "unit", "figures.unit_bad");
    enum err e = check_text(tx, "title_zh", d->title_zh, FIGURE_TITLE_MAX);
    if (e == OK)
        e = check_text(tx, "title_en", d->title_en, FIGURE_TITLE_MAX);
    if (e == OK)
        e = check_text(tx, "about_zh", d->about_zh, FIGURE_ABOUT_MAX);
    return e != OK ? e : check_text(tx, "about_en", d->about_en, FIGURE_ABOUT_MAX);
}

enum err figures_document(struct tx *tx, const struct figure_document *d)
{
    struct rows rs;
    enum err e = check_document(tx, d);
    if (e == OK)
        e = db_select(tx->db, &q_figures_document, ARGS(V_STR(d->name)), tx->arena, &rs);
    if (e == OK && (rs.n || figures_find(d->name))) {
        *tx->info =
            (struct err_info){.code = ERR_EXISTS, .field = "name", .key = "figures.name_taken"};
        return ERR_EXISTS;
    }
    if (e != OK)
        return e;
    return db_exec(tx->db, &q_figures_document_add,
                   ARGS(V_STR(d->name), V_Z(figures_kind_name(d->kind)), V_STR(d->unit),
                        V_STR(d->title_zh), V_STR(d->title_en), V_STR(d->about_zh),
                        V_STR(d->about_en), V_INT(d->is_public), V_INT(tx->now_ms)),
                   NULL);
}

/* ---- values ---- */

static enum err check_value(struct tx *tx, const struct figure_any *f,
                            const struct figure_statement *s)
{
    int64_t day;
    switch (f->kind) {
    case FIGURE_NUMBER:
        return s->number >= 0 && s->number <= FIGURE_NUMBER_MAX
                   ? OK
                   : bad(tx, "value", "figures.number_bad");
    case FIGURE_DATE:
        return day_read(s->words, &day) == OK ? OK : bad(tx, "value", "figures.day_bad");
    case FIGURE_REFERENCE: return check_text(tx, "value", s->words, FIGURE_WORDS_MAX);
    }
    return ERR_INTERNAL;
}

static enum err check_scan(struct tx *tx, const struct figure_statement *s)
{
    if (s->scan_name.n == 0 && s->scan_sha256.n == 0)
        return OK;
    for (size_t i = 0; i < s->scan_sha256.n; i++) {
        char c = s->scan_sha256.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return bad(tx, "scan", "scan.kind");
    }
    if (s->scan_sha256.n != SHA256_HEX)
        return bad(tx, "scan", "scan.kind");
    return check_text(tx, "scan", s->scan_name, FIGURE_WORDS_MAX);
}

enum err figures_state(struct tx *tx, const struct figure_statement *s)
{
    struct figure_any f;
    int64_t day = 0;
    enum err e = figure_any_find(tx->db, LANG_ZH, s->name, tx->arena, &f);
    if (e == OK && f.counted)
        e = ERR_NOT_FOUND; /* nobody says what is counted */
    if (e == OK)
        e = check_value(tx, &f, s);
    if (e == OK && day_read(s->holds_from, &day) != OK)
        e = bad(tx, "holds_from", "figures.day_bad");
    if (e == OK)
        e = check_text(tx, "source", s->source, FIGURE_WORDS_MAX);
    if (e == OK)
        e = check_scan(tx, s);
    if (e != OK)
        return e;
    bool number = f.kind == FIGURE_NUMBER;
    return db_exec(tx->db, &q_figures_value_add,
                   ARGS(V_INT(f.document), number ? V_INT(s->number) : V_NULL,
                        number ? V_NULL : V_STR(s->words), V_INT(day_begin_ms(day)),
                        V_STR(s->source), V_STR(s->scan_name), V_STR(s->scan_sha256),
                        s->officer_id ? V_INT(s->officer_id) : V_NULL, V_INT(tx->now_ms)),
                   NULL);
}

/* ---- goals ---- */

enum err figures_set_goal(struct tx *tx, struct str name, int64_t goal, struct str source,
                          int64_t officer_id)
{
    struct figure_any f;
    enum err e = figure_any_find(tx->db, LANG_ZH, name, tx->arena, &f);
    if (e == OK && f.counted && f.counted->subject)
        e = ERR_NOT_FOUND;
    if (e == OK && (f.kind != FIGURE_NUMBER || goal < 1 || goal > FIGURE_NUMBER_MAX))
        e = bad(tx, "goal", "figures.number_bad");
    if (e == OK)
        e = check_text(tx, "source", source, FIGURE_WORDS_MAX);
    if (e != OK)
        return e;
    return db_exec(tx->db, &q_figures_goal_add,
                   ARGS(V_STR(name), V_INT(goal), V_STR(source),
                        officer_id ? V_INT(officer_id) : V_NULL, V_INT(tx->now_ms)),
                   NULL);
}
