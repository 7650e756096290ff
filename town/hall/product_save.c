#include "town/hall/product_save.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/factories/factories.h"
#include "town/hall/picture.h"
#include "town/hall/search_index.h"
#include "town/hall/stock.h"
#include "town/hall/words.h"

enum { CHANGES_MAX = 256 * 1024, SLUG_MAX = 60, SLUG_TRIES = 1000, LISTENERS_MAX = 4 };

static hall_saved_fn *listeners[LISTENERS_MAX];
static size_t listeners_n;

/* One save: what is there and what is wanted. */
struct save {
    struct tx *tx;
    struct hall_product_edit *p;
    struct rows old, old_specs, old_skus; /* without rows when it is new */
    struct view *changes;                 /* {field, from, to} each */
    const struct transition *move;
};

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

/* --- what changes --- */

static void note_change(struct save *s, const char *field, struct str from, struct str to)
{
    struct view *v;
    if (str_eq(from, to))
        return;
    v = view_add_object(s->changes);
    view_put_z(v, "field", field);
    view_put_str(v, "from", from);
    view_put_str(v, "to", to);
}

static void note_number(struct save *s, const char *field, int64_t from, int64_t to)
{
    struct arena *a = s->tx->arena;
    if (from != to)
        note_change(s, field, str_of(arena_printf(a, "%lld", (long long)from)),
                    str_of(arena_printf(a, "%lld", (long long)to)));
}

static void compare_fields(struct save *s)
{
    struct val before[HALL_FIELDS] = {0};
    struct arena *a = s->tx->arena;
    if (s->old.n)
        hall_fields_of_row(&s->old, 0, before);
    for (int i = 0; i < HALL_FIELDS; i++)
        if (!hall_field_same(&before[i], &s->p->fields[i]))
            note_change(s, hall_fields[i].name, hall_field_raw(&before[i], a),
                        hall_field_raw(&s->p->fields[i], a));
    if (s->old.n)
        note_number(s, "kind", row_int(&s->old, 0, "kind_id"), s->p->kind);
}

static struct str spec_raw(struct arena *a, struct str word, int64_t amount, struct str unit)
{
    return word.n ? word : str_of(arena_printf(a, "%lld %.*s", (long long)amount, STR_ARG(unit)));
}

static struct str old_spec(struct save *s, struct str name)
{
    const struct rows *rs = &s->old_specs;
    for (size_t i = 0; i < rs->n; i++)
        if (str_eq(row_str(rs, i, "name"), name))
            return spec_raw(s->tx->arena, row_str(rs, i, "word"), row_int(rs, i, "amount"),
                            row_str(rs, i, "unit"));
    return STR("");
}

static void compare_specs(struct save *s)
{
    struct arena *a = s->tx->arena;
    for (size_t i = 0; i < s->p->specs_n; i++) {
        const struct hall_spec_edit *e = &s->p->specs[i];
        note_change(s, arena_printf(a, "spec:%.*s", STR_ARG(e->name)), old_spec(s, e->name),
                    spec_raw(a, e->word, e->amount, e->unit));
    }
    for (size_t row = 0; row < s->old_specs.n; row++) {
        struct str name = row_str(&s->old_specs, row, "name");
        bool kept = false;
        for (size_t i = 0; i < s->p->specs_n; i++)
            kept = kept || str_eq(s->p->specs[i].name, name);
        if (!kept)
            note_change(s, arena_printf(a, "spec:%.*s", STR_ARG(name)), old_spec(s, name), STR(""));
    }
}

static const struct hall_sku_edit *wanted_sku(const struct save *s, int64_t id)
{
    for (size_t i = 0; i < s->p->skus_n; i++)
        if (s->p->skus[i].id == id)
            return &s->p->skus[i];
    return NULL;
}

static const char *sku_field(struct save *s, struct str code, const char *what)
{
    return arena_printf(s->tx->arena, "sku:%.*s:%s", STR_ARG(code), what);
}

