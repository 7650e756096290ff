/* reindex: what the hall is searched by, made anew (town/hall/search_index.h). */
#include <stdio.h>

#include "app.h"
#include "command.h"
#include "store/seal.h"
#include "store/writer.h"
#include "town/hall/hall.h"
#include "town/town.h"
#include "web/i18n.h"

enum { ARENA_MAX = 16 << 20 };

static enum err rebuild(const struct config *config, struct arena *arena, struct err_info *info)
{
    struct writer *w = NULL;
    town_facets();
    enum err e = i18n_load(arena, info);
    if (e == OK)
        e = seal_load(config->data_dir.p, arena, info);
    if (e == OK)
        e = app_migrate(config, arena, info);
    if (e == OK)
        e = writer_open(config->store_url.p, &w, arena, info);
    if (e == OK)
        e = writer_start(w);
    if (e == OK)
        e = hall_search_rebuild(w, false, arena, info);
    writer_stop(w);
    return e;
}

int command_reindex(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    if (argc > 0) {
        info = (struct err_info){.field = argv[0], .text = "no such setting; --help lists them"};
        return main_fail(&info, ERR_INVALID) + 1;
    }
    arena_init(&arena, ARENA_MAX);
    enum err e = rebuild(config, &arena, &info);
    int status = e ? main_fail(&info, e) : 0;
    if (e == OK)
        puts("the hall is searched by its words of now");
    arena_free(&arena);
    return status;
}
