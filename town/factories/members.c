/* Who acts for a factory: invited by login name, with their consent; the last owner cannot go. */
#include "store/queries.h"
#include "town/factories/internal.h"
#include "town/people/people.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

unsigned factory_role(struct str name)
{
    return str_eq_z(name, "owner")   ? FACTORY_AS_OWNER
           : str_eq_z(name, "clerk") ? FACTORY_AS_CLERK
                                     : 0;
}

enum err factory_as_of(struct db *db, struct arena *arena, int64_t id, int64_t user, unsigned *as)
{
    struct rows rs;
    *as = 0;
    enum err e = db_select(db, &q_factories_member, ARGS(V_INT(id), V_INT(user)), arena, &rs);
    if (e == OK && rs.n)
        *as = factory_role(row_str(&rs, 0, "role"));
    return e;
}

/* ---- inviting ---- */

static enum err check_rate(struct tx *tx, int64_t id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_factories_invitations_n,
                        ARGS(V_INT(id), V_INT(tx->now_ms - DAY_MS)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= FACTORY_INVITATIONS_DAY_MAX)
        return refuse(tx, ERR_LIMIT, "login", "factories.too_many_invitations");
    if (e == OK)
        e = db_select(tx->db, &q_factories_members, ARGS(V_INT(id)), tx->arena, &rs);
    if (e == OK && rs.n >= FACTORY_MEMBERS_MAX)
        return refuse(tx, ERR_LIMIT, "login", "factories.too_many_members");
    return e;
}

static enum err find_free(struct tx *tx, struct str login, int64_t *user)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_people_user_by_login, ARGS(V_STR(login)), tx->arena, &rs);
    if (e == OK && (rs.n == 0 || !row_null(&rs, 0, "disabled_at")))
        return refuse(tx, ERR_INVALID, "login", "factories.no_such_login");
    if (e != OK)
        return e;
    *user = row_int(&rs, 0, "id");
    e = db_one(tx->db, &q_factories_memberships_of, ARGS(V_INT(*user)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") > 0)
        return refuse(tx, ERR_CONFLICT, "login", "factories.acts_for_another");
    return e;
}

enum err factory_invite(struct tx *tx, int64_t id, struct str login, struct str role, int64_t by)
{
    int64_t user;
    if (!factory_role(role))
        return refuse(tx, ERR_INVALID, "role", "factories.role_bad");
    enum err e = check_rate(tx, id);
    if (e == OK)
        e = find_free(tx, login, &user);
    if (e != OK)
        return e;
    e = db_exec(tx->db, &q_factories_invite,
                ARGS(V_INT(id), V_INT(user), V_STR(role), V_INT(by), V_INT(tx->now_ms)), NULL);
    return e == ERR_EXISTS ? refuse(tx, ERR_EXISTS, "login", "factories.invited_already") : e;
}

/* ---- answering ---- */

static enum err join(struct tx *tx, const struct rows *invitation)
{
    struct rows rs;
    int64_t id = row_int(invitation, 0, "organisation_id"),
            user = row_int(invitation, 0, "user_id");
    enum err e = db_one(tx->db, &q_factories_memberships_of, ARGS(V_INT(user)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") > 0)
        return refuse(tx, ERR_CONFLICT, NULL, "factories.already_member");
    if (e == OK)
        e = people_membership_add(tx, user, id);
    if (e == OK)
        e = people_membership_role(tx, user, id, row_str(invitation, 0, "role"));
    return e != OK ? e : people_role_set(tx, user, ROLE_FACTORY, true);
}

/* Whose word it is. */
static enum err check_answer(struct tx *tx, const struct rows *invitation, struct str answer,
                             int64_t by)
{
    unsigned as;
    bool own = row_int(invitation, 0, "user_id") == by;
    if (!row_null(invitation, 0, "answer"))
        return refuse(tx, ERR_CONFLICT, NULL, "factories.answered_already");
    if (str_eq_z(answer, "accept") || str_eq_z(answer, "decline"))
        return own ? OK : ERR_NOT_FOUND;
    if (!str_eq_z(answer, "withdraw"))
        return refuse(tx, ERR_INVALID, "answer", "factories.answer_bad");
    enum err e =
        factory_as_of(tx->db, tx->arena, row_int(invitation, 0, "organisation_id"), by, &as);
    return e == OK && !(as & FACTORY_AS_OWNER) ? ERR_NOT_FOUND : e;
}

enum err factory_answer(struct tx *tx, int64_t invitation, struct str answer, int64_t by)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_factories_invitation, ARGS(V_INT(invitation)), tx->arena, &rs);
    if (e == OK)
        e = check_answer(tx, &rs, answer, by);
    if (e == OK && str_eq_z(answer, "accept"))
        e = join(tx, &rs);
    return e != OK ? e
                   : db_exec(tx->db, &q_factories_answer,
                             ARGS(V_STR(answer), V_INT(tx->now_ms), V_INT(invitation)), NULL);
}

/* ---- changing and removing ---- */

/* An owner may change others and leave; a clerk may leave. */
static enum err check_hand(struct tx *tx, int64_t id, int64_t user, int64_t by, unsigned *of_user)
{
    unsigned as;
    enum err e = factory_as_of(tx->db, tx->arena, id, by, &as);
    if (e == OK)
        e = factory_as_of(tx->db, tx->arena, id, user, of_user);
    if (e == OK && !*of_user)
        return ERR_NOT_FOUND;
    return e == OK && !(as & FACTORY_AS_OWNER) && user != by ? ERR_FORBIDDEN : e;
}

static enum err check_owner_left(struct tx *tx, int64_t id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_factories_owners, ARGS(V_INT(id)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") < 2)
        return refuse(tx, ERR_CONFLICT, NULL, "factories.last_owner");
    return e;
}

enum err factory_member_remove(struct tx *tx, int64_t id, int64_t user, int64_t by)
{
    unsigned as;
    enum err e = check_hand(tx, id, user, by, &as);
    if (e == OK && as & FACTORY_AS_OWNER)
        e = check_owner_left(tx, id);
    if (e == OK)
        e = people_membership_remove(tx, user, id);
    return e != OK ? e : people_role_set(tx, user, ROLE_FACTORY, false);
}

enum err factory_member_role(struct tx *tx, int64_t id, int64_t user, struct str role, int64_t by)
{
    unsigned as, by_as;
    if (!factory_role(role))
        return refuse(tx, ERR_INVALID, "role", "factories.role_bad");
    enum err e = check_hand(tx, id, user, by, &as);
    if (e == OK)
        e = factory_as_of(tx->db, tx->arena, id, by, &by_as);
    if (e == OK && !(by_as & FACTORY_AS_OWNER))
        return ERR_FORBIDDEN; /* nobody makes themselves an owner */
    if (e == OK && as & FACTORY_AS_OWNER && factory_role(role) != FACTORY_AS_OWNER)
        e = check_owner_left(tx, id);
    return e != OK ? e : people_membership_role(tx, user, id, role);
}
