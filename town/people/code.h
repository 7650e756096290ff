/*
 * Inside people/: coming in by a code that is sent to a phone. Six digits, good for five minutes,
 * once; a newer one takes an older one's place. What stands against guessing and against letting us
 * pay for other people's messages:
 *
 *   a code     CODE_TRIES_MAX wrong ones, and it is worth nothing
 *   a phone    one in CODE_AGAIN_MS, CODE_PHONE_MAX in CODE_PHONE_WINDOW_MS (in the database, so
 *              for all processes together)
 *   an address CODE_ADDRESS_MAX codes sent in PEOPLE_TRIES_WINDOW_MS, and PEOPLE_TRIES_ADDRESS_MAX
 *              wrong ones, with wrong passwords
 *   a process  CODE_PROCESS_MAX codes sent in PEOPLE_TRIES_WINDOW_MS
 */
#ifndef TOWN_PEOPLE_CODE_H
#define TOWN_PEOPLE_CODE_H

#include "town/people/people.h"

enum {
    CODE_DIGITS = 6,
    CODE_BELOW = 1000000,
    CODE_LIFE_MS = 5 * 60 * 1000,
    CODE_TRIES_MAX = 5,
    CODE_AGAIN_MS = 60 * 1000,
    CODE_PHONE_WINDOW_MS = 60 * 60 * 1000,
    CODE_PHONE_MAX = 5,
    CODE_ADDRESS_MAX = 20, /* a family or an office behind one address */
    CODE_PROCESS_MAX = 600,
};

bool code_is_offered(void);
/* Members of the login page: by_code, code_minutes. */
void code_page(struct req *r);

#endif
