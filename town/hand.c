#include "town/hand.h"

bool hand_is_base(const struct req *r)
{
    return r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN);
}

bool hand_is_maker(const struct req *r, int64_t organisation)
{
    return r->who.roles & ROLE_FACTORY && r->who.organisation_id &&
           r->who.organisation_id == organisation;
}
