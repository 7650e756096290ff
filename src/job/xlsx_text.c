#include "job/xlsx_text.h"

#include <string.h>

#include "base/enc.h"
#include "job/job_sheet.h"

enum { ESCAPE = 7 /* _x000D_ */ };

void xlsx_text_init(struct xlsx_text *t)
{
    *t = (struct xlsx_text){0};
    buf_init(&t->text, JOB_SHEET_CELL_MAX);
}

void xlsx_text_free(struct xlsx_text *t)
{
    buf_free(&t->text);
}

void xlsx_text_begin(struct xlsx_text *t)
{
    buf_clear(&t->text);
    t->text.failed = false;
    t->phonetic = 0;
    t->in_t = false;
}

void xlsx_text_start(struct xlsx_text *t, const char *name)
{
    if (strcmp(name, "rPh") == 0)
        t->phonetic++;
    else if (strcmp(name, "t") == 0)
        t->in_t = true;
}

void xlsx_text_put(struct xlsx_text *t, const char *p, size_t n)
{
    if (t->in_t && t->phonetic == 0)
        buf_put(&t->text, p, n);
}

void xlsx_text_stop(struct xlsx_text *t, const char *name)
{
    if (strcmp(name, "rPh") == 0)
        t->phonetic--;
    else if (strcmp(name, "t") == 0)
        t->in_t = false;
}

/* The character that an escape at p stands for, as UTF-8; 0 when it is none, or no character. */
static size_t escaped(const uint8_t *p, char out[3])
{
    uint8_t code[2];
    if (p[0] != '_' || p[1] != 'x' || p[6] != '_' ||
        enc_unhex(code, sizeof(code), str_n(p + 2, 4)) != OK)
        return 0;
    unsigned c = (unsigned)code[0] << 8 | code[1];
    if (c == 0 || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

void xlsx_unescape(struct buf *text)
{
    char c[3];
    size_t to = 0;
    for (size_t at = 0; at < text->n;) {
        size_t n = text->n - at >= ESCAPE ? escaped(text->p + at, c) : 0;
        if (n == 0) {
            text->p[to++] = text->p[at++];
            continue;
        }
        memcpy(text->p + to, c, n);
        to += n;
        at += ESCAPE;
    }
    text->n = to;
}

bool xlsx_text_end(struct xlsx_text *t, struct str *out)
{
    xlsx_unescape(&t->text);
    *out = t->text.n ? str_n(t->text.p, t->text.n) : STR("");
    return buf_ok(&t->text);
}
