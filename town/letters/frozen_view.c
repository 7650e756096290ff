#include "town/letters/frozen_view.h"

#include "town/day.h"
#include "town/figures/figures.h"

struct str frozen_href(struct arena *arena, struct str name, int64_t of, int64_t as_of_ms)
{
    char day[DAY_TEXT];
    if (!day_text(day_of(as_of_ms), day))
        return STR_NONE;
    const char *about = of ? arena_printf(arena, "&of=%lld", (long long)of) : "";
    const char *href =
        about ? arena_printf(arena, "/figures/%.*s?as_of=%s%s", STR_ARG(name), day, about) : NULL;
    return href ? str_of(href) : STR_NONE;
}

static enum figure_kind kind_of(struct str kind)
{
    return str_eq_z(kind, "number") ? FIGURE_NUMBER
           : str_eq_z(kind, "date") ? FIGURE_DATE
                                    : FIGURE_REFERENCE;
}

static struct figure_value value_then(const struct rows *rs, size_t i)
{
    return (struct figure_value){.kind = kind_of(row_str(rs, i, "kind")),
                                 .is_known = true,
                                 .number = row_int(rs, i, "number"),
                                 .words = row_str(rs, i, "words")};
}

/* Whether there is a value now that this visitor may see: one that was public then may not be so
 * any more. A figure that is no more, or whose query fails, is not known; the snapshot goes on. */
static enum err look(struct req *r, struct str name, int64_t of, int64_t as_of_ms, bool *is_known,
                     struct figure_frozen *now)
{
    *is_known = false;
    if (figures_admit(r, name, of) != OK) {
        r->info = (struct err_info){0};
        return OK;
    }
    enum err e = db_savepoint(r->db);
    if (e)
        return e;
    e = figures_glance(r->db, r->arena, name, of, as_of_ms, now);
    if (!e) {
        *is_known = now->is_known;
        return db_savepoint_release(r->db);
    }
    db_savepoint_rollback(r->db);
    return db_in_transaction(r->db) ? OK : e;
}

/* What it is now: of one that was quoted as of a day's end, what the record says of that day now.
 */
static enum err put_now(struct req *r, struct view *v, const struct rows *rs, size_t i,
                        const struct figure_value *then)
{
    int64_t as_of = row_int(rs, i, "as_of");
    bool has_day = as_of == day_end_ms(day_of(as_of)), is_known;
    struct figure_frozen now;
    enum err e = look(r, row_str(rs, i, "name"), row_int(rs, i, "of_id"), has_day ? as_of : 0,
                      &is_known, &now);
    is_known = is_known && now.kind == then->kind;
    view_put_bool(v, "is_known", is_known);
    if (e || !is_known)
        return e;
    const struct figure_value value = {
        .kind = now.kind, .is_known = true, .number = now.number, .words = now.words};
    view_put_str(v, "now", figures_printed(now.kind, now.unit, &value, r->arena));
    view_put_bool(v, "is_same",
                  now.kind == FIGURE_NUMBER ? now.number == then->number
                                            : str_eq(now.words, then->words));
    return OK;
}

static void put_head(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "position", row_int(rs, i, "position"));
    view_put_str(v, "title", row_str(rs, i, r->lang == LANG_EN ? "title_en" : "title_zh"));
    view_put_bool(v, "is_public", row_int(rs, i, "is_public"));
}

enum err frozen_put(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    const struct figure_value then = value_then(rs, i);
    struct str name = row_str(rs, i, "name");
    put_head(r, v, rs, i);
    view_put_str(v, "name", name);
    view_put_str(v, "printed", row_str(rs, i, "printed"));
    view_put_time(v, "as_of", row_int(rs, i, "as_of"));
    view_put_str(v, "value", figures_printed(then.kind, row_str(rs, i, "unit"), &then, r->arena));
    view_put_int(v, "evidence_n", row_int(rs, i, "evidence_n"));
    view_put_str(v, "href",
                 frozen_href(r->arena, name, row_int(rs, i, "of_id"), row_int(rs, i, "as_of")));
    return put_now(r, v, rs, i, &then);
}

enum err frozen_put_public(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    if (row_int(rs, i, "is_public"))
        return frozen_put(r, v, rs, i);
    put_head(r, v, rs, i);
    return OK;
}
