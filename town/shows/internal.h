/* What the files of this department share. */
#ifndef TOWN_SHOWS_INTERNAL_H
#define TOWN_SHOWS_INTERNAL_H

#include "town/shows/shows.h"

extern struct shows_env shows_env;

struct live *shows_live(void);

/* The show of the path parameter {id}. ERR_NOT_FOUND. */
enum err shows_load(struct req *r, struct rows *show) MUST_CHECK;
/* May this person work on the show: its host, an operator or an admin. */
bool shows_is_crew(const struct req *r, const struct rows *show);
struct str shows_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                      const char *en);

/* An event of the crew's log, in the command's transaction. */
enum err shows_event(struct tx *tx, int64_t show, int64_t actor, const char *kind, int64_t item,
                     int64_t value) MUST_CHECK;
enum err shows_key_renew(struct tx *tx, int64_t show, int64_t actor) MUST_CHECK;
/* Sends an object to everybody in the show's room; a room that is gone is no error. */
void shows_tell(int64_t show, const struct view *v, uint64_t *seq);

/* crew.c */
handler_fn shows_page_new, shows_do_create, shows_do_card, shows_do_item_add, shows_do_item,
    shows_do_end, shows_do_key;
/* talk.c */
handler_fn shows_do_say;
loop_handler_fn shows_on_events;
enum err shows_put_messages(struct req *r, int64_t show) MUST_CHECK;
/* pages.c */
handler_fn shows_page_list, shows_page_show, shows_page_desk, shows_page_desks;

#endif
