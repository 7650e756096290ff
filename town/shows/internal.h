/* What the files of this department share. */
#ifndef TOWN_SHOWS_INTERNAL_H
#define TOWN_SHOWS_INTERNAL_H

#include "town/shows/shows.h"

extern struct shows_env shows_env;

struct live *shows_live(void);
/* The hook of rooms (plan.c); each is nothing when there is none. */
enum err shows_room_keep(struct tx *tx, int64_t show, const struct shows_new *n,
                         int64_t space) MUST_CHECK;
enum err shows_room_free(struct tx *tx, int64_t show) MUST_CHECK;
enum err shows_gate(struct db *db, struct arena *arena, int64_t host, int64_t at_ms,
                    bool *may) MUST_CHECK;

/* The show of the path parameter {id}. ERR_NOT_FOUND. */
enum err shows_load(struct req *r, struct rows *show) MUST_CHECK;
struct str shows_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                      const char *en);

/* --- who may what (grants.c) --- */

struct show_grant_name {
    unsigned grant;
    const char *name; /* of its field, and of its text shows.may_NAME */
};
extern const struct show_grant_name shows_grant_names[];
extern const size_t shows_grant_names_n;

/* A show's host leads it as long as they have one of these roles. */
#define SHOWS_LEADERS (ROLE_HOST | ROLE_OPERATOR | ROLE_ADMIN)

/* What the visitor may at the show's desk: bits of enum show_grant; 0: nothing. */
enum err shows_grants(struct req *r, const struct rows *show, unsigned *grants) MUST_CHECK;
/* Loads the show of the path for somebody with one of the grants. ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err shows_need(struct req *r, struct rows *show, unsigned grant) MUST_CHECK;
bool shows_is_base(const struct req *r);
void shows_put_grants(struct view *v, unsigned grants);

/* A ticket lets the crew in where a loop answers: "crew" (its log), "picture" (of a rehearsal). It
 * holds for SHOWS_TICKET_MS, and until somebody is taken off the crew. */
struct str shows_ticket(struct arena *arena, const char *what, int64_t show, int64_t user);
bool shows_ticket_ok(struct str ticket, const char *what, int64_t show);

/* --- the log of what was done, kept with the show --- */

struct show_event {
    int64_t show, actor; /* actor 0: the system */
    const char *kind;
    int64_t item, value, message, user; /* 0: none; user: whom it is about */
    struct str note;
};
enum err shows_event_add(struct tx *tx, const struct show_event *e) MUST_CHECK;
enum err shows_key_renew(struct tx *tx, int64_t show, int64_t actor) MUST_CHECK;

/* --- rooms (air.c) --- */

/* Sends an object to everybody in the show's room; a room that is gone is no error. */
void shows_tell(int64_t show, const struct view *v, uint64_t *seq);
/* The same to the desks only. */
void shows_tell_crew(int64_t show, const struct view *v);
struct str shows_crew_room(int64_t show, char out[SHOWS_ROOM_NAME]); /* "show-17-crew" */
void shows_open_rooms(int64_t show);
/* Is an encoder sending, rehearsals included? */
bool shows_has_picture(int64_t show);
bool shows_is_rehearsing(int64_t show);
void shows_set_rehearsing(int64_t show, bool on); /* after the commit */
void shows_note_live(int64_t show);               /* it has a picture and is no rehearsal */
/* Ends the picture at once; its encoder may come back if the key is still good. */
void shows_cut_picture(int64_t show);

/* --- messages (talk.c) --- */

struct shows_message {
    int64_t id, at_ms;
    struct str name, body, to_name; /* to_name: whom it answers, or none */
    struct str held_why;            /* words that it is held for; for the crew */
    bool is_crew, is_question;
};
void shows_take_message(struct shows_message *m, const struct rows *rs, size_t i);
void shows_put_message(struct view *v, const struct shows_message *m);
enum err shows_put_messages(struct req *r, int64_t show) MUST_CHECK;
/* For the crew: `held` and `questions`, what waits for it. */
enum err shows_put_queue(struct req *r, int64_t show) MUST_CHECK;
enum err shows_put_silences(struct req *r, const struct rows *show) MUST_CHECK;

/* --- pages --- */

void shows_put_head(struct req *r, const struct rows *show); /* `show`, for pages around it */
/* `items`, and `card`: the one that is being shown. Viewers do not see what is off the shelf. */
enum err shows_put_items(struct req *r, struct view *v, const struct rows *show,
                         bool crew) MUST_CHECK;
enum err shows_put_parts(struct req *r, int64_t show, unsigned grants) MUST_CHECK;
/* check.c: `check` {findings [{level, key, text, item, title, slug, detail}], bad, warn, is_done,
 * at} */
enum err shows_put_check(struct req *r, const struct rows *show) MUST_CHECK;
/* reserve.c: `reservation` {count, is_mine} */
enum err shows_put_reservation(struct req *r, int64_t show) MUST_CHECK;

handler_fn shows_page_new, shows_do_create, shows_do_card, shows_do_item_add, shows_do_item,
    shows_do_move, shows_do_end, shows_do_key, shows_do_cut, shows_do_rehearse; /* crew.c, plan.c */
handler_fn shows_page_plan, shows_do_plan;                                      /* plan.c */
/* remind.c: a waiter's notice, by the show's row of today; all waiters', after a change of its
 * time; none, since it has begun or ended. */
enum err shows_remind(struct tx *tx, const struct rows *show, int64_t user, bool on) MUST_CHECK;
enum err shows_remind_again(struct tx *tx, int64_t show) MUST_CHECK;
enum err shows_remind_no_more(struct tx *tx, int64_t show) MUST_CHECK;

handler_fn shows_do_check, shows_do_reserve, shows_calendar;      /* check.c, reserve.c */
handler_fn shows_page_crew, shows_do_crew;                        /* grants.c */
handler_fn shows_do_say, shows_page_chat;                         /* talk.c */
handler_fn shows_do_moderate, shows_do_lift, shows_do_talk_rules; /* moderate.c */
handler_fn shows_page_log;                                        /* log.c */
handler_fn shows_page_list, shows_page_show, shows_page_desk, shows_page_desks; /* feed.c */
handler_fn shows_page_feed;
/* health.c: `health` and `advice` */
void shows_put_health(struct req *r, struct view *of, int64_t show);
/* pages.c */
loop_handler_fn shows_on_events, shows_on_crew_events; /* air.c */
/* part.c */
enum err shows_ended_part(struct req *r, const struct rows *show) MUST_CHECK;
enum err shows_cover_part(struct req *r, struct view *show, int64_t id) MUST_CHECK;

#endif
