#include "town/demo/watched.h"

#include "base/rnd.h"
#include "store/queries.h"
#include "town/audience/audience.h"
#include "town/shows/shows.h"

enum {
    CARD_MS = 5 * 60 * 1000, /* a card is up for about so long, */
    CARD_MORE_MS = 4 * 60 * 1000,
    BREATH_MS = 40 * 1000, /* and between two of them, now and then, none is */
    VISITS_EACH = 14,      /* to an order */
    VISITS_MORE = 240,
};

/* The host goes through the run, and begins again. */
static enum err show_cards(struct tx *tx, int64_t show, int64_t from_ms, int64_t until_ms,
                           struct rnd_seq *seq)
{
    struct rows items;
    enum err e = db_select(tx->db, &q_shows_item_ids, ARGS(V_INT(show)), tx->arena, &items);
    tx->now_ms = from_ms + BREATH_MS;
    for (size_t i = 0; e == OK && items.n && tx->now_ms < until_ms; i++) {
        e = shows_log(tx, show, 0, "card", row_int(&items, i % items.n, "id"), 0, STR_NONE);
        tx->now_ms += CARD_MS + (int64_t)rnd_seq_below(seq, CARD_MORE_MS);
        if (e == OK && rnd_seq_below(seq, 4) == 0 && tx->now_ms < until_ms) {
            e = shows_log(tx, show, 0, "card", 0, 0, STR_NONE);
            tx->now_ms += BREATH_MS;
        }
    }
    return e;
}

enum err fill_watched(struct tx *tx, int64_t show, int64_t from_ms, int64_t until_ms,
                      int64_t orders)
{
    struct rnd_seq seq = {(uint64_t)show * 7919};
    enum err e = show_cards(tx, show, from_ms, until_ms, &seq);
    const struct audience_past past = {.show = show,
                                       .from_ms = from_ms,
                                       .until_ms = until_ms,
                                       .visits = orders * VISITS_EACH +
                                                 (int64_t)rnd_seq_below(&seq, VISITS_MORE),
                                       .seed = (uint64_t)show};
    if (e == OK)
        e = audience_fill(tx, &past);
    tx->now_ms = until_ms;
    return e != OK ? e : shows_log(tx, show, 0, "ended", 0, 0, STR_NONE);
}
