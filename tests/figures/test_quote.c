/* town/figures: what is printed of a figure, read and held against its value; what is typed in a
 * text.
 */
#include "../store/fixture.h"

#include "town/figures/internal.h"
#include "web/i18n.h"

/* ---- quotations ---- */

static void a_quotation_holds_or_not(void **state)
{
    (void)state;
    static const struct {
        enum figure_qualifier q;
        int64_t quoted, value;
        bool holds;
    } cases[] = {
        {QUOTE_EXACT, 212, 212, true},
        {QUOTE_EXACT, 212, 213, false},
        {QUOTE_EXACT, 0, 0, true},
        {QUOTE_EXACT, -3, -3, true},
        {QUOTE_OVER, 200, 212, true},
        {QUOTE_OVER, 200, 199, false},
        {QUOTE_OVER, 200, 260, false},
        {QUOTE_OVER, 200, 200, false},
        {QUOTE_OVER, 200, 201, true},
        {QUOTE_OVER, 200, 250, true},
        {QUOTE_OVER, 200, 251, false},
        {QUOTE_OVER, 1500, 1550, true},
        {QUOTE_OVER, 1500, 1551, false},
        {QUOTE_OVER, 212, 213, false},
        {QUOTE_OVER, 0, 1, false},
        {QUOTE_ABOUT, 6000, 5950, true},
        {QUOTE_ABOUT, 6000, 5700, true},
        {QUOTE_ABOUT, 6000, 5699, false},
        {QUOTE_ABOUT, 6000, 6300, true},
        {QUOTE_ABOUT, 6000, 6301, false},
        {QUOTE_ABOUT, 1230, 1235, true},
        {QUOTE_ABOUT, 1230, 1236, false},
        {QUOTE_ABOUT, 15, 15, true},
        {QUOTE_ABOUT, 15, 16, false},
        {QUOTE_ABOUT, 0, 0, false},
        {QUOTE_AROUND, 20, 22, true},
        {QUOTE_AROUND, 20, 18, true},
        {QUOTE_AROUND, 20, 23, false},
        {QUOTE_AROUND, 6000, 5400, true},
        {QUOTE_AROUND, 6000, 5399, false},
        {QUOTE_AROUND, 1230, 1240, true},
        {QUOTE_AROUND, 1230, 1241, false},
        {QUOTE_LEAST, 200, 200, true},
        {QUOTE_LEAST, 200, 199, false},
        {QUOTE_LEAST, 200, 5000, true},
        {QUOTE_LEAST, 0, 0, true},
        {QUOTE_NO_LESS, 12, 12, true},
        {QUOTE_NO_LESS, 12, 11, false},
        {QUOTE_NEARLY, 200, 199, true},
        {QUOTE_NEARLY, 200, 150, true},
        {QUOTE_NEARLY, 200, 149, false},
        {QUOTE_NEARLY, 200, 200, false},
        {QUOTE_NO_MORE, 12, 12, true},
        {QUOTE_NO_MORE, 12, 13, false},
        {QUOTE_NO_MORE, 0, 0, true},
        {QUOTE_OVER, -200, -190, false},
        {QUOTE_LEAST, 5, -1, false},
        {QUOTE_OVER, FIGURE_NUMBER_MAX, INT64_MAX, false},
        {QUOTE_LEAST, FIGURE_NUMBER_MAX, INT64_MAX, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (figures_quote_holds(cases[i].q, cases[i].quoted, cases[i].value) != cases[i].holds)
            fail_msg("%s %lld of %lld", figures_qualifier_name(cases[i].q),
                     (long long)cases[i].quoted, (long long)cases[i].value);
}

static void a_quotation_is_read_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *unit;
        enum err e;
        enum figure_qualifier q;
        int64_t quoted;
    } cases[] = {
        {"212", "", OK, QUOTE_EXACT, 212},
        {"200余", "", OK, QUOTE_OVER, 200},
        {"200余家", "", OK, QUOTE_OVER, 200},
        {"约6000", "", OK, QUOTE_ABOUT, 6000},
        {" 约6,000平方米 ", "", OK, QUOTE_ABOUT, 6000},
        {"20左右", "", OK, QUOTE_AROUND, 20},
        {"1500款以上", "", OK, QUOTE_LEAST, 1500},
        {"不低于12", "", OK, QUOTE_NO_LESS, 12},
        {"3.9万", "", OK, QUOTE_EXACT, 39000},
        {"3.9万余平方米", "", OK, QUOTE_OVER, 39000},
        {"830余万元", "fen", OK, QUOTE_OVER, 830000000},
        {"2亿元", "fen", OK, QUOTE_EXACT, 20000000000},
        {"69.50", "fen", OK, QUOTE_EXACT, 6950},
        {"over 200", "", OK, QUOTE_OVER, 200},
        {"about 1.6 million", "", OK, QUOTE_ABOUT, 1600000},
        {"at least 12", "", OK, QUOTE_LEAST, 12},
        {"200 or more", "", OK, QUOTE_LEAST, 200},
        {"More than 200 factories", "", OK, QUOTE_OVER, 200},
        {"Approximately 6,000 m²", "", OK, QUOTE_ABOUT, 6000},
        {"not fewer than 12 events", "", OK, QUOTE_NO_LESS, 12},
        {"20 or so", "", OK, QUOTE_AROUND, 20},
        {"1,500 and above", "", OK, QUOTE_LEAST, 1500},
        {"200余家厂商", "", OK, QUOTE_OVER, 200},
        {"超过600款产品", "", OK, QUOTE_OVER, 600},
        {"至少10家机构", "", OK, QUOTE_LEAST, 10},
        {"近200家", "", OK, QUOTE_NEARLY, 200},
        {"不超过12场次/年", "", OK, QUOTE_NO_MORE, 12},
        {"六条", "chain", OK, QUOTE_EXACT, 6},
        {"十二", "", OK, QUOTE_EXACT, 12},
        {"二百零三家", "factory", OK, QUOTE_EXACT, 203},
        {"一千五百余", "", OK, QUOTE_OVER, 1500},
        {"十五万", "", OK, QUOTE_EXACT, 150000},
        {"４．81", "m2", ERR_SYNTAX, 0, 0},
        {"２００余", "", OK, QUOTE_OVER, 200},
        {"4.81平方公里", "m2", OK, QUOTE_EXACT, 4810000},
        {"15公顷", "m2", OK, QUOTE_EXACT, 150000},
        {"3亩", "m2", OK, QUOTE_EXACT, 2000},
        {"100亩", "m2", ERR_SYNTAX, 0, 0}, /* 66,666.67 m2 */
        {"2亿元", "m2", ERR_INVALID, 0, 0},
        {"6000平方米", "fen", ERR_INVALID, 0, 0},
        {"人民币830万元", "fen", OK, QUOTE_EXACT, 830000000},
        {"2021年6月", "", ERR_INVALID, 0, 0},
        {"more 200", "", ERR_SYNTAX, 0, 0},
        {"over 200 or more", "", ERR_SYNTAX, 0, 0},
        {"", "", ERR_SYNTAX, 0, 0},
        {"约", "", ERR_SYNTAX, 0, 0},
        {"-5", "", ERR_SYNTAX, 0, 0},
        {"200x", "", ERR_SYNTAX, 0, 0},
        {"约200余", "", ERR_SYNTAX, 0, 0},
        {"1万万", "", ERR_SYNTAX, 0, 0},
        {"1.5", "", ERR_SYNTAX, 0, 0},
        {"1.", "", ERR_SYNTAX, 0, 0},
        {"1,", "", ERR_SYNTAX, 0, 0},
        {",1", "", ERR_SYNTAX, 0, 0},
        {"1.234", "fen", ERR_SYNTAX, 0, 0},
        {"99999999999999999999", "", ERR_LIMIT, 0, 0},
        {"999999999999999亿", "", ERR_LIMIT, 0, 0},
        {"1234567890123456789012345678901234567890123456789012345678901", "", ERR_LIMIT, 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum figure_qualifier q = QUOTE_EXACT;
        int64_t quoted = 0;
        enum err e =
            figures_quote_amount(str_of(cases[i].text), str_of(cases[i].unit), &q, &quoted);
        if (e != cases[i].e || (e == OK && (q != cases[i].q || quoted != cases[i].quoted)))
            fail_msg("%s: %s, %s %lld", cases[i].text, err_name(e), figures_qualifier_name(q),
                     (long long)quoted);
    }
}

/* ---- against a value, with its unit ---- */

static struct figure_value number_of(int64_t n)
{
    return (struct figure_value){.kind = FIGURE_NUMBER, .is_known = true, .number = n};
}

static void a_quotation_is_held_against_a_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *unit;
        int64_t value;
        enum figure_verdict verdict;
    } cases[] = {
        {"4.81平方公里", "m2", 4810000, QUOTE_HOLDS},
        {"4.81平方公里", "m2", 4809300, QUOTE_HOLDS},
        {"4.81平方公里", "m2", 4805000, QUOTE_HOLDS}, /* half up */
        {"4.81平方公里", "m2", 4804999, QUOTE_FAILS},
        {"4.81平方公里", "m2", 4814999, QUOTE_HOLDS},
        {"4.81平方公里", "m2", 4815000, QUOTE_FAILS},
        {"4.8平方公里", "m2", 4810000, QUOTE_HOLDS},
        {"5平方公里", "m2", 4810000, QUOTE_FAILS}, /* rounds to it, but is 4 % off */
        {"约5平方公里", "m2", 4810000, QUOTE_HOLDS},
        {"4810000平方米", "m2", 4809999, QUOTE_FAILS}, /* its own unit: to the metre */
        {"481公顷", "m2", 4810000, QUOTE_HOLDS},
        {"约7215亩", "m2", 4810000, QUOTE_HOLDS},
        {"100亩", "m2", 66667, QUOTE_HOLDS},
        {"约100亩", "m2", 66667, QUOTE_HOLDS},
        {"100亩", "m2", 67500, QUOTE_FAILS},
        {"3.9万平方米", "m2", 39000, QUOTE_HOLDS},
        {"约3.9万平方米", "m2", 39400, QUOTE_HOLDS},
        {"3.9万平方米", "m2", 39400, QUOTE_FAILS},
        {"约6000平方米", "m2", 5950, QUOTE_HOLDS},
        {"6000平方米", "m2", 5950, QUOTE_FAILS},
        {"2亿元", "fen", 20000000000, QUOTE_HOLDS},
        {"2亿元", "fen", 20400000000, QUOTE_FAILS},
        {"2亿余元", "fen", 20400000000, QUOTE_HOLDS},
        {"830万元", "fen", 830000000, QUOTE_HOLDS},
        {"830万元", "fen", 830400000, QUOTE_HOLDS},
        {"830万元", "fen", 831000000, QUOTE_FAILS},
        {"1500万元左右", "fen", 1512300000, QUOTE_HOLDS},
        {"1500万元左右", "fen", 1700000000, QUOTE_FAILS},
        {"69.5元", "fen", 6950, QUOTE_HOLDS},
        {"69.5元", "fen", 6951, QUOTE_FAILS},
        {"69", "fen", 6900, QUOTE_HOLDS},
        {"200余家", "factory", 212, QUOTE_HOLDS},
        {"200余家", "product", 212, QUOTE_OTHER_UNIT},
        {"600余款", "product", 623, QUOTE_HOLDS},
        {"600余款", "factory", 623, QUOTE_OTHER_UNIT},
        {"1500个", "product", 1500, QUOTE_HOLDS},
        {"1500个", "m2", 1500, QUOTE_OTHER_UNIT},
        {"10个以上", "organisation", 11, QUOTE_HOLDS},
        {"不低于12场", "event", 12, QUOTE_HOLDS},
        {"不低于12场次/年", "event", 11, QUOTE_FAILS},
        {"六条", "chain", 6, QUOTE_HOLDS},
        {"六大", "chain", 6, QUOTE_HOLDS},
        {"六大标志性产业链", "chain", 7, QUOTE_FAILS},
        {"30%", "product", 30, QUOTE_OTHER_UNIT},
        {"6000", "m2", 6000, QUOTE_HOLDS},
        {"6000", "parcel", 6000, QUOTE_HOLDS}, /* a unit that a department adds one day */
        {"1.5家", "factory", 1, QUOTE_UNREAD},
        {"许多", "factory", 1, QUOTE_UNREAD},
        {"", "factory", 1, QUOTE_UNREAD},
        {"2021年6月", "factory", 1, QUOTE_OTHER_UNIT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct figure_value v = number_of(cases[i].value);
        enum figure_verdict verdict =
            figures_quote_check(str_of(cases[i].text), FIGURE_NUMBER, str_of(cases[i].unit), &v, 0);
        if (verdict != cases[i].verdict)
            fail_msg("%s of %lld %s: %s", cases[i].text, (long long)cases[i].value, cases[i].unit,
                     figures_verdict_name(verdict));
    }
}

