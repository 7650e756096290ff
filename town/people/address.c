/* Where goods are sent: keeping and finding (people.h). The pages are address_page.c. */
#include "town/people/address.h"

#include "store/queries.h"
#include "store/seal.h"
#include "town/region.h"

/* ---- what may be kept ---- */

bool people_contact_ok(struct str phone)
{
    size_t digits = 0;
    for (size_t i = 0; i < phone.n; i++) {
        if (phone.p[i] >= '0' && phone.p[i] <= '9')
            digits++;
        else if (!strchr("+- ", phone.p[i]))
            return false;
    }
    return phone.n <= PEOPLE_CONTACT_MAX && digits >= PEOPLE_CONTACT_DIGITS_MIN;
}

static bool is_text(struct str s, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f)
            return false;
        n += (c & 0xc0) != 0x80;
    }
    return n > 0 && n <= max && str_is_utf8(s);
}

const char *people_address_bad(const struct people_address *a)
{
    if (!is_text(a->name, PEOPLE_RECEIVER_MAX))
        return "name";
    if (!people_contact_ok(a->phone))
        return "phone";
    if (!region_by_code(a->province))
        return "province";
    return is_text(a->detail, PEOPLE_DETAIL_MAX) ? NULL : "detail";
}

/* ---- reading ---- */

static enum err reveal(const struct rows *rs, size_t row, struct arena *arena,
                       struct people_address *a)
{
    enum err e = seal_reveal("addresses.name", row_val(rs, row, "name").s, arena, &a->name);
    if (e == OK)
        e = seal_reveal("addresses.phone", row_val(rs, row, "phone").s, arena, &a->phone);
    if (e == OK)
        e = seal_reveal("addresses.detail", row_val(rs, row, "detail").s, arena, &a->detail);
    a->id = row_int(rs, row, "id");
    a->province = row_int(rs, row, "province");
    return e;
}

enum err people_addresses(struct db *db, struct arena *arena, int64_t user,
                          struct people_address out[PEOPLE_ADDRESSES_MAX], size_t *n)
{
    struct rows rs;
    enum err e = db_select(db, &q_people_addresses, ARGS(V_INT(user), V_INT(PEOPLE_ADDRESSES_MAX)),
                           arena, &rs);
    *n = 0;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        out[i] = (struct people_address){.is_default = i == 0};
        e = reveal(&rs, i, arena, &out[i]);
        *n += e == OK;
    }
    return e;
}

enum err people_address_get(struct db *db, struct arena *arena, int64_t user, int64_t id,
                            struct people_address *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_people_address, ARGS(V_INT(user), V_INT(id)), arena, &rs);
    if (e != OK)
        return e;
    *out = (struct people_address){.is_default = row_int(&rs, 0, "is_default") != 0};
    return reveal(&rs, 0, arena, out);
}

struct str people_address_line(const struct people_address *a, enum lang lang, struct arena *arena)
{
    const struct region *r = region_by_code(a->province);
    if (!r || region_find(a->detail) == r->code)
        return a->detail;
    return lang == LANG_ZH
               ? str_of(arena_printf(arena, "%s%.*s", r->name_zh, STR_ARG(a->detail)))
               : str_of(arena_printf(arena, "%s, %.*s", r->name_en, STR_ARG(a->detail)));
}

struct str people_phone_masked(struct str phone, struct arena *arena)
{
    if (people_phone_ok(phone))
        return str_of(arena_printf(arena, "%.3s****%.4s", phone.p, phone.p + phone.n - 4));
    return phone.n < 4 ? STR("****")
                       : str_of(arena_printf(arena, "****%.4s", phone.p + phone.n - 4));
}

/* ---- writing ---- */

struct sealed {
    struct str name, phone, detail;
    uint8_t same[SEAL_HASH_BYTES];
};

static enum err seal(const struct people_address *a, int64_t user, struct arena *arena,
                     struct sealed *s)
{
    /* With its user, so that nobody can see who lives together. */
    const char *all =
        arena_printf(arena, "%lld\n%lld\n%.*s\n%.*s\n%.*s", (long long)user, (long long)a->province,
                     STR_ARG(a->name), STR_ARG(a->phone), STR_ARG(a->detail));
    enum err e = all ? seal_text("addresses.name", a->name, arena, &s->name) : ERR_NOMEM;
    if (e == OK)
        e = seal_text("addresses.phone", a->phone, arena, &s->phone);
    if (e == OK)
        e = seal_text("addresses.detail", a->detail, arena, &s->detail);
    if (e == OK)
        seal_hash("addresses.same", str_of(all), s->same);
    return e;
}

#define SAME(s) V_BLOB(str_n((s).same, sizeof((s).same)))

/* *id: the one that says the same; 0 when none does. */
static enum err find_same(struct tx *tx, int64_t user, const struct sealed *s, int64_t *id)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_people_address_same, ARGS(V_INT(user), SAME(*s)), tx->arena, &rs);
    *id = e == OK && rs.n ? row_int(&rs, 0, "id") : 0;
    return e;
}

enum err people_address_keep(struct tx *tx, int64_t user, const struct people_address *a,
                             int64_t *id)
{
    struct sealed s;
    struct rows has, added;
    int64_t same;
    if (people_address_bad(a))
        return ERR_INVALID;
    enum err e = seal(a, user, tx->arena, &s);
    if (e == OK)
        e = find_same(tx, user, &s, &same);
    if (e == OK && same) {
        if (id)
            *id = same;
        return OK;
    }
    if (e == OK)
        e = db_one(tx->db, &q_people_address_count, ARGS(V_INT(user)), tx->arena, &has);
    if (e == OK && row_int(&has, 0, "n") >= PEOPLE_ADDRESSES_MAX)
        e = ERR_LIMIT;
    if (e != OK)
        return e;
    e = db_one(tx->db, &q_people_address_add,
               ARGS(V_INT(user), V_BLOB(s.name), V_BLOB(s.phone), V_BLOB(s.detail), SAME(s),
                    V_INT(a->province), V_INT(tx->now_ms)),
               tx->arena, &added);
    if (e == OK && id)
        *id = row_int(&added, 0, "id");
    return e;
}

enum err address_save(struct tx *tx, int64_t user, const struct people_address *a)
{
    struct sealed s;
    int64_t same, changed;
    enum err e = seal(a, user, tx->arena, &s);
    if (e == OK)
        e = find_same(tx, user, &s, &same);
    if (e == OK && same && same != a->id)
        e = ERR_EXISTS;
    if (e == OK)
        e = db_exec(tx->db, &q_people_address_save,
                    ARGS(V_BLOB(s.name), V_BLOB(s.phone), V_BLOB(s.detail), SAME(s),
                         V_INT(a->province), V_INT(a->id), V_INT(user)),
                    &changed);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err address_prefer(struct tx *tx, int64_t user, int64_t id)
{
    struct rows has;
    int64_t changed;
    enum err e = db_one(tx->db, &q_people_address_count, ARGS(V_INT(user)), tx->arena, &has);
    if (e == OK)
        e = db_exec(tx->db, &q_people_address_prefer,
                    ARGS(V_INT(row_int(&has, 0, "most") + 1), V_INT(id), V_INT(user)), &changed);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err address_remove(struct tx *tx, int64_t user, int64_t id)
{
    int64_t changed;
    enum err e = db_exec(tx->db, &q_people_address_remove, ARGS(V_INT(id), V_INT(user)), &changed);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}
