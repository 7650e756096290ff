#include "town/demo/courses.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/training/training.h"

#define HOUR_MS (INT64_C(3600) * 1000)
enum { PAST_DAYS = 52, CELLS = 10, RULE_DAYS = 30 };

static const struct {
    const char *login, *name;
} learners[] = {{"host", "苏禾"},   {"host2", "陆芷"},   {"shenhe", "沈荷"}, {"yecheng", "叶澄"},
                {"fangli", "方栎"}, {"xiaoman", "满晓"}, {"tuzi", "涂紫"},   {"lanhe", "蓝荷"}};

static const char *const questions[][CELLS] = {
    {"single", "开播前必须先完成哪一步？", "Which step comes before every show?", "B",
     "发放优惠券 | Hand out coupons", "合规检查 | The compliance check", "布置背景 | Dress the set",
     "预约抽奖 | Plan a draw"},
    {"single", "讲解电水壶时，哪项信息必须与商品页一致？",
     "Which fact about a kettle must match its product page?", "C", "主播身高 | The host's height",
     "背景音乐 | The music", "额定功率 | Its rated power", "直播间颜色 | The room's colour"},
    {"multiple", "下列哪些词不能用来介绍商品？", "Which of these may not praise a product?", "AD",
     "国家级 | National grade", "容量 1.5 升 | Holds 1.5 litres", "三档温控 | Three settings",
     "全网第一 | Number one anywhere"},
    {"multiple", "买家在直播间要求退货，应当怎样做？",
     "A buyer asks in the room to return. What is right?", "AC",
     "告知退货入口 | Say where to ask for it", "禁言该买家 | Mute the buyer",
     "记录并转客服 | Note it and pass it on"},
    {"truth", "直播视频和互动内容要保存至少三年。",
     "Video and talk of a show are kept for three years.", "T"},
    {"truth", "可以先提高原价再宣布打折。",
     "One may raise the former price and then announce a discount.", "F"},
    {"truth", "3C 认证过期的电器不能上架销售。",
     "An appliance whose CCC certificate ran out is not for sale.", "T"},
    {"single", "彩排时谁能看到画面？", "Who sees the picture of a rehearsal?", "A",
     "只有本场人员 | The crew alone", "所有人 | Everybody", "已下单的买家 | Buyers with an order"},
    {"single", "秒杀库存卖完后应当？", "A flash sale has sold out. What then?", "B",
     "继续口播有货 | Keep saying there is stock", "立即说明售罄 | Say so at once",
     "改用私下收款 | Take payment in private"},
    {"multiple", "讲解卡上应当有哪些信息？", "What belongs on the card?", "ABC", "价格 | Price",
     "库存 | Stock", "厂商 | Maker", "主播星座 | The host's star sign"},
};

static enum err user_of(struct tx *tx, const char *login, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_people_user_by_login, ARGS(V_Z(login)), tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

static int64_t at(int64_t now_ms, int days, int hour)
{
    return day_begin_ms(day_of(now_ms) + days) + hour * HOUR_MS;
}

/* --- what is taught --- */

static enum err add_bank(struct tx *tx, int64_t *bank)
{
    enum { N = sizeof(questions) / sizeof(questions[0]) };
    struct str cells[N * CELLS];
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < CELLS; k++)
            cells[i * CELLS + k] = str_of(questions[i][k]);
    enum err e = training_bank_add(tx, STR("直播销售员题库"), STR("Live sellers"), bank);
    return e ? e : training_questions_add(tx, *bank, cells, N);
}

static enum err add_course(struct tx *tx, int level, int64_t bank, struct str zh, struct str en,
                           int64_t *id)
{
    struct training_course c = {
        .occupation = STR("4-01-02-07"),
        .trade = STR("seller"),
        .level = level,
        .title_zh = zh,
        .title_en = en,
        .about_zh = STR("从选品、话术到合规：面向家电直播的实操课。线下练口播，线上看实战，结课考试"
                        "，持证上播。"),
        .about_en = STR("From choosing goods to what may be said: hands-on practice for selling "
                        "appliances live. Ends with an exam and a certificate."),
        .bank = bank,
        .exam_questions = 8,
        .exam_minutes = 15,
        .exam_tries = 3,
        .pass_percent = 60,
        .attend_percent = 60,
        .valid_months = 24,
        .is_on = true};
    enum err e = user_of(tx, "operator", &c.teacher);
    return e ? e : training_course_save(tx, 0, &c, id);
}

static enum err add_session(struct tx *tx, int64_t run, const char *zh, const char *en,
                            int64_t starts, int64_t show, int64_t *id)
{
    const struct training_session s = {.run = run,
                                       .title_zh = str_of(zh),
                                       .title_en = str_of(en),
                                       .room = show ? STR("") : STR("镇文化站教室"),
                                       .show = show,
                                       .starts_at = starts,
                                       .ends_at = starts + 2 * HOUR_MS};
    return training_session_add(tx, &s, id);
}

