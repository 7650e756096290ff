/* A complaint as pages and JSON show it. */
#ifndef TOWN_HOUSE_COMPLAINT_VIEW_H
#define TOWN_HOUSE_COMPLAINT_VIEW_H

#include "town/house/complaint.h"

/* Of row i of a query with {complaint}: {id, about, show {id, title}, kind, status, made_at,
 * look_due_at, answer_due_at, is_late, evidence_at, factory, message {id, name, text}} and names of
 * kind, about and status. */
void complaint_put(struct req *r, struct view *v, const struct rows *rs, size_t i);
/* The same and `words`, `events` [{event, by, at, words}]; is_base: with who of the base did it. */
enum err complaint_put_whole(struct req *r, struct view *v, const struct rows *rs,
                             bool is_base) MUST_CHECK;
/* The complaint of the path parameter {id}. ERR_NOT_FOUND. */
enum err complaint_load(struct req *r, struct rows *rs) MUST_CHECK;
/* Trimmed text of least to most characters whose lines may break. ERR_INVALID with the field. */
enum err complaint_words(struct req *r, const char *field, size_t least, size_t most,
                         struct str *out) MUST_CHECK;
/* A hash that stands for the visitor's address. ERR_NOMEM. */
enum err complaint_peer(struct req *r, struct str *hash) MUST_CHECK;

handler_fn complaint_form_page, complaint_form_post, complaint_page, complaint_post,
    complaints_mine; /* complaint_page.c */
handler_fn complaints_desk, complaint_desk_page, complaint_desk_post,
    complaint_open_post; /* complaint_desk.c */

#endif