/* One that is not above the price is none. */
static struct str crossed_out(const struct save *s, int64_t list_price_fen, int64_t price_fen)
{
    return list_price_fen > price_fen
               ? str_of(arena_printf(s->tx->arena, "%lld", (long long)list_price_fen))
               : STR("");
}

static void compare_sku(struct save *s, size_t row, const struct hall_sku_edit *k)
{
    const struct rows *rs = &s->old_skus;
    struct str code = row_str(rs, row, "code");
    note_change(s, sku_field(s, code, "code"), code, k->code);
    note_change(s, sku_field(s, code, "name_zh"), row_str(rs, row, "name_zh"), k->name_zh);
    note_change(s, sku_field(s, code, "name_en"), row_str(rs, row, "name_en"), k->name_en);
    note_change(s, sku_field(s, code, "gtin"), row_str(rs, row, "gtin"), k->gtin);
    note_number(s, sku_field(s, code, "price_fen"), row_int(rs, row, "price_fen"), k->price_fen);
    note_change(s, sku_field(s, code, "list_price_fen"),
                crossed_out(s, row_int(rs, row, "list_price_fen"), row_int(rs, row, "price_fen")),
                crossed_out(s, k->list_price_fen, k->price_fen));
    note_change(s, sku_field(s, code, "status"), row_str(rs, row, "status"),
                k->is_on ? STR("on") : STR("off"));
}

static void compare_skus(struct save *s)
{
    for (size_t row = 0; row < s->old_skus.n; row++) {
        const struct hall_sku_edit *k = wanted_sku(s, row_int(&s->old_skus, row, "id"));
        struct str code = row_str(&s->old_skus, row, "code");
        if (k)
            compare_sku(s, row, k);
        else
            note_change(s, sku_field(s, code, "status"), row_str(&s->old_skus, row, "status"),
                        STR("off"));
    }
    for (size_t i = 0; i < s->p->skus_n; i++)
        if (!s->p->skus[i].id)
            note_change(
                s, sku_field(s, s->p->skus[i].code, "price_fen"), STR(""),
                str_of(arena_printf(s->tx->arena, "%lld", (long long)s->p->skus[i].price_fen)));
}

/* --- what is wanted, made whole --- */

/* English for who reads it: the kind and the model, when the maker wrote none. */
static enum err default_title(struct save *s)
{
    struct val *title = &s->p->fields[HALL_TITLE_EN];
    struct rows rs;
    if (hall_field_is_set(title))
        return OK;
    enum err e = db_one(s->tx->db, &q_hall_kind_of_id, ARGS(V_INT(s->p->kind)), s->tx->arena, &rs);
    if (e)
        return e == ERR_NOT_FOUND ? refuse(s->tx, ERR_INVALID, "kind", "hall.no_such_kind") : e;
    *title = V_Z(arena_printf(s->tx->arena, "%.*s %.*s", STR_ARG(row_str(&rs, 0, "name_en")),
                              STR_ARG(s->p->fields[HALL_MODEL].s)));
    return OK;
}

/* "aurora-k1731": ASCII letters and digits of the maker's and the model's names. */
static struct str slug_of(struct arena *a, struct str factory, struct str model, int tries)
{
    char text[SLUG_MAX + 16];
    size_t n = 0;
    const struct str parts[2] = {factory, model};
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i <= parts[part].n && n < SLUG_MAX; i++) {
            unsigned char c = i < parts[part].n ? (unsigned char)parts[part].p[i] : '-';
            if (c >= 'A' && c <= 'Z')
                c += 32;
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
                text[n++] = (char)c;
            else if (n > 0 && text[n - 1] != '-')
                text[n++] = '-';
        }
    while (n > 0 && text[n - 1] == '-')
        n--;
    return str_of(tries == 0 ? arena_printf(a, "%.*s", (int)n, text)
                             : arena_printf(a, "%.*s-%d", (int)n, text, tries + 1));
}

