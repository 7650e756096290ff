#include "town/demo/letters.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/demo/reply.h"
#include "town/demo/workdays.h"
#include "town/letters/letters.h"
#include "town/people/people.h"

#include <string.h>

/* --- bodies and their people --- */

enum { DESK, INDUSTRY, LAND, FINANCE, COMMERCE, BODIES };

static const struct {
    const char *slug, *zh, *en, *short_name, *mark, *contact;
} bodies[BODIES] = {
    [DESK] = {"deputies-office", "云溪市建议提案交办办公室", "Yunxi Office of Suggestions",
              "云交办", "云溪市建议提案交办办公室文件", "0574-5550100"},
    [INDUSTRY] = {"industry-bureau", "云溪市经济和信息化局", "Yunxi Bureau of Industry", "云经信建",
                  "云溪市经济和信息化局文件", "产业科 0574-5550148"},
    [LAND] = {"land-bureau", "云溪市自然资源和规划局", "Yunxi Bureau of Land and Planning",
              "云资规建", "云溪市自然资源和规划局文件", "规划科 0574-5550162"},
    [FINANCE] = {"finance-bureau", "云溪市财政局", "Yunxi Bureau of Finance", "云财建",
                 "云溪市财政局文件", "经建科 0574-5550173"},
    [COMMERCE] = {"commerce-bureau", "云溪市商务局", "Yunxi Bureau of Commerce", "云商务建",
                  "云溪市商务局文件", "电商科 0574-5550185"},
};

/* Logins of town/demo/plan.c. */
static const struct {
    const char *login;
    int body;
    unsigned posts;
    const char *title;
} posts[] = {
    {"desk", DESK, 0, "交办科科长"},
    {"bureau", INDUSTRY, POST_DRAFT | POST_CHECK | POST_SEAL, "产业科科长"},
    {"signer", INDUSTRY, POST_SIGN, "局长"},
    {"land", LAND, POST_ALL, "规划科科长"},
    {"finance", FINANCE, POST_ALL, "经建科科长"},
    {"commerce", COMMERCE, POST_ALL, "电商科科长"},
};

struct town_hall { /* ids */
    int64_t body[BODIES];
    int64_t desk, bureau, signer, land, finance, commerce, deputy;
};

static enum err user_of(struct tx *tx, const char *login, int64_t *id)
{
    bool is_off;
    return people_user_find(tx->db, tx->arena, str_of(login), id, &is_off);
}

static enum err add_bodies(struct tx *tx, struct town_hall *h)
{
    int64_t *const users[] = {&h->desk, &h->bureau,  &h->signer,
                              &h->land, &h->finance, &h->commerce};
    enum err e = OK;
    for (int i = 0; !e && i < BODIES; i++) {
        const struct letters_body b = {.slug = str_of(bodies[i].slug),
                                       .name_zh = str_of(bodies[i].zh),
                                       .name_en = str_of(bodies[i].en),
                                       .short_name = str_of(bodies[i].short_name),
                                       .mark = str_of(bodies[i].mark),
                                       .contact = str_of(bodies[i].contact),
                                       .is_desk = i == DESK};
        e = letters_body_add(tx, &b, &h->body[i]);
    }
    for (size_t i = 0; !e && i < sizeof(posts) / sizeof(posts[0]); i++) {
        e = user_of(tx, posts[i].login, users[i]);
        if (!e)
            e = letters_post_set(tx, h->body[posts[i].body], *users[i], posts[i].posts,
                                 str_of(posts[i].title));
    }
    return e ? e : user_of(tx, "deputy", &h->deputy);
}

/* --- sessions --- */

static enum err add_rules(struct tx *tx, int64_t session, int64_t from_day)
{
    static const struct {
        const char *code, *zh, *en;
        bool wants_promise;
    } classes[] = {
        {"A", "所提问题已经解决或基本解决", "Solved, or solved in essence", false},
        {"B", "正在解决或已列入计划", "Being solved, or planned", true},
        {"C", "留作参考", "Kept for reference", false},
    };
    const struct letters_rule rule = {.session = session,
                                      .from_day = from_day,
                                      .reply_months = 3,
                                      .most_months = 6,
                                      .co_months = 1,
                                      .decline_days = 7,
                                      .decline_workdays = true,
                                      .again_months = 1,
                                      .again_most = 2,
                                      .form_workdays = 20,
                                      .source = STR("云溪市建议提案办理办法")};
    enum err e = letters_rule_add(tx, &rule);
    for (size_t i = 0; !e && i < sizeof(classes) / sizeof(classes[0]); i++)
        e = letters_class_add(tx, session, str_of(classes[i].code), str_of(classes[i].zh),
                              str_of(classes[i].en), classes[i].wants_promise);
    return e;
}

