/* Routes and what other departments call: see shows.h. */
#include "town/shows/shows.h"

#include <stdio.h>

#include "base/enc.h"
#include "base/rnd.h"
#include "town/shows/internal.h"
#include "store/queries.h"
#include "store/seal.h"

#include <openssl/sha.h>

struct shows_env shows_env;

/* POSTs answer a page by going back to where the form stood, and a program with JSON. Who is crew
 * of a show is checked for each (grants.c): anybody may be an assistant. */
#define PLANNERS (ROLE_HOST | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/shows", shows_page_list, NULL, "shows/shows.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/desk", shows_page_desks, NULL, "shows/desks.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/shows/new", shows_page_new, NULL, "shows/new.html", PLANNERS, CSRF_SAFE, 0},
    {"POST", "/shows", shows_do_create, NULL, NULL, PLANNERS, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}", shows_page_show, NULL, "shows/show.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/events", NULL, shows_on_events, NULL, WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/chat", shows_page_chat, NULL, "shows/chat.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/shows/{id}/chat", shows_do_say, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/desk", shows_page_desk, NULL, "shows/desk.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/desk/events", NULL, shows_on_crew_events, NULL, WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/log", shows_page_log, NULL, "shows/log.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/shows/{id}/crew", shows_page_crew, NULL, "shows/crew.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/shows/{id}/crew", shows_do_crew, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/talk", shows_do_talk_rules, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/messages/{message}", shows_do_moderate, NULL, NULL, WHO_MEMBER,
     CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/silences/{silence}/lift", shows_do_lift, NULL, NULL, WHO_MEMBER,
     CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/plan", shows_page_plan, NULL, "shows/plan.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/shows/{id}/plan", shows_do_plan, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/check", shows_do_check, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/reserve", shows_do_reserve, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/calendar.ics", shows_calendar, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/shows/{id}/card", shows_do_card, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/items", shows_do_item_add, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/items/{item}", shows_do_item, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/items/{item}/move", shows_do_move, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/feed", shows_page_feed, NULL, "shows/feed.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/shows/{id}/key", shows_do_key, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/rehearse", shows_do_rehearse, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/cut", shows_do_cut, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/end", shows_do_end, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
};

const struct web_module shows_module = {.name = "shows",
                                        .routes = routes,
                                        .routes_n = sizeof(routes) / sizeof(routes[0]),
                                        .is_work = true}; /* an assistant may be any member */

/* ---- names ---- */

struct str shows_stream_name(int64_t show, char out[SHOWS_ROOM_NAME])
{
    int n = snprintf(out, SHOWS_ROOM_NAME, "show-%lld", (long long)show);
    return str_n(out, (size_t)n);
}

struct str shows_crew_room(int64_t show, char out[SHOWS_ROOM_NAME])
{
    int n = snprintf(out, SHOWS_ROOM_NAME, "show-%lld-crew", (long long)show);
    return str_n(out, (size_t)n);
}

int64_t shows_of_stream(struct str name)
{
    int64_t id;
    if (!str_starts(name, "show-") || str_to_i64(str_slice(name, 5, name.n), &id) != OK || id < 1)
        return 0;
    return id;
}

/* ---- commands of other departments ---- */

static enum err new_key(struct arena *arena, struct str *key, struct str *hash, struct str *sealed)
{
    uint8_t bytes[SHOWS_KEY_BYTES], *digest = arena_alloc(arena, SHA256_DIGEST_LENGTH);
    rnd_fill(bytes, sizeof(bytes));
    *key = enc_base64url(arena, bytes, sizeof(bytes));
    if (!digest || key->n == 0)
        return ERR_NOMEM;
    SHA256((const uint8_t *)key->p, key->n, digest);
    *hash = str_n(digest, SHA256_DIGEST_LENGTH);
    return seal_text("shows.key", *key, arena, sealed);
}

enum err shows_event_add(struct tx *tx, const struct show_event *e)
{
    return db_exec(tx->db, &q_shows_event_add,
                   ARGS(V_INT(e->show), V_INT(tx->now_ms), e->actor ? V_INT(e->actor) : V_NULL,
                        V_Z(e->kind), e->item ? V_INT(e->item) : V_NULL, V_INT(e->value),
                        e->message ? V_INT(e->message) : V_NULL, e->user ? V_INT(e->user) : V_NULL,
                        e->note.n ? V_STR(e->note) : V_NULL),
                   NULL);
}

enum err shows_log(struct tx *tx, int64_t show, int64_t actor, const char *kind, int64_t item,
                   int64_t value, struct str note)
{
    const struct show_event e = {show, actor, kind, item, value, 0, 0, note};
    return shows_event_add(tx, &e);
}

