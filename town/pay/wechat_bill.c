/*
 * A trade bill: UTF-8, a first line of names, then a line for each payment and refund whose values
 * follow a backtick each, then two lines of sums:
 *
 *   交易时间,公众账号ID,商户号,特约商户号,…
 *   `2026-11-25 18:30:00,`wx…,`1900000109,`1900000110,…
 *   总交易单数,应结订单总金额,…
 *   `1,`69.00,…
 *
 * Names are found by what they say, as their order may change. A line that does not have as many
 * values as there are names is not guessed at: the bill is refused.
 */
#include "town/pay/provider_time.h"
#include "town/pay/wechat_inside.h"
#include "town/yuan.h"

enum { COLUMNS_MAX = 64, BILL_LINES_MAX = 1000000 };

enum column {
    WHEN,
    MERCHANT,
    PROVIDER_NO,
    NUMBER,
    STATE,
    CURRENCY,
    REFUND_PROVIDER_NO,
    REFUND_NUMBER,
    REFUND_STATE,
    AMOUNT,
    REFUND_AMOUNT,
    COLUMNS,
};

static const char *const names[COLUMNS] = {
    [WHEN] = "交易时间",
    [MERCHANT] = "特约商户号",
    [PROVIDER_NO] = "微信订单号",
    [NUMBER] = "商户订单号",
    [STATE] = "交易状态",
    [CURRENCY] = "货币种类",
    [REFUND_PROVIDER_NO] = "微信退款单号",
    [REFUND_NUMBER] = "商户退款单号",
    [REFUND_STATE] = "退款状态",
    [AMOUNT] = "订单金额",
    [REFUND_AMOUNT] = "申请退款金额",
};

struct bill {
    size_t at[COLUMNS]; /* where each is */
    size_t columns;
    struct pay_line *lines;
    size_t n, rows;
    struct arena *arena;
    struct err_info *info;
};

static enum err wrong(const struct bill *b, const char *what)
{
    *b->info =
        (struct err_info){.code = ERR_SYNTAX,
                          .field = what,
                          .text = arena_printf(b->arena, "a bill not as specified: %s", what)};
    return ERR_SYNTAX;
}

static struct str next_line(struct str *rest)
{
    return str_trim(str_cut(*rest, '\n', rest));
}

static enum err read_names(struct bill *b, struct str line)
{
    bool found[COLUMNS] = {false};
    if (str_starts(line, "\xef\xbb\xbf"))
        line = str_slice(line, 3, line.n);
    for (b->columns = 0; line.n > 0 && b->columns < COLUMNS_MAX; b->columns++) {
        struct str name = str_trim(str_cut(line, ',', &line));
        for (size_t c = 0; c < COLUMNS; c++)
            if (str_eq_z(name, names[c]) && !found[c]) {
                found[c] = true;
                b->at[c] = b->columns;
            }
    }
    for (size_t c = 0; c < COLUMNS; c++)
        if (!found[c])
            return wrong(b, names[c]);
    return line.n ? wrong(b, "columns") : OK;
}

/* The values of a line, cut at ",`". False: not as many as there are names. */
static bool read_values(struct str line, struct str *values, size_t columns)
{
    size_t n = 0;
    line = str_slice(line, 1, line.n);
    for (size_t begin = 0, i = 0; i <= line.n; i++)
        if (i == line.n || (line.p[i] == ',' && i + 1 < line.n && line.p[i + 1] == '`')) {
            if (n == columns)
                return false;
            values[n++] = str_trim(str_slice(line, begin, i));
            begin = i + 2;
        }
    return n == columns;
}

static bool is_number(struct str s)
{
    return s.n > 0 && s.n <= PAY_NUMBER_MAX;
}

static enum err read_row(struct bill *b, const struct str *v)
{
    struct str state = v[b->at[STATE]], refund = v[b->at[REFUND_STATE]];
    bool is_refund = str_eq_z(state, "REFUND");
    struct pay_line *l = &b->lines[b->n];
    if (!is_refund && !str_eq_z(state, "SUCCESS"))
        return str_eq_z(state, "REVOKED") ? OK : wrong(b, names[STATE]);
    if (is_refund && !str_eq_z(refund, "SUCCESS") && !str_eq_z(refund, "PROCESSING"))
        return OK; /* nothing went back */
    struct str number = v[b->at[is_refund ? REFUND_NUMBER : NUMBER]];
    struct str provider_no = v[b->at[is_refund ? REFUND_PROVIDER_NO : PROVIDER_NO]];
    if (!is_number(number) || provider_no.n > 2 * WECHAT_ID_MAX ||
        v[b->at[MERCHANT]].n > WECHAT_ID_MAX)
        return wrong(b, names[NUMBER]);
    if (!str_eq_z(v[b->at[CURRENCY]], "CNY"))
        return wrong(b, names[CURRENCY]);
    if (yuan_read(v[b->at[is_refund ? REFUND_AMOUNT : AMOUNT]], &l->amount_fen))
        return wrong(b, names[AMOUNT]);
    if (provider_time_read(v[b->at[WHEN]], &l->at_ms))
        return wrong(b, names[WHEN]);
    l->of = is_refund ? PAY_OF_REFUND : PAY_OF_PAYMENT;
    l->number = arena_str(b->arena, number);
    l->merchant = arena_str(b->arena, v[b->at[MERCHANT]]);
    l->provider_no = arena_str(b->arena, provider_no);
    b->n++;
    return arena_failed(b->arena) ? ERR_NOMEM : OK;
}

/* The sums: how many lines there were must be how many there are. */
static enum err check_sums(const struct bill *b, struct str head, struct str line)
{
    struct str rest, first = str_cut(str_slice(line, 1, line.n), ',', &rest);
    int64_t count;
    if (!str_starts(head, "总交易单数") || line.n < 2 || line.p[0] != '`' ||
        str_to_i64(first, &count) || count != (int64_t)b->rows)
        return wrong(b, "总交易单数");
    return OK;
}

static enum err read_rows(struct bill *b, struct str rest)
{
    struct str line, values[COLUMNS_MAX];
    for (line = next_line(&rest); line.n > 0 && line.p[0] == '`'; line = next_line(&rest)) {
        b->rows++;
        enum err e =
            read_values(line, values, b->columns) ? read_row(b, values) : wrong(b, "values");
        if (e)
            return e;
    }
    return check_sums(b, line, next_line(&rest));
}

enum err wechat_read_bill(struct str bytes, struct pay_line **out, size_t *n, struct arena *arena,
                          struct err_info *info)
{
    struct bill b = {.arena = arena, .info = info};
    size_t most = 0;
    if (!str_is_utf8(bytes))
        return wrong(&b, "encoding");
    for (size_t i = 0; i + 1 < bytes.n; i++)
        most += bytes.p[i] == '\n' && bytes.p[i + 1] == '`';
    if (most > BILL_LINES_MAX)
        return wrong(&b, "lines");
    b.lines = arena_array(arena, most + 1, sizeof(*b.lines));
    if (!b.lines)
        return ERR_NOMEM;
    struct str head = next_line(&bytes);
    enum err e = read_names(&b, head);
    if (!e)
        e = read_rows(&b, bytes);
    *out = b.lines;
    *n = e ? 0 : b.n;
    return e;
}
