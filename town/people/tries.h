/*
 * Wrong passwords and codes lately, by client address and by account, and codes that were sent, by
 * client address and in all: the door closes for a while after too many. Kept in memory: a restart
 * forgives. Thread safe.
 */
#ifndef TOWN_PEOPLE_TRIES_H
#define TOWN_PEOPLE_TRIES_H

#include <stdbool.h>

#include "base/str.h"
#include "io/addr.h"

/* An empty account: only the address counts. */
bool tries_allowed(const struct addr *peer, struct str account);
void tries_failed(const struct addr *peer, struct str account);
void tries_succeeded(struct str account);
/* May this address let a code be sent, and may this process? Counts it when it may. */
bool tries_code(const struct addr *peer);
void tries_forget(void); /* all of them; at exit and in tests */

#endif
