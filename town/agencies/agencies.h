/* clang-format off */
/*
 * agencies: the base's live-streaming organisations: contracts, whom they speak for, campaigns.
 *
 *   contract     draft ──sign──▶ signed ──begin──▶ in_force ──end──▶ ended
 *                  │ drop          │ drop             │  ▲ │ expire
 *                  ▼               ▼                  └──┘ └──────▶ expired
 *                dropped         dropped         renew, terms
 *
 *   a host       asked ──accept──▶ on ──end (either side), void──▶ ended
 *                  │ refuse        │ ▲ │ expire
 *                  │ withdraw      └─┘ └────────▶ expired
 *                  ▼ lapse, void  renew
 *                refused, withdrawn, lapsed
 *
 * An organisation is partnered (its contract is with the base) or introduced (by somebody, who is
 * named). While its contract is in force it may ask hosts, by login, whether it may speak for them;
 * the host says yes until a day, or no. One agency at a time: a host's money has one way. Consents
 * are told to town/settle, which shares by them what is sold. When a contract is over, so are the
 * consents given under it. Each step is an event row.
 *
 * Of a no the agency sees nothing but that the host is not on its roster.
 *
 *   GET  /agencies                                the base's list
 *   POST /agencies                                name_zh, name_en, about_zh, about_en, slug, code
 *   GET  /agency                                  one's own
 *   GET  /agencies/{id}                           anybody: what is public of it; its members and the base: all
 *   POST /agencies/{id}/members                   login, do = add | remove
 *   POST /agencies/{id}/contracts                 kind, introduced_by, number, from, until
 *   POST /agencies/{id}/contracts/{contract}      do, note, until, host_percent, agency_percent, base_percent, day
 *   POST /agencies/{id}/contracts/{contract}/papers   scan
 *   GET  /agencies/{id}/papers/{paper}            the scan of a contract: its members and the base
 *   POST /agencies/{id}/papers/{paper}/remove
 *   POST /agencies/{id}/profile                   name_zh, name_en, about_zh, about_en
 *   POST /agencies/{id}/contact                   contact, phone: its members and the base
 *   POST /agencies/{id}/contact/open              purpose
 *   POST /agencies/{id}/hosts                     login, note
 *   POST /agencies/{id}/hosts/{entry}             do = withdraw | end
 *   GET  /roster                                  a host's own
 *   POST /roster/{entry}                          do, until
 *   GET  /agencies/{id}/calendar                  week
 *   POST /agencies/{id}/feeds
 *   POST /agencies/{id}/feeds/{feed}/revoke
 *   GET  /agencies/feeds/{token}/calendar.ics
 *   POST /agencies/{id}/campaigns                 name, from, until, goal
 *   GET  /agencies/{id}/campaigns/{campaign}
 *   POST /agencies/{id}/campaigns/{campaign}      do = host | goods | off | cancel, host, goods
 */
/* clang-format on */
#ifndef TOWN_AGENCIES_AGENCIES_H
#define TOWN_AGENCIES_AGENCIES_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    AGENCIES_NAME_MAX = 60,
    AGENCIES_NOTE_MAX = 200,
    AGENCIES_ABOUT_MAX = 200,
    AGENCIES_NUMBER_MAX = 60,
    AGENCIES_CONTRACT_DAYS_MAX = 3660, /* the longest contract */
    AGENCIES_CONSENT_DAYS_MAX = 1096,  /* the longest consent, three years, from today */
    AGENCIES_ASKED_DAYS = 14,          /* an asking that nobody answers is over then */
    AGENCIES_NO_DAYS = 90,             /* after a host's no the agency may not ask again so long */
    AGENCIES_TRIES_DAY_MAX = 20,       /* of an agency in a day, also by logins that nobody has */
    AGENCIES_ROSTER_MAX = 200,         /* hosts of one, and askings */
    AGENCIES_MEMBERS_MAX = 20,
    AGENCIES_CAMPAIGNS_MAX = 50, /* that are not over */
    AGENCIES_CAMPAIGN_HOSTS_MAX = 50,
    AGENCIES_CAMPAIGN_GOODS_MAX = 100,
    AGENCIES_CAMPAIGN_DAYS_MAX = 366,
    AGENCIES_NEAR_DAYS = 30, /* one is reminded so long before an end, */
    AGENCIES_SOON_DAYS = 7,  /* and again */
    AGENCIES_TURN_EVERY_MS = 5 * 1000,
    AGENCIES_TURN_MAX = 100,
    AGENCIES_TURN_VOIDS_MAX =
        200, /* no further contract expires in a turn that has voided so many */
    AGENCIES_SHOWN = 200,
    AGENCIES_PAPERS_MAX = 10, /* of a contract: what was signed, and what was added to it */
    AGENCIES_TERMS_MAX = 20,  /* rules of one that are to come, with the one that counts */
    AGENCIES_FEEDS_MAX = 10,  /* of one person and agency */
    AGENCIES_CHECK_SAYS = 20,
};

