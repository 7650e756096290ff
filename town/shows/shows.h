/*
 * shows: live rooms' shows, with a host, products in an order, the card of what is being shown, and
 * talk. What other departments may call.
 *
 * A show's stream is named "show-ID"; its room (messages beside the picture) bears the same name.
 * A show is planned, live (from its first picture on, but for rehearsals) or ended (by its crew).
 * Whether there is a picture right now is another matter: `on_air`. Beside the room that everybody
 * follows there is "show-ID-crew", which only the desks do: what waits for them, what was done.
 */
#ifndef TOWN_SHOWS_SHOWS_H
#define TOWN_SHOWS_SHOWS_H

#include "io/pool.h"
#include "live/live.h"
#include "live/room.h"
#include "store/writer.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/messages/messages.h"
#include "web/view.h"
#include "web/web.h"

enum {
    SHOWS_ITEMS_MAX = 200,     /* products of one show */
    SHOWS_MESSAGE_MAX = 120,   /* characters of a message */
    SHOWS_MESSAGES_SHOWN = 50, /* on a fresh page */
    SHOWS_TALK_WINDOW_MS = 10 * 1000,
    SHOWS_TALK_MAX = 8,        /* messages of one person in that window */
    SHOWS_TALK_CREW_MAX = 40,  /* of one of the crew */
    SHOWS_TYPED_MAX = 1000,    /* characters as typed, before what is not seen is taken out */
    SHOWS_SAME_MS = 30 * 1000, /* within it nobody says the same twice in a row */
    SHOWS_SLOW_MAX_S = 300,    /* longest that one waits between two messages */
    SHOWS_MUTE_MINUTES_MAX = 24 * 60,
    SHOWS_MISSED_MAX = 200, /* messages that a reader who was away gets at a time */
    SHOWS_QUEUE_SHOWN = 50, /* questions, and held messages, on a desk */
    SHOWS_SILENCES_SHOWN = 200,
    SHOWS_CREW_MAX = 20, /* assistants of a show */
    SHOWS_LOG_PAGE = 100,
    SHOWS_NOTE_MAX = 200, /* characters of a reason */
    SHOWS_TICKET_MS = 12 * 3600 * 1000,
    SHOWS_KEY_BYTES = 16,
};

/* What an assistant may do at a desk. The host and the base may all of it. */
enum show_grant {
    SHOW_CARDS = 1,    /* the card, the run's order, what is on the shelf */
    SHOW_PRICES = 2,   /* prices and stock */
    SHOW_OFFERS = 4,   /* flash sales, coupons, draws */
    SHOW_TALK = 8,     /* answer as crew, and keep order */
    SHOW_PICTURE = 16, /* stream key, rehearsing, cutting off, ending */
    SHOW_ALL = 31,
    SHOW_OWNER = 32, /* choose who helps: never an assistant's */
};

/* What becomes of a message before anybody reads it. */
enum shows_verdict { SHOWS_FINE, SHOWS_HELD, SHOWS_REFUSED };
/* *why: the words that it is held for. Any thread; must not block. */
typedef enum shows_verdict shows_judge_fn(struct str text, struct arena *arena, struct str *why);
/* Who judges what is said; one, before the first request. Without one all is fine. */
void shows_talk_judge(shows_judge_fn *fn);
enum shows_verdict shows_judge(struct str text, struct arena *arena, struct str *why);

/* May a host go on air at that moment? Any thread. One, before the first request; without one any
 * may. Who may not is told so in the check before a show, its encoder is refused but for
 * rehearsals, and a rehearsal with a picture does not end in it. */
typedef enum err shows_gate_fn(struct db *db, struct arena *arena, int64_t host, int64_t at_ms,
                               bool *may);
void shows_air_gate(shows_gate_fn *fn);

/* What another department has against an item of a show before it begins: a text's key, and words
 * of its own; NULL: nothing. One, before the first request. */
typedef enum err shows_item_judge_fn(struct req *r, int64_t sku, int64_t starts_at,
                                     const char **key, struct str *detail);
void shows_item_judge(shows_item_judge_fn *fn);

struct shows_env { /* borrowed, outlive the department */
    struct writer *writer;
    struct rooms *rooms;
    const char *store_url;
    struct str rtmp_url; /* "rtmp://HOST:PORT/live": what the crew pastes into an encoder */
};

extern const struct web_module shows_module;
extern const struct figure shows_figures[];
extern const size_t shows_figures_n;
extern const struct console_line shows_lines[];
extern const size_t shows_lines_n;
extern const struct messages_kind shows_kinds[];
extern const size_t shows_kinds_n;

