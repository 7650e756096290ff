/* The reply to suggestion 248 goes out: in its time, by those who may, with a paper that is drawn
 * now. */
#include "town/demo/demo.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/letters/letters.h"
#include "town/people/people.h"

enum { ARENA_MAX = 64 << 20, NUMBER = 8 };

struct issuing {
    struct command cmd;
    int64_t suggestion;
    struct letters_actor signer, clerk, desk, deputy;
    struct letters_paper paper;
};

static void at(struct tx *tx, const char *day, int hour)
{
    int64_t d = 0;
    if (day_read(str_of(day), &d) == OK)
        tx->now_ms = day_begin_ms(d) + hour * INT64_C(3600000);
}

static enum err find(struct tx *tx, const char *login, unsigned as, struct letters_actor *out)
{
    struct rows rs;
    bool is_off;
    enum err e = people_user_find(tx->db, tx->arena, str_of(login), &out->user, &is_off);
    if (!e)
        e = db_select(tx->db, &q_letters_bodies_of_user, ARGS(V_INT(out->user), V_INT(1)),
                      tx->arena, &rs);
    out->as = as;
    out->body = e || rs.n == 0 ? 0 : row_int(&rs, 0, "id");
    return e;
}

static enum err run_sign(struct command *cmd, struct tx *tx)
{
    struct issuing *i = (struct issuing *)cmd;
    int64_t now_ms = tx->now_ms;
    struct rows rs;
    enum err e = db_select(tx->db, &q_demo_to_issue, NO_ARGS, tx->arena, &rs);
    i->suggestion = e || rs.n == 0 ? 0 : row_int(&rs, 0, "id");
    if (e || !i->suggestion)
        return e;
    e = find(tx, "signer", LETTERS_AS_LEAD | LETTERS_AS_SIGN, &i->signer);
    if (!e)
        e = find(tx, "bureau", LETTERS_AS_LEAD | LETTERS_AS_SEAL, &i->clerk);
    if (!e)
        e = find(tx, "desk", LETTERS_AS_DESK, &i->desk);
    if (!e)
        e = find(tx, "deputy", LETTERS_AS_DEPUTY, &i->deputy);
    at(tx, "2021-06-23", 8);
    if (!e)
        e = letters_sign(tx, i->suggestion, 0, &i->signer);
    at(tx, "2021-06-23", 9);
    if (!e)
        e = letters_number(tx, i->suggestion, NUMBER, &i->clerk);
    tx->now_ms = now_ms;
    return e;
}

static enum err promise(struct tx *tx, const struct issuing *i, const char *words,
                        const char *until, int64_t *id)
{
    int64_t due = 0;
    enum err e = day_read(str_of(until), &due);
    return e ? e
             : letters_promise(tx, i->suggestion, str_of(words), i->clerk.body, due, &i->clerk, id);
}

static enum err rate(struct tx *tx, const struct issuing *i)
{
    struct rows rs;
    struct letters_rating rating = {.rating = STR("satisfied"),
                                    .words = STR("数字都能点开看到来处，这样的答复让人放心。")};
    enum err e = db_select(tx->db, &q_letters_deputies, ARGS(V_INT(i->suggestion)), tx->arena, &rs);
    rating.deputy = e || rs.n == 0 ? 0 : row_int(&rs, 0, "id");
    return e ? e : letters_rate(tx, i->suggestion, &rating, &i->deputy);
}

static enum err run_send(struct command *cmd, struct tx *tx)
{
    struct issuing *i = (struct issuing *)cmd;
    int64_t now_ms = tx->now_ms, first = 0, second = 0;
    at(tx, "2021-06-23", 10);
    enum err e = letters_seal(tx, i->suggestion, &i->paper, &i->clerk);
    at(tx, "2021-06-23", 11);
    if (!e)
        e = letters_send(tx, i->suggestion, &i->clerk);
    at(tx, "2021-06-24", 9);
    if (!e)
        e = promise(tx, i, "跨境园开园，接纳首批企业", "2021-12-31", &first);
    if (!e)
        e = promise(tx, i, "小镇建成后设立优品馆智能家电展区", "2026-12-31", &second);
    at(tx, "2021-07-02", 20);
    if (!e)
        e = rate(tx, i);
    at(tx, "2021-07-05", 10);
    if (!e)
        e = letters_do(tx, i->suggestion, "close", &i->desk, STR_NONE);
    at(tx, "2021-11-18", 10);
    if (!e)
        e = letters_promise_over(tx, i->suggestion, first, true, &i->clerk,
                                 STR("园区已经开园，首批企业签约入驻。"));
    tx->now_ms = now_ms;
    return e;
}

static enum err draw(const char *store_url, struct str public_url, struct arena *arena,
                     struct issuing *i, struct err_info *info)
{
    struct db *db;
    enum err e = db_open(store_url, DB_READ, &db, arena, info);
    if (e)
        return e;
    e = letters_paper_draw(db, arena, i->suggestion, public_url, &i->paper, NULL, info);
    db_close(db);
    return e;
}

enum err demo_issue(struct writer *w, const char *store_url, struct str public_url,
                    struct err_info *info)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    struct issuing i = {.cmd = {.name = "demo.sign", .run = run_sign, .arena = &arena}};
    enum err e = writer_call(w, &i.cmd);
    if (!e && i.suggestion)
        e = draw(store_url, public_url, &arena, &i, &i.cmd.info);
    if (!e && i.suggestion) {
        i.cmd.run = run_send;
        i.cmd.name = "demo.send";
        e = writer_call(w, &i.cmd);
    }
    *info = i.cmd.info;
    info->text = NULL; /* it was in the arena */
    arena_free(&arena);
    return e;
}