enum agencies_as {
    AGENCIES_AS_BASE = 1,
    AGENCIES_AS_AGENCY = 2,
    AGENCIES_AS_HOST = 4,
    AGENCIES_AS_SYSTEM = 8,
};
extern const struct transition_table agencies_contract_table, agencies_roster_table,
    agencies_campaign_table;

extern const struct web_module agencies_module;
extern const struct figure agencies_figures[];
extern const size_t agencies_figures_n;
extern const struct console_line agencies_lines[];
extern const size_t agencies_lines_n;
extern const struct messages_kind agencies_kinds[];
extern const size_t agencies_kinds_n;

void agencies_prepare(struct writer *w);

/* ---- for other departments ---- */

enum agencies_kind { AGENCIES_NONE, AGENCIES_PARTNERED, AGENCIES_INTRODUCED };
/* What an organisation is to the base now, by a contract that is in force; else NONE. */
enum err agencies_kind_of(struct db *db, struct arena *arena, int64_t organisation,
                          enum agencies_kind *out) MUST_CHECK;
/* The agency that speaks for a host now; 0: none does. */
enum err agencies_of_host(struct db *db, struct arena *arena, int64_t host,
                          int64_t *agency) MUST_CHECK;

/* ---- in a command's transaction; `by` 0: the system ---- */

struct agencies_new {
    struct str slug, name_zh, name_en, code; /* code: of the firm (GB 32100) */
    struct str about_zh, about_en;           /* or empty */
};
/* ERR_INVALID, ERR_EXISTS with field slug or code. */
enum err agencies_add(struct tx *tx, const struct agencies_new *n, int64_t *id) MUST_CHECK;

/* What it is called now; code and slug stay. An event when something differs. */
enum err agencies_profile(struct tx *tx, int64_t agency, const struct agencies_new *n,
                          int64_t by) MUST_CHECK;
/* Whom to call there, sealed. ERR_INVALID (field phone). */
enum err agencies_contact(struct tx *tx, int64_t agency, struct str name, struct str phone,
                          int64_t by) MUST_CHECK;

struct agencies_contract {
    int64_t agency;
    bool is_introduced;
    struct str introduced_by, number;
    int64_t from_day, until_day;
};
/* ERR_EXISTS (field agency): there is one that is not over. ERR_INVALID with field. */
enum err agencies_contract_file(struct tx *tx, const struct agencies_contract *c, int64_t by,
                                int64_t *id) MUST_CHECK;
/* A scan that was kept (town/scan) is of a contract; the same one again is there already.
 * ERR_LIMIT (field scan). */
enum err agencies_paper_add(struct tx *tx, int64_t contract, struct str name, struct str scan,
                            int64_t by) MUST_CHECK;
struct agencies_more {
    struct str note;                     /* why */
    int64_t until_day;                   /* of renew and accept */
    int64_t host_bp, agency_bp, base_bp; /* of terms: the agency's rule of sharing, */
    int64_t rule_day;                    /* from then on (town/settle) */
};
/* ERR_CONFLICT (field status), ERR_FORBIDDEN, ERR_INVALID with field. */
enum err agencies_contract_do(struct tx *tx, int64_t contract, const char *event, unsigned as,
                              int64_t by, const struct agencies_more *more) MUST_CHECK;

/* Asks a host. ERR_INVALID (field login) is one answer for: nobody has that login, is no host,
 * said no within AGENCIES_NO_DAYS. ERR_EXISTS: asked, or on the roster. ERR_CONFLICT: no contract
 * in force. ERR_LIMIT. */
enum err agencies_ask(struct tx *tx, int64_t agency, struct str login, struct str note, int64_t by,
                      int64_t *entry) MUST_CHECK;
/* Of accept and renew ERR_INVALID (field until: not after today, or beyond
 * AGENCIES_CONSENT_DAYS_MAX); of accept ERR_CONFLICT (field host): another agency speaks for it. */
enum err agencies_roster_do(struct tx *tx, int64_t entry, const char *event, unsigned as,
                            int64_t by, const struct agencies_more *more) MUST_CHECK;

struct agencies_campaign {
    int64_t agency;
    struct str name;
    int64_t from_day, until_day, goal_fen;
};
enum err agencies_campaign_plan(struct tx *tx, const struct agencies_campaign *c, int64_t by,
                                int64_t *id) MUST_CHECK;
/* ERR_INVALID (field host): not on the agency's roster. */
enum err agencies_campaign_host(struct tx *tx, int64_t campaign, int64_t host,
                                int64_t by) MUST_CHECK;
/* By the address of a product or of a factory. ERR_INVALID (field goods). */
enum err agencies_campaign_goods(struct tx *tx, int64_t campaign, struct str slug,
                                 int64_t by) MUST_CHECK;

/* What is due: contracts begin and expire, consents expire, askings lapse. For writer_every(). */
enum err agencies_turn(struct tx *tx, void *unused) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err agencies_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg,
                        int *violations) MUST_CHECK;

#endif