enum err shows_create(struct tx *tx, const struct shows_new *n, int64_t *show)
{
    struct str key, hash, sealed;
    struct rows rs;
    enum err e = new_key(tx->arena, &key, &hash, &sealed);
    if (e == OK)
        e = db_one(tx->db, &q_shows_add,
                   ARGS(V_STR(n->title_zh), V_STR(n->title_en), V_STR(n->room_zh),
                        V_STR(n->room_en), V_INT(n->host_id), V_INT(n->starts_at), V_BLOB(hash),
                        V_BLOB(sealed), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e != OK)
        return e;
    *show = row_int(&rs, 0, "id");
    return shows_log(tx, *show, n->host_id, "created", 0, 0, STR_NONE);
}

enum err shows_key_renew(struct tx *tx, int64_t show, int64_t actor)
{
    struct str key, hash, sealed;
    enum err e = new_key(tx->arena, &key, &hash, &sealed);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_set_key, ARGS(V_BLOB(hash), V_BLOB(sealed), V_INT(show)),
                    NULL);
    return e != OK ? e : shows_log(tx, show, actor, "key", 0, 0, STR_NONE);
}

enum err shows_key(struct db *db, struct arena *arena, int64_t show, struct str *key)
{
    struct rows rs;
    enum err e = db_one(db, &q_shows_get, ARGS(V_INT(show)), arena, &rs);
    return e != OK ? e : seal_reveal("shows.key", row_val(&rs, 0, "key_sealed").s, arena, key);
}

enum err shows_item_add(struct tx *tx, int64_t show, int64_t sku, int64_t price_fen,
                        struct str note_zh, struct str note_en, int64_t *item)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_shows_items, ARGS(V_INT(show)), tx->arena, &rs);
    if (e == OK && rs.n >= SHOWS_ITEMS_MAX) {
        tx->info->limit = SHOWS_ITEMS_MAX;
        return ERR_LIMIT;
    }
    if (e == OK)
        e = db_one(tx->db, &q_shows_item_add,
                   ARGS(V_INT(show), V_INT(sku), V_INT(price_fen), V_STR(note_zh), V_STR(note_en)),
                   tx->arena, &rs);
    if (e == OK)
        *item = row_int(&rs, 0, "id");
    return e;
}

enum err shows_card(struct tx *tx, int64_t show, int64_t item, int64_t actor)
{
    struct rows rs;
    int64_t changed;
    enum err e = OK;
    if (item != 0) {
        e = db_one(tx->db, &q_shows_item, ARGS(V_INT(item)), tx->arena, &rs);
        if (e == OK && row_int(&rs, 0, "show_id") != show)
            e = ERR_NOT_FOUND;
        else if (e == OK && !row_int(&rs, 0, "is_on_shelf"))
            e = ERR_CONFLICT;
    }
    if (e == OK)
        e = db_exec(tx->db, &q_shows_set_card,
                    ARGS(item ? V_INT(item) : V_NULL, V_INT(tx->now_ms), V_INT(show)), &changed);
    if (e == OK && changed == 0)
        e = ERR_CONFLICT;
    return e != OK ? e : shows_log(tx, show, actor, "card", item, 0, STR_NONE);
}

enum err shows_price(struct db *db, struct arena *arena, int64_t show, int64_t sku,
                     int64_t *price_fen)
{
    struct rows rs;
    enum err e = db_one(db, &q_shows_item_by_sku, ARGS(V_INT(show), V_INT(sku)), arena, &rs);
    if (e != OK)
        return e;
    if (!row_int(&rs, 0, "is_on_shelf") || !str_eq_z(row_str(&rs, 0, "status"), "live"))
        return ERR_CONFLICT;
    *price_fen = row_int(&rs, 0, "price_fen");
    return OK;
}

enum err shows_host_has(struct db *db, struct arena *arena, int64_t host, int64_t sku, bool *has)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_shows_of_host_with_sku, ARGS(V_INT(sku), V_INT(host)), arena, &rs);
    *has = e == OK && rs.n > 0;
    return e;
}

enum err shows_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    struct rows rs;
    enum err e = db_select(db, &q_shows_check_cards, ARGS(V_INT(SHOWS_CHECK_SAYS)), arena, &rs);
    *violations = 0;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        char line[80];
        snprintf(line, sizeof(line), "show %lld: its card is none of the items on its shelf",
                 (long long)row_int(&rs, i, "id"));
        say(arg, line);
        (*violations)++;
    }
    return e;
}
