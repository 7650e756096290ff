/* Inside figures/: its pages, which a refused form shows again. */
#ifndef TOWN_FIGURES_PAGE_H
#define TOWN_FIGURES_PAGE_H

#include "web/web.h"

handler_fn figures_page_list, figures_page_one;

#endif
