/*
 * GET /cashier/{checkout}, POST /cashier/{checkout}: choosing how to pay one order or those of one
 * placing, and what the provider wants the buyer to do. `alone` pays the order of the path by
 * itself. Only the buyer sees it: to others there is no such page.
 *
 * The page's `state`:
 *
 *   choose ──POST way──▶ preparing ──the provider has opened it──▶ ready ──▶ paid
 *     ▲                      └── it could not, as `failed` says       │
 *     └───────────────────────────────── another way ────────────────┘     over: nothing to pay
 */
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/pay/internal.h"
#include "town/qr.h"

enum { WAYS_MAX = 8 };

static const char *const channel_names[] = {
    [PAY_NATIVE] = "native", [PAY_H5] = "h5", [PAY_JSAPI] = "jsapi"};

/* --- what is to be paid --- */

struct due {
    struct pay_checkout all;
    int64_t checkout;
    bool alone, any_paid, is_held;
    size_t n; /* of those that may be paid; they come first */
    int64_t total_fen, hold_until;
};

static void sort_due(struct due *d)
{
    struct pay_checkout sorted = {.buyer_id = d->all.buyer_id, .n = d->all.n};
    size_t at = 0;
    for (int may = 1; may >= 0; may--)
        for (size_t i = 0; i < d->all.n; i++)
            if (d->all.orders[i].may_pay == may)
                sorted.orders[at++] = d->all.orders[i];
    d->all = sorted;
}

static enum err load_due(struct db *db, struct arena *arena, int64_t checkout, bool alone,
                         int64_t buyer, struct due *d)
{
    const struct pay_orders_hook *orders = pay_orders();
    *d = (struct due){.checkout = checkout, .alone = alone, .is_held = true};
    enum err e = orders ? orders->load(db, arena, checkout, alone, &d->all) : ERR_NOT_FOUND;
    if (!e && (d->all.n == 0 || d->all.buyer_id != buyer))
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    sort_due(d);
    for (size_t i = 0; i < d->all.n; i++) {
        const struct pay_due_order *o = &d->all.orders[i];
        d->any_paid = d->any_paid || o->is_paid;
        if (!o->may_pay)
            continue;
        d->n++;
        d->total_fen += o->amount_fen;
        d->is_held = d->is_held && o->is_held;
        if (!d->hold_until || o->hold_until < d->hold_until)
            d->hold_until = o->hold_until;
    }
    return OK;
}

static enum err due_of_path(struct req *r, struct due *d)
{
    int64_t checkout;
    bool alone = req_query(r, "alone").n > 0 || req_field(r, "alone").n > 0;
    if (str_to_i64(req_param(r, "id"), &checkout) != OK || checkout <= 0)
        return ERR_NOT_FOUND;
    return load_due(r->db, r->arena, checkout, alone, r->who.user_id, d);
}

static const char *path_of(const struct req *r, const struct due *d)
{
    return arena_printf(r->arena, "/cashier/%lld%s", (long long)d->checkout,
                        d->alone ? "?alone=1" : "");
}

/* --- ways to pay --- */

static bool has_phone(const struct req *r)
{
    struct str agent = req_header(r, "user-agent");
    for (size_t i = 0; i + 6 <= agent.n; i++)
        if (memcmp(agent.p + i, "Mobile", 6) == 0)
            return true;
    return false;
}

/* Every maker must be a merchant there; the test cashier knows everybody. */
static enum err all_are_there(struct req *r, const struct due *d, const char *provider, bool *out)
{
    struct rows rs;
    enum err e = OK;
    *out = true;
    if (strcmp(provider, pay_test_provider.name) == 0)
        return OK;
    for (size_t i = 0; !e && *out && i < d->n; i++) {
        const char *party =
            arena_printf(r->arena, "factory:%lld", (long long)d->all.orders[i].factory_id);
        e = party ? db_select(r->db, &q_pay_account, ARGS(V_Z(party), V_Z(provider)), r->arena, &rs)
                  : ERR_NOMEM;
        *out = !e && rs.n > 0;
    }
    return e;
}

static bool is_in_time(const struct due *d, const struct pay_provider *p, int64_t now)
{
    return !p->open ||
           (d->is_held && d->hold_until - PAY_EXPIRES_BEFORE_MS - now >= PAY_OPEN_MIN_MS);
}

/* Inside the provider's own app, where it can be asked who pays: WeChat's browser says so. */
static bool is_in_app(const struct req *r, const struct pay_provider *p)
{
    struct str agent = req_header(r, "user-agent");
    const char *name = "MicroMessenger";
    size_t n = strlen(name);
    for (size_t i = 0; strcmp(p->name, "wechat") == 0 && i + n <= agent.n; i++)
        if (memcmp(agent.p + i, name, n) == 0)
            return p->payer_url && p->has_channel(p->conf, PAY_JSAPI);
    return false;
}