static void a_date_holds_as_precisely_as_it_is_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
        enum figure_verdict verdict;
    } cases[] = {
        {"2021年2月23日", "2021-02-23", QUOTE_HOLDS},
        {"2021年2月23日", "2021-02-24", QUOTE_FAILS},
        {"2021年2月", "2021-02-24", QUOTE_HOLDS},
        {"2021年6月", "2021-07-01", QUOTE_FAILS},
        {"2021年", "2021-07-01", QUOTE_HOLDS},
        {"2月23日", "2021-02-23", QUOTE_HOLDS},
        {"今年2月23日", "2021-02-23", QUOTE_HOLDS},
        {"今年2月23日", "2020-02-23", QUOTE_FAILS},
        {"2021-02-23", "2021-02-23", QUOTE_HOLDS},
        {"2021.2.23", "2021-02-23", QUOTE_HOLDS},
        {"23 February 2021", "2021-02-23", QUOTE_HOLDS},
        {"February 23, 2021", "2021-02-23", QUOTE_HOLDS},
        {"June 2021", "2021-06-30", QUOTE_HOLDS},
        {"2021年2月30日", "2021-02-23", QUOTE_UNREAD},
        {"2021年13月", "2021-02-23", QUOTE_UNREAD},
        {"某日", "2021-02-23", QUOTE_UNREAD},
        {"23", "2021-02-23", QUOTE_OTHER_UNIT},
    };
    int64_t day;
    assert_ok(day_read(STR("2021-06-23"), &day));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct figure_value v = {
            .kind = FIGURE_DATE, .is_known = true, .words = str_of(cases[i].value)};
        enum figure_verdict verdict =
            figures_quote_check(str_of(cases[i].text), FIGURE_DATE, STR_NONE, &v, day);
        if (verdict != cases[i].verdict)
            fail_msg("%s of %s: %s", cases[i].text, cases[i].value, figures_verdict_name(verdict));
    }
}

