/*
 * people: accounts, roles, sessions, and the organisations people act for. What other departments
 * and the command line may call.
 *
 * A session token is 32 random bytes; its owner has it in the cookie `session` (or sends it as
 * "Authorization: Bearer …"), the database has its SHA-256. The CSRF token of a session is a keyed
 * hash of the session token, so it needs no place of its own.
 */
#ifndef TOWN_PEOPLE_PEOPLE_H
#define TOWN_PEOPLE_PEOPLE_H

#include "store/writer.h"
#include "web/web.h"

enum {
    PEOPLE_PASSWORD_MIN = 8,
    PEOPLE_PASSWORD_MAX = 128,
    PEOPLE_LOGIN_MIN = 3,
    PEOPLE_LOGIN_MAX = 32,
    PEOPLE_NAME_MAX = 20,
    PEOPLE_ADDRESSES_MAX = 20, /* of one user */
    PEOPLE_RECEIVER_MAX = 40,  /* characters: who gets a parcel, */
    PEOPLE_CONTACT_MAX = 24,   /* by which phone, */
    PEOPLE_CONTACT_DIGITS_MIN = 5,
    PEOPLE_DETAIL_MAX = 200, /* and where in the province */
    PEOPLE_SESSION_S = 30 * 24 * 3600,
    PEOPLE_TRIES_WINDOW_MS = 10 * 60 * 1000,
    PEOPLE_TRIES_ADDRESS_MAX = 30,            /* wrong passwords of one address in the window */
    PEOPLE_TRIES_ACCOUNT_MAX = 10,            /* and for one account */
    PEOPLE_TRIES_KEPT = 20000,                /* entries of the table of tries */
    PEOPLE_SECOND_WRONG_MAX = 5,              /* wrong codes of an account's second factor */
    PEOPLE_SECOND_WINDOW_MS = 10 * 60 * 1000, /* in this time */
};

extern const struct web_module people_module, people_address_module, people_code_module,
    people_second_module;

/* Who sends this request: fills r->who, with user_id 0 for a guest. For web's identify hook. */
enum err people_identify(struct req *r) MUST_CHECK;

/* argon2id by libsodium, about 19 MiB and some tens of milliseconds. */
enum err people_hash_password(struct str password, struct arena *arena,
                              struct str *hash) MUST_CHECK;
bool people_login_ok(struct str login); /* a-z 0-9 . _ -, beginning with a letter */
bool people_phone_ok(struct str phone); /* mainland mobile: 11 digits from 1 */
/* "buyer", "host", "factory", "operator", "admin", "officer"; 0 for another word. */
unsigned people_role(struct str name);

struct people_user {
    struct str login, name, password_hash;
    struct str phone;     /* or empty */
    bool is_phone_proven; /* a code that was sent to it came back */
    unsigned roles;
};
/* ERR_EXISTS with info->field "login" or "phone". */
enum err people_user_add(struct tx *tx, const struct people_user *u, int64_t *id) MUST_CHECK;

/* By login; who is disabled cannot log in, whatever the password. ERR_NOT_FOUND. */
enum err people_user_find(struct db *db, struct arena *arena, struct str login, int64_t *id,
                          bool *is_disabled) MUST_CHECK;
/* Ends every session of theirs but `keep` (0: none is kept): whoever came in by the old password
 * must not stay. */
enum err people_password_set(struct tx *tx, int64_t user, struct str hash, int64_t keep) MUST_CHECK;

/* Is the form's field `name` the password of who asks? ERR_INVALID or ERR_LIMIT, refused with that
 * field, when it is not, or too many were wrong; also when the account has none. Wrong ones count
 * as those at the door. Hashes: for routes that are WEB_HEAVY, before web_write(). */
enum err people_password_check(struct req *r, const char *name) MUST_CHECK;

/*
 * The second factor: codes of an app (RFC 6238), for what a password alone is not enough for. Its
 * owner sets it up at /me/second; a page that needs one sends who has none there, with next.
 *
 * people_second_verify() takes a code: right, it is used up (a code is good once, whoever asks);
 * wrong, that is counted, and after PEOPLE_SECOND_WRONG_MAX none is looked at for a while. Both are
 * rows of the caller's transaction, so a command that was told anything but PEOPLE_SECOND_RIGHT
 * does nothing else and still returns OK: an error would undo the count.
 */
enum people_second {
    PEOPLE_SECOND_RIGHT,
    PEOPLE_SECOND_WRONG,
    PEOPLE_SECOND_USED,     /* right, but taken before: the next one comes within 30 seconds */
    PEOPLE_SECOND_TOO_MANY, /* wrong ones lately: this one was not looked at */
    PEOPLE_SECOND_NONE,     /* the account has no second factor */
};
enum err people_second_has(struct db *db, struct arena *arena, int64_t user, bool *has) MUST_CHECK;
enum err people_second_verify(struct tx *tx, int64_t user, struct str code,
                              enum people_second *said) MUST_CHECK;
