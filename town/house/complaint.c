#include "town/house/complaint.h"

#include "base/enc.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/shows/shows.h"

static const struct transition rows[] = {
    {NULL, "make", "received", COMPLAINT_BY},
    {"received", "look", "looking", COMPLAINT_BASE},
    {"looking", "answer", "answered", COMPLAINT_BASE, true},
    {"looking", "reject", "rejected", COMPLAINT_BASE, true},
    {"answered", "again", "looking", COMPLAINT_BY, true},
    {"rejected", "again", "looking", COMPLAINT_BY, true},
    {"answered", "close", "closed", COMPLAINT_BY | COMPLAINT_SYSTEM},
    {"rejected", "close", "closed", COMPLAINT_BY | COMPLAINT_SYSTEM},
};
const struct transition_table complaint_transitions = TRANSITION_TABLE(rows);

const char *const complaint_kinds[] = {"false", "goods",  "outside", "abuse",
                                       "law",   "rights", "other",   NULL};

enum { SWEPT_AT_ONCE = 50, AGAIN_MAX = 1 };

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static struct val sealed_or_null(struct str sealed)
{
    return sealed.n ? V_BLOB(sealed) : V_NULL;
}

static enum err event(struct tx *tx, const struct complaint_deed *d, const char *to)
{
    struct str words = STR_NONE;
    enum err e =
        d->words.n ? seal_text("house_complaint_events.words", d->words, tx->arena, &words) : OK;
    return e ? e
             : db_exec(tx->db, &q_house_complaint_event_add,
                       ARGS(V_INT(d->complaint), V_INT(tx->now_ms),
                            d->actor ? V_INT(d->actor) : V_NULL, V_Z(d->event), V_Z(to),
                            sealed_or_null(words)),
                       NULL);
}

/* --- making --- */

static enum err check_limits(struct tx *tx, const struct complaint_new *c)
{
    struct rows rs;
    const struct val since = V_INT(tx->now_ms - COMPLAINT_LATELY_MS);
    enum err e =
        db_one(tx->db, &q_house_complaints_of_peer, ARGS(V_BLOB(c->peer), since), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= COMPLAINT_OF_PEER_MAX)
        return refuse(tx, ERR_LIMIT, "words", "house.complaints_many", COMPLAINT_OF_PEER_MAX);
    if (!e)
        e = db_one(tx->db, &q_house_complaints_of_user, ARGS(V_INT(c->user), since), tx->arena,
                   &rs);
    if (!e && row_int(&rs, 0, "n") >= COMPLAINT_OF_USER_MAX) /* of a guest there are none */
        return refuse(tx, ERR_LIMIT, "words", "house.complaints_many", COMPLAINT_OF_USER_MAX);
    return e;
}

static bool kind_ok(struct str kind)
{
    for (size_t i = 0; complaint_kinds[i]; i++)
        if (str_eq_z(kind, complaint_kinds[i]))
            return true;
    return false;
}

static enum err check_what(struct tx *tx, const struct complaint_new *c)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_house_show_of, ARGS(V_INT(c->show)), tx->arena, &rs);
    if (!e && !kind_ok(c->kind))
        return refuse(tx, ERR_INVALID, "kind", "house.kind_unknown", 0);
    if (!e && c->message) {
        e = db_one(tx->db, &q_house_said_one, ARGS(V_INT(c->message), V_INT(c->show)), tx->arena,
                   &rs);
        if (e == ERR_NOT_FOUND)
            return refuse(tx, ERR_INVALID, "message", "shows.no_such_message", 0);
    }
    if (!e && c->factory) {
        e = db_one(tx->db, &q_house_seller, ARGS(V_INT(c->show), V_INT(c->factory)), tx->arena,
                   &rs);
        if (e == ERR_NOT_FOUND)
            return refuse(tx, ERR_INVALID, "seller", "house.seller_unknown", 0);
    }
    return e;
}

