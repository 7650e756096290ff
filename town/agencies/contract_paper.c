/* The scanned paper of a contract: brought by the base, seen by the agency's people and the base.
 */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/gone/gone.h"
#include "town/scan/scan.h"

enum err agencies_paper_add(struct tx *tx, int64_t contract, struct str name, struct str scan,
                            int64_t by)
{
    struct rows rs, c;
    enum err e = db_one(tx->db, &q_agencies_contract, ARGS(V_INT(contract)), tx->arena, &c);
    if (!e)
        e = db_one(tx->db, &q_agencies_paper_same, ARGS(V_STR(scan), V_INT(contract)), tx->arena,
                   &rs);
    if (e || row_int(&rs, 0, "same"))
        return e;
    if (row_int(&rs, 0, "n") >= AGENCIES_PAPERS_MAX)
        return agency_refuse(tx, ERR_LIMIT, "scan", "agencies.papers_full", AGENCIES_PAPERS_MAX);
    e = db_exec(tx->db, &q_agencies_paper_add,
                ARGS(V_INT(contract), V_STR(name), V_STR(scan), V_INT(tx->now_ms), V_INT(by)),
                NULL);
    return e ? e : agency_event(tx, row_int(&c, 0, "agency_id"), by, "paper_add", contract, name);
}

/* One of the agency in the path: agencies.paper. */
static enum err load(struct req *r, struct agency *a, struct rows *row)
{
    int64_t id;
    enum err e = agency_load_inside(r, a);
    if (!e)
        e = agency_read_id(r, "paper", &id);
    return e ? e : db_one(r->db, &q_agencies_paper, ARGS(V_INT(id), V_INT(a->id)), r->arena, row);
}

enum err agency_paper_get(struct req *r)
{
    struct agency a;
    struct rows row;
    enum err e = load(r, &a, &row);
    return e ? e : scan_reply(r, row_str(&row, 0, "scan_sha256"), row_str(&row, 0, "name"));
}

struct paper {
    struct command cmd;
    int64_t agency, contract, id, by;
    struct str name, scan;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    return agency_done(r, result, ((struct paper *)cmd)->agency);
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    const struct paper *p = (const struct paper *)cmd;
    return agencies_paper_add(tx, p->contract, p->name, p->scan, p->by);
}

static enum err run_remove(struct command *cmd, struct tx *tx)
{
    const struct paper *p = (const struct paper *)cmd;
    int64_t removed;
    enum err e = db_exec(tx->db, &q_agencies_paper_remove, ARGS(V_INT(p->id)), &removed);
    if (e || removed == 0)
        return e;
    e = gone_add(tx, p->scan);
    return e ? e : agency_event(tx, p->agency, p->by, "paper_remove", p->contract, p->name);
}

static enum err begin(struct req *r, struct paper **out)
{
    struct agency a;
    struct paper *p = *out = ARENA_NEW(r->arena, struct paper);
    enum err e = p ? agency_load_inside(r, &a) : ERR_NOMEM;
    if (e)
        return e;
    *p = (struct paper){.agency = a.id, .by = r->who.user_id};
    return a.as & AGENCIES_AS_BASE ? OK : ERR_FORBIDDEN;
}

static enum err keep(struct req *r, struct paper *p)
{
    struct scan kept;
    const struct upload *u = req_upload(r, "scan");
    if (!u || u->size == 0)
        return req_refuse(r, ERR_INVALID, "scan", "agencies.paper_none");
    enum err e = scan_keep(u, r->arena, &kept, &r->info);
    p->name = scan_shown_name(u, r->arena);
    p->scan = kept.id;
    return e ? e : p->name.p ? OK : ERR_NOMEM;
}

enum err agency_paper_add_post(struct req *r)
{
    struct paper *p;
    struct rows row;
    enum err e = begin(r, &p);
    if (!e)
        e = agency_read_id(r, "contract", &p->contract);
    if (!e)
        e = db_one(r->db, &q_agencies_contract, ARGS(V_INT(p->contract)), r->arena, &row);
    if (!e && row_int(&row, 0, "agency_id") != p->agency)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    p->cmd = (struct command){.name = "agencies.paper_add", .run = run_add};
    e = keep(r, p);
    return e ? done(r, &p->cmd, e) : gone_write(r, &p->cmd, done, &p->scan, 1);
}

enum err agency_paper_remove_post(struct req *r)
{
    struct agency a;
    struct paper *p;
    struct rows row;
    enum err e = begin(r, &p);
    if (!e)
        e = load(r, &a, &row);
    if (e)
        return e;
    p->id = row_int(&row, 0, "id");
    p->contract = row_int(&row, 0, "contract_id");
    p->name = row_str(&row, 0, "name");
    p->scan = row_str(&row, 0, "scan_sha256");
    p->cmd = (struct command){.name = "agencies.paper_remove", .run = run_remove};
    return web_write(r, &p->cmd, done);
}