static enum err choose_slug(struct save *s)
{
    struct rows maker, taken;
    struct tx *tx = s->tx;
    if (s->p->slug.n)
        return OK;
    enum err e = db_one(tx->db, &q_hall_maker_slug, ARGS(V_INT(s->p->factory)), tx->arena, &maker);
    for (int i = 0; !e && i < SLUG_TRIES; i++) {
        s->p->slug = slug_of(tx->arena, row_str(&maker, 0, "slug"), s->p->fields[HALL_MODEL].s, i);
        e = db_one(tx->db, &q_hall_slug_taken, ARGS(V_STR(s->p->slug)), tx->arena, &taken);
        if (!e && row_int(&taken, 0, "n") == 0)
            return OK;
    }
    return e ? e : ERR_EXISTS;
}

static void complete_skus(struct hall_product_edit *p)
{
    for (size_t i = 0; i < p->skus_n; i++) {
        struct hall_sku_edit *k = &p->skus[i];
        if (k->list_price_fen < k->price_fen)
            k->list_price_fen = k->price_fen;
        if (!k->colour.n)
            k->colour = str_of(picture_colour_at((int)i % picture_colours()));
    }
}

static int64_t lowest_price(const struct hall_product_edit *p)
{
    int64_t lowest = 0;
    for (int only_on = 1; lowest == 0 && only_on >= 0; only_on--)
        for (size_t i = 0; i < p->skus_n; i++)
            if ((p->skus[i].is_on || !only_on) && (!lowest || p->skus[i].price_fen < lowest))
                lowest = p->skus[i].price_fen;
    return lowest;
}

/* --- checks --- */

static enum err check_one(struct save *s, size_t i, const struct query *q, struct str value,
                          const char *field)
{
    struct rows rs;
    const struct hall_sku_edit *k = &s->p->skus[i];
    if (!value.n)
        return OK;
    for (size_t j = 0; j < i; j++) {
        struct str other = q == &q_hall_sku_of_code ? s->p->skus[j].code : s->p->skus[j].gtin;
        if (str_eq(other, value))
            return refuse(s->tx, ERR_EXISTS, arena_printf(s->tx->arena, "%s_%zu", field, i + 1),
                          "hall.twice_here");
    }
    enum err e = db_select(s->tx->db, q, ARGS(V_STR(value)), s->tx->arena, &rs);
    if (!e && rs.n && row_int(&rs, 0, "id") != k->id)
        return refuse(s->tx, ERR_EXISTS, arena_printf(s->tx->arena, "%s_%zu", field, i + 1),
                      "hall.taken_by_another");
    return e;
}

/* Those that are not wanted any more stay, off sale: orders name them. */
static size_t left_off(const struct save *s)
{
    size_t n = 0;
    for (size_t row = 0; row < s->old_skus.n; row++)
        n += !wanted_sku(s, row_int(&s->old_skus, row, "id"));
    return n;
}

static enum err check_skus(struct save *s)
{
    enum err e = OK;
    if (s->p->skus_n == 0 || s->p->skus_n + left_off(s) > HALL_SKUS_MAX)
        return refuse(s->tx, ERR_INVALID, "skus", "hall.needs_skus");
    for (size_t i = 0; !e && i < s->p->skus_n; i++) {
        const struct hall_sku_edit *k = &s->p->skus[i];
        bool known = k->id == 0;
        for (size_t row = 0; row < s->old_skus.n; row++)
            known = known || row_int(&s->old_skus, row, "id") == k->id;
        if (!known)
            return refuse(s->tx, ERR_INVALID, "skus", "hall.no_such_sku");
        if (k->price_fen <= 0 || k->price_fen > HALL_PRICE_FEN_MAX)
            return refuse(s->tx, ERR_INVALID, arena_printf(s->tx->arena, "sku_price_%zu", i + 1),
                          "hall.bad_price");
        e = check_one(s, i, &q_hall_sku_of_code, k->code, "sku_code");
        if (!e)
            e = check_one(s, i, &q_hall_sku_of_gtin, k->gtin, "sku_gtin");
    }
    return e;
}