static enum err add_session(struct tx *tx, const char *slug, const char *zh, const char *en,
                            bool is_consultation, int64_t opened_day, int64_t *id)
{
    const struct letters_session s = {.slug = str_of(slug),
                                      .name_zh = str_of(zh),
                                      .name_en = str_of(en),
                                      .is_consultation = is_consultation,
                                      .opened_day = opened_day};
    enum err e = letters_session_add(tx, &s, id);
    return e ? e : add_rules(tx, *id, opened_day);
}

/* --- one suggestion --- */

static struct letters_actor as(unsigned bits, int64_t user, int64_t body)
{
    return (struct letters_actor){.as = bits, .user = user, .body = body};
}
#define LEADS (LETTERS_AS_LEAD | LETTERS_AS_DRAFT | LETTERS_AS_CHECK | LETTERS_AS_SEAL)

static void at(struct tx *tx, const char *day, int hour)
{
    int64_t d = 0;
    if (day_read(str_of(day), &d) == OK)
        tx->now_ms = day_begin_ms(d) + hour * INT64_C(3600000);
}

static enum err first_deputy(struct tx *tx, int64_t suggestion, int64_t *id)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_deputies, ARGS(V_INT(suggestion)), tx->arena, &rs);
    *id = e || rs.n == 0 ? 0 : row_int(&rs, 0, "id");
    return e;
}

static enum err handler_of(struct tx *tx, int64_t suggestion, int64_t body, int64_t *id)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_letters_handlers, ARGS(V_INT(suggestion), V_INT(1)), tx->arena, &rs);
    *id = 0;
    for (size_t i = 0; !e && i < rs.n; i++)
        if (row_int(&rs, i, "organisation_id") == body)
            *id = row_int(&rs, i, "id");
    return e;
}

static enum err opinion(struct tx *tx, const struct town_hall *h, int64_t id, int body,
                        int64_t user, const char *words)
{
    int64_t handler = 0;
    const struct letters_actor by = as(LETTERS_AS_CO, user, h->body[body]);
    enum err e = handler_of(tx, id, h->body[body], &handler);
    return e ? e : letters_opinion(tx, id, handler, str_of(words), &by);
}

static enum err countersign(struct tx *tx, const struct town_hall *h, int64_t id, int body,
                            int64_t user)
{
    int64_t handler = 0;
    const struct letters_actor by = as(LETTERS_AS_CO, user, h->body[body]);
    enum err e = handler_of(tx, id, h->body[body], &handler);
    return e ? e : letters_countersign(tx, id, handler, &by);
}

/* --- suggestion 248 --- */

static enum err begin_248(struct tx *tx, const struct town_hall *h, int64_t session, int64_t *id)
{
    const struct letters_actor desk = as(LETTERS_AS_DESK, h->desk, h->body[DESK]);
    const int64_t co[] = {h->body[LAND], h->body[FINANCE], h->body[COMMERCE]};
    struct letters_suggestion s = {.session = session,
                                   .number = 248,
                                   .title = STR("关于加大小家电智造小镇扶持力度的建议"),
                                   .text = str_of(reply_suggestion_text),
                                   .is_public = true,
                                   .by = h->desk,
                                   .desk = h->body[DESK],
                                   .deputies_n = 1};
    s.deputies[0] = (struct letters_deputy){STR("沈一帆"), STR("周溪代表团"), STR("deputy")};
    at(tx, "2021-03-10", 9);
    s.received_day = day_of(tx->now_ms);
    enum err e = letters_register(tx, &s, id);
    at(tx, "2021-03-16", 15);
    if (!e)
        e = letters_do(tx, *id, "examine", &desk, STR_NONE);
    at(tx, "2021-03-23", 10);
    return e ? e
             : letters_assign(tx, *id, h->body[INDUSTRY], co, sizeof(co) / sizeof(co[0]), &desk,
                              STR("会办单位不限于此，主办单位可以再征求意见。"));
}

static enum err handle_248(struct tx *tx, const struct town_hall *h, int64_t id)
{
    const struct letters_actor lead = as(LEADS, h->bureau, h->body[INDUSTRY]);
    int64_t deputy = 0;
    at(tx, "2021-03-25", 11);
    enum err e = letters_do(tx, id, "accept", &lead, STR_NONE);
    at(tx, "2021-04-12", 16);
    if (!e)
        e = opinion(tx, h, id, LAND, h->land, reply_opinions[0]);
    at(tx, "2021-04-16", 10);
    if (!e)
        e = opinion(tx, h, id, FINANCE, h->finance, reply_opinions[1]);
    at(tx, "2021-04-19", 14);
    if (!e)
        e = opinion(tx, h, id, COMMERCE, h->commerce, reply_opinions[2]);
    if (!e)
        e = first_deputy(tx, id, &deputy);
    at(tx, "2021-05-12", 17);
    if (!e)
        e = letters_talk(tx, id, deputy, day_of(tx->now_ms), STR("visit"), str_of(reply_talk),
                         &lead);
    at(tx, "2021-06-08", 16);
    if (!e)
        e = reply_draft(tx, id, h->bureau);
    at(tx, "2021-06-09", 9);
    if (!e)
        e = letters_do(tx, id, "submit", &lead, STR_NONE);
    at(tx, "2021-06-10", 9);
    return e ? e : letters_do(tx, id, "pass", &lead, STR_NONE);
}

