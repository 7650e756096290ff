/* Routes, start and stop, and who may: see replay.h. */
#include "town/replay/replay.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/replay/internal.h"

static const struct route routes[] = {
    {"GET", "/shows/{id}/replay/index.m3u8", replay_on_index, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/shows/{id}/replay/talk", replay_on_talk, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/shows/{id}/replay/{file}", replay_on_file, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/shows/{id}/thumb", replay_on_thumb, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/clips/{id}", replay_page_clip, NULL, "replay/clip.html", WHO_ANYONE, CSRF_SAFE},
    {"GET", "/clips/{id}/index.m3u8", replay_on_clip_index, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/clips/{id}/{file}", replay_on_clip_file, NULL, NULL, WHO_ANYONE, CSRF_SAFE},
    {"GET", "/recordings", replay_page_desk, NULL, "replay/desk.html", ROLE_OPERATOR, CSRF_SAFE},
    {"POST", "/recordings/{id}/hold", replay_do_hold, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN},
    {"POST", "/recordings/{id}/lift", replay_do_lift, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN},
};

const struct web_module replay_module = {.name = "replay",
                                         .routes = routes,
                                         .routes_n = sizeof(routes) / sizeof(routes[0]),
                                         .nav = "shows"};

enum { FOLLOW_EVERY_MS = 1000, KEEP_EVERY_MS = 5000 };

static char folder[REPLAY_PATH_MAX];
static _Atomic(struct live *) the_live;

const char *replay_folder(void)
{
    return folder;
}

struct record *replay_recorder(void)
{
    struct live *live = atomic_load(&the_live);
    return live ? live_record(live) : NULL;
}

struct str replay_name(int64_t show, char out[SHOWS_ROOM_NAME])
{
    return shows_stream_name(show, out);
}

/* ---- who may ---- */

enum err replay_id(struct req *r, int64_t *id)
{
    return str_to_i64(req_param(r, "id"), id) == OK && *id > 0 ? OK : ERR_NOT_FOUND;
}

enum err replay_is_kept(struct req *r, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_replay_recording, ARGS(V_INT(show)), r->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    struct str state = row_str(&rs, 0, "state");
    return str_eq_z(state, "removing") || str_eq_z(state, "removed") ? ERR_NOT_FOUND : OK;
}

enum err replay_may(struct req *r, int64_t show, bool crew, bool *is_public)
{
    struct shows_look look;
    enum err e = shows_look(r, show, &look);
    if (e != OK)
        return e;
    *is_public = look.has_ended;
    return look.is_crew || (look.has_ended && !crew) ? replay_is_kept(r, show) : ERR_NOT_FOUND;
}

bool replay_is_fresh(int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    struct record_status s;
    struct live_health h;
    struct live *live = atomic_load(&the_live);
    struct str stream = replay_name(show, name);
    return live && live_record(live) && live_health(live, stream, &h) == OK &&
           record_status(live_record(live), stream, &s) == OK &&
           clock_wall_ms() - s.newest_ms <= h.up_ms;
}

const char *replay_state(int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    struct record_status s;
    struct record *r = replay_recorder();
    return r && record_status(r, replay_name(show, name), &s) == OK ? record_state_name(s.state)
                                                                    : "none";
}

/* ---- start and stop ---- */

enum err replay_load(const char *data_dir)
{
    int n = snprintf(folder, sizeof(folder), "%s/recordings", data_dir);
    return n > 0 && (size_t)n < sizeof(folder) ? OK : ERR_TOO_LARGE;
}

void replay_prepare(struct writer *w)
{
    shows_replay_parts(replay_part, replay_cover_part);
    writer_every(w, FOLLOW_EVERY_MS, "replay.follow", replay_follow, NULL);
    writer_every(w, KEEP_EVERY_MS, "replay.keep", replay_keep, NULL);
}

void replay_set_live(struct live *live)
{
    atomic_store(&the_live, live);
}

enum err replay_start(struct writer *w, const char *store_url, struct arena *arena,
                      struct err_info *info)
{
    return replay_work_start(w, store_url, arena, info);
}

void replay_rest(void)
{
    replay_work_stop();
    replay_index_forget();
}
