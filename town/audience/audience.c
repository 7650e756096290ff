/* Routes, start and stop: see audience.h. */
#include "town/audience/audience.h"

#include "town/audience/internal.h"
#include "town/shows/shows.h"

static const struct route routes[] = {
    {"POST", "/shows/{id}/visit", audience_on_visit, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0},
    {"GET", "/shows/{id}/audience", audience_page_desk, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/report", audience_page_report, NULL, "audience/report.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"GET", "/shows/{id}/report.xlsx", audience_report_xlsx, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0,
     WEB_SLOW},
    {"GET", "/factory/shows", audience_page_makers, NULL, "audience/makers.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
};

const struct web_module audience_module = {.name = "audience",
                                           .routes = routes,
                                           .routes_n = sizeof(routes) / sizeof(routes[0]),
                                           .nav = "shows"};

static struct rooms *_Atomic the_rooms; /* the writer runs before the town has started */

struct rooms *audience_rooms(void)
{
    return the_rooms;
}

void audience_prepare(struct writer *w)
{
    writer_every(w, AUDIENCE_FLUSH_MS, "audience.flush", audience_flush, NULL);
    writer_every(w, AUDIENCE_SAMPLE_MS, "audience.sample", audience_sample, NULL);
    writer_at_stop(w, "audience.flush", audience_flush, NULL);
    shows_part(audience_desk_part);
}

enum err audience_start(struct rooms *rooms)
{
    the_rooms = rooms;
    return audience_limits_start();
}

void audience_stop(void)
{
    audience_limits_stop();
    audience_forget();
    the_rooms = NULL;
}