static enum err fill_248(struct tx *tx, const struct town_hall *h, int64_t session)
{
    int64_t id = 0;
    enum err e = begin_248(tx, h, session, &id);
    if (!e)
        e = handle_248(tx, h, id);
    at(tx, "2021-06-15", 11);
    if (!e)
        e = countersign(tx, h, id, LAND, h->land);
    if (!e)
        e = countersign(tx, h, id, FINANCE, h->finance);
    at(tx, "2021-06-16", 15);
    if (!e)
        e = countersign(tx, h, id, COMMERCE, h->commerce);
    return e;
}

/* --- this year's --- */

enum way { REGISTERED, EXAMINED, ASSIGNED, DRAFTING, ANSWERED, MORE_TIME, COUNTERSIGNING, SIGNING };

static const struct plan {
    int number, days_ago; /* when it was assigned, or registered */
    int lead;
    bool with_land, with_finance;
    enum way way;
    const char *title, *text, *deputy;
} plans[] = {
    {12, 96, INDUSTRY, true, false, DRAFTING, "关于盘活周溪老厂房用于家电配套企业的建议",
     "周溪片区有一批闲置老厂房，建议摸清底数，修缮后优先租给家电配套企业。", "陆文清"},
    {31, 84, FINANCE, false, false, ANSWERED, "关于简化技术改造奖励申报材料的建议",
     "小企业申报技改奖励要交的材料多，建议能从已有记录里取的不再要求企业重复提交。", "江月"},
    {47, 79, COMMERCE, true, true, SIGNING, "关于支持家电企业开展跨境直播的建议",
     "建议提供外语主播培训和样品通关指导，帮助家电企业把直播间开到海外。", "顾平"},
    {66, 70, INDUSTRY, false, true, COUNTERSIGNING, "关于建立小家电质量标识的建议",
     "建议以小镇名义推出质量标识，定期抽检，公布名单。", "沈一帆"},
    {90, 61, LAND, false, false, MORE_TIME, "关于增加小镇北侧物流停车用地的建议",
     "物流车辆沿路停放影响通行，建议在北侧规划停车场。", "方砚"},
    {118, 21, INDUSTRY, true, true, DRAFTING, "关于给直播基地增设夜间公交的建议",
     "晚间直播结束已无公交，建议延长末班车时间。", "陆文清"},
    {131, 6, COMMERCE, false, false, ASSIGNED, "关于组织家电以旧换新直播专场的建议",
     "建议与厂商、回收企业一起办以旧换新专场。", "林素"},
    {139, 3, INDUSTRY, false, false, EXAMINED, "关于培养本地主播的建议",
     "建议教学点下沉到各镇，方便在厂工人晚间学习。", "江月"},
    {140, 1, INDUSTRY, false, false, REGISTERED, "关于统一小镇公共标识的建议",
     "建议统一小镇路牌、馆牌和二维码样式。", "周满"},
};
enum { PLANS = sizeof(plans) / sizeof(plans[0]), HALF_DAYS = 60 };

static int64_t user_of_body(const struct town_hall *h, int body)
{
    const int64_t users[BODIES] = {h->desk, h->bureau, h->land, h->finance, h->commerce};
    return users[body];
}

static enum err register_one(struct tx *tx, const struct town_hall *h, int64_t session,
                             const struct plan *p, int64_t *id)
{
    bool has_account = strcmp(p->deputy, "沈一帆") == 0;
    struct letters_suggestion s = {.session = session,
                                   .number = p->number,
                                   .title = str_of(p->title),
                                   .text = str_of(p->text),
                                   .received_day = day_of(tx->now_ms),
                                   .is_public = true,
                                   .by = h->desk,
                                   .desk = h->body[DESK],
                                   .deputies_n = 1};
    s.deputies[0] = (struct letters_deputy){str_of(p->deputy), STR("周溪代表团"),
                                            has_account ? STR("deputy") : STR("")};
    return letters_register(tx, &s, id);
}

