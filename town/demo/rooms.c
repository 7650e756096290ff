#include "town/demo/rooms.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/demo/courses.h"
#include "town/messages/messages.h"
#include "town/shows/shows.h"
#include "town/venue/venue.h"

enum { FLOORS = 3, DAYS_BEFORE = 3, DAYS_AFTER = 7, AT_ONCE = 1000, EVENING = 35 };

static const struct {
    const char *code, *kind, *zh, *en, *equipment, *who;
    int floor, m2, seats, yuan;
    bool needs_word;
} plan[] = {
    {"H1", "hall", "共享展厅", "Shared hall", "lights stage", "base", 0, 2200, 300, 600, true},
    {"H2", "hall", "选品厅", "Selection hall", "lights turntable", "member", 0, 620, 80, 300, true},
    {"L101", "live_room", "共享直播间 101", "Live room 101", "lights fibre turntable", "member", 1,
     60, 4, 80, false},
    {"L102", "live_room", "共享直播间 102", "Live room 102", "lights fibre greenscreen", "member",
     1, 60, 4, 80, false},
    {"L103", "live_room", "厨电直播间 103", "Kitchen live room 103", "lights fibre kitchen",
     "member", 1, 95, 6, 120, false},
    {"L104", "live_room", "共享直播间 104", "Live room 104", "lights fibre", "member", 1, 48, 3, 60,
     false},
    {"L105", "live_room", "共享直播间 105", "Live room 105", "lights fibre", "member", 1, 48, 3, 60,
     false},
    {"L106", "live_room", "服饰直播间 106", "Fashion live room 106", "lights fibre fitting",
     "member", 1, 88, 6, 110, false},
    {"L107", "live_room", "共享直播间 107", "Live room 107", "lights fibre greenscreen", "member",
     1, 56, 4, 80, false},
    {"L108", "live_room", "双机位直播间 108", "Two-camera live room 108", "lights fibre turntable",
     "member", 1, 110, 8, 150, false},
    {"C201", "classroom", "培训教室 201", "Classroom 201", "projector fibre", "member", 2, 180, 60,
     160, false},
    {"C202", "classroom", "培训教室 202", "Classroom 202", "projector", "member", 2, 140, 40, 120,
     false},
    {"C203", "classroom", "小班教室 203", "Small classroom 203", "projector", "member", 2, 75, 16,
     60, false},
    {"D211", "provider_desk", "摄影服务工位", "Photography desk", "lights", "base", 2, 65, 6, 0,
     false},
    {"D212", "provider_desk", "物流服务工位", "Shipping desk", "fibre", "base", 2, 45, 4, 0, false},
    {"D213", "provider_desk", "财税服务工位", "Accounts desk", "fibre", "base", 2, 40, 4, 0, false},
    {"F301", "factory_live_room", "工厂直播间 301", "Factory live room 301", "lights fibre kitchen",
     "factory", 2, 130, 6, 0, false},
    {"F302", "factory_live_room", "工厂直播间 302", "Factory live room 302", "lights fibre",
     "factory", 2, 120, 6, 0, false},
    {"S1", "hall", "供应链展示厅", "Supply hall", "lights projector", "member", 2, 1250, 120, 400,
     true},
    {"S2", "hall", "路演厅", "Pitching hall", "stage projector", "member", 0, 570, 150, 260, true},
};
enum { SPACES = sizeof(plan) / sizeof(plan[0]) };

static enum err add_spaces(struct tx *tx, int64_t factory, int64_t spaces[SPACES])
{
    static const struct str names[FLOORS][2] = {
        {STR("一层 展示"), STR("Ground floor, display")},
        {STR("二层 直播"), STR("First floor, live rooms")},
        {STR("三层 培训与服务"), STR("Second floor, training and services")}};
    int64_t floors[FLOORS];
    enum err e = OK;
    for (int i = 0; e == OK && i < FLOORS; i++)
        e = venue_floor_add(tx, names[i][0], names[i][1], &floors[i]);
    for (int i = 0; e == OK && i < SPACES; i++) {
        bool own = plan[i].who[0] == 'f';
        const struct venue_space_new n = {.floor = floors[plan[i].floor],
                                          .code = str_of(plan[i].code),
                                          .kind = str_of(plan[i].kind),
                                          .name_zh = str_of(plan[i].zh),
                                          .name_en = str_of(plan[i].en),
                                          .equipment = str_of(plan[i].equipment),
                                          .who_may = str_of(plan[i].who),
                                          .organisation = own ? factory : 0,
                                          .area_dm2 = plan[i].m2 * 100,
                                          .seats = plan[i].seats,
                                          .price_fen = plan[i].yuan * 100,
                                          .needs_word = plan[i].needs_word,
                                          .from = 16,
                                          .until = plan[i].kind[0] == 'l' ? 48 : 44};
        e = venue_space_add(tx, &n, &spaces[i]);
    }
    return e;
}