/* Another kind needs other certificates: nobody but the base gives one to what people see. */
static enum err check_kind(struct save *s, struct hall_actor actor)
{
    bool is_other = s->p->id && row_int(&s->old, 0, "kind_id") != s->p->kind;
    if (is_other && actor.as == HALL_AS_MAKER && str_eq_z(row_str(&s->old, 0, "status"), "on"))
        return refuse(s->tx, ERR_CONFLICT, "kind", "hall.kind_on_show");
    return OK;
}

static enum err read_old(struct save *s)
{
    struct tx *tx = s->tx;
    const struct val id = V_INT(s->p->id);
    if (!s->p->id)
        return OK;
    enum err e = db_one(tx->db, &q_hall_product_of_id, &id, 1, tx->arena, &s->old);
    if (!e)
        e = db_select(tx->db, &q_hall_specs, &id, 1, tx->arena, &s->old_specs);
    if (!e)
        e = db_select(tx->db, &q_hall_skus_all, &id, 1, tx->arena, &s->old_skus);
    if (!e && row_int(&s->old, 0, "version") != s->p->version)
        return refuse(tx, ERR_CONFLICT, "version", "hall.edited_meanwhile");
    return e;
}

/* --- writing --- */

static size_t put_fields(const struct hall_product_edit *p, struct val *args)
{
    memcpy(args, p->fields, sizeof(p->fields));
    for (int i = 0; i < HALL_FIELDS; i++)
        if (hall_fields[i].type == HALL_LINES && args[i].kind == VAL_NULL)
            args[i] = V_STR(STR("")); /* those columns are never NULL */
    return HALL_FIELDS;
}

static enum err add_product(struct save *s)
{
    struct hall_product_edit *p = s->p;
    struct val args[HALL_FIELDS + 7];
    struct rows rs;
    size_t n = put_fields(p, args);
    enum err e = choose_slug(s);
    if (e)
        return e;
    args[n++] = V_STR(p->slug);
    args[n++] = V_INT(p->factory);
    args[n++] = V_INT(p->kind);
    args[n++] = V_INT(p->shape);
    args[n++] = V_STR(p->skus[0].colour);
    args[n++] = V_INT(lowest_price(p));
    args[n++] = V_INT(s->tx->now_ms);
    e = db_one(s->tx->db, &q_hall_product_add, args, n, s->tx->arena, &rs);
    if (!e) {
        p->id = row_int(&rs, 0, "id");
        p->version = 1;
    }
    return e;
}

static enum err set_product(struct save *s)
{
    struct hall_product_edit *p = s->p;
    struct val args[HALL_FIELDS + 6];
    size_t n = put_fields(p, args);
    args[n++] = V_INT(p->kind);
    args[n++] = V_STR(p->skus[0].colour);
    args[n++] = V_INT(lowest_price(p));
    args[n++] = V_INT(s->tx->now_ms);
    args[n++] = V_INT(p->id);
    args[n++] = V_INT(p->version);
    p->version++;
    return db_exec(s->tx->db, &q_hall_product_set, args, n, NULL);
}

static enum err write_specs(struct save *s)
{
    struct tx *tx = s->tx;
    enum err e =
        s->old_specs.n ? db_exec(tx->db, &q_hall_specs_clear, ARGS(V_INT(s->p->id)), NULL) : OK;
    for (size_t i = 0; !e && i < s->p->specs_n; i++) {
        const struct hall_spec_edit *k = &s->p->specs[i];
        bool word = k->word.n > 0;
        e = db_exec(tx->db, &q_hall_spec_add,
                    ARGS(V_INT(s->p->id), V_INT((int64_t)i + 1), V_STR(k->name), V_STR(k->kind),
                         word ? V_NULL : V_INT(k->amount), word ? V_NULL : V_STR(k->unit),
                         word ? V_STR(k->word) : V_NULL),
                    NULL);
    }
    return e;
}

