/* Inside hall/: the pages of imports, and their tasks. */
#ifndef TOWN_HALL_IMPORT_PAGE_H
#define TOWN_HALL_IMPORT_PAGE_H

#include "web/web.h"

enum { HALL_IMPORT_BODY_MAX = 545 * 1024 * 1024 }; /* a sheet and a ZIP of pictures */

handler_fn hall_import_list, hall_import_add, hall_import_one, hall_import_mapping,
    hall_import_cells, hall_import_zip, hall_import_again, hall_import_remove, hall_import_take,
    hall_import_submit, hall_export_goods, hall_export_template;

#endif
