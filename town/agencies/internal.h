/* What the files of agencies have in common. */
#ifndef TOWN_AGENCIES_INTERNAL_H
#define TOWN_AGENCIES_INTERNAL_H

#include "town/agencies/agencies.h"

/* --- agency_view.c: what pages put --- */

struct agency { /* one that is looked at, by this visitor */
    int64_t id;
    unsigned as;     /* AGENCIES_AS_BASE, AGENCIES_AS_AGENCY; 0: a stranger */
    bool is_active;  /* its contract is in force */
    bool is_public;  /* and it has been once */
    struct rows row; /* as agencies.get */
};
/* Of the path parameter {id}. ERR_NOT_FOUND: there is none such. */
enum err agency_load(struct req *r, struct agency *out) MUST_CHECK;
/* The same of its members and the base; ERR_NOT_FOUND for all others. */
enum err agency_load_inside(struct req *r, struct agency *out) MUST_CHECK;
struct str agency_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                       const char *en);
/* "2026-05-01" as text, as inputs of type date have it. */
void agency_put_day(struct view *v, const char *name, int64_t day);
/* `agency` {id, slug, name, about, code, kind, kind_name, is_active …}. */
void agency_put(struct req *r, struct view *v, const struct rows *rs, size_t i);
/* `terms` [{from, is_coming, is_ended, host_bp, agency_bp, base_bp}]: those to come, then those
 * that count. is_ended: from then on it has none of its own. */
enum err agency_put_terms(struct req *r, struct view *v, int64_t agency) MUST_CHECK;
/* The whole page, also after a refusal. */
enum err agency_put_page(struct req *r, const struct agency *a) MUST_CHECK;
/* A form of an agency's page was done: back to it, or the page again with why. */
enum err agency_done(struct req *r, enum err result, int64_t agency) MUST_CHECK;
/* `may` [{event, name, needs_note}]: the buttons of a state. */
void agency_put_may(struct req *r, struct view *v, const struct transition_table *table,
                    struct str state, unsigned as, const char *texts);
/* A day of a field. ERR_INVALID with the field. */
enum err agency_read_day(struct req *r, const char *field, int64_t *day) MUST_CHECK;
/* An id of the path. ERR_NOT_FOUND. */
enum err agency_read_id(struct req *r, const char *param, int64_t *id) MUST_CHECK;

/* --- profile.c, contract_paper.c --- */

/* A row of what was changed beside contracts. contract 0: it is of none. */
enum err agency_event(struct tx *tx, int64_t agency, int64_t by, const char *event,
                      int64_t contract, struct str note) MUST_CHECK;
/* `contact` {name, phone}, masked; nothing when there is none. */
enum err agency_put_contact(struct req *r, int64_t agency) MUST_CHECK;

/* --- contract.c, roster.c --- */

enum err agency_refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       int64_t limit) MUST_CHECK;
/* Is a contract of it in force. */
enum err agency_is_active(struct tx *tx, int64_t agency, bool *is) MUST_CHECK;
/* All that the agency may for its hosts ends, as its contract does. */
enum err roster_void(struct tx *tx, int64_t agency) MUST_CHECK;
enum err roster_turn(struct tx *tx) MUST_CHECK;
enum err contract_turn(struct tx *tx) MUST_CHECK;

/* --- campaign.c --- */

/* A row of the campaign's table, with its event. about: "host:7", or NULL. */
enum err campaign_step(struct tx *tx, int64_t id, const char *event, const char *about,
                       int64_t by) MUST_CHECK;

/* --- tell.c --- */

/* row as agencies.contract. until_day: when it ends now; 0: no more reminders. */
enum err tell_of_contract(struct tx *tx, const struct rows *row, const char *event,
                          int64_t until_day) MUST_CHECK;
/* Hosts for whom it speaks hear of new shares. row as agencies.contract. */
enum err tell_of_terms(struct tx *tx, const struct rows *row, const struct agencies_more *terms,
                       int64_t rule) MUST_CHECK;
/* row as agencies.entry. until_ms: of a consent; 0: none any more. */
enum err tell_of_host(struct tx *tx, const struct rows *row, const char *event, unsigned as,
                      int64_t until_ms) MUST_CHECK;

/* --- calendar.c --- */

enum { CALENDAR_MAX = 400 };
/* What the roster's hosts do in a time: rows kind, id, host, starts_at, ends_at, title_zh, … */
enum err calendar_rows(struct req *r, int64_t agency, int64_t from_ms, int64_t until_ms,
                       struct rows *out) MUST_CHECK;

handler_fn agencies_list, agencies_add_post;                                     /* desk.c */
handler_fn agencies_own, agency_get, agency_members_post, agency_contracts_post, /* agency_page.c */
    agency_contract_post, agency_ask_post, agency_host_post;
handler_fn agency_profile_post, agency_contact_post, agency_open_post;        /* profile.c */
handler_fn agency_paper_get, agency_paper_add_post, agency_paper_remove_post; /* contract_paper.c */
handler_fn roster_get, roster_post;                                           /* host_page.c */
handler_fn calendar_get;                                                      /* calendar.c */
handler_fn feed_get, feed_make, feed_revoke;                                  /* feed.c */
handler_fn campaign_get, campaign_plan_post, campaign_post;                   /* campaign_page.c */

#endif