static void a_reference_holds_in_its_proper_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
        enum figure_verdict verdict;
    } cases[] = {
        {"慈政发〔2020〕25号", "慈政发〔2020〕25号", QUOTE_HOLDS},
        {"慈政发[2020]25号", "慈政发〔2020〕25号", QUOTE_HOLDS},
        {"慈政发（2020）第025号", "慈政发〔2020〕25号", QUOTE_HOLDS},
        {"慈政发 〔２０２０〕 25 号", "慈政发〔2020〕25号", QUOTE_HOLDS},
        {"〔2020〕25号", "慈政发〔2020〕25号", QUOTE_HOLDS},
        {"慈政发〔2020〕26号", "慈政发〔2020〕25号", QUOTE_FAILS},
        {"甬政发〔2020〕25号", "慈政发〔2020〕25号", QUOTE_FAILS},
        {"发〔2020〕25号", "慈政发〔2020〕25号", QUOTE_FAILS},
        {"2019〔32号〕", "2019〔32号〕", QUOTE_HOLDS},
        {"集中财力办大事", "集中财力办大事", QUOTE_HOLDS},
        {"", "慈政发〔2020〕25号", QUOTE_UNREAD},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct figure_value v = {
            .kind = FIGURE_REFERENCE, .is_known = true, .words = str_of(cases[i].value)};
        enum figure_verdict verdict =
            figures_quote_check(str_of(cases[i].text), FIGURE_REFERENCE, STR_NONE, &v, 0);
        if (verdict != cases[i].verdict)
            fail_msg("%s of %s: %s", cases[i].text, cases[i].value, figures_verdict_name(verdict));
    }
    struct figure_value none = {.kind = FIGURE_NUMBER};
    assert_int_equal(figures_quote_check(STR("5家"), FIGURE_NUMBER, STR("factory"), &none, 0),
                     QUOTE_FAILS);
}

