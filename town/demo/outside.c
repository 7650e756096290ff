#include "town/demo/outside.h"

#include "town/day.h"
#include "town/elsewhere/elsewhere.h"

#define HOUR_MS (INT64_C(3600) * 1000)

enum err fill_outside(struct tx *tx, int64_t host)
{
    int64_t show;
    char day[DAY_TEXT];
    int64_t four_ago = day_of(tx->now_ms) - 4;
    const struct elsewhere_new past = {.platform = "taobao",
                                       .title_zh = STR("淘宝专场：青瓷系早餐机"),
                                       .title_en = STR("On Taobao: breakfast in celadon"),
                                       .room = STR("智造小镇官方店"),
                                       .link = STR("https://live.example.com/taobao/100423"),
                                       .host_id = host,
                                       .starts_at = day_begin_ms(four_ago) + 20 * HOUR_MS};
    const struct elsewhere_new next = {.platform = "douyin",
                                       .title_zh = STR("抖音首播：小家电源头好物"),
                                       .title_en = STR("First on Douyin: straight from the makers"),
                                       .room = STR("苏禾在小镇"),
                                       .link = STR("https://live.example.com/douyin/77120"),
                                       .host_id = host,
                                       .starts_at =
                                           day_begin_ms(day_of(tx->now_ms) + 1) + 20 * HOUR_MS};
    enum err e = elsewhere_create(tx, &past, &show);
    if (e == OK)
        e = elsewhere_create(tx, &next, &show);
    if (e != OK || !day_text(four_ago, day))
        return e;
    const struct elsewhere_told told = {
        .platform = "taobao",
        .filename = STR("直播场次明细.xlsx"),
        .texts = {past.room, str_of(arena_printf(tx->arena, "%s 20:02:11", day)), STR("38,642.50"),
                  STR("412"), STR("377"), STR("21,306"), STR("1,184")}};
    return elsewhere_take(tx, host, &told);
}
