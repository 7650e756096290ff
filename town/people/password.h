/* Inside people/: passwords as they are typed. The rest is in people.h. */
#ifndef TOWN_PEOPLE_PASSWORD_H
#define TOWN_PEOPLE_PASSWORD_H

#include <stdbool.h>

#include "base/str.h"

/* Takes as long as hashing one does, whatever the answer. */
bool password_matches(struct str stored, struct str typed);

#endif
