#include "town/ical.h"

#include <time.h>

enum { FOLD = 75 /* octets of a line, section 3.1 */ };

/* A content line, folded between characters: a further line begins with a blank, which counts. */
static void put_line(struct buf *b, struct str line)
{
    size_t room = FOLD;
    while (line.n > room) {
        size_t n = room;
        while (n > 1 && ((uint8_t)line.p[n] & 0xC0) == 0x80)
            n--;
        buf_put(b, line.p, n);
        buf_z(b, "\r\n ");
        line = str_slice(line, n, line.n);
        room = FOLD - 1;
    }
    buf_put(b, line.p, line.n);
    buf_z(b, "\r\n");
}

/* Section 3.3.11: backslash, semicolon, comma and line ends are escaped. */
static void put_text(struct buf *b, const char *name, struct str text)
{
    struct buf line;
    buf_init(&line, 4096);
    buf_printf(&line, "%s:", name);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' || c == ';' || c == ',')
            buf_z(&line, "\\");
        if (c == '\n')
            buf_z(&line, "\\n");
        else if ((uint8_t)c >= ' ')
            buf_put(&line, &c, 1);
    }
    put_line(b, str_n(line.p, line.n));
    buf_free(&line);
}

static void put_stamp(struct buf *b, const char *name, int64_t utc_ms)
{
    time_t s = (time_t)(utc_ms / 1000);
    struct tm tm;
    char text[24];
    gmtime_r(&s, &tm);
    strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
    buf_printf(b, "%s:%s\r\n", name, text);
}

void ical_begin(struct buf *b, const char *product, struct str name)
{
    buf_printf(b,
               "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Guildhall//%s//EN\r\n"
               "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
               product);
    put_text(b, "X-WR-CALNAME", name);
}

void ical_end(struct buf *b)
{
    buf_z(b, "END:VCALENDAR\r\n");
}

void ical_event(struct buf *b, const struct ical_event *e)
{
    buf_printf(b, "BEGIN:VEVENT\r\nUID:%.*s@guildhall\r\n", STR_ARG(e->uid));
    put_stamp(b, "DTSTAMP", e->changed_ms);
    put_stamp(b, "LAST-MODIFIED", e->changed_ms);
    put_stamp(b, "DTSTART", e->starts_ms);
    put_stamp(b, "DTEND", e->ends_ms);
    put_text(b, "SUMMARY", e->summary);
    put_text(b, "LOCATION", e->place);
    if (e->about.n)
        put_text(b, "DESCRIPTION", e->about);
    buf_printf(b, "STATUS:%s\r\n", e->is_tentative ? "TENTATIVE" : "CONFIRMED");
    if (e->url.n) { /* not a text: nothing in it is escaped */
        struct buf line;
        buf_init(&line, 4096);
        buf_printf(&line, "URL:%.*s", STR_ARG(e->url));
        put_line(b, str_n(line.p, line.n));
        buf_free(&line);
    }
    buf_z(b, "END:VEVENT\r\n");
}

enum err ical_reply(struct req *r, struct buf *b)
{
    struct block *body = buf_ok(b) ? block_copy(b->p, b->n) : NULL;
    buf_free(b);
    if (!body)
        return ERR_NOMEM;
    reply_body(r, "text/calendar; charset=utf-8", body, 0);
    return OK;
}
