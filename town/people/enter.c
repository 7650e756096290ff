#include "town/people/enter.h"

#include "store/queries.h"
#include "town/people/session.h"

/* Whatever language the address says. */
static bool is_home(const char *path)
{
    static const char *const homes[] = {"/", "/zh", "/zh/", "/en", "/en/"};
    for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
        if (strcmp(path, homes[i]) == 0)
            return true;
    return false;
}

/* Where somebody who did not say where to is at work; NULL: nowhere. */
static const char *workplace(int64_t roles)
{
    if (roles & (ROLE_OPERATOR | ROLE_ADMIN))
        return "/today";
    if (roles & ROLE_OFFICER)
        return "/suggestions";
    if (roles & ROLE_FACTORY)
        return "/console";
    return roles & ROLE_HOST ? "/desk" : NULL;
}

static bool is_of_agency(struct req *r, int64_t user)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_people_organisation_of, ARGS(V_INT(user)), r->arena, &rs);
    return e == OK && rs.n && str_eq_z(row_str(&rs, 0, "kind"), "agency");
}

const char *enter_next(struct req *r, int64_t user, int64_t roles)
{
    const char *next = req_next(r, "next", "/"), *work = workplace(roles);
    if (!is_home(next))
        return next;
    if (!work && is_of_agency(r, user))
        work = "/agency";
    return work ? work : next;
}

void enter_reply(struct req *r, int64_t user, struct str token, const char *next)
{
    session_cookie(r, token);
    if (r->json)
        view_put_str(r->view, "token", token);
    view_put_int(r->view, "user_id", user);
    reply_redirect(r, next);
}

bool enter_has_password(struct str stored)
{
    return str_starts(stored, "$argon2id$");
}
