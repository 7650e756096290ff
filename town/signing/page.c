/*
 *   GET /verify/keys    keys: id, public (hex), since, ended_at; for anybody
 */
#include "base/enc.h"
#include "store/queries.h"
#include "town/signing/signing.h"

static enum err page_keys(struct req *r)
{
    struct rows rs;
    char hex[2 * SIGNING_KEY_BYTES + 1];
    enum err e = db_select(r->db, &q_signing_keys, NO_ARGS, r->arena, &rs);
    struct view *list = view_put_list(r->view, "keys");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str public = row_str(&rs, i, "public");
        if (public.n != SIGNING_KEY_BYTES)
            return ERR_CORRUPT;
        enc_hex(hex, public.p, SIGNING_KEY_BYTES);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_z(v, "algorithm", "Ed25519");
        view_put_z(v, "public", hex);
        view_put_time(v, "since", row_int(&rs, i, "since"));
        if (!row_null(&rs, i, "ended"))
            view_put_time(v, "ended_at", row_int(&rs, i, "ended"));
    }
    return e;
}

static const struct route routes[] = {
    {"GET", "/verify/keys", page_keys, NULL, "signing/keys.html", WHO_ANYONE, CSRF_SAFE},
};

const struct web_module signing_module = {"signing", routes, sizeof(routes) / sizeof(routes[0])};
