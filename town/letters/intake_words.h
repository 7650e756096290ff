/* What registers of suggestions call their columns and answers, whatever language the page is in.
 */
#ifndef TOWN_LETTERS_INTAKE_WORDS_H
#define TOWN_LETTERS_INTAKE_WORDS_H

#include "town/letters/intake.h"

enum { TITLES_EACH = 6 };

/* In the words of registers, and in English. Of several that are there the first one counts: where
 * there is a number of the suggestion, that of the line is none. */
static const char *const titles[INTAKE_FIELDS][TITLES_EACH] = {
    [INTAKE_NUMBER] = {"编号", "建议编号", "序号", "number", "no"},
    [INTAKE_TITLE] = {"标题", "题目", "建议名称", "案由", "title"},
    [INTAKE_TEXT] = {"内容", "正文", "建议内容", "text"},
    [INTAKE_DEPUTIES] = {"代表", "提出人", "提案人", "领衔代表", "deputies", "deputy"},
    [INTAKE_GROUP] = {"代表团", "界别", "group", "delegation"},
    [INTAKE_LEAD] = {"主办单位", "主办", "承办单位", "lead"},
    [INTAKE_CO] = {"会办单位", "会办", "co-handlers"},
    [INTAKE_CLASS] = {"结果类别", "类别", "办理结果", "class"},
    [INTAKE_RECEIVED] = {"收到日期", "登记日期", "提出日期", "received"},
    [INTAKE_ASSIGNED] = {"交办日期", "assigned"},
    [INTAKE_SENT] = {"答复日期", "办结日期", "replied", "sent"},
    [INTAKE_RATING] = {"满意度", "反馈", "rating"},
    [INTAKE_PUBLIC] = {"答复可以公开", "可以公开", "是否公开", "公开", "public",
                       "thereplymaybepublic"},
};

static const struct {
    const char *zh, *name;
} ratings[] = {{"满意", "satisfied"}, {"基本满意", "basically"}, {"不满意", "not"}};

/* May the reply be public. */
static const struct {
    const char *text;
    bool is;
} publics[] = {{"可以", true},    {"可以公开", true},  {"公开", true},        {"主动公开", true},
               {"是", true},      {"yes", true},       {"public", true},      {"不可以", false},
               {"不公开", false}, {"不予公开", false}, {"依申请公开", false}, {"否", false},
               {"no", false}};

/* What stands between year, month and day, and after it. */
static const char *const day_marks[] = {"-", "/", ".", "年", "月"};
#define DAY_END "日"
#define CLASS_END "类" /* "A类" */

#endif
