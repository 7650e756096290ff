/* Routes and jobs: see venue.h. */
#include "town/venue/venue.h"

#include "town/venue/internal.h"

#define BASE ROLE_OPERATOR
static const struct route routes[] = {
    {"GET", "/venue/manage", venue_page_manage, NULL, "venue/manage.html", BASE, CSRF_SAFE, 0},
    {"POST", "/venue/floors", venue_do_floor, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/venue/spaces", venue_do_space, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/venue/spaces/{id}/edit", venue_page_edit, NULL, "venue/edit.html", BASE, CSRF_SAFE,
     0},
    {"POST", "/venue/spaces/{id}", venue_do_edit, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/venue/spaces/{id}/hours", venue_do_hours, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/venue/closures", venue_do_close, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/venue/closures/{id}/lift", venue_do_lift, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/venue/rules", venue_do_rules, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/venue/board", venue_page_board, NULL, "venue/board.html", BASE, CSRF_SAFE, 0},
    {"GET", "/venue/book", venue_page_book, NULL, "venue/book.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/venue/spaces/{id}", venue_page_space, NULL, "venue/space.html", WHO_MEMBER, CSRF_SAFE,
     0},
    {"GET", "/venue/bookings", venue_page_mine, NULL, "venue/mine.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/venue/bookings", venue_do_book, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/venue/bookings/{id}", venue_page_booking, NULL, "venue/booking.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/venue/bookings/{id}/move", venue_do_move, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/venue/bookings/{id}/do", venue_do_event, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/venue/spaces/{id}/door", venue_page_sheet, NULL, "venue/sheet.html", BASE, CSRF_SAFE,
     0},
    {"POST", "/venue/spaces/{id}/door", venue_do_sheet, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/venue/screens/{id}/{key}", venue_page_screen, NULL, "venue/screen.html", WHO_ANYONE,
     CSRF_SAFE, 0},
    {"GET", "/venue/door/{token}", venue_page_door, NULL, "venue/door.html", WHO_MEMBER, CSRF_SAFE,
     0},
    {"POST", "/venue/door/{token}", venue_do_door, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/venue/feeds", venue_do_feed, NULL, "venue/feed.html", WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/venue/feeds/{id}/revoke", venue_do_revoke, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/venue/feeds/{token}/calendar.ics", venue_feed, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0},
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
