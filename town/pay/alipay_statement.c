/*
 * The nightly statement: a signed answer says where a ZIP of CSV files (GB18030) is. It comes from
 * outside, so guildhall-job unpacks and decodes it, the CSV in pieces of as many lines as a sheet
 * may have.
 */
#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "job/job_zip.h"
#include "town/day.h"
#include "town/pay/alipay_inside.h"
#include "town/ask.h"

enum {
    URL_TEXT_MAX = 4096,
    PIECE_LINES = 10000,
    FILES_MAX = 16,
    READY_MS = 12 * 60 * 60 * 1000,
    LIST_ARENA_MAX = 16 * 1024 * 1024,
};

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* --- decoding --- */

static enum err read_rows(int fd, struct alipay_bill *b, struct arena *arena, struct err_info *info)
{
    struct job_sheet sheet;
    struct job_row row;
    struct arena rows;
    enum err e = job_sheet_open(fd, STR_NONE, ask_is_cut, NULL, &sheet, NULL, NULL, arena, info);
    if (e)
        return e;
    arena_init(&rows, LIST_ARENA_MAX);
    while (!e && !(e = job_sheet_next(&sheet, &rows, &row))) {
        e = alipay_bill_row(b, &row, info);
        arena_free(&rows);
    }
    arena_free(&rows);
    job_sheet_close(&sheet);
    return e == ERR_EOF ? OK : e;
}

/* The first bytes, up to the end of so many lines. GB18030 has no '\n' within a character. */
static struct str piece_of(struct str text)
{
    size_t lines = 0, n = 0;
    while (n < text.n && lines < PIECE_LINES)
        lines += text.p[n++] == '\n';
    return str_slice(text, 0, n);
}

static enum err read_csv(struct str text, struct alipay_bill *b, struct arena *arena,
                         struct err_info *info)
{
    enum err e = OK;
    while (!e && text.n > 0) {
        struct str piece = piece_of(text);
        int fd = job_temporary(NULL);
        text = str_slice(text, piece.n, text.n);
        if (fd < 0 || !write_all(fd, "sep=,\n", 6) || !write_all(fd, piece.p, piece.n))
            e = ERR_IO;
        if (!e)
            e = read_rows(fd, b, arena, info);
        if (fd >= 0)
            close(fd);
    }
    return e;
}

static enum err read_range(int fd, struct job_range range, struct alipay_bill *b,
                           struct arena *arena, struct err_info *info)
{
    size_t end = (size_t)range.offset + (size_t)range.length;
    if (range.length == 0)
        return OK;
    void *map = mmap(NULL, end, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return ERR_IO;
    enum err e =
        read_csv(str_n((const char *)map + range.offset, (size_t)range.length), b, arena, info);
    munmap(map, end);
    return e;
}

static size_t choose(const struct job_zip_list *list, int64_t numbers[FILES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < list->n && n < FILES_MAX; i++) {
        const struct job_zip_file *f = &list->files[i];
        if (alipay_bill_is_list(f->name))
            numbers[n++] = f->number;
    }
    return n;
}

static enum err read_files(int zip, int out, struct alipay_bill *b, struct arena *arena,
                           struct err_info *info)
{
    struct job_zip_list list = {0};
    struct job_zip_taken taken[FILES_MAX];
    int64_t numbers[FILES_MAX];
    enum err e = job_zip_list(zip, &list, arena, info);
    if (e)
        return e;
    size_t n = choose(&list, numbers);
    if (n == 0) {
        *info = (struct err_info){.code = ERR_SYNTAX, .text = "an archive without a bill"};
        return ERR_SYNTAX;
    }
    e = job_zip_take(zip, numbers, n, out, ask_is_cut, NULL, taken, info);
    for (size_t i = 0; !e && i < n; i++)
        e = taken[i].err ? taken[i].err : read_range(out, taken[i].range, b, arena, info);
    return e;
}

static enum err read_zip(struct str bytes, struct alipay_bill *b, struct arena *arena,
                         struct err_info *info)
{
    struct arena list;
    int zip = job_temporary(NULL), out = job_temporary(NULL);
    enum err e = zip >= 0 && out >= 0 && write_all(zip, bytes.p, bytes.n) ? OK : ERR_IO;
    arena_init(&list, LIST_ARENA_MAX);
    if (!e)
        e = read_files(zip, out, b, &list, info);
    if (e && info->text)
        info->text = arena_strdup(arena, info->text);
    arena_free(&list);
    if (zip >= 0)
        close(zip);
    if (out >= 0)
        close(out);
    return e == ERR_CLOSED ? ERR_IO : e; /* cut: there is another time */
}

/* --- fetching --- */

static enum err fetch(struct str url, struct pay_line **out, size_t *n, struct arena *arena,
                      struct err_info *info)
{
    struct alipay_bill b = {.arena = arena};
    struct ask_answer a = {0};
    struct ask_request r = {
        .method = "GET",
        .url = url.p,
        .answer_max = PAY_STATEMENT_MAX,
        .deadline_ms = ASK_DOWNLOAD_MS,
    };
    if (!url.n) {
        info->text = "no address of the bill";
        return ERR_IO;
    }
    enum err e = ask_http(&r, &a, arena, info);
    if (!e && a.status != 200) {
        info->text = "the bill cannot be fetched";
        e = ERR_BUSY;
    }
    if (!e)
        e = read_zip(str_n(a.body.p, a.body.n), &b, arena, info);
    ask_answer_free(&a);
    *out = b.lines;
    *n = e ? 0 : b.n;
    return e;
}

/* Of a day without trade there is no bill: but before noon it may be to come. */
static enum err without(const char *day)
{
    int64_t number;
    if (day_read(str_of(day), &number))
        return ERR_INVALID;
    return clock_wall_ms() < day_end_ms(number) + READY_MS ? ERR_AGAIN : OK;
}

enum err alipay_statement(void *conf, const char *day, struct pay_line **out, size_t *n,
                          struct arena *arena, struct err_info *info)
{
    const struct alipay *a = conf;
    json_t *answer, *biz = json_pack("{s:s, s:s}", "bill_type", a->bill_type, "bill_date", day);
    *out = NULL;
    *n = 0;
    enum err e = alipay_call(a, "alipay.data.dataservice.bill.downloadurl.query", biz, STR_NONE,
                             &answer, arena, info);
    json_decref(biz);
    if (alipay_refused_with(e, info, "isp.bill_not_exist") ||
        alipay_refused_with(e, info, "BILL_NOT_EXIST"))
        e = without(day);
    else if (!e)
        e = fetch(provider_text(answer, "bill_download_url", URL_TEXT_MAX, arena), out, n, arena,
                  info);
    json_decref(answer);
    return e;
}
