#include "town/demo/agencies.h"

#include "store/queries.h"
#include "town/agencies/agencies.h"
#include "town/day.h"
#include "town/demo/scan.h"
#include "town/factories/factories.h"
#include "town/people/people.h"
#include "town/settle/settle.h"

#include <stdio.h>
#include <string.h>

enum {
    GOODS = 12,         /* of the campaign, at most */
    GOAL_FEN = 8000000, /* eighty thousand yuan */
    CONSENT_DAYS = 2 * 365,
};

static const struct plan {
    const char *slug, *zh, *en;
    const char *introduced_by; /* or NULL: partnered */
    int signed_ago;            /* days; when it was entered, and signed a day later */
    int from, until;           /* days from today */
    const char *also;          /* what became of it: "end", "draft", or NULL */
    const char *about_zh, *about_en;
} plans[] = {
    {"qinglan-live", "青岚直播", "Qinglan Live", NULL, 62, -62, 303, NULL,
     "青瓷系小家电直播，主打晚间专场", "Small appliances in celadon, evening shows above all"},
    {"baiyu-media", "白屿传媒", "Baiyu Media", NULL, 58, -57, 307, NULL,
     "中高端厨电和个护，场均两小时讲解",
     "Kitchen and care appliances of the upper range, two hours a show"},
    {"half-cup", "半盏传媒", "Half Cup Media", "小镇电商协会", 55, -54, 20, NULL},
    {"lihe-mcn", "里禾文化", "Lihe Studio", NULL, 47, -46, 318, NULL,
     "母婴与清洁小家电，主播二十余位",
     "Small appliances for families and cleaning, some twenty hosts"},
    {"tingzhou-live", "汀舟电商", "Tingzhou Commerce", "白屿传媒", 44, -40, 140, NULL,
     "工厂源头场，主打新品首发", "Shows from the factory floor, first showings of new goods"},
    {"south-isle", "南屿互动", "South Isle", NULL, 33, -30, 334, "end"},
    {"cloud-kiln", "云窑工作室", "Cloud Kiln Studio", NULL, 26, -25, 5, NULL},
    {"riverview", "望江传播", "Riverview", "小镇招商办", 19, -18, 346, NULL},
    {"hibiscus-live", "木槿直播", "Hibiscus Live", NULL, 9, -8, 356, NULL},
    {"stone-bridge", "石桥星选", "Stone Bridge Picks", NULL, 4, 6, 371, NULL},
    {"evening-breeze", "晚风内容社", "Evening Breeze", "青岚直播", 2, 4, 369, "draft"},
};
enum { PLANS = sizeof(plans) / sizeof(plans[0]) };

static enum err add(struct tx *tx, int i, int64_t today, int64_t by, int64_t *agency,
                    int64_t *contract)
{
    const struct plan *p = &plans[i];
    char code[FACTORY_CODE_CHARS + 1];
    snprintf(code, sizeof(code), "91330282MADAG%04u0", (unsigned)(i + 1) % 10000);
    code[FACTORY_CODE_CHARS - 1] = factories_code_last(code);
    const struct agencies_new fresh = {.slug = str_of(p->slug),
                                       .name_zh = str_of(p->zh),
                                       .name_en = str_of(p->en),
                                       .code = str_of(code),
                                       .about_zh = str_of(p->about_zh ? p->about_zh : ""),
                                       .about_en = str_of(p->about_en ? p->about_en : "")};
    struct agencies_contract c = {.is_introduced = p->introduced_by != NULL,
                                  .introduced_by = str_of(p->introduced_by ? p->introduced_by : ""),
                                  .from_day = today + p->from,
                                  .until_day = today + p->until};
    c.number = str_of(arena_printf(tx->arena, "JD-%02d-%04d", i + 1, 1200 + 37 * i));
    enum err e = agencies_add(tx, &fresh, agency);
    c.agency = *agency;
    if (!e)
        e = agencies_contract_file(tx, &c, by, contract);
    return e || (p->also && strcmp(p->also, "draft") == 0)
               ? e
               : agencies_contract_do(tx, *contract, "sign", AGENCIES_AS_BASE, by,
                                      &(struct agencies_more){0});
}

static enum err consent(struct tx *tx, int64_t agency, const char *login, int64_t host, int64_t by,
                        const char *note)
{
    int64_t entry;
    const struct agencies_more more = {.until_day = day_of(tx->now_ms) + CONSENT_DAYS};
    enum err e = agencies_ask(tx, agency, str_of(login), str_of(note), by, &entry);
    return e || !host ? e : agencies_roster_do(tx, entry, "accept", AGENCIES_AS_HOST, host, &more);
}

enum err fill_agency(struct tx *tx, int64_t host, int64_t operator_id)
{
    int64_t agency, contract, member = 0;
    bool is_off;
    enum err e =
        add(tx, 0, day_of(tx->now_ms) + plans[0].signed_ago, operator_id, &agency, &contract);
    if (!e)
        e = people_user_find(tx->db, tx->arena, STR("agency"), &member, &is_off);
    if (!e)
        e = people_membership_add(tx, member, agency);
    return e ? e : consent(tx, agency, "host", host, member, "");
}

