#include "town/demo/reply.h"

#include "store/queries.h"
#include "town/letters/letters.h"

const char reply_suggestion_text[] =
    "小家电智造小镇起步以来，企业集聚快，但用地、资金和展示销售的支撑还不够。建议：\n"
    "一、拓展小镇空间，统筹工业用地和永久基本农田布局，用地指标向小镇倾斜。\n"
    "二、增加扶持资金，支持企业技术改造，争取专项债券。\n"
    "三、打造展示窗口，把直播、培训、展示和供应链服务集中到一处，帮助企业转内销、拓跨境。";

const char reply_talk[] =
    "到代表单位当面汇报办理情况。代表肯定直播基地的成效，希望答复里把每一项资金的来源写清楚，"
    "并说明跨境园的开园时间。";

const char *const reply_opinions[3] = {
    "西区已整体纳入高新园区规划。用地指标对重大平台和重点镇优先安排。"
    "永久基本农田的调整规则上级尚未明确，按现行规则暂不能调整。",
    "专项补助、考核奖励和技改奖励均已按文件下达。"
    "特殊区块体制返还取消后，改以专项资金补助支持，比照上级政策执行。",
    "直播基地已正式运营，跨境园按期筹备开园。愿意配合组织产销对接。",
};

/* Every figure of the founding letter, each with its qualifier, in words of our own. */
static const char text[] =
    "您提出的《关于加大小家电智造小镇扶持力度的建议》（第248号建议）收到了。感谢您关心小镇建设。"
    "我局会同市自然资源和规划局、市财政局、市商务局等部门作了研究，并当面听取了您的意见，"
    "现答复如下：\n"
    "一、拓展小镇空间\n"
    "（一）纳入高新园区统一规划。小镇作为智能家电高新园区的西区，规划面积"
    "[[west_zone_area|4.81平方公里]]，与园区同规划、同建设。\n"
    "（二）用地指标优先保障。市自然资源和规划局意见：对重大产业平台和重点镇优先安排用地指标；"
    "永久基本农田的调整规则上级尚未明确，按现行规则暂不能调整，规则明确后再统筹优化。\n"
    "二、保障建设资金\n"
    "（一）专项政策。《[[policy_town|云政发〔2020〕25号]]》和《[[policy_minutes|云政纪〔2019〕32号]"
    "]》"
    "从融资、项目、人才等方面给予支持。\n"
    "（二）各项资金。已经落实的资金见下表。\n"
    "|项目|金额|用途|\n"
    "|小镇专项补助，累计下拨|[[town_subsidy|830万元]]|小镇公共设施|\n"
    "|示范城市考核奖励，2018年|[[award_2018|1600万元]]|创新中心、智能产品、智能制造试点|\n"
    "|示范城市考核奖励，2019年|[[award_2019|1400万元]]|创新中心、智能产品、智能制造试点|\n"
    "|技术改造奖励，近三年每年|[[upgrade_award|1500万元左右]]|企业技术改造|\n"
    "|新增专项债券额度|[[bond_quota|2亿元]]|小镇建设项目|\n"
    "（三）今后安排。市财政局意见：按照[[policy_fiscal|明党发〔2019〕59号]]"
    "，体制返还取消后改为专项资金"
    "补助，比照上级政策执行。技术改造奖励重点支持[[chains|六条]]标志性产业链和家电、轴承行业。\n"
    "三、打造展示窗口\n"
    "（一）直播基地。基地于[[opening_day|2021年2月23日]]启用，面积[[base_area|约6000平方米]]，"
    "设优品馆、联合直播间、培训教室、服务商办公区和工厂直播间。目前有[[factories|200余家]]厂商的"
    "[[products|600余款]]产品入馆。建成后展示优品[[target_products|1500个]]，合作或引进直播机构"
    "[[target_organisations|10个以上]]，每年办产销对接活动[[target_events|不低于12场]]。\n"
    "（二）跨境园。园区于[[park_landed|2020年11月6日]]落地，面积[[park_area|约3.9万平方米]]，"
    "计划[[park_opening|2021年6月]]开园，为企业提供一键式服务。市商务局负责跟踪落实。\n"
    "（三）展区延伸。小镇建成后，在小镇内设立优品馆智能家电展区。\n"
    "感谢您对小镇建设的支持，欢迎继续提出宝贵意见。";