static enum err open_stock(struct tx *tx, const struct hall_sku_edit *k)
{
    struct hall_stock opened;
    if (k->stock == 0) /* its accounts all the same: a book without them is no stock of none */
        return hall_stock_open(tx, k->id, &opened);
    return hall_stock_add(tx, k->id, k->stock, ledger_id_derive("hall.first_stock", k->code));
}

static enum err write_sku(struct save *s, int64_t position, struct hall_sku_edit *k)
{
    struct tx *tx = s->tx;
    struct rows rs;
    const struct val gtin = k->gtin.n ? V_STR(k->gtin) : V_NULL;
    const struct val status = k->is_on ? V_Z("on") : V_Z("off");
    if (k->id)
        return db_exec(tx->db, &q_hall_sku_set,
                       ARGS(V_INT(position), V_STR(k->code), V_STR(k->name_zh), V_STR(k->name_en),
                            V_STR(k->colour), gtin, V_INT(k->price_fen), V_INT(k->list_price_fen),
                            status, V_INT(k->id), V_INT(s->p->id)),
                       NULL);
    enum err e = db_one(tx->db, &q_hall_sku_add,
                        ARGS(V_INT(s->p->id), V_INT(position), V_STR(k->code), V_STR(k->name_zh),
                             V_STR(k->name_en), V_STR(k->colour), gtin, V_INT(k->price_fen),
                             V_INT(k->list_price_fen), status),
                        tx->arena, &rs);
    if (e)
        return e;
    k->id = row_int(&rs, 0, "id");
    return open_stock(tx, k);
}

static enum err write_skus(struct save *s)
{
    struct tx *tx = s->tx;
    int64_t position = 0;
    enum err e =
        s->old_skus.n ? db_exec(tx->db, &q_hall_skus_aside, ARGS(V_INT(s->p->id)), NULL) : OK;
    for (size_t row = 0; !e && row < s->old_skus.n; row++) {
        int64_t id = row_int(&s->old_skus, row, "id");
        if (!wanted_sku(s, id)) /* behind those that are wanted */
            e = db_exec(tx->db, &q_hall_sku_off,
                        ARGS(V_INT((int64_t)(HALL_SKUS_MAX + 1 + row)), V_INT(id)), NULL);
    }
    for (size_t i = 0; !e && i < s->p->skus_n; i++)
        e = write_sku(s, ++position, &s->p->skus[i]);
    return e;
}

static enum err write_event(struct tx *tx, int64_t product, int64_t version,
                            const struct transition *move, struct str note, struct view *changes,
                            struct hall_actor actor)
{
    struct buf json;
    buf_init(&json, CHANGES_MAX);
    view_json(changes, &json);
    enum err e = buf_ok(&json) ? OK : ERR_TOO_LARGE;
    if (!e)
        e = db_exec(tx->db, &q_hall_product_event_add,
                    ARGS(V_INT(product), V_INT(tx->now_ms), actor.user ? V_INT(actor.user) : V_NULL,
                         V_Z(move->event), move->from ? V_Z(move->from) : V_NULL, V_Z(move->to),
                         V_INT(version), V_STR(note), V_STR(str_n(json.p, json.n))),
                    NULL);
    buf_free(&json);
    return e;
}

void hall_on_saved(hall_saved_fn *fn)
{
    for (size_t i = 0; i < listeners_n; i++)
        if (listeners[i] == fn) /* of a writer before this one */
            return;
    if (listeners_n == LISTENERS_MAX) {
        LOG(ERROR, "hall.too_many_saved_listeners", L_I("most", LISTENERS_MAX));
        abort();
    }
    listeners[listeners_n++] = fn;
}

