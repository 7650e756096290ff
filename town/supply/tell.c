/* Who hears of what happens to a sample. */
#include "store/queries.h"
#include "town/supply/internal.h"

#include <string.h>

enum { CLERKS_MAX = 50 };
#define APP MESSAGES_APP
#define APP_MAIL (MESSAGES_APP | MESSAGES_MAIL)

const struct messages_kind supply_kinds[] = {
    {"sample.asked", "samples", APP, false},
    {"sample.granted", "samples", APP_MAIL, false},
    {"sample.refused", "samples", APP_MAIL, false},
    {"sample.shipped", "samples", APP_MAIL, false},
    {"sample.due", "samples", APP_MAIL, false},
    {"sample.overdue", "samples", APP_MAIL, false},
    {"sample.back", "samples", APP, false},
    {"sample.kept", "samples", APP, false},
    {"restock.asked", "restock", APP | MESSAGES_SMS, true},
    {"restock.put", "restock", APP, true},
    {"restock.declined", "restock", APP, true},
    {"quote.asked", "quotes", APP, false},
    {"quote.countered", "quotes", APP, false},
    {"quote.quoted", "quotes", APP_MAIL, false},
    {"quote.accepted", "quotes", APP_MAIL, false},
    {"quote.to_make", "quotes", APP_MAIL, false},
    {"quote.made", "quotes", APP_MAIL, false},
    {"quote.late", "quotes", APP_MAIL, false},
    {"quote.withdrawn", "quotes", APP, false},
    {"quote.declined", "quotes", APP, false},
    {"quote.expired", "quotes", APP, false},
};
const size_t supply_kinds_n = sizeof(supply_kinds) / sizeof(supply_kinds[0]);

static const struct told {
    const char *event, *kind;
    bool asker, factory;
} told[] = {
    {"ask", "sample.asked", false, true},      {"grant", "sample.granted", true, false},
    {"refuse", "sample.refused", true, false}, {"ship", "sample.shipped", true, false},
    {"late", "sample.overdue", true, true},    {"missing", "sample.overdue", true, false},
    {"send_back", "sample.back", false, true}, {"keep", "sample.kept", true, false},
};

static struct messages_new about(struct tx *tx, const struct rows *row, const char *kind)
{
    long long id = row_int(row, 0, "id");
    struct str link = str_of(arena_printf(tx->arena, "/samples/%lld", id));
    return (struct messages_new){.kind = kind,
                                 .about = str_of(arena_printf(tx->arena, "sample:%lld", id)),
                                 .link = link,
                                 .args = {{.name = "title",
                                           .zh = row_str(row, 0, "title_zh"),
                                           .en = row_str(row, 0, "title_en")}}};
}

enum err tell_factory(struct tx *tx, int64_t factory, struct messages_new m)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_supply_clerks, ARGS(V_INT(factory), V_INT(CLERKS_MAX)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        m.user = row_int(&rs, i, "user_id");
        e = messages_tell(tx, &m);
    }
    return e;
}

/* One that is out is reminded of before it is due; the newer time takes the former's place. */
static enum err remind(struct tx *tx, const struct rows *row, int64_t due_ms)
{
    struct messages_new m = about(tx, row, "sample.due");
    m.user = row_int(row, 0, "asker_id");
    m.due_ms = due_ms - SUPPLY_NEAR_MS;
    m.until_ms = due_ms;
    m.args[1] = (struct messages_arg){.name = "at", .time_ms = due_ms};
    return messages_tell(tx, &m);
}

enum err tell_of_sample(struct tx *tx, const struct rows *row, const char *event, int64_t due_ms)
{
    enum err e = messages_drop(tx, about(tx, row, "sample.due").about);
    for (size_t i = 0; !e && i < sizeof(told) / sizeof(told[0]); i++) {
        if (strcmp(told[i].event, event) != 0)
            continue;
        struct messages_new m = about(tx, row, told[i].kind);
        m.user = row_int(row, 0, "asker_id");
        if (told[i].asker)
            e = messages_tell(tx, &m);
        if (!e && told[i].factory)
            e = tell_factory(tx, row_int(row, 0, "factory_id"), m);
    }
    if (!e && due_ms > tx->now_ms && strcmp(event, "send_back") != 0)
        e = remind(tx, row, due_ms);
    return e;
}
