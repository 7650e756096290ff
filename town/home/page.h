/* Inside home/. */
#ifndef TOWN_HOME_PAGE_H
#define TOWN_HOME_PAGE_H

#include "web/web.h"

handler_fn home_sitemap, home_sitemap_file, home_robots; /* sitemap.c */

#endif