static enum err tell_saved(struct tx *tx, int64_t product)
{
    enum err e = hall_flags_update(tx, product);
    for (size_t i = 0; !e && i < listeners_n; i++)
        e = listeners[i](tx, product);
    return e ? e : hall_search_index(tx, product);
}

enum err hall_product_save(struct tx *tx, struct hall_product_edit *p, struct hall_actor actor)
{
    struct save s = {.tx = tx, .p = p, .changes = view_list(tx->arena)};
    enum err e = read_old(&s);
    if (!e)
        e = transition_next(&hall_transitions, p->id ? row_str(&s.old, 0, "status") : STR_NONE,
                            p->id ? "edit" : "create", actor.as, &s.move);
    if (!e)
        e = check_kind(&s, actor);
    if (!e)
        e = default_title(&s);
    for (size_t i = 0; i < p->skus_n; i++)
        p->skus[i].gtin = hall_gtin(p->skus[i].gtin, tx->arena);
    if (!e)
        e = check_skus(&s);
    if (e)
        return e;
    complete_skus(p);
    compare_fields(&s);
    compare_specs(&s);
    compare_skus(&s);
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    if (s.changes->count == 0)
        return OK;
    e = p->id ? set_product(&s) : add_product(&s);
    if (!e)
        e = write_specs(&s);
    if (!e)
        e = write_skus(&s);
    if (!e)
        e = write_event(tx, p->id, p->version, s.move, STR(""), s.changes, actor);
    return e ? e : tell_saved(tx, p->id);
}

/* --- from state to state --- */

static enum err check_whole(struct tx *tx, const struct rows *old)
{
    struct val fields[HALL_FIELDS];
    hall_fields_of_row(old, 0, fields);
    for (int i = 0; i < HALL_FIELDS; i++)
        if (hall_fields[i].flags & (HALL_NEEDED | HALL_NEEDED_TO_SHOW) &&
            !hall_field_is_set(&fields[i]))
            return refuse(tx, ERR_INVALID, hall_fields[i].name, "hall.needed_to_show");
    return OK;
}

/* Only an approved maker's goods come before the base or into the hall. */
static enum err check_maker(struct tx *tx, const struct rows *old, const struct transition *move,
                            struct hall_actor actor)
{
    bool may = true;
    enum err e = OK;
    bool comes_in = strcmp(move->to, "review") == 0 || strcmp(move->to, "on") == 0;
    if (comes_in && !(actor.as & HALL_AS_SYSTEM))
        e = factories_may_publish(tx->db, tx->arena, row_int(old, 0, "organisation_id"), &may);
    return !e && !may ? refuse(tx, ERR_CONFLICT, NULL, "hall.maker_not_approved") : e;
}

enum err hall_product_move(struct tx *tx, int64_t product, int64_t version, const char *event,
                           struct str note, struct hall_actor actor)
{
    struct rows old;
    const struct transition *move = NULL;
    enum err e = db_one(tx->db, &q_hall_product_of_id, ARGS(V_INT(product)), tx->arena, &old);
    if (!e)
        e = transition_next(&hall_transitions, row_str(&old, 0, "status"), event, actor.as, &move);
    if (e)
        return e;
    if (version && version != row_int(&old, 0, "version"))
        return refuse(tx, ERR_CONFLICT, "version", "hall.edited_meanwhile");
    if (move->needs_note && note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "hall.say_why");
    e = check_maker(tx, &old, move, actor);
    if (!e && strcmp(event, "submit") == 0)
        e = check_whole(tx, &old);
    if (!e)
        e = db_exec(tx->db, &q_hall_product_move,
                    ARGS(V_Z(move->to), V_INT(tx->now_ms), V_INT(product)), NULL);
    if (!e)
        e = write_event(tx, product, row_int(&old, 0, "version"), move, note, view_list(tx->arena),
                        actor);
    return e ? e : tell_saved(tx, product);
}