/* A booking made the day before, and what became of it. */
static enum err one(struct tx *tx, int64_t space, int64_t user, const struct venue_when *w,
                    int kind, bool came, int64_t now_ms)
{
    static const struct str what[][2] = {{STR("新品试播"), STR("Trial of new goods")},
                                         {STR("晚场直播"), STR("Evening show")},
                                         {STR("主播排练"), STR("Rehearsal")},
                                         {STR("选品会"), STR("Selecting goods")},
                                         {STR("拍摄短视频"), STR("Shooting clips")},
                                         {STR("代运营对接"), STR("Meeting an agency")}};
    if (kind % 6 == 1 && w->from < EVENING)
        kind--;
    int64_t id, begins = venue_begins_ms(w);
    const struct venue_new b = {.space = space,
                                .when = *w,
                                .title_zh = what[kind % 6][0],
                                .title_en = what[kind % 6][1],
                                .user = user,
                                .is_base = true};
    tx->now_ms = begins - DAY_MS < now_ms ? begins - DAY_MS : now_ms;
    enum err e = venue_book(tx, &b, &id);
    if (e == ERR_CONFLICT) {
        *tx->info = (struct err_info){0};
        return OK; /* somebody has it: so it is in a town */
    }
    if (e == OK && begins < now_ms && came) {
        tx->now_ms = begins;
        e = venue_do(tx, id, "check_in", VENUE_BASE, user, STR_NONE);
    }
    tx->now_ms = now_ms;
    return e;
}

/* Those that one logs in as have few, and came to all: they may book. */
enum { OWN = 2, OWN_EACH = 40 };

static enum err week(struct tx *tx, const int64_t spaces[SPACES], const int64_t *people, size_t n,
                     int64_t now_ms)
{
    enum err e = OK;
    for (int d = -DAYS_BEFORE; e == OK && d <= DAYS_AFTER; d++)
        for (int s = 1; e == OK && s < SPACES; s++) {
            bool is_room = plan[s].kind[0] == 'l';
            for (int k = 0; e == OK && k < 4; k++) {
                unsigned mix = (unsigned)((d + 31) * 37 + s * 101 + k * 53) * 2654435761U >> 16;
                int from = 17 + k * 7 + (int)(mix % 3), steps = 2 + (int)(mix / 3 % 5);
                if (mix % 100 >= (is_room ? 68U : 26U) || plan[s].who[0] != 'm')
                    continue;
                const struct venue_when w = {day_of(now_ms) + d, from, from + steps};
                bool is_own = mix % OWN_EACH == 5;
                size_t who = is_own ? mix / OWN_EACH % OWN : OWN + mix / 7 % (n - OWN);
                e = one(tx, spaces[s], people[who], &w,
                        is_room   ? (int)(mix % 42)
                        : mix % 2 ? 3
                                  : 5,
                        is_own || mix % 7 != 3, now_ms);
            }
        }
    return e;
}

/* Each show to come has a room. */
static enum err for_shows(struct tx *tx, const int64_t spaces[SPACES])
{
    struct rows rs;
    struct str zh = STR_NONE, en = STR_NONE;
    int64_t now_ms = tx->now_ms;
    enum err e =
        db_select(tx->db, &q_demo_shows_for_rooms, ARGS(V_INT(tx->now_ms)), tx->arena, &rs);
    /* Also the one that is on: booked before it began. */
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        const struct shows_new n = {.title_zh = row_str(&rs, i, "title_zh"),
                                    .title_en = row_str(&rs, i, "title_en"),
                                    .host_id = row_int(&rs, i, "host_id"),
                                    .starts_at = row_int(&rs, i, "starts_at")};
        tx->now_ms = n.starts_at < now_ms ? n.starts_at - DAY_MS : now_ms;
        for (int s = 2; e == OK && s < 10; s++) {
            e = venue_show_rooms.keep(tx, row_int(&rs, i, "id"), &n, spaces[s]);
            if (e == OK)
                break;
            if (e == ERR_CONFLICT)
                e = OK;
            *tx->info = (struct err_info){0};
        }
        tx->now_ms = now_ms;
        if (e == OK)
            e = venue_show_rooms.name(tx, row_int(&rs, i, "id"), &zh, &en);
        if (e == OK && zh.n)
            e = db_exec(tx->db, &q_shows_set_room,
                        ARGS(V_STR(zh), V_STR(en), V_INT(row_int(&rs, i, "id"))), NULL);
    }
    return e;
}

enum err fill_rooms(struct tx *tx, int64_t office, const int64_t *people, size_t people_n,
                    int64_t factory)
{
    int64_t spaces[SPACES], now_ms = tx->now_ms, closure;
    int done;
    messages_register(venue_kinds, venue_kinds_n);
    const struct venue_closure c = {.from_day = day_of(now_ms) + 2,
                                    .until_day = day_of(now_ms) + 2,
                                    .from = 16,
                                    .until = 24,
                                    .reason_zh = STR("专线网络检修"),
                                    .reason_en = STR("The fibre line is being mended"),
                                    .by = office};
    enum err e = add_spaces(tx, factory, spaces);
    struct venue_closure mended = c;
    mended.space = e == OK ? spaces[8] : 0;
    if (e == OK)
        e = venue_close(tx, &mended, &closure);
    if (e == OK)
        e = for_shows(tx, spaces);
    if (e == OK)
        e = fill_course_rooms(tx);
    if (e == OK)
        e = week(tx, spaces, people, people_n, now_ms);
    tx->now_ms = now_ms;
    if (e == OK)
        e = venue_turn(tx, AT_ONCE, &done);
    return e != OK ? e : db_exec(tx->db, &q_demo_told_of_rooms, ARGS(V_INT(now_ms)), NULL);
}