/* The key of what to tell them; NULL for PEOPLE_SECOND_RIGHT. */
const char *people_second_says(enum people_second said);
/* For who lost their device, by an administrator. ERR_NOT_FOUND when there is none. */
enum err people_second_lift(struct tx *tx, int64_t user) MUST_CHECK;

struct people_organisation {
    const char *kind; /* "factory", "agency", "bureau", "base" */
    struct str slug, name_zh, name_en, about_zh, about_en;
};
enum err people_organisation_add(struct tx *tx, const struct people_organisation *o,
                                 int64_t *id) MUST_CHECK;
enum err people_organisation_find(struct db *db, struct arena *arena, struct str slug,
                                  int64_t *id) MUST_CHECK;
/* Names and what it is about; kind and slug stay. */
enum err people_organisation_save(struct tx *tx, int64_t id,
                                  const struct people_organisation *o) MUST_CHECK;
/* Who is called then, in the same transaction: the hall, whose goods are found by their makers'
 * names. One; before the writer's first command. */
typedef enum err people_saved_fn(struct tx *tx, int64_t organisation);
void people_on_organisation_saved(people_saved_fn *fn);
/* The first member of an organisation is its owner, further ones are clerks. */
enum err people_membership_add(struct tx *tx, int64_t user, int64_t organisation) MUST_CHECK;
enum err people_membership_remove(struct tx *tx, int64_t user, int64_t organisation) MUST_CHECK;
/* "owner" or "clerk". ERR_NOT_FOUND. */
enum err people_membership_role(struct tx *tx, int64_t user, int64_t organisation,
                                struct str role) MUST_CHECK;
/* Gives or takes a role of enum role. */
enum err people_role_set(struct tx *tx, int64_t user, unsigned role, bool on) MUST_CHECK;
/* Nothing lets in who is disabled, and their sessions end; or lets them in again. Their shows,
 * orders and money stay. Done already: OK. */
enum err people_disable(struct tx *tx, int64_t user, bool on) MUST_CHECK;

/* Where a user lets goods be sent: sealed at rest, but for the province. */
struct people_address {
    int64_t id;
    int64_t province; /* town/region.h */
    struct str name;
    struct str phone;  /* people_contact_ok(): digits, spaces, + and - */
    struct str detail; /* town, street and house; may begin with the province's name */
    bool is_default;
};
/* The default one first, then those last made the default, then the rest as they were added. */
enum err people_addresses(struct db *db, struct arena *arena, int64_t user,
                          struct people_address out[PEOPLE_ADDRESSES_MAX], size_t *n) MUST_CHECK;
/* ERR_NOT_FOUND, also when it is somebody else's. */
enum err people_address_get(struct db *db, struct arena *arena, int64_t user, int64_t id,
                            struct people_address *out) MUST_CHECK;
/* For the next time: the first is the default; the same one is not kept twice. It must not
 * be people_address_bad(). ERR_LIMIT when there are PEOPLE_ADDRESSES_MAX: nothing was written
 * then, and the caller may go on without. `id` may be NULL. */
enum err people_address_keep(struct tx *tx, int64_t user, const struct people_address *a,
                             int64_t *id) MUST_CHECK;
/* NULL, or the field that is wrong: "name", "phone", "province", "detail". */
const char *people_address_bad(const struct people_address *a);
bool people_contact_ok(struct str phone);
/* In one line, as a parcel says it: 浙江省宁波市…; the province is not said twice. */
struct str people_address_line(const struct people_address *a, enum lang lang, struct arena *arena);
/* "138****0000"; of another number, its last four. */
struct str people_phone_masked(struct str phone, struct arena *arena);

/* A fresh session; the token is the caller's only copy. */
enum err people_session_add(struct tx *tx, int64_t user, struct str *token) MUST_CHECK;

/* Forgets sessions that ended and codes that were sent a day ago, some at a time. For
 * writer_every(). */
enum err people_prune(struct tx *tx, void *unused) MUST_CHECK;
/* Who sends codes to phones: takes a copy and returns at once. NULL, as at the start: nobody does,
 * and the login page does not offer them. While no requests come. */
typedef enum err people_send_fn(void *arg, struct str phone, struct str code, const char *lang,
                                int minutes);
void people_codes_by(people_send_fn *fn, void *arg);
void people_stop(void); /* forgets the counts of wrong passwords */

#endif
