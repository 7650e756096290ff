/* home: the town's window, `/`. It asks the other departments and owns nothing. */
#ifndef TOWN_HOME_HOME_H
#define TOWN_HOME_HOME_H

#include "web/web.h"

extern const struct web_module home_module;

#endif
