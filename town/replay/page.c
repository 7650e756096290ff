/* The replay on an ended show's page, clips on products' pages and by themselves. */
#include <stdio.h>

#include "store/queries.h"
#include "town/replay/internal.h"

const char *replay_length(struct arena *a, int64_t ms)
{
    long long s = (ms + 500) / 1000;
    return s >= 3600 ? arena_printf(a, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60)
                     : arena_printf(a, "%lld:%02lld", s / 60, s % 60);
}

static void put_clip(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    bool zh = r->lang == LANG_ZH;
    long long id = row_int(rs, i, "id");
    view_put_int(v, "id", id);
    view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "show", row_str(rs, i, zh ? "show_zh" : "show_en"));
    view_put_int(v, "show_id", row_int(rs, i, "show_id"));
    view_put_int(v, "item", row_int(rs, i, "item_id"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    view_put_time(v, "at", row_int(rs, i, "from_at"));
    view_put_int(v, "at_ms", row_int(rs, i, "at_ms"));
    view_put_int(v, "duration_ms", row_int(rs, i, "duration_ms"));
    view_put_z(v, "begins", replay_length(r->arena, row_int(rs, i, "at_ms")));
    view_put_z(v, "length", replay_length(r->arena, row_int(rs, i, "duration_ms")));
    view_put_z(v, "href", arena_printf(r->arena, "/clips/%lld", id));
    view_put_z(v, "hls", arena_printf(r->arena, "/clips/%lld/index.m3u8", id));
    view_put_z(v, "film", arena_printf(r->arena, "/clips/%lld/clip.mp4", id));
    if (row_int(rs, i, "has_thumb"))
        view_put_z(v, "thumb", arena_printf(r->arena, "/clips/%lld/thumb", id));
    else
        view_put_null(v, "thumb");
}

static void put_clips(struct req *r, struct view *v, const struct rows *rs)
{
    struct view *list = view_put_list(v, "clips");
    for (size_t i = 0; i < rs->n; i++)
        put_clip(r, view_add_object(list), rs, i);
}

enum err replay_of_product(struct req *r, struct view *v, int64_t product)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_replay_clips_of_product,
                           ARGS(V_INT(product), V_INT(REPLAY_CLIPS_SHOWN)), r->arena, &rs);
    if (e == OK)
        put_clips(r, v, &rs);
    return e;
}

enum err replay_page_clip(struct req *r)
{
    int64_t id;
    struct rows rs;
    enum err e = replay_id(r, &id);
    if (e == OK)
        e = db_one(r->db, &q_replay_clip, ARGS(V_INT(id)), r->arena, &rs);
    if (e == OK)
        e = replay_is_kept(r, row_int(&rs, 0, "show_id"));
    if (e != OK)
        return e;
    put_clip(r, view_put_object(r->view, "clip"), &rs, 0);
    view_put_str(r->view, "show_status", row_str(&rs, 0, "show_status"));
    return OK;
}

/* The address of a show's picture, while there is one. */
static enum err put_cover(struct req *r, struct view *v, const char *member, int64_t show)
{
    struct rows rs;
    struct block *jpeg;
    int64_t at_ms;
    bool has = replay_thumb(show, &jpeg, &at_ms) == OK;
    if (has)
        block_unref(jpeg);
    enum err e = has ? OK : db_select(r->db, &q_replay_recording, ARGS(V_INT(show)), r->arena, &rs);
    if (e != OK)
        return e;
    /* One that is being removed has it for a while, and shows it to nobody. */
    if (has || (rs.n > 0 && row_int(&rs, 0, "has_cover") && replay_is_kept(r, show) == OK))
        view_put_z(v, member, arena_printf(r->arena, "/shows/%lld/thumb", (long long)show));
    else
        view_put_null(v, member);
    return OK;
}

/* ---- an ended show ---- */

/* What was shown when: the card follows the picture, and a jump. */
static enum err put_cards(struct req *r, struct view *v, int64_t show, const struct record_index *x)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_replay_cards, ARGS(V_INT(show), V_INT(REPLAY_CARDS_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, "cards");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *card = view_add_object(list);
        view_put_int(card, "at_ms", record_index_at(x, row_int(&rs, i, "at")));
        if (row_null(&rs, i, "item_id"))
            view_put_null(card, "item");
        else
            view_put_int(card, "item", row_int(&rs, i, "item_id"));
    }
    return e;
}

/* One a configuration of its encoder: for its crew. */
static void put_films(struct req *r, struct view *v, int64_t show, const struct record_index *x)
{
    struct view *list = view_put_list(v, "films");
    long long nth = 0;
    for (size_t from = 0, n; from < x->n; from += n) {
        int64_t bytes = 0, ms = 0;
        n = replay_run(x, from, x->n);
        for (size_t i = from; i < from + n; i++) {
            bytes += x->entries[i].bytes;
            ms += x->entries[i].duration_ms;
        }
        struct view *film = view_add_object(list);
        view_put_z(
            film, "href",
            arena_printf(r->arena, "/shows/%lld/replay/film-%lld.mp4", (long long)show, ++nth));
        view_put_int(film, "bytes", bytes);
        view_put_int(film, "mb", (bytes + (1 << 20) - 1) >> 20);
        view_put_z(film, "length", replay_length(r->arena, ms));
    }
}

static enum err put_replay(struct req *r, int64_t show, bool crew, const struct record_index *x)
{
    struct rows rs;
    struct view *v = view_put_object(r->view, "replay");
    view_put_z(v, "hls", arena_printf(r->arena, "/shows/%lld/replay/index.m3u8", (long long)show));
    view_put_z(v, "talk", arena_printf(r->arena, "/shows/%lld/replay/talk.json", (long long)show));
    view_put_int(v, "duration_ms", x->last_ms);
    view_put_z(v, "length", replay_length(r->arena, x->last_ms));
    if (crew)
        put_films(r, v, show, x);
    enum err e = put_cover(r, v, "poster", show);
    if (e == OK)
        e = put_cards(r, v, show, x);
    if (e == OK)
        e = db_select(r->db, &q_replay_clips_of_show, ARGS(V_INT(show), V_INT(REPLAY_CLIPS_MAX)),
                      r->arena, &rs);
    if (e == OK)
        put_clips(r, v, &rs);
    return e;
}

enum err replay_part(struct req *r, const struct rows *show)
{
    const struct replay_index *index;
    struct shows_look look;
    int64_t id = row_int(show, 0, "id");
    enum err e = shows_look(r, id, &look);
    if (e != OK)
        return e;
    e = replay_is_kept(r, id);
    if (e == OK)
        e = replay_index_of(id, &index);
    if (e != OK)
        return OK; /* it was not recorded, or is gone: the page is what it was */
    e = put_replay(r, id, look.is_crew, &index->x);
    reply_page(r, "replay/show.html");
    replay_index_done(index);
    return e;
}

enum err replay_cover_part(struct req *r, struct view *show, int64_t id)
{
    return put_cover(r, show, "cover", id);
}
