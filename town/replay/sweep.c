/* What a process that was away has missed: files of recordings that were removed meanwhile, as
 * nobody spoke of them for so long (work.c). */
#include <dirent.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/replay/internal.h"

enum { SWEEP_ARENA_MAX = 64 * 1024 };

static bool is_removed(struct db *db, int64_t show)
{
    struct rows rs;
    struct arena arena;
    arena_init(&arena, SWEEP_ARENA_MAX);
    bool removed = db_snapshot_begin(db) == OK;
    if (removed) {
        removed = db_select(db, &q_replay_recording, ARGS(V_INT(show)), &arena, &rs) == OK &&
                  rs.n > 0 && str_eq_z(row_str(&rs, 0, "state"), "removed") &&
                  row_null(&rs, 0, "held_at");
        db_snapshot_end(db);
    }
    arena_free(&arena);
    return removed;
}

enum err replay_sweep(struct db *db)
{
    const struct dirent *d;
    DIR *dir = opendir(replay_folder());
    enum err e = OK;
    while (dir && e == OK && (d = readdir(dir)) != NULL) {
        struct str stream = str_of(d->d_name);
        int64_t show = shows_of_stream(stream);
        if (show == 0 || !is_removed(db, show))
            continue;
        e = record_remove(replay_folder(), stream, REPLAY_FILES_SLICE);
        if (e == OK)
            LOG(INFO, "replay.swept", L_I("show", show));
        else if (e != ERR_AGAIN)
            LOG(WARN, "replay.not_removed", L_I("show", show), L_ERR(e));
    }
    if (dir)
        closedir(dir);
    return e;
}