struct draft {
    const char *title, *addressee, *text, *copies;
    size_t planned; /* 1: class B */
};

static enum err keep(struct tx *tx, int64_t suggestion, int64_t by, const struct draft *d)
{
    struct rows letter, row, classes;
    enum err e = db_one(tx->db, &q_letters_letter, ARGS(V_INT(suggestion)), tx->arena, &letter);
    if (!e)
        e = db_one(tx->db, &q_letters_get, ARGS(V_INT(suggestion)), tx->arena, &row);
    if (!e)
        e = db_select(tx->db, &q_letters_classes, ARGS(V_INT(row_int(&row, 0, "session_id"))),
                      tx->arena, &classes);
    if (e)
        return e;
    int64_t version = row_int(&letter, 0, "version") + 1, id = row_int(&letter, 0, "id");
    e = db_exec(tx->db, &q_letters_version_add,
                ARGS(V_INT(id), V_INT(version), V_INT(version - 1), V_Z("ordinary"), V_Z(d->title),
                     V_Z(d->addressee), V_Z(d->text), V_Z(""), V_Z(d->copies), V_Z("主动公开"),
                     V_Z("产业科 0574-5550148"), V_INT(row_int(&classes, d->planned, "id")),
                     V_Z(""), V_INT(tx->now_ms), V_INT(by)),
                NULL);
    return e ? e : db_exec(tx->db, &q_letters_version_set, ARGS(V_INT(version), V_INT(id)), NULL);
}

enum err reply_draft(struct tx *tx, int64_t suggestion, int64_t by)
{
    const struct draft d = {
        .title = "对市人大十七届五次会议第248号建议的答复",
        .addressee = "沈一帆代表",
        .text = text,
        .copies = "市人大代表工委，市政府办公室，市发改局、市财政局、市商务局、市自然资源和规划局，"
                  "周溪镇人大主席团",
        .planned = 1,
    };
    return keep(tx, suggestion, by, &d);
}

enum err reply_short_draft(struct tx *tx, int64_t suggestion, int64_t by, const char *title)
{
    const struct draft d = {
        .title = "对代表建议的答复",
        .addressee = "各位代表",
        .text =
            arena_printf(tx->arena,
                         "您提出的《%s》收到了。经研究，现答复如下：\n"
                         "一、现状。目前直播基地有[[factories]]的[[products]]在馆展示。\n"
                         "二、打算。我们将把建议列入年度计划，明确时间表，按季度向您通报进展。\n"
                         "感谢您的建议。",
                         title),
        .copies = "市人大代表工委",
    };
    return d.text ? keep(tx, suggestion, by, &d) : ERR_NOMEM;
}

enum err reply_half_draft(struct tx *tx, int64_t suggestion, int64_t by)
{
    /* Not finished: one number was typed by hand, and one is quoted too high. */
    const struct draft d = {
        .title = "对市人大十八届六次会议第12号建议的答复",
        .addressee = "陆文清代表",
        .text = "您提出的《关于盘活周溪老厂房用于家电配套企业的建议》收到了。经研究，现答复如下：\n"
                "一、现状\n"
                "（一）小镇规划面积[[west_zone_area|4.81平方公里]]，直播基地面积"
                "[[base_area|约6000平方米]]，已有[[factories|200余家]]厂商的[[products|700余款]]"
                "产品入馆。\n"
                "（二）经初步摸底，周溪片区闲置老厂房共37处，约5.2万平方米。\n"
                "二、打算\n"
                "（一）年内完成摸底，分批修缮，优先租给家电配套企业。\n"
                "（二）所需资金从小镇专项补助中统筹，该项补助已累计下拨[[town_subsidy|830万元]]。",
        .copies = "市人大代表工委，市自然资源和规划局",
        .planned = 1,
    };
    return keep(tx, suggestion, by, &d);
}
