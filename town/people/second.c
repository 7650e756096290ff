#include "town/people/second.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/people/totp.h"

enum err second_find(struct db *db, struct arena *arena, int64_t user, struct second *s)
{
    struct rows rs;
    *s = (struct second){0};
    enum err e = db_select(db, &q_people_second, ARGS(V_INT(user)), arena, &rs);
    if (e || rs.n == 0)
        return e;
    s->is_proven = !row_null(&rs, 0, "proven_at");
    s->is_there = s->is_proven || clock_wall_ms() - row_int(&rs, 0, "began_at") < SECOND_BEGUN_MS;
    s->last_step = row_int(&rs, 0, "last_step");
    s->wrong = row_int(&rs, 0, "wrong");
    s->wrong_since = row_int(&rs, 0, "wrong_since");
    return s->is_there ? seal_reveal("second_factors.secret", row_val(&rs, 0, "secret").s, arena,
                                     &s->secret)
                       : OK;
}

enum err people_second_has(struct db *db, struct arena *arena, int64_t user, bool *has)
{
    struct rows rs;
    enum err e = db_select(db, &q_people_second, ARGS(V_INT(user)), arena, &rs);
    *has = !e && rs.n && !row_null(&rs, 0, "proven_at");
    return e;
}

enum err second_begin(struct tx *tx, int64_t user)
{
    uint8_t secret[TOTP_SECRET_BYTES];
    struct str sealed;
    int64_t changed;
    rnd_fill(secret, sizeof(secret));
    enum err e =
        seal_text("second_factors.secret", str_n(secret, sizeof(secret)), tx->arena, &sealed);
    explicit_bzero(secret, sizeof(secret));
    if (!e)
        e = db_exec(tx->db, &q_people_second_begin,
                    ARGS(V_INT(user), V_BLOB(sealed), V_INT(clock_wall_ms())), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static enum err count_wrong(struct tx *tx, int64_t user, const struct second *s, int64_t now_ms)
{
    bool is_fresh = now_ms - s->wrong_since >= PEOPLE_SECOND_WINDOW_MS;
    return db_exec(tx->db, &q_people_second_wrong,
                   ARGS(V_INT(is_fresh ? 1 : s->wrong + 1),
                        V_INT(is_fresh ? now_ms : s->wrong_since), V_INT(user)),
                   NULL);
}

/* By the wall, not tx->now_ms: that one may be ahead, for no row is to be older than the last. */
static enum err verify(struct tx *tx, int64_t user, const struct second *s, struct str code,
                       enum people_second *said)
{
    int64_t step, now_ms = clock_wall_ms();
    *said = PEOPLE_SECOND_TOO_MANY;
    if (s->wrong >= PEOPLE_SECOND_WRONG_MAX && now_ms - s->wrong_since < PEOPLE_SECOND_WINDOW_MS)
        return OK;
    enum err e = totp_find(s->secret, code, totp_step(now_ms), &step);
    if (e)
        return e;
    *said = step < 0               ? PEOPLE_SECOND_WRONG
            : step <= s->last_step ? PEOPLE_SECOND_USED
                                   : PEOPLE_SECOND_RIGHT;
    if (*said == PEOPLE_SECOND_RIGHT)
        return db_exec(tx->db, &q_people_second_took, ARGS(V_INT(step), V_INT(user)), NULL);
    LOG(INFO, "people.second_refused", L_I("user", user));
    return *said == PEOPLE_SECOND_USED ? OK : count_wrong(tx, user, s, now_ms);
}

enum err people_second_verify(struct tx *tx, int64_t user, struct str code,
                              enum people_second *said)
{
    struct second s;
    *said = PEOPLE_SECOND_NONE;
    enum err e = second_find(tx->db, tx->arena, user, &s);
    return e || !s.is_proven ? e : verify(tx, user, &s, code, said);
}

static enum err note(struct tx *tx, int64_t user, const char *event)
{
    return db_exec(tx->db, &q_people_second_event, ARGS(V_INT(user), V_Z(event), V_INT(tx->now_ms)),
                   NULL);
}

enum err second_prove(struct tx *tx, int64_t user, struct str code, enum people_second *said)
{
    struct second s;
    *said = PEOPLE_SECOND_NONE;
    enum err e = second_find(tx->db, tx->arena, user, &s);
    if (!e && s.is_proven)
        return ERR_CONFLICT;
    if (e || !s.is_there)
        return e;
    e = verify(tx, user, &s, code, said);
    if (e || *said != PEOPLE_SECOND_RIGHT)
        return e;
    e = db_exec(tx->db, &q_people_second_prove, ARGS(V_INT(tx->now_ms), V_INT(user)), NULL);
    return e ? e : note(tx, user, "proven");
}

enum err second_remove(struct tx *tx, int64_t user, struct str code, enum people_second *said)
{
    enum err e = people_second_verify(tx, user, code, said);
    if (e || *said != PEOPLE_SECOND_RIGHT)
        return e;
    e = db_exec(tx->db, &q_people_second_remove, ARGS(V_INT(user)), NULL);
    return e ? e : note(tx, user, "removed");
}

enum err people_second_lift(struct tx *tx, int64_t user)
{
    int64_t changed;
    enum err e = db_exec(tx->db, &q_people_second_remove, ARGS(V_INT(user)), &changed);
    if (e || changed == 0)
        return e ? e : ERR_NOT_FOUND;
    return note(tx, user, "lifted");
}

const char *people_second_says(enum people_second said)
{
    switch (said) {
    case PEOPLE_SECOND_RIGHT: return NULL;
    case PEOPLE_SECOND_WRONG: return "people.second_wrong";
    case PEOPLE_SECOND_USED: return "people.second_used";
    case PEOPLE_SECOND_TOO_MANY: return "people.second_too_many";
    case PEOPLE_SECOND_NONE: return "people.second_none";
    }
    return NULL;
}
