/* What an agency is called and whom one calls there. The contact is personal: sealed, masked on
 * pages, opened by the base for a purpose that is written down. */
#include "store/queries.h"
#include "store/seal.h"
#include "town/agencies/internal.h"
#include "town/people/people.h"

enum { PURPOSE_MIN = 4, CALLED_MAX = 20, PHONE_TYPED = 40 };

enum err agency_event(struct tx *tx, int64_t agency, int64_t by, const char *event,
                      int64_t contract, struct str note)
{
    return db_exec(tx->db, &q_agencies_event,
                   ARGS(V_INT(agency), V_INT(tx->now_ms), V_INT(by), V_Z(event),
                        contract ? V_INT(contract) : V_NULL, V_STR(note.p ? note : STR(""))),
                   NULL);
}

/* --- the names --- */

enum err agencies_profile(struct tx *tx, int64_t agency, const struct agencies_new *n, int64_t by)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_agencies_get, ARGS(V_INT(by), V_INT(agency)), tx->arena, &rs);
    if (e)
        return e;
    struct str zh = row_str(&rs, 0, "name_zh"), en = row_str(&rs, 0, "name_en");
    bool same = str_eq(zh, n->name_zh) && str_eq(en, n->name_en);
    if (same && str_eq(row_str(&rs, 0, "about_zh"), n->about_zh) &&
        str_eq(row_str(&rs, 0, "about_en"), n->about_en))
        return OK;
    const struct people_organisation o = {.name_zh = n->name_zh,
                                          .name_en = n->name_en,
                                          .about_zh = n->about_zh,
                                          .about_en = n->about_en};
    const char *before =
        same ? "" : arena_printf(tx->arena, "%.*s / %.*s", STR_ARG(zh), STR_ARG(en));
    e = people_organisation_save(tx, agency, &o);
    return e ? e : agency_event(tx, agency, by, "profile", 0, str_of(before));
}

/* --- the contact --- */

enum err agencies_contact(struct tx *tx, int64_t agency, struct str name, struct str phone,
                          int64_t by)
{
    struct str name_sealed, phone_sealed;
    if (!people_contact_ok(phone))
        return agency_refuse(tx, ERR_INVALID, "phone", "agencies.phone_bad", 0);
    enum err e = seal_text("agency_contacts.name", name, tx->arena, &name_sealed);
    if (!e)
        e = seal_text("agency_contacts.phone", phone, tx->arena, &phone_sealed);
    if (!e)
        e = db_exec(tx->db, &q_agencies_contact_set,
                    ARGS(V_INT(agency), V_BLOB(name_sealed), V_BLOB(phone_sealed)), NULL);
    return e ? e : agency_event(tx, agency, by, "contact", 0, STR_NONE);
}

static enum err put_contact(struct req *r, const char *name, int64_t agency, bool in_full)
{
    struct rows rs;
    struct str called, phone;
    enum err e = db_select(r->db, &q_agencies_contact, ARGS(V_INT(agency)), r->arena, &rs);
    if (e || rs.n == 0)
        return e;
    e = seal_reveal("agency_contacts.name", row_val(&rs, 0, "name").s, r->arena, &called);
    if (!e)
        e = seal_reveal("agency_contacts.phone", row_val(&rs, 0, "phone").s, r->arena, &phone);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, name);
    int first = (int)str_characters_bytes(called, 1);
    view_put_str(v, "name",
                 in_full ? called : str_of(arena_printf(r->arena, "%.*s*", first, called.p)));
    view_put_str(v, "phone", in_full ? phone : people_phone_masked(phone, r->arena));
    return OK;
}

enum err agency_put_contact(struct req *r, int64_t agency)
{
    return put_contact(r, "contact", agency, false);
}

/* --- the forms --- */

struct change {
    struct command cmd;
    int64_t agency, by;
    struct agencies_new names;
    struct str name, phone, purpose;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    return agency_done(r, result, ((struct change *)cmd)->agency);
}

static enum err begin(struct req *r, const char *name, unsigned as,
                      enum err (*run)(struct command *, struct tx *), struct change **out)
{
    struct agency a;
    struct change *c = *out = ARENA_NEW(r->arena, struct change);
    if (!c)
        return ERR_NOMEM;
    enum err e = agency_load_inside(r, &a);
    *c = (struct change){.cmd = {.name = name, .run = run}, .agency = a.id, .by = r->who.user_id};
    return e || a.as & as ? e : ERR_FORBIDDEN;
}

static enum err run_profile(struct command *cmd, struct tx *tx)
{
    const struct change *c = (const struct change *)cmd;
    return agencies_profile(tx, c->agency, &c->names, c->by);
}

enum err agency_profile_post(struct req *r)
{
    struct change *c;
    enum err e = begin(r, "agencies.profile", AGENCIES_AS_BASE, run_profile, &c);
    if (e)
        return e;
    e = req_field_text(r, "name_zh", 1, AGENCIES_NAME_MAX, &c->names.name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, AGENCIES_NAME_MAX, &c->names.name_en);
    if (!e)
        e = req_field_text(r, "about_zh", 0, AGENCIES_ABOUT_MAX, &c->names.about_zh);
    if (!e)
        e = req_field_text(r, "about_en", 0, AGENCIES_ABOUT_MAX, &c->names.about_en);
    return e ? done(r, &c->cmd, e) : web_write(r, &c->cmd, done);
}

static enum err run_contact(struct command *cmd, struct tx *tx)
{
    const struct change *c = (const struct change *)cmd;
    return agencies_contact(tx, c->agency, c->name, c->phone, c->by);
}

enum err agency_contact_post(struct req *r)
{
    struct change *c;
    enum err e =
        begin(r, "agencies.contact", AGENCIES_AS_BASE | AGENCIES_AS_AGENCY, run_contact, &c);
    if (e)
        return e;
    e = req_field_text(r, "contact", 1, CALLED_MAX, &c->name);
    if (!e)
        e = req_field_text(r, "phone", 1, PHONE_TYPED, &c->phone);
    return e ? done(r, &c->cmd, e) : web_write(r, &c->cmd, done);
}

static enum err run_open(struct command *cmd, struct tx *tx)
{
    const struct change *c = (const struct change *)cmd;
    return agency_event(tx, c->agency, c->by, "open", 0, c->purpose);
}

/* Only after the opening is written down; the answer is kept by nobody. */
static enum err opened(struct req *r, struct command *cmd, enum err result)
{
    struct agency a;
    if (result)
        return done(r, cmd, result);
    enum err e = agency_load_inside(r, &a);
    if (!e)
        e = agency_put_page(r, &a);
    if (!e)
        e = put_contact(r, "opened", a.id, true);
    reply_header(r, "Cache-Control", STR("no-store"));
    reply_page(r, "agencies/agency.html");
    return e;
}

enum err agency_open_post(struct req *r)
{
    struct change *c;
    enum err e = begin(r, "agencies.open", AGENCIES_AS_BASE, run_open, &c);
    if (e)
        return e;
    e = req_field_text(r, "purpose", PURPOSE_MIN, AGENCIES_NOTE_MAX, &c->purpose);
    if (e == ERR_INVALID)
        e = req_refuse(r, e, "purpose", "agencies.purpose_bad");
    return e ? done(r, &c->cmd, e) : web_write(r, &c->cmd, opened);
}
