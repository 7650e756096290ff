/* today: the base's page of the day, /today, and its wall. It asks the other departments and owns
 * nothing. */
#ifndef TOWN_TODAY_TODAY_H
#define TOWN_TODAY_TODAY_H

#include "web/web.h"

extern const struct web_module today_module;

#endif
