/* A base with two floors' rooms, in a transaction in which a test plays the writer. It is day
 * TODAY, ten in the morning. Ann (11) and Ben (12) are members, Cao (13) of factory 3. */
#ifndef TESTS_VENUE_BASE_H
#define TESTS_VENUE_BASE_H

#include "../store/fixture.h"

#include "town/day.h"
#include "town/venue/internal.h"

enum { TODAY = 20000, OFFICE = 1, ANN = 11, BEN = 12, CAO = 13, FACTORY = 3 };

struct base {
    struct fixture f;
    int64_t floor, room, hall, own;
};

static inline void base_say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static inline int64_t at_ms(int64_t day, int step)
{
    return day_begin_ms(day) + step * STEP_MS;
}

static inline int64_t add_space(struct base *b, struct venue_space_new n)
{
    int64_t id;
    n.floor = b->floor;
    n.area_dm2 = n.area_dm2 ? n.area_dm2 : 4550;
    if (!n.until)
        n.from = 16, n.until = 44; /* 08:00 to 22:00 */
    assert_ok(venue_space_add(&b->f.tx, &n, &id));
    return id;
}

static inline void base_open(struct base *b)
{
    fixture_in_memory(&b->f);
    messages_stop();
    messages_register(venue_kinds, venue_kinds_n);
    b->f.tx.now_ms = at_ms(TODAY, 20);
    assert_ok(db_script(
        b->f.db,
        "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
        " (1, 'office', 'o', '!', 8, 1), (11, 'ann', 'a', '!', 1, 1), (12, 'ben', 'b', '!', 1, 1),"
        " (13, 'cao', 'c', '!', 4, 1);"
        "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
        " (3, 'factory', 'three', '三', 'Three', 1);"
        "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
        " VALUES (13, 3, 'owner', 1);"));
    assert_ok(venue_floor_add(&b->f.tx, STR("一层"), STR("First floor"), &b->floor));
    b->room = add_space(b, (struct venue_space_new){.code = STR("L1"),
                                                    .kind = STR("live_room"),
                                                    .name_zh = STR("直播间一"),
                                                    .name_en = STR("Live room 1"),
                                                    .who_may = STR("member"),
                                                    .equipment = STR("lights fibre"),
                                                    .price_fen = 8000,
                                                    .seats = 4});
    b->hall = add_space(b, (struct venue_space_new){.code = STR("H1"),
                                                    .kind = STR("hall"),
                                                    .name_zh = STR("展厅"),
                                                    .name_en = STR("Hall"),
                                                    .who_may = STR("member"),
                                                    .needs_word = true,
                                                    .seats = 200});
    b->own = add_space(b, (struct venue_space_new){.code = STR("F1"),
                                                   .kind = STR("factory_live_room"),
                                                   .name_zh = STR("工厂直播间"),
                                                   .name_en = STR("Factory room"),
                                                   .who_may = STR("factory"),
                                                   .organisation = FACTORY,
                                                   .seats = 2});
}

static inline void base_close(struct base *b)
{
    int n = 0;
    assert_ok(venue_check(b->f.db, &b->f.arena, base_say, NULL, &n));
    assert_int_equal(n, 0);
    fixture_free(&b->f);
}

static inline enum err book(struct base *b, int64_t space, int64_t user, int64_t day, int from,
                            int until, int64_t *id)
{
    int64_t ignored;
    b->f.info = (struct err_info){0};
    const struct venue_new n = {.space = space,
                                .when = {day, from, until},
                                .user = user,
                                .is_base = user == OFFICE,
                                .title_zh = STR("排练")};
    /* as the writer does: a refusal leaves nothing */
    assert_ok(db_savepoint(b->f.db));
    enum err e = venue_book(&b->f.tx, &n, id ? id : &ignored);
    if (e == OK)
        assert_ok(db_savepoint_release(b->f.db));
    else
        db_savepoint_rollback(b->f.db);
    return e;
}

static inline void booked(struct base *b, int64_t space, int64_t user, int64_t day, int from,
                          int until, int64_t *id)
{
    enum err e = book(b, space, user, day, from, until, id);
    if (e != OK)
        fail_msg("%s: %s %s", err_name(e), b->f.info.key ? b->f.info.key : "",
                 db_last_error(b->f.db));
}

#define assert_no(call, why)                                                                       \
    do {                                                                                           \
        assert_int_not_equal((call), OK);                                                          \
        assert_string_equal(b.f.info.key ? b.f.info.key : "", "venue.no_" why);                    \
    } while (0)

static inline void assert_state(struct base *b, int64_t booking, const char *state)
{
    struct rows rs;
    assert_ok(booking_get(b->f.db, booking, &b->f.arena, &rs));
    assert_string_equal(arena_str(&b->f.arena, row_str(&rs, 0, "state")).p, state);
}

static inline void turn_at(struct base *b, int64_t now_ms)
{
    int done;
    b->f.tx.now_ms = now_ms;
    assert_ok(venue_turn(&b->f.tx, 1000, &done));
}

static inline enum err does(struct base *b, int64_t booking, const char *event, unsigned as,
                            int64_t actor)
{
    b->f.info = (struct err_info){0};
    return venue_do(&b->f.tx, booking, event, as, actor, STR_NONE);
}

#endif
