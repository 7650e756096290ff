/*
 * The rows of a trade bill (业务明细): lines with '#' say what it is, then names, then a row for
 * each payment and refund. Names are found by what they say. Values end in a tab, which keeps
 * spreadsheets from reading them as numbers.
 */
#include "town/pay/alipay_inside.h"
#include "town/pay/provider_time.h"
#include "town/yuan.h"

enum { LINES_FIRST = 256, LINES_MAX = 1000000 };

static const char *const names[ALIPAY_COLUMNS] = {
    [ALIPAY_TRADE_NO] = "支付宝交易号", [ALIPAY_OUR_NO] = "商户订单号",
    [ALIPAY_KIND] = "业务类型",         [ALIPAY_DONE_AT] = "完成时间",
    [ALIPAY_AMOUNT] = "订单金额（元）", [ALIPAY_REQUEST_NO] = "退款批次号/请求号",
};

/* "…_业务明细.csv", beside "…_业务明细(汇总).csv". */
bool alipay_bill_is_list(struct str name)
{
    static const char sums[] = "汇总";
    return str_ends(name, ".csv") && !memmem(name.p, name.n, sums, sizeof(sums) - 1);
}

static enum err wrong(const struct alipay_bill *b, struct err_info *info, const char *what)
{
    *info = (struct err_info){.code = ERR_SYNTAX,
                              .field = what,
                              .text = arena_printf(b->arena, "a bill not as specified: %s", what)};
    return ERR_SYNTAX;
}

static struct str cell(const struct job_row *row, int column)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i].column == column)
            return str_trim(row->cells[i].text);
    return STR_NONE;
}

static enum err read_names(struct alipay_bill *b, const struct job_row *row, struct err_info *info)
{
    for (size_t i = 0; i < row->n; i++)
        for (size_t c = 0; c < ALIPAY_COLUMNS; c++)
            if (str_eq_z(str_trim(row->cells[i].text), names[c]) && !b->at[c])
                b->at[c] = row->cells[i].column;
    for (size_t c = 0; c < ALIPAY_COLUMNS; c++)
        if (!b->at[c])
            return wrong(b, info, names[c]);
    return OK;
}

static bool grow(struct alipay_bill *b)
{
    size_t cap = b->cap ? 2 * b->cap : LINES_FIRST;
    struct pay_line *lines =
        cap <= 2 * LINES_MAX ? arena_array(b->arena, cap, sizeof(*lines)) : NULL;
    if (!lines)
        return false;
    if (b->n)
        memcpy(lines, b->lines, b->n * sizeof(*lines));
    b->lines = lines;
    b->cap = cap;
    return true;
}

/* What went back stands with a minus. */
static enum err read_amount(struct str text, bool is_refund, int64_t *fen)
{
    if (is_refund && str_starts(text, "-"))
        text = str_slice(text, 1, text.n);
    return yuan_read(text, fen);
}

static enum err read_line(struct alipay_bill *b, const struct job_row *row, struct err_info *info)
{
    struct str kind = cell(row, b->at[ALIPAY_KIND]);
    bool is_refund = str_eq_z(kind, "退款");
    struct pay_line *l = &b->lines[b->n];
    if (!is_refund && !str_eq_z(kind, "交易"))
        return wrong(b, info, names[ALIPAY_KIND]);
    struct str number = cell(row, b->at[is_refund ? ALIPAY_REQUEST_NO : ALIPAY_OUR_NO]);
    struct str trade = cell(row, b->at[ALIPAY_TRADE_NO]);
    if (!number.n || number.n > ALIPAY_NO_MAX || trade.n > ALIPAY_NO_MAX)
        return wrong(b, info, names[ALIPAY_OUR_NO]);
    if (read_amount(cell(row, b->at[ALIPAY_AMOUNT]), is_refund, &l->amount_fen))
        return wrong(b, info, names[ALIPAY_AMOUNT]);
    if (provider_time_read(cell(row, b->at[ALIPAY_DONE_AT]), &l->at_ms))
        return wrong(b, info, names[ALIPAY_DONE_AT]);
    l->of = is_refund ? PAY_OF_REFUND : PAY_OF_PAYMENT;
    l->number = arena_str(b->arena, number);
    l->provider_no = arena_str(b->arena, trade);
    l->merchant = STR_NONE;
    b->n++;
    return arena_failed(b->arena) ? ERR_NOMEM : OK;
}

enum err alipay_bill_row(struct alipay_bill *b, const struct job_row *row, struct err_info *info)
{
    struct str first = cell(row, 1);
    if (row->n == 0 || str_starts(first, "#"))
        return OK;
    if (!b->at[ALIPAY_TRADE_NO])
        return read_names(b, row, info);
    if (b->n == b->cap && !grow(b))
        return ERR_NOMEM;
    return read_line(b, row, info);
}
