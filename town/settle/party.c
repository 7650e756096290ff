#include "town/settle/party.h"

#include "store/queries.h"
#include "town/hand.h"

static const char *const kinds[] = {"factory", "host", "agency", "base"};

static enum err read_name(struct db *db, struct arena *arena, struct party *p)
{
    struct rows rs;
    if (p->kind == PARTY_BASE)
        return OK;
    if (p->kind == PARTY_HOST) {
        enum err e = db_one(db, &q_settle_person_name, ARGS(V_INT(p->id)), arena, &rs);
        p->name_zh = p->name_en = e ? STR_NONE : row_str(&rs, 0, "name");
        return e;
    }
    enum err e = db_one(db, &q_settle_organisation_name, ARGS(V_INT(p->id), V_Z(kinds[p->kind])),
                        arena, &rs);
    if (!e) {
        p->name_zh = row_str(&rs, 0, "name_zh");
        p->name_en = row_str(&rs, 0, "name_en");
    }
    return e;
}

static enum err name_roles(struct arena *arena, struct party *p)
{
    bool maker = p->kind == PARTY_FACTORY;
    p->frozen_role = maker ? arena_printf(arena, "frozen:%.*s", STR_ARG(p->key)) : NULL;
    p->own_role = arena_printf(arena, "%s:%.*s", maker ? "free" : "got", STR_ARG(p->key));
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

enum err party_read(struct db *db, struct arena *arena, struct str key, struct party *out)
{
    struct str number, kind = str_cut(key, ':', &number);
    *out = (struct party){.kind = PARTY_FACTORY};
    while (!str_eq_z(kind, kinds[out->kind]))
        if (out->kind++ == PARTY_BASE)
            return ERR_NOT_FOUND;
    if (out->kind == PARTY_BASE) {
        if (!str_eq_z(key, kinds[PARTY_BASE]))
            return ERR_NOT_FOUND;
        out->key = STR("base");
    } else {
        if (str_to_i64(number, &out->id) != OK || out->id <= 0)
            return ERR_NOT_FOUND;
        out->key = str_of(arena_printf(arena, "%s:%lld", kinds[out->kind], (long long)out->id));
    }
    enum err e = name_roles(arena, out);
    return e ? e : read_name(db, arena, out);
}

struct str party_name(const struct req *r, const struct party *p)
{
    if (p->kind == PARTY_BASE)
        return req_text(r, "settle.party_", STR("base"));
    return r->lang == LANG_ZH ? p->name_zh : p->name_en;
}

struct str party_name_of(const struct req *r, struct str key)
{
    struct party p;
    return party_read(r->db, r->arena, key, &p) == OK ? party_name(r, &p) : key;
}

static enum err add(struct req *r, struct party *out, size_t *n, const char *kind, int64_t id)
{
    const char *key = arena_printf(r->arena, "%s:%lld", kind, (long long)id);
    if (*n == PARTY_MINE_MAX)
        return OK;
    enum err e = key ? party_read(r->db, r->arena, str_of(key), &out[*n]) : ERR_NOMEM;
    *n += !e;
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err party_mine(struct req *r, struct party out[PARTY_MINE_MAX], size_t *n)
{
    struct rows rs;
    enum err e = OK;
    *n = 0;
    if (r->who.roles & ROLE_FACTORY && r->who.organisation_id)
        e = add(r, out, n, "factory", r->who.organisation_id);
    if (!e && r->who.roles & ROLE_HOST)
        e = add(r, out, n, "host", r->who.user_id);
    if (!e)
        e = db_select(r->db, &q_settle_agencies_of, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = add(r, out, n, "agency", row_int(&rs, i, "id"));
    return e;
}

enum err party_check(struct req *r, const struct party *p)
{
    struct party mine[PARTY_MINE_MAX];
    size_t n;
    if (hand_is_base(r))
        return OK;
    enum err e = party_mine(r, mine, &n);
    for (size_t i = 0; !e && i < n; i++)
        if (str_eq(mine[i].key, p->key))
            return OK;
    return e ? e : ERR_NOT_FOUND;
}
