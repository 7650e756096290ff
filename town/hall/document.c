/* Papers of a product: whoever may see it may have them; its maker and the base add and remove
 * them. What is taken, and how it is given back, is scan's (town/scan/scan.h). */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/hall/page.h"
#include "town/hall/photo.h"
#include "town/scan/scan.h"

/* ---- showing ---- */

/* "1.4 MB", "230 KB": so that who has a phone knows what comes. */
static const char *size_text(struct arena *arena, int64_t bytes)
{
    int64_t kib = (bytes + 1023) / 1024, tenths = bytes * 10 / (1024 * 1024);
    return tenths >= 10
               ? arena_printf(arena, "%lld.%lld MB", (long long)tenths / 10, (long long)tenths % 10)
               : arena_printf(arena, "%lld KB", (long long)kib);
}

enum err hall_documents_put(struct req *r, int64_t product, struct str slug)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "documents");
    enum err e = db_select(r->db, &q_hall_documents, ARGS(V_INT(product)), r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_int(v, "bytes", row_int(&rs, i, "bytes"));
        view_put_z(v, "size", size_text(r->arena, row_int(&rs, i, "bytes")));
        view_put_z(v, "href",
                   arena_printf(r->arena, "/hall/products/%.*s/documents/%lld", STR_ARG(slug),
                                (long long)row_int(&rs, i, "id")));
    }
    return e;
}

/* GET /hall/products/{slug}/documents/{document}: of what is not on show, for its own people. */
enum err hall_document(struct req *r)
{
    struct rows d;
    int64_t id;
    if (str_to_i64(req_param(r, "document"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_hall_document_get, ARGS(V_INT(id), V_STR(req_param(r, "slug"))),
                        r->arena, &d);
    if (e == OK && !str_eq_z(row_str(&d, 0, "status"), "on") &&
        !hall_hand(r, row_int(&d, 0, "organisation_id")))
        e = ERR_NOT_FOUND;
    return e ? e : scan_reply(r, row_str(&d, 0, "object"), row_str(&d, 0, "name"));
}

/* ---- adding and removing ---- */

struct paper {
    struct command cmd;
    int64_t product, document;
    struct hall_actor actor;
    struct str name, object;
    int64_t bytes;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct paper *p = (const struct paper *)cmd;
    if (result != OK)
        return result;
    reply_redirect(
        r, arena_printf(r->arena, "/hall/desk/products/%lld#documents", (long long)p->product));
    return OK;
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    const struct paper *p = (const struct paper *)cmd;
    struct rows rs;
    enum err e = db_select(tx->db, &q_hall_document_same, ARGS(V_INT(p->product), V_STR(p->object)),
                           tx->arena, &rs);
    if (e != OK || rs.n)
        return e;
    e = db_one(tx->db, &q_hall_document_count, ARGS(V_INT(p->product)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= HALL_DOCUMENTS_MAX) {
        *tx->info = (struct err_info){.code = ERR_INVALID,
                                      .field = "scan",
                                      .key = "hall.documents_too_many",
                                      .limit = HALL_DOCUMENTS_MAX};
        return ERR_INVALID;
    }
    if (e == OK)
        e = db_one(tx->db, &q_hall_document_add,
                   ARGS(V_INT(p->product), V_STR(p->name), V_STR(p->object), V_INT(p->bytes),
                        V_INT(tx->now_ms)),
                   tx->arena, &rs);
    return e ? e : hall_photo_note(tx, p->product, "document_add", p->actor);
}

static enum err run_remove(struct command *cmd, struct tx *tx)
{
    const struct paper *p = (const struct paper *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_document_remove,
                        ARGS(V_INT(p->document), V_INT(p->product)), tx->arena, &rs);
    if (e == OK)
        e = gone_add(tx, row_str(&rs, 0, "object"));
    return e ? e : hall_photo_note(tx, p->product, "document_remove", p->actor);
}

static enum err begin(struct req *r, struct paper **out)
{
    *out = ARENA_NEW(r->arena, struct paper);
    return *out ? hall_own_product(r, &(*out)->product, &(*out)->actor) : ERR_NOMEM;
}

enum err hall_documents_post(struct req *r)
{
    struct paper *p;
    struct scan kept;
    enum err e = begin(r, &p);
    if (e)
        return e;
    const struct upload *u = req_upload(r, "scan");
    if (!u || u->size == 0)
        return req_refuse(r, ERR_INVALID, "scan", "hall.document_none");
    e = scan_keep(u, r->arena, &kept, &r->info);
    if (e)
        return e;
    p->name = scan_shown_name(u, r->arena);
    p->object = kept.id;
    p->bytes = (int64_t)u->size;
    p->cmd = (struct command){.name = "hall.document_add", .run = run_add};
    return gone_write(r, &p->cmd, done, &p->object, 1);
}

enum err hall_document_post_remove(struct req *r)
{
    struct paper *p;
    enum err e = begin(r, &p);
    if (e)
        return e;
    if (str_to_i64(req_param(r, "document"), &p->document) != OK)
        return ERR_NOT_FOUND;
    p->cmd = (struct command){.name = "hall.document_remove", .run = run_remove};
    return web_write(r, &p->cmd, done);
}
