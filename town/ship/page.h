/* Pages of ship; see each one's template for its view. */
#ifndef TOWN_SHIP_PAGE_H
#define TOWN_SHIP_PAGE_H

#include "town/ship/parcel.h"
#include "web/web.h"

/* Puts list member `carriers` of those that are on: {code, name, is_chosen, gives_numbers}, and
 * may_ask: one of them does. */
enum err page_put_carriers(struct req *r, struct view *v, struct str chosen) MUST_CHECK;
/* Fills v {carrier, status, said} from a row of ship.asks_of_…: said is for people, or empty. */
void page_put_ask(struct req *r, struct view *v, const struct rows *rs, size_t i);
/* The visitor's factory; ERR_FORBIDDEN without one. */
enum err page_factory(struct req *r, int64_t *factory) MUST_CHECK;

enum err shipping_page(struct req *r) MUST_CHECK;   /* GET /factory/shipping */
enum err shipping_pack(struct req *r) MUST_CHECK;   /* POST /factory/shipping/pack */
enum err shipping_send(struct req *r) MUST_CHECK;   /* POST /factory/shipping/send */
enum err shipping_number(struct req *r) MUST_CHECK; /* POST /factory/shipping/number */
enum err shipping_sheet(struct req *r) MUST_CHECK;  /* POST /factory/shipping/sheet */

enum err scan_page(struct req *r) MUST_CHECK; /* GET /factory/shipping/scan */
enum err scan_post(struct req *r) MUST_CHECK; /* POST /factory/shipping/scan */

enum err papers_slips(struct req *r) MUST_CHECK;     /* POST /factory/shipping/slips */
enum err papers_pick_list(struct req *r) MUST_CHECK; /* GET /factory/shipping/pick-list */

enum err waybills_read(struct req *r) MUST_CHECK; /* POST /factory/shipping/import */
enum err waybills_page(struct req *r) MUST_CHECK; /* GET /factory/shipping/imports/{id} */
enum err waybills_take(struct req *r) MUST_CHECK; /* POST /factory/shipping/imports/{id}/take */

/* What sheets held that are older than SHIP_SHEET_DAYS is forgotten. Periodic work. */
enum err waybills_prune(struct tx *tx, void *unused) MUST_CHECK;

enum err parcel_part(struct req *r, struct view *order, const struct rows *row,
                     unsigned as) MUST_CHECK;
enum err parcel_post_arrived(struct req *r) MUST_CHECK; /* POST /parcels/{id}/arrived */

enum err carriers_page(struct req *r) MUST_CHECK; /* GET /ship/carriers */
enum err carriers_post(struct req *r) MUST_CHECK; /* POST /ship/carriers */

#endif