/* Before the first request: opens the rooms of shows that have not ended. */
enum err shows_start(const struct shows_env *env, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
/* The hooks for live_new(); arg is unused. Between shows_start() and shows_stop(). */
extern const struct live_hooks shows_live_hooks;
/* The live that pages ask for pictures and health; set once, before requests come. */
void shows_set_live(struct live *live);
void shows_stop(void);

/* ---- for commands of other departments and of the demo's filler ---- */

struct shows_new {
    struct str title_zh, title_en, room_zh, room_en;
    int64_t host_id, starts_at;
};
enum err shows_create(struct tx *tx, const struct shows_new *n, int64_t *show) MUST_CHECK;
/* price_fen: the show's price. ERR_EXISTS when the SKU is in the show. */
enum err shows_item_add(struct tx *tx, int64_t show, int64_t sku, int64_t price_fen,
                        struct str note_zh, struct str note_en, int64_t *item) MUST_CHECK;
/* item 0: nothing is being shown. The change is told to the room by shows_tell_card() after the
 * commit. ERR_NOT_FOUND, ERR_CONFLICT when the item is off the shelf or the show has ended. */
enum err shows_card(struct tx *tx, int64_t show, int64_t item, int64_t actor) MUST_CHECK;
void shows_tell_card(int64_t show, int64_t item, int64_t at_ms);

/* The price of a SKU in a show now: ERR_NOT_FOUND when it is not in it, ERR_CONFLICT when it is off
 * the shelf or the show is not live. */
enum err shows_price(struct db *db, struct arena *arena, int64_t show, int64_t sku,
                     int64_t *price_fen) MUST_CHECK;
/* Is the SKU in a show of this host that has not ended? */
enum err shows_host_has(struct db *db, struct arena *arena, int64_t host, int64_t sku,
                        bool *has) MUST_CHECK;

/* Does an encoder send a picture that everybody may see, right now? Thread safe. */
bool shows_on_air(int64_t show);
/* May the picture of this stream be had with this ticket? Rehearsals are for the crew. Any thread.
 */
bool shows_may_watch(struct str stream, struct str ticket);

/* Another department's grant check: loads the show of the path parameter {id} for a visitor with
 * one of the grants. ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err shows_desk_of(struct req *r, unsigned grant, int64_t *show, int64_t *host) MUST_CHECK;
/* The same inside the command: a grant may have been taken away since. is_base: an operator's, or
 * an admin's. */
enum err shows_still_may(struct tx *tx, int64_t show, int64_t user, unsigned grant,
                         bool is_base) MUST_CHECK;
/* To everybody in its room, and to its desks; after the commit, on the writer's thread. */
void shows_room_tell(int64_t show, const struct view *v);
void shows_crew_tell(int64_t show, const struct view *v);
/* An event of the show's log, in the command's transaction. note: or none. */
enum err shows_log(struct tx *tx, int64_t show, int64_t actor, const char *kind, int64_t item,
                   int64_t value, struct str note) MUST_CHECK;
/* Members that another department adds to the pages of a show: `grants` says for whom (0: anybody).
 * Before the first request; the same twice is once. */
typedef enum err shows_part_fn(struct req *r, struct view *v, int64_t show, unsigned grants);
void shows_part(shows_part_fn *fn);

/* The same for the list of shows: one department that knows of shows that run elsewhere. */
void shows_list_part(enum err (*fn)(struct req *r, struct view *v));

struct shows_new;
/* The room of a show, which town/venue keeps. One; before the first request.
 *   put   on the pages that plan: `rooms` {choices [{id, name, is_chosen}]}; show 0: a new one
 *   keep  in the command that plans or changes it, once it is written. space: as the form says; 0
 *         none; −1: as it is. A refusal refuses the plan. */
struct shows_rooms {
    enum err (*put)(struct req *r, struct view *v, int64_t show, int64_t starts_at);
    enum err (*keep)(struct tx *tx, int64_t show, const struct shows_new *n, int64_t space);
    enum err (*free)(struct tx *tx, int64_t show);
    /* What the room is called that it has; zh none: it has none. */
    enum err (*name)(struct tx *tx, int64_t show, struct str *zh, struct str *en);
    /* Does a place that is typed say one of the rooms? A show that has none may not bear it. */
    enum err (*is_named)(struct db *db, struct str text, struct arena *arena, bool *is);
};
void shows_set_rooms(const struct shows_rooms *rooms);
/* The base has moved the room of a show, in the same transaction: the show bears the new one's name
 * and begins so much later. */
enum err shows_room_moved(struct tx *tx, int64_t show, int64_t by_ms, int64_t actor) MUST_CHECK;

/* ---- names ---- */

enum { SHOWS_ROOM_NAME = 32 };
/* "show-17": the name of the stream and of the room. */
struct str shows_stream_name(int64_t show, char out[SHOWS_ROOM_NAME]);
/* 17 of "show-17"; 0 when it is no show's name. */
int64_t shows_of_stream(struct str name);

/* ---- for pages of other departments ---- */

/* Lists shows of a status ("live", "planned", "ended") into a list member, as shows/part.html wants
 * them. */
enum err shows_list(struct req *r, struct view *v, const char *member, const char *status,
                    int64_t limit) MUST_CHECK;
/* Puts `show` (id, title, status, starts_at, price) where the product is shown now or next; nothing
 * when there is none. */
enum err shows_of_product(struct req *r, struct view *v, int64_t product) MUST_CHECK;
/* How a running show goes, as members: has_picture, rehearsal, viewers, `health`, `advice`. */
void shows_put_pulse(struct req *r, struct view *v, int64_t show);
/* The key of a show, for the demo's encoder and the crew's page. */
enum err shows_key(struct db *db, struct arena *arena, int64_t show, struct str *key) MUST_CHECK;

/* What town/replay has more of a show: of the page of one that has ended, once its own members are
 * there (it may name another page); a cover for each of a list. One of each; before the first
 * request. */
typedef enum err shows_ended_fn(struct req *r, const struct rows *show);
typedef enum err shows_cover_fn(struct req *r, struct view *show, int64_t id);
void shows_replay_parts(shows_ended_fn *ended, shows_cover_fn *cover);

struct shows_look {
    bool is_live, has_ended;
    bool is_crew; /* the visitor is */
};
/* ERR_NOT_FOUND. */
enum err shows_look(struct req *r, int64_t show, struct shows_look *out) MUST_CHECK;

/* For web_spec.frame: `waited_for` {id, title}, a show that the member waited for and is on. */
enum err shows_frame(struct req *r) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum { SHOWS_CHECK_SAYS = 20 };
/* What must always hold of shows and their cards. Calls `say` for each violation found. */
enum err shows_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
