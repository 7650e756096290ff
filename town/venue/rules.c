/* The rules in force: versions with a first day. */
#include "store/queries.h"
#include "town/venue/internal.h"

enum err rules_at(struct db *db, int64_t now_ms, struct arena *arena, struct venue_rules *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_venue_rules_at, ARGS(V_INT(day_of(now_ms))), arena, &rs);
    if (e != OK)
        return e;
    *out = (struct venue_rules){.id = row_int(&rs, 0, "id"),
                                .first_day = row_int(&rs, 0, "first_day"),
                                .longest_min = row_int(&rs, 0, "longest_min"),
                                .ahead_days = row_int(&rs, 0, "ahead_days"),
                                .open_most = row_int(&rs, 0, "open_most"),
                                .weeks_most = row_int(&rs, 0, "weeks_most"),
                                .reconfirm_h = row_int(&rs, 0, "reconfirm_h"),
                                .release_h = row_int(&rs, 0, "release_h"),
                                .early_min = row_int(&rs, 0, "early_min"),
                                .late_min = row_int(&rs, 0, "late_min"),
                                .cancel_h = row_int(&rs, 0, "cancel_h"),
                                .miss_most = row_int(&rs, 0, "miss_most"),
                                .miss_days = row_int(&rs, 0, "miss_days"),
                                .block_days = row_int(&rs, 0, "block_days"),
                                .offer_min = row_int(&rs, 0, "offer_min")};
    return OK;
}
