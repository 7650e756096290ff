/* Inside letters/: frozen figures on a page. */
#ifndef TOWN_LETTERS_FROZEN_VIEW_H
#define TOWN_LETTERS_FROZEN_VIEW_H

#include "web/web.h"

/* Where a figure's evidence as of a moment is; in the arena. */
struct str frozen_href(struct arena *arena, struct str name, int64_t of, int64_t as_of_ms);
/* {position, name, title, printed, is_public, as_of, value, evidence_n, href, now, is_same}: then,
 * and now, of a row of q_letters_figures. For who works on it. */
enum err frozen_put(struct req *r, struct view *v, const struct rows *rs, size_t i) MUST_CHECK;
/* For anybody: of one that is not public, only that there is one. */
enum err frozen_put_public(struct req *r, struct view *v, const struct rows *rs,
                           size_t i) MUST_CHECK;

#endif
