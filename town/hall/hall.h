/*
 * hall: the Youpin hall, its products and their stock. What other departments may call.
 */
#ifndef TOWN_HALL_HALL_H
#define TOWN_HALL_HALL_H

#include "town/hall/sku.h"
#include "town/hall/stock.h"

#endif