static void put_way(struct req *r, struct view *list, const struct pay_provider *p,
                    enum pay_channel c, int64_t checkout)
{
    struct view *v = view_add_object(list);
    bool has_channels = p->open != NULL;
    const char *way =
        has_channels ? arena_printf(r->arena, "%s:%s", p->name, channel_names[c]) : p->name;
    const char *key =
        has_channels ? arena_printf(r->arena, "%s_%s", p->name, channel_names[c]) : p->name;
    if (arena_failed(r->arena))
        return;
    view_put_z(v, "way", way);
    view_put_str(v, "name", req_text(r, "pay.way_", str_of(key)));
    view_put_str(v, "note", req_text(r, "pay.way_note_", str_of(key)));
    view_put_bool(v, "is_test", strcmp(p->name, pay_test_provider.name) == 0);
    if (c == PAY_JSAPI) /* a link: the provider is asked first who pays */
        view_put_z(v, "link",
                   arena_printf(r->arena, "/cashier/%lld/payer/%s", (long long)checkout, p->name));
}

static enum err put_ways(struct req *r, const struct due *d)
{
    struct view *list = view_put_list(r->view, "ways");
    bool there, alone_only = false, phone = has_phone(r);
    int64_t now = clock_wall_ms();
    enum err e = OK;
    for (size_t i = 0; !e && d->n && i < pay_providers_n(); i++) {
        const struct pay_provider *p = pay_provider_at(i);
        e = all_are_there(r, d, p->name, &there);
        if (e || !there || !is_in_time(d, p, now))
            continue;
        if (d->n > p->parts_max) {
            alone_only = true;
            continue;
        }
        if (is_in_app(r, p)) {
            put_way(r, list, p, PAY_JSAPI, d->checkout);
            continue;
        }
        if (phone && p->has_channel(p->conf, PAY_H5))
            put_way(r, list, p, PAY_H5, d->checkout);
        if (p->has_channel(p->conf, PAY_NATIVE))
            put_way(r, list, p, PAY_NATIVE, d->checkout);
    }
    view_put_bool(r->view, "more_ways_alone", alone_only);
    return e;
}

/* --- the page --- */

static void put_orders(struct req *r, const struct due *d)
{
    struct view *list = view_put_list(r->view, "orders");
    bool zh = r->lang == LANG_ZH;
    for (size_t i = 0; i < d->all.n; i++) {
        const struct pay_due_order *o = &d->all.orders[i];
        struct view *v = view_add_object(list);
        view_put_int(v, "id", o->order_id);
        view_put_str(v, "title", zh ? o->title_zh : o->title_en);
        view_put_str(v, "factory", zh ? o->factory_zh : o->factory_en);
        view_put_money(v, "amount", o->amount_fen, "CNY");
        view_put_bool(v, "may_pay", o->may_pay);
        view_put_bool(v, "is_paid", o->is_paid);
    }
}

/* To whom a transfer goes, and under which words. */
static enum err put_transfers(struct req *r, struct view *v, int64_t payment)
{
    struct rows rs;
    struct view *list = view_put_list(v, "transfers");
    enum err e = db_select(r->db, &q_pay_parts_of, ARGS(V_INT(payment)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *t = view_add_object(list);
        view_put_str(t, "account", row_str(&rs, i, "merchant"));
        view_put_money(t, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(t, "number", row_str(&rs, i, "number"));
        view_put_bool(t, "is_paid", !row_null(&rs, i, "paid_at"));
    }
    return e;
}

static enum err put_ready(struct req *r, struct view *v, const struct rows *rs)
{
    struct str text = row_str(rs, 0, "go_text"), drawn;
    enum err e = OK;
    switch ((enum pay_go)row_int(rs, 0, "go")) {
    case PAY_GO_NOWHERE: return put_transfers(r, v, row_int(rs, 0, "id"));
    case PAY_GO_URL: view_put_str(v, "url", text); break;
    case PAY_GO_SCRIPT: view_put_str(v, "script", text); break;
    case PAY_GO_QR:
        e = qr_svg(r->arena, text, req_text(r, "pay.", STR("qr_label")), &drawn);
        view_put_str(v, "code", text);
        if (!e) {
            view_put_html(v, "qr", drawn);
            view_page_only(v, "qr");
        }
    }
    return e;
}

/* The last payment that was begun here: *state is what the page shows. */
static enum err put_payment(struct req *r, const struct due *d, const char **state)
{
    struct rows rs;
    bool chooses = req_query(r, "choose").n > 0;
    enum err e = db_select(r->db, &q_pay_payment_last,
                           ARGS(V_INT(d->checkout), V_INT(r->who.user_id)), r->arena, &rs);
    if (e || rs.n == 0)
        return e;
    struct str status = row_str(&rs, 0, "status"), said = row_str(&rs, 0, "said");
    bool is_open = str_eq_z(status, "open"), is_opening = str_eq_z(status, "opening");
    bool failed = str_eq_z(status, "closed") && said.n > 0;
    if (!is_open && !is_opening && !failed)
        return OK;
    struct view *v = view_put_object(r->view, "payment");
    view_put_str(v, "provider", row_str(&rs, 0, "provider"));
    view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, 0, "provider")));
    view_put_bool(v, "failed", failed);
    view_put_time(v, "expires_at", row_int(&rs, 0, "expires_at"));
    if (chooses || failed)
        return OK;
    *state = is_open ? "ready" : "preparing";
    return is_open ? put_ready(r, v, &rs) : OK;
}