static enum err add_all(struct tx *tx, int64_t now_ms, int64_t by, int64_t agencies[PLANS])
{
    enum err e = OK;
    for (int i = 1; !e && i < PLANS; i++) {
        int64_t contract;
        const struct plan *p = &plans[i];
        tx->now_ms = now_ms - p->signed_ago * DAY_MS;
        e = add(tx, i, day_of(now_ms), by, &agencies[i], &contract);
        tx->now_ms = now_ms - p->signed_ago / 2 * DAY_MS;
        if (!e)
            e = agencies_turn(tx, NULL);
        if (!e && p->also && strcmp(p->also, "end") == 0)
            e = agencies_contract_do(
                tx, contract, "end", AGENCIES_AS_BASE, by,
                &(struct agencies_more){.note = STR("机构迁出，双方同意终止")});
    }
    return e;
}

/* Its own shares, from the earliest day that rules allow on. */
static enum err add_terms(struct tx *tx, int64_t agency, int64_t by)
{
    struct rows rs;
    const struct agencies_more more = {.host_bp = 1600,
                                       .agency_bp = 550,
                                       .base_bp = 300,
                                       .rule_day = day_of(tx->now_ms) + SETTLE_NOTICE_DAYS + 1};
    enum err e =
        db_one(tx->db, &q_agencies_contracts, ARGS(V_INT(agency), V_INT(1)), tx->arena, &rs);
    return e ? e
             : agencies_contract_do(tx, row_int(&rs, 0, "id"), "terms", AGENCIES_AS_BASE, by,
                                    &more);
}

/* What was signed, and whom one calls there. */
static enum err add_paper(struct tx *tx, int64_t agency, int64_t by)
{
    struct rows rs;
    struct object_new scan;
    enum err e =
        db_one(tx->db, &q_agencies_contracts, ARGS(V_INT(agency), V_INT(1)), tx->arena, &rs);
    if (e)
        return e;
    struct str number = row_str(&rs, 0, "number");
    const char *const lines[DEMO_SCAN_LINES] = {
        "Contract of the base (demonstration)",
        arena_printf(tx->arena, "Number: %.*s", STR_ARG(number)), "With a live-streaming agency",
        "Everything in it is invented."};
    e = arena_failed(tx->arena) ? ERR_NOMEM : demo_scan_write(lines, &scan);
    if (!e)
        e = objects_keep(&scan, 1);
    if (!e)
        e = agencies_paper_add(
            tx, row_int(&rs, 0, "id"),
            str_of(arena_printf(tx->arena, "合作合同 %.*s.pdf", STR_ARG(number))),
            str_of(scan.id.hex), by);
    return e ? e : agencies_contact(tx, agency, STR("方一苇"), STR("13900005726"), by);
}

enum err fill_agencies(struct tx *tx, int64_t operator_id)
{
    int64_t agencies[PLANS], now_ms = tx->now_ms, host2 = 0;
    bool is_off;
    enum err e = people_organisation_find(tx->db, tx->arena, str_of(plans[0].slug), &agencies[0]);
    if (!e)
        e = add_all(tx, now_ms, operator_id, agencies);
    tx->now_ms = now_ms;
    if (!e)
        e = add_terms(tx, agencies[0], operator_id);
    if (!e)
        e = add_paper(tx, agencies[0], operator_id);
    if (!e)
        e = people_user_find(tx->db, tx->arena, STR("host2"), &host2, &is_off);
    if (!e)
        e = consent(tx, agencies[1], "host2", host2, operator_id, "");
    if (!e)
        e = consent(tx, agencies[2], "host", 0, operator_id,
                    "看了您的青瓷专场，想请您加入我们的厨电组。");
    return e ? e : consent(tx, agencies[0], "host2", 0, operator_id, "");
}

enum err fill_campaign(struct tx *tx, int64_t host, int64_t show, int64_t operator_id)
{
    struct rows goods;
    int64_t agency, campaign, now_ms = tx->now_ms, today = day_of(now_ms);
    struct agencies_campaign c = {.name = STR("青瓷焕新周"),
                                  .from_day = today - 3,
                                  .until_day = today + 11,
                                  .goal_fen = GOAL_FEN};
    tx->now_ms = now_ms - 5 * DAY_MS;
    enum err e = people_organisation_find(tx->db, tx->arena, str_of(plans[0].slug), &agency);
    c.agency = agency;
    if (!e)
        e = agencies_campaign_plan(tx, &c, operator_id, &campaign);
    if (!e)
        e = agencies_campaign_host(tx, campaign, host, operator_id);
    if (!e)
        e = db_select(
            tx->db, &q_demo_campaign_goods,
            ARGS(V_INT(show), V_INT(host), V_INT(now_ms - 4 * DAY_MS), V_INT(now_ms), V_INT(GOODS)),
            tx->arena, &goods);
    for (size_t i = 0; !e && i < goods.n; i++)
        e = agencies_campaign_goods(tx, campaign, row_str(&goods, i, "slug"), operator_id);
    tx->now_ms = now_ms;
    return e;
}
