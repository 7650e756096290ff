/* Pictures of claims: decoded and drawn anew by guildhall-job (town/scan), seen by the two sides
 * and the base. */
#include "store/queries.h"
#include "town/claims/page.h"
#include "town/scan/scan.h"

enum err claim_keep_pictures(struct req *r, struct claim_pictures *out)
{
    const struct upload *uploads[CLAIM_PICTURES_MAX + 1];
    size_t n = req_uploads(r, "picture", uploads, CLAIM_PICTURES_MAX + 1);
    enum err e = OK;
    out->n = 0;
    if (n > CLAIM_PICTURES_MAX)
        return req_refuse(r, ERR_INVALID, "picture", "claims.too_many_pictures");
    for (size_t i = 0; e == OK && i < n; i++) {
        struct scan scan;
        e = scan_keep(uploads[i], r->arena, &scan, &r->info);
        if (e == OK)
            out->objects[out->n++] = scan.id;
        if (e == OK && strcmp(scan.type, SCAN_PICTURE) != 0)
            e = req_refuse(r, ERR_INVALID, "picture", "claims.no_picture");
        else if (e != OK)
            r->info.field = "picture";
    }
    return e;
}

enum err claim_picture(struct req *r)
{
    struct rows claim, rs;
    unsigned as;
    int64_t id, picture;
    if (str_to_i64(req_param(r, "id"), &id) != OK ||
        str_to_i64(req_param(r, "picture"), &picture) != OK)
        return ERR_NOT_FOUND;
    enum err e = claim_load(r, id, &claim, &as);
    if (e == OK)
        e = db_one(r->db, &q_claims_picture_of, ARGS(V_INT(picture), V_INT(id)), r->arena, &rs);
    return e == OK ? scan_reply(r, row_str(&rs, 0, "object"), STR("picture")) : e;
}
