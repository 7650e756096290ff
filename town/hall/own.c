/* Whose a product is: what the makers' pages of the hall ask first. */
#include "store/queries.h"
#include "town/hall/page.h"
#include "town/hand.h"

unsigned hall_hand(const struct req *r, int64_t organisation)
{
    return (hand_is_base(r) ? HALL_AS_OPERATOR : 0) |
           (hand_is_maker(r, organisation) ? HALL_AS_MAKER : 0);
}

enum err hall_own_product(struct req *r, int64_t *product, struct hall_actor *actor)
{
    struct rows rs;
    if (str_to_i64(req_param(r, "id"), product) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_hall_photo_product, ARGS(V_INT(*product)), r->arena, &rs);
    if (e)
        return e;
    *actor = (struct hall_actor){r->who.user_id, hall_hand(r, row_int(&rs, 0, "organisation_id"))};
    return actor->as ? OK : ERR_NOT_FOUND;
}
