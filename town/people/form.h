/* Inside people/: what is wrong with a form, all of it at once. */
#ifndef TOWN_PEOPLE_FORM_H
#define TOWN_PEOPLE_FORM_H

#include "web/web.h"

/* Page member `wrong`: a message for each field that has to be mended. */
struct view *form_wrong(struct req *r);
/* Adds one; the first is what the refusal itself names. */
void form_say(struct req *r, struct view *fields, enum err e, const char *field, const char *key);

#endif
