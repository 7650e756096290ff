/* Random bookings, moves and cancellations beside a plain list of intervals, which knows nothing of
 * masks, cells or the ledger: each is accepted or refused as the list says. */
#include "base.h"

#include "base/rnd.h"

enum { TRIES = 1500, TRIES_ON_SERVER = 200, SPACES = 3, DAYS = 3, MOST = 2000 };

struct interval {
    int64_t booking, space, day;
    int from, until;
};

static struct interval list[MOST];
static size_t list_n;

static bool is_free(int64_t space, int64_t day, int from, int until, int64_t except)
{
    for (size_t i = 0; i < list_n; i++)
        if (list[i].space == space && list[i].day == day && list[i].booking != except &&
            list[i].from < until && from < list[i].until)
            return false;
    return true;
}

static void as_a_list_of_intervals_says(void **state)
{
    (void)state;
    struct base b;
    struct rnd_seq seq = {20261127};
    int64_t spaces[SPACES];
    int tries = fixture_server() ? TRIES_ON_SERVER : TRIES;
    int had = 0;
    base_open(&b);
    list_n = 0;
    spaces[0] = b.room;
    for (int i = 1; i < SPACES; i++) {
        char code[8];
        snprintf(code, sizeof(code), "M%d", i);
        spaces[i] = add_space(&b, (struct venue_space_new){.code = str_of(code),
                                                           .kind = STR("live_room"),
                                                           .name_zh = STR("间"),
                                                           .name_en = STR("Room"),
                                                           .who_may = STR("member"),
                                                           .from = 0,
                                                           .until = 48});
    }
    for (int t = 0; t < tries; t++) {
        int64_t space = spaces[rnd_seq_below(&seq, SPACES)];
        int64_t day = TODAY + 1 + (int64_t)rnd_seq_below(&seq, DAYS), id;
        int low = space == b.room ? 16 : 0, high = space == b.room ? 44 : 48;
        int from = low + (int)rnd_seq_below(&seq, (uint64_t)(high - low)),
            until = from + 1 + (int)rnd_seq_below(&seq, 8);
        uint64_t what = rnd_seq_below(&seq, 3);
        size_t i = list_n ? (size_t)rnd_seq_below(&seq, list_n) : 0;
        until = until > high ? high : until;
        if (what == 0 || list_n == 0) {
            enum err e = book(&b, space, OFFICE, day, from, until, &id);
            bool same = false;
            for (size_t k = 0; k < list_n; k++)
                same |= list[k].space == space && list[k].day == day && list[k].from == from &&
                        list[k].until == until;
            assert_int_equal(e == OK, same || is_free(space, day, from, until, 0));
            had += e == OK;
            if (e == OK && !same)
                list[list_n++] = (struct interval){id, space, day, from, until};
        } else if (what == 1) {
            const struct venue_when w = {day, from, until};
            enum err e = venue_move(&b.f.tx, list[i].booking, space, &w, OFFICE, true);
            assert_int_equal(e == OK, is_free(space, day, from, until, list[i].booking));
            if (e == OK)
                list[i] = (struct interval){list[i].booking, space, day, from, until};
        } else {
            assert_ok(venue_free(&b.f.tx, list[i].booking, OFFICE, STR_NONE));
            list[i] = list[--list_n];
        }
    }
    assert_true(had > tries / 10); /* else too little was tried */
    base_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_a_list_of_intervals_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
