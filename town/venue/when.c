/* A time as a form or a program says it: day with from and until ("19:00"), or both whole
 * ("2026-11-28T19:00"). */
#include "town/venue/internal.h"

static enum err refuse(struct req *r, const char *field, const char *key)
{
    return req_refuse(r, ERR_INVALID, field, key);
}

/* "19:00", or "2026-11-28T19:00" whose day goes to *day. */
static enum err read_one(struct req *r, const char *field, struct str given, int64_t *day,
                         int *step)
{
    struct str rest, head = str_cut(given, 'T', &rest);
    bool whole = rest.n > 0;
    if (whole && day_read(head, day) != OK)
        return refuse(r, field, "venue.time_bad");
    enum err e = grid_step_read(whole ? str_slice(rest, 0, 5) : given, step);
    if (e == ERR_INVALID)
        return refuse(r, field, "venue.off_grid");
    return e != OK ? refuse(r, field, "venue.time_bad") : OK;
}

enum err when_read(struct req *r, struct str day, struct str from, struct str until,
                   struct venue_when *out)
{
    int64_t first = 0, last = 0;
    if (day.n && day_read(day, &first) != OK)
        return refuse(r, "day", "venue.day_bad");
    last = first;
    enum err e = read_one(r, "from", from, &first, &out->from);
    if (e == OK && !day.n)
        last = first;
    if (e == OK)
        e = read_one(r, "until", until, &last, &out->until);
    if (e != OK)
        return e;
    if (first == 0)
        return refuse(r, "day", "venue.day_bad");
    if (out->until == 0 && (last == first + 1 || last == first)) { /* midnight, as clocks show it */
        last = first;
        out->until = VENUE_STEPS;
    }
    if (last > first)
        return refuse(r, "until", "venue.no_midnight");
    if (last < first || out->until <= out->from)
        return refuse(r, "until", "venue.no_backwards");
    if (out->from >= VENUE_STEPS)
        return refuse(r, "from", "venue.time_bad");
    out->day = first;
    return OK;
}

enum err when_field(struct req *r, struct venue_when *out)
{
    return when_read(r, req_field(r, "day"), req_field(r, "from"), req_field(r, "until"), out);
}

void when_put(struct req *r, struct view *v, const struct venue_when *w)
{
    char day[DAY_TEXT], from[GRID_TEXT], until[GRID_TEXT];
    (void)r;
    if (!day_text(w->day, day))
        day[0] = 0;
    grid_step_text(w->from, from);
    grid_step_text(w->until, until);
    view_put_z(v, "day", day);
    view_put_z(v, "from", from);
    view_put_z(v, "until", until);
    view_put_time(v, "starts_at", venue_begins_ms(w));
    view_put_time(v, "ends_at", venue_ends_ms(w));
    view_put_int(v, "from_step", w->from);
    view_put_int(v, "until_step", w->until);
}
