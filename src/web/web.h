/*
 * Requests, replies and routes: what a department sees of the web.
 *
 *   loop: parse headers ─▶ route row ─▶ (loop_handler: answered there: live streams, static files)
 *                                   └▶ body read ─▶ page pool: identify, check who and CSRF,
 *                                        snapshot, handler ─▶ view ─▶ template or JSON ─▶ loop:
 * send
 *
 * A handler is plain blocking code with an arena and a read snapshot. It fills req->view and
 * returns OK, or returns an error (req->info says more) that becomes a page or a problem object. To
 * change something it fills a command and calls web_write(): the reply then waits for the writer,
 * and the continuation runs in a fresh snapshot.
 *
 * A page is an API: the same URL answers JSON when the path ends in ".json" or Accept prefers
 * application/json. A form may be sent as application/x-www-form-urlencoded, multipart/form-data or
 * a flat JSON object; handlers read all three with req_field().
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/arena.h"
#include "base/block.h"
#include "base/err.h"
#include "base/str.h"
#include "io/addr.h"
#include "store/db.h"
#include "store/writer.h"
#include "web/i18n.h"
#include "web/view.h"

enum role { /* bits; a user may have several */
            ROLE_BUYER = 1,
            ROLE_HOST = 2,
            ROLE_FACTORY = 4,
            ROLE_OPERATOR = 8,
            ROLE_ADMIN = 16,
            ROLE_OFFICER = 32, /* of a body of the town: suggestions, land, money */
};

/* Who may: anyone, anyone logged in, or somebody with one of the roles (an admin always may). */
#define WHO_ANYONE 0
#define WHO_MEMBER                                                                                 \
    (ROLE_BUYER | ROLE_HOST | ROLE_FACTORY | ROLE_OPERATOR | ROLE_ADMIN | ROLE_OFFICER)

enum csrf_level {
    CSRF_SAFE,   /* GET and HEAD: nothing is changed */
    CSRF_ORIGIN, /* changes nothing that is anybody's (switching language, logging in): Origin or
                    Sec-Fetch-Site must not be foreign */
    CSRF_TOKEN,  /* everything else: the session's token too, as field csrf or header X-CSRF-Token.
                    Requests with Authorization: Bearer need none. */
};

struct identity {    /* filled by the identify hook that people installs */
    int64_t user_id; /* 0: nobody */
    unsigned roles;
    struct str name;         /* shown name */
    int64_t organisation_id; /* the factory (or agency) a member acts for, or 0 */
    bool is_agency;          /* of which it is one */
    int64_t session_id;
    struct str csrf_token; /* derived from the session, or from the guest cookie */
};

struct upload { /* one file of a multipart body, spooled to disk, removed after the request */
    struct str field, filename, content_type;
    const char *path;
    size_t size;
};

struct req {
    struct arena *arena;
    const char *id;          /* request id, also in logs and the X-Request-Id header */
    struct str method, path; /* path decoded, without query and .json */
    struct str path_raw;     /* as sent, with the query: for "come back here" links */
    const struct route *route;
    enum lang lang;
    bool json;
    struct addr peer; /* the client, seen through trusted proxies */
    struct identity who;
    struct db *db; /* the snapshot */
    struct web *web;
    struct view *view; /* the reply's root object */
    struct err_info info;
    struct reply *reply; /* opaque: use the functions below */
};

/* Path parameters ("{slug}"), query and body fields. Absent: STR_NONE. */
struct str req_param(const struct req *r, const char *name);
struct str req_query(const struct req *r, const char *name);
struct str req_field(const struct req *r, const char *name);
/* Of a raw route: the body as it came. */
struct str req_body(const struct req *r);
size_t req_fields(const struct req *r, const char *name, struct str *out, size_t max);
const struct upload *req_upload(const struct req *r, const char *name);
/* All of a field that takes several files, without those that are empty. */
size_t req_uploads(const struct req *r, const char *name, const struct upload **out, size_t max);
struct str req_header(const struct req *r, const char *lower_case_name);
/* RFC 7240, "Prefer: return=minimal": of what was made, an API's client wants no more than where it
 * is. A handler that heeds it calls this, which answers with Preference-Applied too. */
bool req_prefers_minimal(struct req *r);
struct str req_cookie(const struct req *r, const char *name);
struct str req_bearer(const struct req *r); /* of Authorization: Bearer, else STR_NONE */
bool req_is_tls(const struct req *r);       /* seen through trusted proxies */
/* "https://town.example": as it is set, or as the client called us. */
struct str req_public_url(const struct req *r);
struct str req_site_name(const struct req *r); /* the town's, in the request's language */
/* Whole number within [min, max]: ERR_INVALID with field and key set otherwise. */
enum err req_field_int(struct req *r, const char *name, int64_t min, int64_t max,
                       int64_t *out) MUST_CHECK;
/* Trimmed UTF-8 text of min to max characters (code points), no control characters. */
enum err req_field_text(struct req *r, const char *name, size_t min, size_t max,
                        struct str *out) MUST_CHECK;
/* The client's Idempotency-Key header or field idempotency_key: 8 to 64 visible characters. */
enum err req_idempotency_key(struct req *r, struct str *out) MUST_CHECK;

