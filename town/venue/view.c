/* Spaces as pages show them, and what is free. */
#include <string.h>

#include "store/queries.h"
#include "town/venue/internal.h"

enum { DM2 = 100 };

static bool has_all(struct str tags, struct str wanted)
{
    struct str rest = wanted;
    while (rest.n) {
        struct str tag = str_trim(str_cut(rest, ' ', &rest));
        bool found = tag.n == 0;
        struct str left = tags;
        while (left.n && !found)
            found = str_eq(str_cut(left, ' ', &left), tag);
        if (!found)
            return false;
    }
    return true;
}

bool space_is_for(const struct rows *rs, size_t i, const struct venue_wish *w)
{
    struct str who = row_str(rs, i, "who_may");
    if (!w->user || str_eq_z(who, "member"))
        return true;
    return str_eq_z(who, "factory") && w->organisation &&
           row_int(rs, i, "organisation_id") == w->organisation;
}

bool space_fits(const struct rows *rs, size_t i, const struct venue_wish *w)
{
    return (!w->kind.n || str_eq(row_str(rs, i, "kind"), w->kind)) &&
           row_int(rs, i, "seats") >= w->seats &&
           has_all(row_str(rs, i, "equipment"), w->equipment);
}

void space_put(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    bool en = r->lang == LANG_EN;
    struct str rest = row_str(rs, i, "equipment");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "code", row_str(rs, i, "code"));
    view_put_str(v, "name", row_str(rs, i, en ? "name_en" : "name_zh"));
    view_put_str(v, "kind", row_str(rs, i, "kind"));
    view_put_str(v, "kind_name", req_text(r, "venue.kind_", row_str(rs, i, "kind")));
    view_put_str(v, "floor", row_str(rs, i, en ? "floor_en" : "floor_zh"));
    int64_t dm2 = row_int(rs, i, "area_dm2");
    view_put_z(v, "area",
               dm2 % DM2 ? arena_printf(r->arena, "%lld.%02lld", (long long)(dm2 / DM2),
                                        (long long)(dm2 % DM2))
                         : arena_printf(r->arena, "%lld", (long long)(dm2 / DM2)));
    view_put_int(v, "area_dm2", dm2);
    view_put_int(v, "seats", row_int(rs, i, "seats"));
    view_put_money(v, "price", row_int(rs, i, "price_fen"), "CNY");
    view_put_bool(v, "is_free", row_int(rs, i, "price_fen") == 0);
    view_put_str(v, "who_may", row_str(rs, i, "who_may"));
    struct view *list = view_put_list(v, "equipment");
    while (rest.n) {
        struct str tag = str_cut(rest, ' ', &rest);
        if (tag.n) {
            struct view *t = view_add_object(list);
            view_put_str(t, "tag", tag);
            view_put_str(t, "name", req_text(r, "venue.has_", tag));
        }
    }
}

enum err venue_put_free(struct req *r, struct view *v, const char *member,
                        const struct venue_wish *wish, size_t most)
{
    struct grid g;
    uint64_t mask = grid_mask(wish->when.from, wish->when.until);
    struct view *list = view_put_list(v, member);
    enum err e = grid_load(r->db, wish->when.day, 0, wish->booking, r->arena, &g);
    for (size_t i = 0; e == OK && i < g.n && most > 0; i++)
        if (!(grid_busy(&g.days[i]) & mask) && space_fits(&g.spaces, i, wish) &&
            space_is_for(&g.spaces, i, wish)) {
            space_put(r, view_add_object(list), &g.spaces, i);
            most--;
        }
    return e;
}
