/* What others have more of shows, and what they ask of one. */
#include "town/shows/internal.h"
#include "store/queries.h"

static shows_ended_fn *ended_fn;
static shows_cover_fn *cover_fn;

void shows_replay_parts(shows_ended_fn *ended, shows_cover_fn *cover)
{
    ended_fn = ended;
    cover_fn = cover;
}

enum err shows_ended_part(struct req *r, const struct rows *show)
{
    bool has_ended = str_eq_z(row_str(show, 0, "status"), "ended");
    return ended_fn && has_ended ? ended_fn(r, show) : OK;
}

enum err shows_cover_part(struct req *r, struct view *show, int64_t id)
{
    return cover_fn ? cover_fn(r, show, id) : OK;
}

enum err shows_look(struct req *r, int64_t show, struct shows_look *out)
{
    struct rows rs;
    unsigned grants = 0;
    enum err e = db_one(r->db, &q_shows_get, ARGS(V_INT(show)), r->arena, &rs);
    if (e == OK)
        e = shows_grants(r, &rs, &grants);
    if (e != OK)
        return e;
    struct str status = row_str(&rs, 0, "status");
    *out = (struct shows_look){.is_live = str_eq_z(status, "live"),
                               .has_ended = str_eq_z(status, "ended"),
                               .is_crew = grants != 0};
    return OK;
}
