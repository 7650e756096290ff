#include "town/people/password.h"

#include <sodium.h>
#include <string.h>

#include "store/queries.h"
#include "town/people/enter.h"
#include "town/people/form.h"
#include "town/people/people.h"
#include "town/people/tries.h"

bool password_matches(struct str stored, struct str typed)
{
    char hash[crypto_pwhash_STRBYTES] = ""; /* libsodium reads all of it */
    if (stored.n >= sizeof(hash))
        return false;
    memcpy(hash, stored.p, stored.n);
    return crypto_pwhash_str_verify(hash, typed.p ? typed.p : "", typed.n) == 0;
}

static enum err say(struct req *r, enum err e, const char *name, const char *key)
{
    form_say(r, form_wrong(r), e, name, key);
    return e;
}

/* A session left open is no place to guess: wrong ones count as those at the door. */
enum err people_password_check(struct req *r, const char *name)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_people_user_secret, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (e)
        return e;
    struct str login = row_str(&rs, 0, "login"), stored = row_str(&rs, 0, "password");
    if (!enter_has_password(stored))
        return say(r, ERR_INVALID, name, "people.password_is_none");
    if (!tries_allowed(&r->peer, login))
        return say(r, ERR_LIMIT, name, "people.too_many_tries");
    if (!password_matches(stored, req_field(r, name))) {
        tries_failed(&r->peer, login);
        return say(r, ERR_INVALID, name, "people.current_wrong");
    }
    tries_succeeded(login);
    return OK;
}
