/* The hall's front, above the goods when nothing has been asked: kinds with their pictures, what is
 * live and comes next, what is new, makers. */
#include "store/queries.h"
#include "town/hall/page.h"
#include "town/shows/shows.h"

enum { FRONT_SHOWS = 4, FRONT_FRESH = 12, FRONT_MAKERS = 6 };

static void put_picture(struct req *r, struct view *v, struct str slug, struct str photo)
{
    view_put_z(v, "picture",
               photo.n ? arena_printf(r->arena, "/hall/photos/%.*s.webp", STR_ARG(photo))
                       : hall_picture_path(r, slug));
}

/* Kinds with goods, below the one that they belong to; one that has none above it stands alone. */
static void put_branch(struct req *r, struct view *list, const struct rows *kinds,
                       const struct rows *all, size_t row)
{
    int64_t id = row_int(all, row, "id"), products = 0;
    struct view *v = NULL, *below = NULL;
    for (size_t i = 0; i < kinds->n; i++) {
        bool own = row_int(kinds, i, "id") == id;
        if ((!own && row_int(kinds, i, "parent_id") != id) || row_str(kinds, i, "picture").n == 0)
            continue;
        if (!v) {
            v = view_add_object(list);
            view_put_str(v, "slug", row_str(all, row, "slug"));
            view_put_str(v, "name", hall_text(r, all, row, "name_zh", "name_en"));
            below = view_put_list(v, "below");
        }
        struct view *k = view_add_object(below);
        view_put_str(k, "slug", row_str(kinds, i, "slug"));
        view_put_str(k, "name", hall_text(r, kinds, i, "name_zh", "name_en"));
        view_put_int(k, "products", row_int(kinds, i, "products"));
        put_picture(r, k, row_str(kinds, i, "picture"), STR_NONE);
        products += row_int(kinds, i, "products");
    }
    if (v)
        view_put_int(v, "products", products);
}

static enum err put_directory(struct req *r, struct view *front)
{
    struct rows kinds, all;
    enum err e = db_select(r->db, &q_hall_kinds, NO_ARGS, r->arena, &kinds);
    if (e == OK)
        e = db_select(r->db, &q_hall_kinds_all, NO_ARGS, r->arena, &all);
    if (e != OK)
        return e;
    struct view *list = view_put_list(front, "kinds");
    for (size_t i = 0; i < all.n; i++)
        if (row_int(&all, i, "parent_id") == 0)
            put_branch(r, list, &kinds, &all, i);
    return OK;
}

static enum err put_fresh(struct req *r, struct view *front)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_fresh, ARGS(V_INT(FRONT_FRESH)), r->arena, &rs);
    struct view *list = view_put_list(front, "fresh");
    for (size_t i = 0; e == OK && i < rs.n; i++)
        hall_put_good(r, view_add_object(list), &rs, i);
    return e;
}

/* A row a picture; those of a maker follow one another. */
static enum err put_makers(struct req *r, struct view *front)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_front_makers, ARGS(V_INT(FRONT_MAKERS)), r->arena, &rs);
    struct view *list = view_put_list(front, "makers"), *pictures = NULL;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        if (i == 0 || row_int(&rs, i, "id") != row_int(&rs, i - 1, "id")) {
            struct view *v = view_add_object(list);
            view_put_str(v, "slug", row_str(&rs, i, "slug"));
            view_put_str(v, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
            view_put_int(v, "products", row_int(&rs, i, "products"));
            pictures = view_put_list(v, "pictures");
        }
        put_picture(r, view_add_object(pictures), row_str(&rs, i, "product"),
                    row_str(&rs, i, "photo"));
    }
    return e;
}

enum err hall_put_front(struct req *r)
{
    struct view *front = view_put_object(r->view, "front");
    enum err e = put_directory(r, front);
    if (e == OK)
        e = shows_list(r, front, "live", "live", FRONT_SHOWS);
    if (e == OK)
        e = shows_list(r, front, "planned", "planned", FRONT_SHOWS);
    if (e == OK)
        e = put_fresh(r, front);
    return e != OK ? e : put_makers(r, front);
}
