/*
 * Where letters go, proven by a code that was sent there, and when somebody is not to be bothered.
 * A new address takes the old one's place once it is proven. What stands against guessing, and
 * against letting us send letters to strangers:
 *
 *   a code      CONTACT_CODE_TRIES wrong ones, or CONTACT_CODE_MS, and it is worth nothing
 *   a person    one in CONTACT_AGAIN_MS, CONTACT_CODES_MAX in CONTACT_WINDOW_MS
 *   an address  the same, whoever asks
 *
 * Inside messages.
 */
#ifndef TOWN_MESSAGES_CONTACT_H
#define TOWN_MESSAGES_CONTACT_H

#include "town/messages/messages.h"

enum {
    CONTACT_MAIL_MAX = 254,
    CONTACT_LOCAL_MAX = 64, /* before the @ */
    CONTACT_CODE_DIGITS = 6,
    CONTACT_CODE_BELOW = 1000000,
    CONTACT_CODE_MS = 15 * 60 * 1000,
    CONTACT_CODE_TRIES = 5,
    CONTACT_AGAIN_MS = 60 * 1000,
    CONTACT_WINDOW_MS = 60 * 60 * 1000,
    CONTACT_CODES_MAX = 5,
};

struct contact {
    struct str mail;                 /* proven, or empty */
    struct str wanted;               /* a code was sent to it, or empty */
    struct str lang;                 /* "zh-CN", "en"; empty: nothing was said yet */
    int64_t quiet_from, quiet_until; /* minutes of the town's day */
};

/* name@domain.tld of letters, digits and the usual signs: what a mail server takes unquoted. */
bool contact_mail_ok(struct str mail);
/* "a***@example.com" */
struct str contact_masked(struct str mail, struct arena *arena);
/* Of somebody who has said nothing: the defaults. */
enum err contact_load(struct db *db, struct arena *arena, int64_t user,
                      struct contact *out) MUST_CHECK;

/* In a command: a code is to be sent to an address. ERR_LIMIT: too soon, or too many; *again_ms
 * says until when. */
enum err contact_want(struct tx *tx, int64_t user, struct str mail, struct str code,
                      const char *lang, int64_t *again_ms) MUST_CHECK;
/* A wrong code is OK: that it was tried has to be committed. ERR_NOT_FOUND: none is waited for. */
enum err contact_prove(struct tx *tx, int64_t user, struct str code, bool *is_right) MUST_CHECK;
enum err contact_forget(struct tx *tx, int64_t user) MUST_CHECK;
enum err contact_save(struct tx *tx, int64_t user, const char *lang, int64_t quiet_from,
                      int64_t quiet_until) MUST_CHECK;

#endif
