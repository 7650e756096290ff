/* What the files of this department share. */
#ifndef TOWN_ELSEWHERE_INTERNAL_H
#define TOWN_ELSEWHERE_INTERNAL_H

#include "town/elsewhere/columns.h"
#include "town/elsewhere/elsewhere.h"
#include "town/elsewhere/value.h"

enum { ELSEWHERE_CREW = 1 }; /* of transition.h's `who` */

/* The base may all shows; a host its own: 0, or the host that a query is narrowed to. */
int64_t elsewhere_host_of(const struct req *r);
/* The show of the path's {id}: ERR_NOT_FOUND, somebody else's too. */
enum err elsewhere_show_of(struct req *r, struct rows *show) MUST_CHECK;
struct str elsewhere_title(const struct req *r, const struct rows *rs, size_t row);
/* Of the table: to the next state, with its event, in the transaction. sheet: 0 for none. */
enum err elsewhere_move(struct tx *tx, int64_t show, struct str state, const char *event,
                        int64_t actor, int64_t sheet) MUST_CHECK;

/* page.c */
handler_fn elsewhere_page_list, elsewhere_page_show;
enum err elsewhere_coming(struct req *r, struct view *v) MUST_CHECK; /* `elsewhere`, on /shows */
/* plan.c */
handler_fn elsewhere_page_new, elsewhere_do_plan, elsewhere_do_drop;
/* sheet.c */
handler_fn elsewhere_do_bring;
/* result.c */
handler_fn elsewhere_page_sheet, elsewhere_do_take;
enum err elsewhere_put_sheet(struct req *r, int64_t sheet) MUST_CHECK;

#endif