static enum err put_page(struct req *r, const struct due *d)
{
    int64_t now = clock_wall_ms();
    const char *state = d->n ? "choose" : d->any_paid ? "paid" : "over";
    view_put_int(r->view, "checkout", d->checkout);
    view_put_bool(r->view, "alone", d->alone);
    view_put_z(r->view, "here", path_of(r, d));
    view_put_money(r->view, "total", d->total_fen, "CNY");
    view_put_bool(r->view, "is_held", d->n && d->is_held);
    if (d->n && d->is_held) {
        view_put_time(r->view, "hold_until", d->hold_until);
        view_put_int(r->view, "hold_left_s",
                     d->hold_until > now ? (d->hold_until - now) / 1000 : 0);
    }
    put_orders(r, d);
    enum err e = d->n ? put_payment(r, d, &state) : OK;
    if (!e)
        e = put_ways(r, d);
    view_put_z(r->view, "state", state);
    return e;
}

enum err cashier_get(struct req *r)
{
    struct due d;
    enum err e = due_of_path(r, &d);
    return e ? e : put_page(r, &d);
}

/* --- choosing --- */

struct choice {
    struct command cmd;
    int64_t checkout, buyer, order;
    bool alone;
    const struct pay_provider *provider;
    enum pay_channel channel;
    struct str client_ip, payer;
};

static int64_t end_of(const struct choice *c, const struct due *d, int64_t now)
{
    if (strcmp(c->provider->name, pay_bank_provider.name) == 0)
        return now + PAY_BANK_MS;
    return c->provider->open ? d->hold_until - PAY_EXPIRES_BEFORE_MS : now + PAY_OPEN_MIN_MS;
}

/* Everything is read again here: what a buyer has looked at may have changed since. */
static enum err choose_run(struct command *cmd, struct tx *tx)
{
    struct choice *c = (struct choice *)cmd;
    struct due d;
    int64_t payment;
    enum err e = load_due(tx->db, tx->arena, c->checkout, c->alone, c->buyer, &d);
    if (e)
        return e;
    c->order = d.all.orders[0].order_id;
    if (d.n == 0 && d.any_paid)
        return OK; /* told twice */
    if (d.n == 0 || !is_in_time(&d, c->provider, tx->now_ms)) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                      .field = "order",
                                      .key = d.n ? "pay.too_late" : "pay.nothing_to_pay"};
        return ERR_CONFLICT;
    }
    struct pay_wish w = {.checkout_id = c->checkout,
                         .buyer_id = c->buyer,
                         .provider = c->provider->name,
                         .channel = c->channel,
                         .client_ip = c->client_ip,
                         .payer = c->payer,
                         .n = d.n,
                         .expires_at = end_of(c, &d, tx->now_ms)};
    for (size_t i = 0; i < d.n; i++)
        w.parts[i] = (struct pay_part){d.all.orders[i].order_id, d.all.orders[i].factory_id,
                                       d.all.orders[i].amount_fen};
    bool is_test = strcmp(w.provider, pay_test_provider.name) == 0;
    return is_test ? pay_test(tx, &w, &payment) : pay_begin(tx, &w, &payment);
}

static enum err chosen(struct req *r, struct command *cmd, enum err result)
{
    struct choice *c = (struct choice *)cmd;
    struct due d;
    bool is_test = strcmp(c->provider->name, pay_test_provider.name) == 0;
    enum err e = load_due(r->db, r->arena, c->checkout, c->alone, c->buyer, &d);
    if (e)
        return result ? result : e;
    if (result) { /* the page again, with why */
        reply_page(r, "pay/cashier.html");
        e = put_page(r, &d);
        return result;
    }
    if (!is_test) {
        reply_redirect(r, path_of(r, &d));
        return OK;
    }
    if (r->json)
        return pay_orders()->put(r, c->order);
    reply_flash(r, "pay.thanks");
    reply_redirect(
        r, arena_printf(r->arena, d.all.n > 1 ? "/orders" : "/orders/%lld", (long long)c->order));
    return OK;
}