/* The text of locales/ under a prefix and a name, "hall.status_" and "draft", in the request's
 * language; in its arena. */
struct str req_text(const struct req *r, const char *prefix, struct str name);
/* Refusals with detail: return req_refuse(r, ERR_INVALID, "quantity", "web.number_bad"); */
enum err req_refuse(struct req *r, enum err e, const char *field, const char *message_key);

void reply_status(struct req *r, int status);
void reply_header(struct req *r, const char *name, struct str value);
void reply_redirect(struct req *r,
                    const char *path); /* 303 for pages; JSON gets 200 and "location" */
/* The path that search engines know the page by, when it is not the one that was asked for. */
void reply_canonical(struct req *r, const char *path);
/* This page is the same for everybody who is not logged in, until anything is committed to the
 * store; what in it depends on the clock, or is in memory, may be so old (kept.h). It must depend
 * on nothing else of the request than address, language and host. */
void reply_keep(struct req *r, int64_t ms);
/* The page shows a secret: no browser keeps a copy of it. */
void reply_secret(struct req *r);
/* An object for what the page says of itself to programs, as JSON-LD in its head. */
struct view *reply_linked_data(struct req *r);
/* Instead of the route's. A refusal after it draws this page, not the error page: the form again,
 * with r->view as it is and the members status, error, message, field (see README.md). */
void reply_page(struct req *r, const char *template_name);
void reply_cookie(struct req *r, const char *name, struct str value, int64_t max_age_s,
                  bool script_readable); /* Secure when TLS, SameSite=Lax, Path=/ */
/* A body that is not a page: a picture, a feed. cache_s: seconds, 0 = no-store, WEB_FOREVER_S = it
 * never changes. Takes the block. */
void reply_body(struct req *r, const char *content_type, struct block *body, int64_t cache_s);
/* A long body that lies elsewhere, in files: read by workers, a piece at a time, as the client
 * takes it; in parts when a Range is asked for. `read` gives n bytes from `from` on, one call at a
 * time, without a snapshot; an error ends the connection. `free` runs on any thread, once. */
struct source {
    int64_t length;
    enum err (*read)(struct source *s, int64_t from, uint8_t *p, size_t n);
    void (*free)(struct source *s);
};
/* Takes the source. etag: quoted, arena; NULL: none. cache_s as of reply_body(). */
void reply_source(struct req *r, const char *content_type, struct source *s, const char *etag,
                  int64_t cache_s);
void reply_flash(struct req *r, const char *message_key); /* shown once on the next page */

typedef enum err handler_fn(struct req *r);
/* Runs after the commit (or the refusal) in a fresh snapshot; `result` is the command's. */
typedef enum err continue_fn(struct req *r, struct command *cmd, enum err result);
/* Submits; the handler must then return its result at once. cmd is arena memory, its arena is set
 * here. NULL continuation: a refusal becomes the error page, success a redirect set before. */
enum err web_write(struct req *r, struct command *cmd, continue_fn *then) MUST_CHECK;
/* A path of this site to come back to, from a field like `next`; `otherwise` when it is not one. */
const char *req_next(const struct req *r, const char *field, const char *otherwise);

struct loop_request; /* web/loop_request.h: for handlers on the loop (live streams, sockets) */
typedef void loop_handler_fn(struct loop_request *lr);

/* Which threads run a handler, so that one kind of work cannot stall another: WEB_LIGHT, which
 * is `false`, the pages; WEB_HEAVY, those that hash passwords; WEB_SLOW, those that decode
 * pictures, copy large files, make sheets. */
enum web_weight { WEB_LIGHT, WEB_HEAVY, WEB_SLOW };

struct route {
    const char *method;  /* "GET" (answers HEAD too), "POST" */
    const char *pattern; /* "/hall/products/{slug}"; {rest*} matches the rest of the path */
    handler_fn *handler; /* exactly one of handler and on_loop */
    loop_handler_fn *on_loop;
    const char *page; /* template, NULL for JSON, redirects and bodies only */
    unsigned who;
    enum csrf_level csrf;
    size_t body_max; /* 0: WEB_BODY_DEFAULT; more is spooled to disk after `who` was checked */
    enum web_weight weight;
    bool raw; /* the body is no form: req_body(); at most WEB_BODY_DEFAULT bytes */
};

enum {
    WEB_BODY_DEFAULT = 64 * 1024,
    WEB_TEXT_MAX = 2 * 1024 * 1024, /* of a route with a body_max up to it, as plain fields */
    WEB_ARENA_MAX = 16 * 1024 * 1024,
    WEB_HEADERS_MAX = 16 * 1024,
    WEB_PARAMS_MAX = 8,
    WEB_FIELDS_MAX = 500,
    WEB_UPLOADS_MAX = 20,
    WEB_FOREVER_S = 365 * 24 * 3600,
    WEB_PIECE = 64 * 1024, /* of a source: what is read and queued at a time */
};

/* A department as town.c lists it: its routes, its periodic work, its start. */
struct web_module {
    const char *name;
    const struct route *routes;
    size_t routes_n;
    const char *nav; /* the menu's item that its pages stand under; NULL: the one of its name */
    bool is_work;    /* those of its pages that are for members are of the workbench */
};

#endif
