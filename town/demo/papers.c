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
