/* Bodies, their people's posts, sessions, rules and classes. */
#include "store/queries.h"
#include "town/letters/internal.h"
#include "town/people/people.h"

enum {
    SLUG_MIN = 2,
    SLUG_MAX = 40,
    CODE_MAX = 4,
    RULE_MONTHS_MAX = 12,
    MOST_MONTHS_MAX = 24,
    DECLINE_MAX = 60,
    AGAIN_MAX = 9,
    FORM_MAX = 120
};

static bool is_slug(struct str s)
{
    if (s.n < SLUG_MIN || s.n > SLUG_MAX || s.p[0] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '-'))
            return false;
    return true;
}

enum err letters_body_add(struct tx *tx, const struct letters_body *b, int64_t *id)
{
    struct rows rs;
    int64_t same;
    const struct people_organisation o = {.kind = "bureau",
                                          .slug = b->slug,
                                          .name_zh = b->name_zh,
                                          .name_en = b->name_en,
                                          .about_zh = STR(""),
                                          .about_en = STR("")};
    if (!is_slug(b->slug))
        return case_refuse(tx, ERR_INVALID, "slug", "letters.slug_bad", 0);
    enum err e =
        db_select(tx->db, &q_letters_body_of_short, ARGS(V_STR(b->short_name)), tx->arena, &rs);
    if (!e && rs.n)
        return case_refuse(tx, ERR_EXISTS, "short", "letters.short_taken", 0);
    if (!e && people_organisation_find(tx->db, tx->arena, b->slug, &same) == OK)
        return case_refuse(tx, ERR_EXISTS, "slug", "letters.slug_taken", 0);
    if (!e)
        e = people_organisation_add(tx, &o, id);
    return e ? e
             : db_exec(tx->db, &q_letters_body_add,
                       ARGS(V_INT(*id), V_STR(b->short_name), V_STR(b->mark),
                            V_STR(b->contact.n ? b->contact : STR("")), V_INT(b->is_desk),
                            V_INT(tx->now_ms)),
                       NULL);
}

static enum err body_row(struct tx *tx, int64_t body, struct rows *out)
{
    return db_one(tx->db, &q_letters_body, ARGS(V_INT(body)), tx->arena, out);
}

enum err letters_post_set(struct tx *tx, int64_t body, int64_t user, unsigned posts,
                          struct str title)
{
    struct rows rs;
    enum err e = body_row(tx, body, &rs);
    if (!e)
        e = people_role_set(tx, user, ROLE_OFFICER, true);
    return e ? e
             : db_exec(tx->db, &q_letters_post_set,
                       ARGS(V_INT(body), V_INT(user), V_INT(posts & POST_ALL),
                            V_STR(title.n ? title : STR(""))),
                       NULL);
}

enum err letters_post_remove(struct tx *tx, int64_t body, int64_t user)
{
    struct rows rs;
    int64_t n = 0;
    enum err e = db_exec(tx->db, &q_letters_post_remove, ARGS(V_INT(body), V_INT(user)), &n);
    if (!e && n == 0)
        return ERR_NOT_FOUND;
    if (!e)
        e = db_one(tx->db, &q_letters_posts_left, ARGS(V_INT(user)), tx->arena, &rs);
    return e || row_int(&rs, 0, "n") ? e : people_role_set(tx, user, ROLE_OFFICER, false);
}

enum err letters_body_close(struct tx *tx, int64_t body, bool closed)
{
    struct rows rs;
    enum err e = body_row(tx, body, &rs);
    return e ? e
             : db_exec(tx->db, &q_letters_body_close,
                       ARGS(closed ? V_INT(tx->now_ms) : V_NULL, V_INT(body)), NULL);
}

/* --- sessions --- */

enum err letters_session_add(struct tx *tx, const struct letters_session *s, int64_t *id)
{
    struct rows rs;
    if (!is_slug(s->slug))
        return case_refuse(tx, ERR_INVALID, "slug", "letters.slug_bad", 0);
    enum err e = db_select(tx->db, &q_letters_session_of, ARGS(V_STR(s->slug)), tx->arena, &rs);
    if (!e && rs.n)
        return case_refuse(tx, ERR_EXISTS, "slug", "letters.slug_taken", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_session_add,
                   ARGS(V_STR(s->slug), V_Z(s->is_consultation ? "consultation" : "congress"),
                        V_STR(s->name_zh), V_STR(s->name_en), V_INT(s->opened_day),
                        V_INT(tx->now_ms), s->by ? V_INT(s->by) : V_NULL),
                   tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

static const char *wrong_in(const struct letters_rule *r)
{
    const struct {
        const char *field;
        int64_t value, least, most;
    } all[] = {{"reply_months", r->reply_months, 1, RULE_MONTHS_MAX},
               {"most_months", r->most_months, r->reply_months, MOST_MONTHS_MAX},
               {"co_months", r->co_months, 1, RULE_MONTHS_MAX},
               {"decline_days", r->decline_days, 1, DECLINE_MAX},
               {"again_months", r->again_months, 1, RULE_MONTHS_MAX},
               {"again_most", r->again_most, 0, AGAIN_MAX},
               {"form_workdays", r->form_workdays, 1, FORM_MAX}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].value < all[i].least || all[i].value > all[i].most)
            return all[i].field;
    return NULL;
}

enum err letters_rule_add(struct tx *tx, const struct letters_rule *r)
{
    struct rows rs;
    const char *wrong = wrong_in(r);
    if (wrong)
        return case_refuse(tx, ERR_INVALID, wrong, "letters.rule_bad", 0);
    enum err e = db_one(tx->db, &q_letters_session, ARGS(V_INT(r->session)), tx->arena, &rs);
    return e ? e
             : db_exec(tx->db, &q_letters_rule_add,
                       ARGS(V_INT(r->session), V_INT(r->from_day), V_INT(r->reply_months),
                            V_INT(r->most_months), V_INT(r->co_months), V_INT(r->decline_days),
                            V_Z(r->decline_workdays ? "workday" : "day"), V_INT(r->again_months),
                            V_INT(r->again_most), V_INT(r->form_workdays), V_STR(r->source),
                            V_INT(tx->now_ms), r->by ? V_INT(r->by) : V_NULL),
                       NULL);
}

enum err letters_class_add(struct tx *tx, int64_t session, struct str code, struct str name_zh,
                           struct str name_en, bool wants_promise)
{
    struct rows rs;
    if (code.n < 1 || code.n > CODE_MAX)
        return case_refuse(tx, ERR_INVALID, "code", "letters.class_code_bad", CODE_MAX);
    enum err e = db_one(tx->db, &q_letters_session, ARGS(V_INT(session)), tx->arena, &rs);
    if (!e)
        e = db_select(tx->db, &q_letters_classes, ARGS(V_INT(session)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq(row_str(&rs, i, "code"), code))
            return case_refuse(tx, ERR_EXISTS, "code", "letters.class_taken", 0);
    return e ? e
             : db_exec(tx->db, &q_letters_class_add,
                       ARGS(V_INT(session), V_STR(code), V_STR(name_zh), V_STR(name_en),
                            V_INT(wants_promise), V_INT(tx->now_ms)),
                       NULL);
}