static enum err enrol(struct tx *tx, int64_t run, int64_t session, size_t from, size_t until)
{
    int64_t user, teacher;
    enum err e = user_of(tx, "operator", &teacher);
    for (size_t i = from; !e && i < until; i++) {
        e = user_of(tx, learners[i].login, &user);
        if (!e)
            e = training_enrol(tx, run, user, str_of(learners[i].name), user);
        if (!e && session)
            e = training_attend(tx, session, user, teacher, STR("纸质签到表补录"));
    }
    return e;
}

/* --- what was --- */

enum err fill_courses_past(struct tx *tx, int64_t now_ms, int64_t *course)
{
    int64_t bank, run, session, user;
    tx->now_ms = at(now_ms, -PAST_DAYS, 9);
    enum err e = add_bank(tx, &bank);
    if (!e)
        e = add_course(tx, 5, bank, STR("直播销售员入门班"), STR("Live seller, first steps"),
                       course);
    if (!e)
        e = training_run_add(tx, *course, 12, &run);
    if (!e)
        e = add_session(tx, run, "口播与演示", "Speaking and showing",
                        at(now_ms, -PAST_DAYS + 3, 14), 0, &session);
    if (!e)
        e = enrol(tx, run, session, 0, 2);
    tx->now_ms = at(now_ms, -PAST_DAYS + 4, 17);
    for (size_t i = 0; !e && i < 2; i++) {
        e = user_of(tx, learners[i].login, &user);
        if (!e)
            e = training_complete(tx, run, user);
    }
    if (!e)
        e = user_of(tx, "admin", &user);
    return e ? e
             : training_rule_add(tx, STR("4-01-02-07"), day_of(now_ms) - RULE_DAYS,
                                 STR("基地直播间持证上播"), user, NULL);
}

/* --- what is, and what comes --- */

/* A show that is planned: its session online. */
static enum err planned_show(struct tx *tx, int64_t *show, int64_t *starts)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_shows_list, ARGS(V_Z("planned"), V_INT(20)), tx->arena, &rs);
    if (e || !rs.n)
        return e ? e : ERR_NOT_FOUND;
    *show = row_int(&rs, rs.n - 1, "id");
    *starts = row_int(&rs, rs.n - 1, "starts_at");
    return OK;
}

static enum err under_way(struct tx *tx, int64_t course)
{
    int64_t run, first, next, show = 0, starts = 0, now = tx->now_ms;
    enum err e = training_run_add(tx, course, 8, &run);
    if (!e)
        e = add_session(tx, run, "选品与卖点", "Choosing goods", at(now, -2, 14), 0, &first);
    if (!e)
        e = add_session(tx, run, "镜头前的演示", "Showing on camera",
                        now - now % HOUR_MS - HOUR_MS / 2, 0, &next);
    if (!e)
        e = planned_show(tx, &show, &starts);
    if (!e)
        e = add_session(tx, run, "跟播实战", "Watching a real show", starts, show, &next);
    if (!e)
        e = add_session(tx, run, "合规与售后", "What the law asks", at(now, 5, 14), 0, &next);
    return e ? e : enrol(tx, run, first, 2, 6);
}

static enum err to_come(struct tx *tx, int64_t course, int64_t higher)
{
    int64_t run, session, now = tx->now_ms;
    enum err e = training_run_add(tx, course, 1, &run);
    if (!e)
        e = add_session(tx, run, "口播与演示", "Speaking and showing", at(now, 9, 9), 0, &session);
    if (!e)
        e = enrol(tx, run, 0, 6, 8); /* the second waits */
    if (!e)
        e = training_run_add(tx, higher, 12, &run);
    if (!e)
        e = add_session(tx, run, "直播间运营", "Running a room", at(now, 12, 14), 0, &session);
    if (!e)
        e = add_session(tx, run, "数据复盘", "Reading the figures", at(now, 14, 14), 0, &session);
    return e ? e : enrol(tx, run, 0, 0, 1);
}

enum err fill_courses(struct tx *tx, int64_t course)
{
    struct rows rs;
    int64_t higher;
    enum err e = db_one(tx->db, &q_training_course, ARGS(V_INT(course)), tx->arena, &rs);
    if (!e)
        e = add_course(tx, 4, row_int(&rs, 0, "bank_id"), STR("直播销售员提高班"),
                       STR("Live seller, further"), &higher);
    if (!e)
        e = under_way(tx, course);
    return e ? e : to_come(tx, course, higher);
}

enum err fill_course_rooms(struct tx *tx)
{
    struct rows rooms, rs;
    int64_t now_ms = tx->now_ms;
    enum err e = db_select(tx->db, &q_demo_classrooms, NO_ARGS, tx->arena, &rooms);
    if (!e)
        e = db_select(tx->db, &q_demo_sessions_for_rooms, ARGS(V_INT(now_ms - 7 * DAY_MS)),
                      tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t before_ms = row_int(&rs, i, "starts_at") - DAY_MS;
        enum err had = ERR_CONFLICT;
        tx->now_ms = before_ms < now_ms ? before_ms : now_ms;
        for (size_t k = 0; had == ERR_CONFLICT && k < rooms.n; k++)
            had = training_session_book(tx, row_int(&rs, i, "id"), row_int(&rooms, k, "id"));
        e = had == ERR_CONFLICT ? OK : had;
        *tx->info = (struct err_info){0};
    }
    tx->now_ms = now_ms;
    return e;
}
