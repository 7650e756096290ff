#include "town/demo/papers.h"

#include "town/demo/scan.h"
#include "town/figures/figures.h"

struct paper {
    const char *name;
    enum figure_kind kind;
    const char *unit, *title_zh, *title_en, *about_zh, *about_en;
};

static const struct paper papers[] = {
    {"base_area", FIGURE_NUMBER, "m2", "基地面积", "Floor area of the base",
     "直播基地的建筑面积，含展示、直播间、教室和共享办公，不含停车场。",
     "The base's floor area: display, live rooms, classroom and shared offices; not the car park."},
    {"opening_day", FIGURE_DATE, "", "基地启用日", "The base opened on",
     "基地开始对厂商和主播提供服务的日子。",
     "The day on which the base began to serve makers and hosts."},
    {"base_notice", FIGURE_REFERENCE, "", "设立基地的文件", "Notice that founded the base",
     "同意设立直播基地的通知的文号。", "Number of the notice by which the base was founded."},
    /* What the offices for land, funds and the park will count one day. */
    {"west_zone_area", FIGURE_NUMBER, "m2", "小镇（高新园区西区）规划面积",
     "Planned area of the west zone", "四至以规划图为准，按椭球面积计。",
     "Within the bounds of the plan, on the ellipsoid."},
    {"town_subsidy", FIGURE_NUMBER, "fen", "小镇专项补助累计下拨", "Subsidies paid to the town",
     "历年下达的专项补助合计。", "All special subsidies so far."},
    {"award_2018", FIGURE_NUMBER, "fen", "示范城市考核奖励（2018年）",
     "Demonstration award of 2018", "专项用于智造小镇的部分。", "The part earmarked for the town."},
    {"award_2019", FIGURE_NUMBER, "fen", "示范城市考核奖励（2019年）",
     "Demonstration award of 2019", "专项用于智造小镇的部分。", "The part earmarked for the town."},
    {"upgrade_award", FIGURE_NUMBER, "fen", "技术改造奖励，三年平均", "Upgrading awards, a year",
     "近三年每年兑现的技术改造奖励的平均数。", "The mean of what was paid in each of three years."},
    {"bond_quota", FIGURE_NUMBER, "fen", "新增专项债券额度", "Quota for special bonds",
     "首批新增专项债券中分配给小镇的额度。", "The town's part of the first quota."},
    {"chains", FIGURE_NUMBER, "chain", "标志性产业链", "Landmark industry chains",
     "技术改造奖励重点支持的产业链条数。", "Chains that upgrading awards support first."},
    {"target_products", FIGURE_NUMBER, "product", "优品馆展示目标", "Products to be shown",
     "建成后展示展销的优品数。", "Products on show when it is complete."},
    {"target_organisations", FIGURE_NUMBER, "organisation", "直播机构目标",
     "Organisations to be won", "合作或引进的直播相关机构数。",
     "Live-streaming organisations partnered or introduced."},
    {"target_events", FIGURE_NUMBER, "event", "对接活动目标", "Events to be held a year",
     "每年组织的产销对接活动场数。", "Matchmaking events a year."},
    {"park_area", FIGURE_NUMBER, "m2", "跨境园建筑面积", "Floor area of the cross-border park",
     "园区建筑面积，含公共部分。", "Gross floor area of the park."},
    {"park_landed", FIGURE_DATE, "", "跨境园落地日", "The park landed on", "签约落地的日子。",
     "The day of the contract."},
    {"park_opening", FIGURE_DATE, "", "跨境园开园日", "The park opens on", "计划正式开园的日子。",
     "The day on which it is to open."},
    {"policy_town", FIGURE_REFERENCE, "", "加快特色小镇建设的实施意见", "Opinion on the town",
     "文号。", "Its number."},
    {"policy_minutes", FIGURE_REFERENCE, "", "小镇事项协调会议纪要", "Minutes on the town",
     "文号。", "Their number."},
    {"policy_fiscal", FIGURE_REFERENCE, "", "集中财力办大事的财政体制意见",
     "Opinion on fiscal relations", "文号。", "Its number."},
};

struct saying {
    const char *name;
    int64_t number;
    const char *words;
    const char *day;
    const char *source;
};