static void what_is_printed_of_a_value_holds_of_it(void **state)
{
    (void)state;
    static const char *const units[] = {"product", "factory", "show",        "order",        "fen",
                                        "host",    "piece",   "event",       "organisation", "m2",
                                        "person",  "chain",   "certificate", "stand"};
    static const int64_t values[] = {0,
                                     1,
                                     6,
                                     212,
                                     9999,
                                     10000,
                                     10001,
                                     39000,
                                     4810000,
                                     4809300,
                                     830000000,
                                     830000001,
                                     200000000,
                                     20000000000,
                                     INT64_C(123456789012),
                                     FIGURE_NUMBER_MAX};
    struct arena arena;
    struct err_info info = {0};
    arena_init(&arena, 16 << 20);
    assert_ok(i18n_load(&arena, &info)); /* the words of the units */
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++)
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            struct figure_value v = number_of(values[i]);
            struct str unit = str_of(units[u]);
            struct str text = figures_printed(FIGURE_NUMBER, unit, &v, &arena);
            if (figures_quote_check(text, FIGURE_NUMBER, unit, &v, 0) != QUOTE_HOLDS)
                fail_msg("%s of %lld %s", text.p, (long long)values[i], units[u]);
        }
    struct figure_value v = number_of(4810000);
    assert_string_equal(figures_printed(FIGURE_NUMBER, STR("m2"), &v, &arena).p, "4.81平方公里");
    v = number_of(830000000);
    assert_string_equal(figures_printed(FIGURE_NUMBER, STR("fen"), &v, &arena).p, "830万元");
    v = number_of(212);
    assert_string_equal(figures_printed(FIGURE_NUMBER, STR("product"), &v, &arena).p, "212款产品");
    v = (struct figure_value){.kind = FIGURE_DATE, .is_known = true, .words = STR("2021-02-03")};
    assert_string_equal(figures_printed(FIGURE_DATE, STR_NONE, &v, &arena).p, "2021年2月3日");
    arena_free(&arena);
}

