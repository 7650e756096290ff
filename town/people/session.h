/* Inside people/: tokens and cookies of sessions. */
#ifndef TOWN_PEOPLE_SESSION_H
#define TOWN_PEOPLE_SESSION_H

#include "town/people/people.h"

#define SESSION_COOKIE "session"

enum { SESSION_TOKEN_BYTES = 32 };

void session_cookie(struct req *r, struct str token); /* empty: removes it */

#endif
