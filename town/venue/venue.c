/* Routes and jobs: see venue.h. */
#include "town/venue/venue.h"

#include "town/venue/internal.h"

static const struct route routes[] = {
    {"GET", "/venue", venue_page_search, NULL, "venue/search.html", WHO_MEMBER, CSRF_SAFE, 0},
};
const struct web_module venue_module = {"venue", routes, sizeof(routes) / sizeof(routes[0]), NULL};

static enum err turn(struct tx *tx, void *unused)
{
    int done;
    (void)unused;
    return venue_turn(tx, VENUE_TURN_MAX, &done);
}

void venue_prepare(struct writer *w)
{
    writer_every(w, VENUE_TURN_MS, "venue.turn", turn, NULL);
}