/* ---- typed ---- */

/* What is typed in a text, each in 【】. */
static void expect_typed(const char *marked)
{
    char text[2000], found[2000];
    size_t n = 0, m = 0, at = 0, from = 0;
    struct figure_typed t;
    for (const char *p = marked; *p;) {
        if (str_starts(str_of(p), "【") || str_starts(str_of(p), "】"))
            p += strlen("【");
        else
            text[n++] = *p++;
    }
    struct str s = str_n(text, n);
    while (figures_typed_next(s, &at, &t)) {
        m += (size_t)snprintf(found + m, sizeof(found) - m, "%.*s【%.*s】", (int)(t.from - from),
                              text + from, (int)(t.to - t.from), text + t.from);
        from = t.to;
    }
    snprintf(found + m, sizeof(found) - m, "%.*s", (int)(n - from), text + from);
    assert_string_equal(found, marked);
}

static void typed_numbers_are_found_in_a_text(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "西区规划面积【4.81平方公里】，东至芦庵公路；南至329国道、小镇南路。",
        "累计下拨小镇专项补助资金【830万元】。【2018年】和【2019年】，分别安排【1600万元】、【1400"
        "万元】资金",
        "每年兑现奖励资金【1500万元左右】。将重点支持【六大标志性产业链】的项目",
        "该项目已于【今年2月23日】正式运营，14号楼，面积【约6000平方米】，设置",
        "已经有【200余厂商】的【600余款】特色产品入驻；【1500个】，机构【10个以上】，活动【不低于12"
        "场次/年】。",
        "【2020年11月6日】落地，面积【约3.9万平方米】，【2021年6月】开门",
        "实施意见（【慈政发〔2020〕25号】）”“会议纪要（【2019〔32号〕】）”，（【甬党发〔2019〕59号"
        "】）",
        "一、拓展小镇发展空间\n（一）办好【123家】",
        "1. 第一\n2、第二\n（3）第三\n　　三、第四【5家】",
        "根据第12条、第248号建议和十七届五次会议，一是推进，二是促使；三个方面，进一步、一批、两年",
        "现有[[products|600余款]]产品和[[factories]]，另有【12家】",
        "[[没有完【12家】",
        "GB/T 9704-2012，A4纸，G329，中国制造2025，电话0574-63989999、13800000000，19:30开始",
        "预约【6000人】，【大约6000人】，近3年，近三年，约三个方面，20个工作日，【近六条】",
        "资金【2亿元】，增长【30%】，【近200家】",
        "We have 【over 200 factories】 and 【about 6,000 m²】 since 【June 2021】.",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_typed(cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quotation_holds_or_not),
        cmocka_unit_test(a_quotation_is_read_as_people_write_it),
        cmocka_unit_test(a_quotation_is_held_against_a_value),
        cmocka_unit_test(a_date_holds_as_precisely_as_it_is_printed),
        cmocka_unit_test(a_reference_holds_in_its_proper_form),
        cmocka_unit_test(what_is_printed_of_a_value_holds_of_it),
        cmocka_unit_test(typed_numbers_are_found_in_a_text),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
