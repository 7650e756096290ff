#include "town/people/session.h"

#include <openssl/sha.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"

enum {
    TOKEN_TEXT = 43 /* 32 bytes in base64url */,
    PRUNE_AFTER_MS = 24 * 3600 * 1000,
    PRUNE_MAX = 500
};

static struct str hash_of(struct str token, uint8_t out[SHA256_DIGEST_LENGTH])
{
    SHA256((const uint8_t *)token.p, token.n, out);
    return str_n(out, SHA256_DIGEST_LENGTH);
}

enum err people_session_add(struct tx *tx, int64_t user, struct str *token)
{
    uint8_t bytes[SESSION_TOKEN_BYTES], hash[SHA256_DIGEST_LENGTH];
    struct rows rs;
    rnd_fill(bytes, sizeof(bytes));
    *token = enc_base64url(tx->arena, bytes, sizeof(bytes));
    if (token->n == 0)
        return ERR_NOMEM;
    return db_one(tx->db, &q_people_session_add,
                  ARGS(V_BLOB(hash_of(*token, hash)), V_INT(user), V_INT(tx->now_ms),
                       V_INT(tx->now_ms + PEOPLE_SESSION_S * 1000LL)),
                  tx->arena, &rs);
}

/* "Bearer TOKEN" wins over the cookie: a program means what it says. */
static struct str token_of(struct req *r)
{
    struct str token, word = str_cut(req_header(r, "authorization"), ' ', &token);
    if (word.n)
        return str_ieq_z(word, "bearer") ? str_trim(token) : STR_NONE;
    return req_cookie(r, SESSION_COOKIE);
}

enum err people_identify(struct req *r)
{
    uint8_t hash[SHA256_DIGEST_LENGTH], csrf[SEAL_HASH_BYTES];
    struct rows rs;
    struct str token = token_of(r);
    r->who = (struct identity){0};
    if (token.n != TOKEN_TEXT)
        return OK;
    enum err e =
        db_select(r->db, &q_people_session_find,
                  ARGS(V_BLOB(hash_of(token, hash)), V_INT(clock_wall_ms())), r->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    seal_hash("people.csrf", token, csrf);
    r->who = (struct identity){.user_id = row_int(&rs, 0, "user_id"),
                               .roles = (unsigned)row_int(&rs, 0, "roles"),
                               .name = row_str(&rs, 0, "name"),
                               .organisation_id = row_int(&rs, 0, "organisation_id"),
                               .is_agency = str_eq_z(row_str(&rs, 0, "kind"), "agency"),
                               .session_id = row_int(&rs, 0, "id"),
                               .csrf_token = enc_base64url(r->arena, csrf, sizeof(csrf))};
    return r->who.csrf_token.n ? OK : ERR_NOMEM;
}

void session_cookie(struct req *r, struct str token)
{
    reply_cookie(r, SESSION_COOKIE, token, token.n ? PEOPLE_SESSION_S : 0, false);
}

enum err people_prune(struct tx *tx, void *unused)
{
    (void)unused;
    enum err e = db_exec(tx->db, &q_people_sessions_prune,
                         ARGS(V_INT(tx->now_ms - PRUNE_AFTER_MS), V_INT(PRUNE_MAX)), NULL);
    return e != OK ? e
                   : db_exec(tx->db, &q_people_codes_prune,
                             ARGS(V_INT(tx->now_ms - PRUNE_AFTER_MS), V_INT(PRUNE_MAX)), NULL);
}
