/* What agencies count: see town/figures. */
#include "store/queries.h"
#include "town/agencies/internal.h"

/* A campaign's own figures are for its agency's people and the base. */
static enum err of_campaign(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct rows c, a;
    enum err e = db_one(r->db, &q_agencies_campaign, ARGS(V_INT(of)), r->arena, &c);
    if (!e)
        e = db_one(r->db, &q_agencies_get,
                   ARGS(V_INT(r->who.user_id), V_INT(row_int(&c, 0, "agency_id"))), r->arena, &a);
    if (e)
        return e;
    if (!row_int(&a, 0, "is_member") && !(r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)))
        return ERR_NOT_FOUND;
    *label = row_str(&c, 0, "name");
    *link = str_of(arena_printf(r->arena, "/agencies/%lld/campaigns/%lld",
                                (long long)row_int(&c, 0, "agency_id"), (long long)of));
    return OK;
}

const struct figure agencies_figures[] = {
    {.name = "organisations",
     .unit = "organisation",
     .is_public = true,
     .is_yearly = true,
     .value = &q_agencies_figure_organisations,
     .evidence = &q_agencies_figure_organisations_rows,
     .reach = &q_agencies_figure_organisations_reach},
    {.name = "campaign_sold",
     .unit = "fen",
     .value = &q_agencies_figure_sold,
     .evidence = &q_agencies_figure_sold_rows,
     .reach = &q_agencies_figure_campaign_reach,
     .subject = of_campaign},
    {.name = "campaign_pieces",
     .unit = "piece",
     .value = &q_agencies_figure_pieces,
     .evidence = &q_agencies_figure_pieces_rows,
     .reach = &q_agencies_figure_campaign_reach,
     .subject = of_campaign},
};
const size_t agencies_figures_n = sizeof(agencies_figures) / sizeof(agencies_figures[0]);