static enum err assign_one(struct tx *tx, const struct town_hall *h, const struct plan *p,
                           int64_t id)
{
    const struct letters_actor desk = as(LETTERS_AS_DESK, h->desk, h->body[DESK]);
    int64_t co[2];
    size_t n = 0;
    if (p->with_land)
        co[n++] = h->body[LAND];
    if (p->with_finance)
        co[n++] = h->body[FINANCE];
    enum err e = letters_do(tx, id, "examine", &desk, STR_NONE);
    if (e || p->way == EXAMINED)
        return e;
    tx->now_ms += INT64_C(3600000);
    return letters_assign(tx, id, h->body[p->lead], co, n, &desk, STR_NONE);
}

/* What a body that leads does in its days. */
static enum err work_on(struct tx *tx, const struct town_hall *h, const struct plan *p, int64_t id)
{
    const struct letters_actor lead = as(LEADS, user_of_body(h, p->lead), h->body[p->lead]);
    int64_t deputy = 0;
    tx->now_ms += 2 * DAY_MS;
    enum err e = letters_do(tx, id, "accept", &lead, STR_NONE);
    if (!e && p->way == DRAFTING && p->days_ago > HALF_DAYS)
        return reply_half_draft(tx, id, user_of_body(h, p->lead));
    if (e || p->way == DRAFTING)
        return e;
    tx->now_ms += 14 * DAY_MS;
    if (p->with_land)
        e = opinion(tx, h, id, LAND, h->land, "涉及用地的事项已有规划安排，同意主办单位意见。");
    if (!e && p->with_finance)
        e = opinion(tx, h, id, FINANCE, h->finance, "所需经费在现有专项资金中统筹安排。");
    if (!e)
        e = first_deputy(tx, id, &deputy);
    if (!e)
        e = letters_talk(tx, id, deputy, day_of(tx->now_ms), STR("phone"),
                         STR("向代表说明了办理打算，代表希望答复写明时间表。"), &lead);
    if (!e && p->way == MORE_TIME)
        return letters_extension_ask(tx, id, day_of(tx->now_ms) + 106,
                                     STR("选址涉及规划调整，需要等上级批复。"), &lead);
    tx->now_ms += 7 * DAY_MS;
    return e ? e : reply_short_draft(tx, id, user_of_body(h, p->lead), p->title);
}

static enum err pass_on(struct tx *tx, const struct town_hall *h, const struct plan *p, int64_t id)
{
    const struct letters_actor lead = as(LEADS, user_of_body(h, p->lead), h->body[p->lead]);
    tx->now_ms += 2 * DAY_MS;
    enum err e = letters_do(tx, id, "submit", &lead, STR_NONE);
    tx->now_ms += DAY_MS;
    if (!e)
        e = letters_do(tx, id, "pass", &lead, STR_NONE);
    if (e || p->way == COUNTERSIGNING)
        return e;
    tx->now_ms += DAY_MS;
    if (p->with_land)
        e = countersign(tx, h, id, LAND, h->land);
    return e || !p->with_finance ? e : countersign(tx, h, id, FINANCE, h->finance);
}

static enum err fill_one(struct tx *tx, const struct town_hall *h, int64_t session,
                         const struct plan *p, int64_t now_ms)
{
    int64_t id = 0;
    tx->now_ms = now_ms - p->days_ago * DAY_MS - 2 * DAY_MS;
    enum err e = register_one(tx, h, session, p, &id);
    tx->now_ms += 2 * DAY_MS - 2 * INT64_C(3600000);
    if (!e && p->way > REGISTERED)
        e = assign_one(tx, h, p, id);
    if (!e && p->way > ASSIGNED)
        e = work_on(tx, h, p, id);
    if (!e && p->way >= COUNTERSIGNING)
        e = pass_on(tx, h, p, id);
    return e;
}

enum err fill_letters(struct tx *tx)
{
    struct town_hall h;
    int64_t now_ms = tx->now_ms, then = 0, now = 0, proposals = 0, opened = 0;
    tx->now_ms = now_ms;
    enum err e = fill_workdays(tx);
    if (!e)
        e = add_bodies(tx, &h);
    at(tx, "2021-02-24", 9);
    if (!e)
        e = day_read(STR("2021-02-24"), &opened);
    if (!e)
        e = add_session(tx, "17-5", "市人大十七届五次会议", "17th congress, 5th session", false,
                        opened, &then);
    if (!e)
        e = fill_248(tx, &h, then);
    opened = day_of(now_ms) - 120;
    tx->now_ms = day_begin_ms(opened);
    if (!e)
        e = add_session(tx, "18-6", "市人大十八届六次会议", "18th congress, 6th session", false,
                        opened, &now);
    if (!e)
        e = add_session(tx, "zx-15-5", "市政协十五届五次会议", "15th consultation, 5th session",
                        true, opened, &proposals);
    for (int i = 0; !e && i < PLANS; i++)
        e = fill_one(tx, &h, i == 7 ? proposals : now, &plans[i], now_ms);
    tx->now_ms = now_ms;
    return e;
}
