/*
 * /pay/merchants: under which number each provider knows the town's factories, as merchants, and
 * those who share: hosts, agencies and the base.
 */
#include "store/queries.h"
#include "town/pay/internal.h"

enum { ROWS_MAX = 50, ACCOUNT_MAX = 200 };

/* --- looking --- */

static bool is_offered(const struct pay_provider *p)
{
    return strcmp(p->name, pay_test_provider.name) != 0; /* it knows everybody */
}

static void put_providers(struct req *r)
{
    struct view *list = view_put_list(r->view, "providers");
    for (size_t i = 0; i < pay_providers_n(); i++) {
        const struct pay_provider *p = pay_provider_at(i);
        if (!is_offered(p))
            continue;
        struct view *v = view_add_object(list);
        view_put_z(v, "name", p->name);
        view_put_str(v, "title", req_text(r, "pay.provider_", str_of(p->name)));
        view_put_str(v, "hint", req_text(r, "pay.account_hint_", str_of(p->name)));
    }
}

static enum err put_accounts(struct req *r, struct view *v, struct str party)
{
    struct rows rs;
    struct view *list = view_put_list(v, "accounts");
    enum err e = db_select(r->db, &q_pay_accounts_of, ARGS(V_STR(party)), r->arena, &rs);
    for (size_t i = 0; !e && i < pay_providers_n(); i++) {
        const struct pay_provider *p = pay_provider_at(i);
        if (!is_offered(p))
            continue;
        struct view *a = view_add_object(list);
        view_put_z(a, "provider", p->name);
        view_put_str(a, "title", req_text(r, "pay.provider_", str_of(p->name)));
        struct str account = STR("");
        for (size_t k = 0; k < rs.n; k++)
            if (str_eq_z(row_str(&rs, k, "provider"), p->name))
                account = row_str(&rs, k, "account");
        view_put_str(a, "account", account);
    }
    return e;
}

static enum err put_page(struct req *r)
{
    struct rows rs;
    int64_t skip = 0;
    struct str q = str_trim(req_query(r, "q"));
    if (str_to_i64(req_query(r, "skip"), &skip) != OK || skip < 0 || skip > 1000000)
        skip = 0;
    struct str like = str_head(q, 60);
    struct view *list = view_put_list(r->view, "parties");
    enum err e = db_select(
        r->db, &q_pay_parties,
        ARGS(V_INT(ROLE_HOST), V_STR(like.p ? like : STR("")), V_INT(ROWS_MAX + 1), V_INT(skip)),
        r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n && i < ROWS_MAX; i++) {
        struct view *v = view_add_object(list);
        struct str party = row_str(&rs, i, "party"), kind = row_str(&rs, i, "kind");
        view_put_str(v, "party", party);
        view_put_str(v, "kind_name", req_text(r, "pay.party_", kind));
        view_put_str(v, "name",
                     str_eq_z(kind, "base")
                         ? req_text(r, "pay.party_", kind)
                         : row_str(&rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
        e = put_accounts(r, v, party);
    }
    put_providers(r);
    view_put_str(r->view, "q", like.p ? like : STR(""));
    if (!e && rs.n > ROWS_MAX)
        view_put_int(r->view, "next", skip + ROWS_MAX);
    return e;
}

enum err merchants_get(struct req *r)
{
    return put_page(r);
}

/* --- keeping --- */

struct keeping {
    struct command cmd;
    int64_t user;
    struct str party;
    struct str accounts[PAY_PROVIDERS_MAX]; /* as providers are; of those that are offered */
};

static enum err keep_run(struct command *cmd, struct tx *tx)
{
    struct keeping *k = (struct keeping *)cmd;
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_pay_party, ARGS(V_STR(k->party), V_INT(ROLE_HOST)), tx->arena, &rs);
    for (size_t i = 0; !e && i < pay_providers_n(); i++) {
        const struct pay_provider *p = pay_provider_at(i);
        if (!is_offered(p))
            continue;
        if (k->accounts[i].n)
            e = db_exec(tx->db, &q_pay_account_put,
                        ARGS(V_STR(k->party), V_Z(p->name), V_STR(k->accounts[i]),
                             V_INT(tx->now_ms), V_INT(k->user)),
                        NULL);
        else
            e = db_exec(tx->db, &q_pay_account_remove, ARGS(V_STR(k->party), V_Z(p->name)), NULL);
    }
    return e;
}

static enum err kept(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (!result) {
        reply_flash(r, "pay.accounts_kept");
        reply_redirect(r, req_next(r, "next", "/pay/merchants"));
        return OK;
    }
    if (!r->json) {
        struct err_info info = r->info;
        reply_page(r, "pay/merchants.html");
        enum err e = put_page(r);
        if (e)
            return e;
        r->info = info;
    }
    return result;
}

enum err merchants_post(struct req *r)
{
    struct keeping *k = ARENA_NEW(r->arena, struct keeping);
    if (!k)
        return ERR_NOMEM;
    enum err e = req_field_text(r, "party", 1, PAY_PARTY_MAX, &k->party);
    for (size_t i = 0; !e && i < pay_providers_n(); i++) {
        const char *name = arena_printf(r->arena, "account_%s", pay_provider_at(i)->name);
        if (!name)
            return ERR_NOMEM;
        if (is_offered(pay_provider_at(i)) && str_trim(req_field(r, name)).n)
            e = req_field_text(r, name, 1, ACCOUNT_MAX, &k->accounts[i]);
    }
    k->user = r->who.user_id;
    k->cmd = (struct command){.name = "pay.accounts", .run = keep_run};
    return e ? kept(r, &k->cmd, e) : web_write(r, &k->cmd, kept);
}
