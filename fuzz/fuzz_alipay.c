/*
 * What Alipay sends: an answer, a notice, a bill's table. The first byte says which. Nothing of it
 * that is taken may break the limits of what it becomes.
 */
#include <stdlib.h>
#include <string.h>

#include "job/csv.h"
#include "town/pay/alipay_inside.h"

/* Whose other half is nowhere. */
#define KEY                                                                                        \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnFhX/EzDEtPujv23WKi55LaPGVjKUnQ1SCQt"             \
    "hc7vsmIUnSEk6XBIu9UTWzZuqjJTghFGks3yKZNE00olBbbnYT//3+uqT17XtH2qkIlhx/l3GpKn7t5F"             \
    "0Ie3Qb5bkBXg8CF4aGwo+X474SmFL/IaQRYRiKOhEPula80RLFdKUAe3cvFuM+46/0+mwu6KSVzzfaFe"             \
    "SsGRxLoSBQiwcgCsAWYuhQcPHsfsn8SM65ePDnwmzU1Cpo+9hogX927214XNhjidqhxkNaDi7oT1mwKq"             \
    "SK0aNHRQVwDzc/8iK8p1wkmj+Nq2gwo4CqchMoYZHiYRIgYUTcgB7OLmF7WJu9dtYwIDAQAB"

static struct alipay a = {.app_id = "2021000118600001"};

/* The bytes that a signature is of lie in the answer, and are what a reader of JSON finds there. */
static void read_answer(struct str text, struct arena *arena)
{
    static const char node[] = "alipay_trade_query_response";
    struct str raw, sign;
    if (alipay_find_answer(text, node, &raw, &sign, arena))
        return;
    if (raw.n == 0 || raw.p < text.p || raw.p + raw.n > text.p + text.n)
        abort();
    json_t *whole = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    json_t *part = json_loadb(raw.p, raw.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    const json_t *found = json_object_get(whole, node);
    if (!found)
        found = json_object_get(whole, "error_response");
    if (whole && !json_equal(found, part))
        abort();
    json_decref(whole);
    json_decref(part);
}

static void read_notice(struct str text, struct arena *arena)
{
    struct err_info info = {0};
    struct alipay_params p;
    struct pay_news news;
    if (alipay_read_form(&a, text, &p, arena, &info) == OK)
        abort(); /* nobody signed it */
    if (alipay_read_notice(&a, &p, &news, &info) == OK &&
        (news.number.n == 0 || news.number.n > PAY_NUMBER_MAX || news.amount_fen < 0))
        abort();
}

struct reading {
    struct alipay_bill bill;
    enum err e;
};

static const char *on_row(void *user, int64_t number, const struct table_cell *cells, size_t n)
{
    static struct job_cell copy[JOB_SHEET_COLUMNS_MAX];
    struct reading *r = user;
    struct err_info info = {0};
    for (size_t i = 0; i < n; i++)
        copy[i] = (struct job_cell){.column = cells[i].column, .text = cells[i].text};
    struct job_row row = {number, copy, n};
    r->e = alipay_bill_row(&r->bill, &row, &info);
    return r->e ? "sheet_broken" : NULL;
}

static void read_bill(struct str text, struct arena *arena)
{
    struct reading r = {.bill = {.arena = arena}};
    const struct table_sink sink = {on_row, &r};
    struct table_fault fault;
    enum charset charset;
    csv_read(text, &sink, &charset, &fault);
    for (size_t i = 0; i < r.bill.n; i++)
        if (r.bill.lines[i].number.n == 0 || r.bill.lines[i].amount_fen < 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static bool has_key;
    struct arena arena;
    struct str text = str_n(p + 1, n ? n - 1 : 0);
    char serial[PROVIDER_SERIAL_MAX + 1];
    if (n == 0)
        return 0;
    if (!has_key && provider_rsa_public(STR(KEY), &a.alipay_key, serial))
        abort();
    has_key = true;
    arena_init(&arena, 16 << 20);
    if (p[0] % 3 == 0)
        read_answer(text, &arena);
    else if (p[0] % 3 == 1)
        read_notice(text, &arena);
    else
        read_bill(text, &arena);
    arena_free(&arena);
    return 0;
}
