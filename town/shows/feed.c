/*
 *   GET /shows/{id}/feed   rtmp, larix: addresses with the show's key in them, for an encoder on a
 * phone; rtmp_code, larix_code: the same as QR codes (page only). For who may see the key; kept
 * nowhere on the way.
 */
#include "base/enc.h"
#include "town/qr.h"
#include "town/shows/internal.h"

/* Larix Broadcaster's own links (softvelum.com/larix/grove): one of the same address is replaced.
 */
static struct str larix_of(struct req *r, struct str rtmp, struct str name)
{
    return str_of(arena_printf(
        r->arena, "larix://set/v1?conn[][url]=%.*s&conn[][name]=%.*s&conn[][overwrite]=on",
        STR_ARG(enc_percent(r->arena, rtmp)), STR_ARG(enc_percent(r->arena, name))));
}

static enum err put_code(struct req *r, const char *member, struct str text, const char *label)
{
    struct str drawn;
    enum err e = qr_svg(r->arena, text, req_text(r, "shows.", str_of(label)), &drawn);
    if (e == ERR_TOO_LARGE) /* the address is there to be typed */
        return OK;
    if (e == OK) {
        view_put_html(r->view, member, drawn);
        view_page_only(r->view, member);
    }
    return e;
}

enum err shows_page_feed(struct req *r)
{
    struct rows show;
    struct str key;
    char name[SHOWS_ROOM_NAME];
    enum err e = shows_need(r, &show, SHOW_PICTURE);
    if (e == OK)
        e = shows_key(r->db, r->arena, row_int(&show, 0, "id"), &key);
    if (e != OK)
        return e;
    reply_secret(r);
    struct str title = shows_text(r, &show, 0, "title_zh", "title_en");
    struct str rtmp = str_of(
        arena_printf(r->arena, "%.*s/%.*s?key=%.*s", STR_ARG(shows_env.rtmp_url),
                     STR_ARG(shows_stream_name(row_int(&show, 0, "id"), name)), STR_ARG(key)));
    struct str larix = larix_of(r, rtmp, title);
    struct view *v = view_put_object(r->view, "show");
    view_put_int(v, "id", row_int(&show, 0, "id"));
    view_put_str(v, "title", title);
    view_put_str(r->view, "rtmp", rtmp);
    view_put_str(r->view, "larix", larix);
    e = put_code(r, "rtmp_code", rtmp, "feed_code");
    return e != OK ? e : put_code(r, "larix_code", larix, "feed_larix");
}
