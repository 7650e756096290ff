/* Inside people/: coming in, by whichever door. */
#ifndef TOWN_PEOPLE_ENTER_H
#define TOWN_PEOPLE_ENTER_H

#include "web/web.h"

/* Where somebody goes on: where they wanted to, or who is at work here to their work. */
const char *enter_next(struct req *r, int64_t user, int64_t roles);
/* The reply to somebody who is in now: their session, and on they go. */
void enter_reply(struct req *r, int64_t user, struct str token, const char *next);
/* Whether `stored` is a hash that a password can match. */
bool enter_has_password(struct str stored);

#endif