static enum err add(struct tx *tx, const struct complaint_new *c, int64_t *id)
{
    struct str words, contact = STR_NONE;
    struct rows rs;
    enum err e = seal_text("house_complaints.words", c->words, tx->arena, &words);
    if (!e && c->contact.n)
        e = seal_text("house_complaints.contact", c->contact, tx->arena, &contact);
    if (!e)
        e = db_one(tx->db, &q_house_complaint_add,
                   ARGS(V_Z(c->about), V_INT(c->show), c->message ? V_INT(c->message) : V_NULL,
                        c->factory ? V_INT(c->factory) : V_NULL, V_STR(c->kind), V_BLOB(words),
                        sealed_or_null(contact), V_INT(c->evidence_at),
                        c->user ? V_INT(c->user) : V_NULL, V_BLOB(c->peer), V_INT(tx->now_ms),
                        V_INT(day_workdays_after(tx->now_ms, COMPLAINT_LOOK_WORKDAYS)),
                        V_INT(tx->now_ms + COMPLAINT_ANSWER_DAYS * DAY_MS)),
                   tx->arena, &rs);
    if (!e)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err complaint_make(struct tx *tx, const struct complaint_new *c, int64_t *id)
{
    enum err e = check_what(tx, c);
    if (!e)
        e = check_limits(tx, c);
    if (!e)
        e = add(tx, c, id);
    const struct complaint_deed made = {.complaint = e ? 0 : *id, .event = "make"};
    if (!e)
        e = event(tx, &made, "received");
    /* The show's crew reads that there is one, not by whom. */
    return e ? e : shows_log(tx, c->show, 0, "complaint", 0, *id, STR_NONE);
}

/* --- what becomes of it --- */

struct times {
    int64_t looked, answered, closed, due, again; /* 0: NULL */
};

static struct val or_null(int64_t ms)
{
    return ms ? V_INT(ms) : V_NULL;
}

static void move(struct times *t, const char *event, int64_t now_ms)
{
    if (strcmp(event, "look") == 0)
        t->looked = now_ms;
    else if (strcmp(event, "close") == 0)
        t->closed = now_ms;
    else if (strcmp(event, "again") != 0)
        t->answered = now_ms;
    if (strcmp(event, "again") == 0) {
        t->again++;
        t->due = now_ms + COMPLAINT_ANSWER_DAYS * DAY_MS;
    }
}

enum err complaint_do(struct tx *tx, const struct complaint_deed *d)
{
    struct rows rs;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_house_complaint, ARGS(V_INT(d->complaint)), tx->arena, &rs);
    if (!e)
        e = transition_next(&complaint_transitions, row_str(&rs, 0, "status"), d->event, d->as, &t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "do", "house.complaint_is_so", 0);
    if (e)
        return e;
    struct times at = {row_int(&rs, 0, "looked_at"), row_int(&rs, 0, "answered_at"),
                       row_int(&rs, 0, "closed_at"), row_int(&rs, 0, "answer_due_at"),
                       row_int(&rs, 0, "again_n")};
    if (t->needs_note && !d->words.n)
        return refuse(tx, ERR_INVALID, "words", "web.text_bad", 0);
    if (strcmp(d->event, "again") == 0 && at.again >= AGAIN_MAX)
        return refuse(tx, ERR_CONFLICT, "do", "house.complaint_again_once", 0);
    move(&at, d->event, tx->now_ms);
    e = db_exec(tx->db, &q_house_complaint_set,
                ARGS(V_Z(t->to), or_null(at.looked), or_null(at.answered), or_null(at.closed),
                     V_INT(at.due), V_INT(at.again), V_INT(d->complaint)),
                NULL);
    if (!e)
        e = event(tx, d, t->to);
    bool settles = strcmp(t->to, "answered") == 0 || strcmp(t->to, "rejected") == 0;
    if (e || !settles)
        return e;
    return shows_log(tx, row_int(&rs, 0, "show_id"), d->actor,
                     t->to[0] == 'a' ? "complaint_answered" : "complaint_rejected", 0, d->complaint,
                     STR_NONE);
}

enum err complaint_open(struct tx *tx, int64_t complaint, int64_t user, struct str purpose)
{
    return db_exec(tx->db, &q_house_complaint_opening_add,
                   ARGS(V_INT(complaint), V_INT(user), V_STR(purpose), V_INT(tx->now_ms)), NULL);
}

/* --- by itself --- */

static enum err forget(struct tx *tx, int64_t id)
{
    static const struct query *const what[] = {&q_house_complaint_forget_events,
                                               &q_house_complaint_forget_openings,
                                               &q_house_complaint_forget};
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(what) / sizeof(what[0]); i++)
        e = db_exec(tx->db, what[i], ARGS(V_INT(id)), NULL);
    return e;
}

enum err complaint_sweep(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e =
        db_select(tx->db, &q_house_complaints_to_close,
                  ARGS(V_INT(tx->now_ms - COMPLAINT_CLOSE_DAYS * DAY_MS), V_INT(SWEPT_AT_ONCE)),
                  tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        const struct complaint_deed close = {
            .complaint = row_int(&rs, i, "id"), .event = "close", .as = COMPLAINT_SYSTEM};
        e = complaint_do(tx, &close);
    }
    if (!e)
        e = db_select(tx->db, &q_house_complaints_to_forget,
                      ARGS(V_INT(tx->now_ms - COMPLAINT_KEPT_DAYS * DAY_MS), V_INT(SWEPT_AT_ONCE)),
                      tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = forget(tx, row_int(&rs, i, "id"));
    return e;
}

/* Letters that are told apart when read aloud or copied by hand. */
struct str complaint_code(struct arena *arena, int64_t complaint, int64_t made_at)
{
    static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    uint8_t hash[SEAL_HASH_BYTES];
    char *code = arena_alloc(arena, COMPLAINT_CODE + 1);
    const char *text = arena_printf(arena, "%lld.%lld", (long long)complaint, (long long)made_at);
    if (!code || !text)
        return STR_NONE;
    seal_hash("house_complaints.code", str_of(text), hash);
    for (size_t i = 0; i < COMPLAINT_CODE; i++)
        code[i] = letters[hash[i] % (sizeof(letters) - 1)];
    return str_n(code, COMPLAINT_CODE);
}