/* "wechat:native", "bank"; none: the test cashier, when there is one. */
static enum err read_way(struct req *r, struct choice *c)
{
    struct str channel, way = req_field(r, "way");
    c->provider = pay_provider_of(way.n ? str_cut(way, ':', &channel) : STR("test"));
    if (!c->provider)
        return req_refuse(r, ERR_INVALID, "way", "pay.no_such_provider");
    for (int i = PAY_NATIVE; way.n && i <= PAY_H5; i++)
        if (str_eq_z(channel, channel_names[i]))
            c->channel = (enum pay_channel)i;
    if (!c->provider->has_channel(c->provider->conf, c->channel))
        return req_refuse(r, ERR_INVALID, "way", "pay.no_such_provider");
    return OK;
}

static enum err choose(struct req *r, const struct due *d, struct choice *c)
{
    char ip[ADDR_TEXT_MAX];
    addr_format_ip(&r->peer, ip);
    c->cmd = (struct command){.name = "pay.choose", .run = choose_run};
    c->checkout = d->checkout;
    c->alone = d->alone;
    c->buyer = r->who.user_id;
    c->client_ip = arena_str(r->arena, str_of(ip));
    return web_write(r, &c->cmd, chosen);
}

enum err cashier_post(struct req *r)
{
    struct due d;
    struct choice *c = ARENA_NEW(r->arena, struct choice);
    enum err e = c ? due_of_path(r, &d) : ERR_NOMEM;
    if (e)
        return e;
    if (req_field(r, "way").n == 0 && !pay_provider_of(STR("test"))) {
        reply_redirect(r, path_of(r, &d)); /* where there is something to choose */
        return OK;
    }
    e = read_way(r, c);
    if (e)
        return e;
    return choose(r, &d, c);
}

/* --- who pays inside the provider's app --- */

enum { STATE_MAX = 2 * SEAL_HASH_BYTES + 1 };

/* Of this session and this page: nobody else's answer is taken for it. */
static void state_of(const struct req *r, const struct due *d, char out[STATE_MAX])
{
    uint8_t hash[SEAL_HASH_BYTES];
    const char *text =
        arena_printf(r->arena, "%.*s/%lld", STR_ARG(r->who.csrf_token), (long long)d->checkout);
    seal_hash("pay.payer", str_of(text ? text : ""), hash);
    enc_hex(out, hash, sizeof(hash));
}

static enum err send_there(struct req *r, const struct due *d, const struct pay_provider *p,
                           struct str state)
{
    struct str base = req_public_url(r), url;
    const char *back = arena_printf(r->arena, "%.*s/cashier/%lld/payer/%s%s", STR_ARG(base),
                                    (long long)d->checkout, p->name, d->alone ? "?alone=1" : "");
    enum err e = back ? p->payer_url(p->conf, str_of(back), state, r->arena, &url) : ERR_NOMEM;
    if (!e)
        reply_redirect(r, url.p);
    return e;
}

/* GET /cashier/{id}/payer/{provider}: goes there, and comes back with a code. */
enum err cashier_payer(struct req *r)
{
    struct due d;
    char state[STATE_MAX];
    struct str code = req_query(r, "code");
    struct choice *c = ARENA_NEW(r->arena, struct choice);
    enum err e = c ? due_of_path(r, &d) : ERR_NOMEM;
    if (e)
        return e;
    c->provider = pay_provider_of(req_param(r, "provider"));
    c->channel = PAY_JSAPI;
    if (!c->provider || !c->provider->payer_url ||
        !c->provider->has_channel(c->provider->conf, PAY_JSAPI))
        return ERR_NOT_FOUND;
    state_of(r, &d, state);
    if (!code.n)
        return send_there(r, &d, c->provider, str_of(state));
    if (!str_eq_z(req_query(r, "state"), state))
        return ERR_CSRF;
    e = c->provider->payer_of(c->provider->conf, code, r->arena, &c->payer, &r->info);
    if (e) {
        LOG(WARN, "pay.payer_unknown", L_Z("provider", c->provider->name), L_ERR(e),
            L_Z("why", r->info.text ? r->info.text : ""));
        reply_redirect(r, path_of(r, &d)); /* where there are other ways */
        return OK;
    }
    return choose(r, &d, c);
}