static const struct saying sayings[] = {
    {"base_area", 6000, NULL, "2021-02-23", "基地竣工验收报告"},
    {"opening_day", 0, "2021-02-23", "2021-02-23", "基地启用情况简报"},
    {"base_notice", 0, "智造镇〔2021〕7号", "2021-01-18", "关于设立直播基地的通知"},
    {"west_zone_area", 4810000, NULL, "2021-01-20", "高新园区总体规划"},
    {"town_subsidy", 830000000, NULL, "2020-12-31", "专项补助下达文件汇总"},
    {"award_2018", 1600000000, NULL, "2018-12-28", "示范城市建设考核奖励资金下达通知"},
    {"award_2019", 1400000000, NULL, "2019-12-27", "示范城市建设考核奖励资金下达通知"},
    {"upgrade_award", 1486000000, NULL, "2020-12-31", "技术改造奖励兑现情况表"},
    {"bond_quota", 20000000000, NULL, "2021-04-15", "新增专项债券额度分配通知"},
    {"chains", 6, NULL, "2020-06-01", "标志性产业链培育方案"},
    {"target_products", 1500, NULL, "2021-02-23", "直播基地建设方案"},
    {"target_organisations", 10, NULL, "2021-02-23", "直播基地建设方案"},
    {"target_events", 12, NULL, "2021-02-23", "直播基地建设方案"},
    {"park_area", 39000, NULL, "2020-11-06", "跨境园建设协议"},
    {"park_landed", 0, "2020-11-06", "2020-11-06", "跨境园建设协议"},
    {"park_opening", 0, "2021-06-28", "2021-05-20", "跨境园开园筹备方案"},
    {"policy_town", 0, "云政发〔2020〕25号", "2020-05-08", "关于加快特色小镇规划建设的实施意见"},
    {"policy_minutes", 0, "云政纪〔2019〕32号", "2019-08-16", "小家电智造小镇事项协调会议纪要"},
    {"policy_fiscal", 0, "明党发〔2019〕59号", "2019-12-02", "集中财力办大事财政体制意见"},
};

enum { SAYINGS = sizeof(sayings) / sizeof(sayings[0]) };

static const struct {
    const char *name;
    int64_t goal;
} goals[] = {{"products", 1500}, {"organisations", 10}, {"events", 12}};

static enum err say(struct tx *tx, const struct saying *s, struct object_new *scan)
{
    const char *const lines[DEMO_SCAN_LINES] = {
        "Paper of the base (demonstration)", arena_printf(tx->arena, "Figure: %s", s->name),
        s->number ? arena_printf(tx->arena, "Value: %lld", (long long)s->number)
                  : "Value: as recorded",
        "Everything in it is invented."};
    enum err e = arena_failed(tx->arena) ? ERR_NOMEM : demo_scan_write(lines, scan);
    if (e != OK)
        return e;
    struct figure_statement st = {.name = str_of(s->name),
                                  .number = s->number,
                                  .words = str_of(s->words),
                                  .holds_from = str_of(s->day),
                                  .source = str_of(s->source),
                                  .scan_name = STR("scan.pdf"),
                                  .scan_sha256 = str_of(scan->id.hex)};
    return figures_state(tx, &st);
}

enum err fill_figures(struct tx *tx)
{
    struct object_new scans[SAYINGS];
    bool left = true;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(papers) / sizeof(papers[0]); i++) {
        const struct paper *p = &papers[i];
        struct figure_document d = {.name = str_of(p->name),
                                    .kind = p->kind,
                                    .unit = str_of(p->unit),
                                    .title_zh = str_of(p->title_zh),
                                    .title_en = str_of(p->title_en),
                                    .about_zh = str_of(p->about_zh),
                                    .about_en = str_of(p->about_en),
                                    .is_public = true};
        e = figures_document(tx, &d);
    }
    for (size_t i = 0; e == OK && i < SAYINGS; i++)
        e = say(tx, &sayings[i], &scans[i]);
    if (e == OK)
        e = objects_keep(scans, SAYINGS);
    for (size_t i = 0; e == OK && i < sizeof(goals) / sizeof(goals[0]); i++)
        e = figures_set_goal(tx, str_of(goals[i].name), goals[i].goal, STR("基地年度工作目标"), 0);
    while (e == OK && left)
        e = figures_take_days(tx, 1000, &left);
    return e;
}
