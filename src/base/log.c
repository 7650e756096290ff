#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static _Atomic int minimum = LOG_INFO;
static _Atomic int out_fd = 2;
static const char *const level_names[] = {"debug", "info", "warn", "error", "none"};

struct line {
    char text[LOG_LINE_MAX];
    size_t n;
};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&minimum, level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&minimum, memory_order_relaxed);
}

enum err log_level_parse(struct str s, enum log_level *out)
{
    for (int i = 0; i <= LOG_NONE; i++)
        if (str_eq_z(s, level_names[i])) {
            *out = (enum log_level)i;
            return OK;
        }
    return ERR_INVALID;
}

void log_set_fd(int fd)
{
    atomic_store(&out_fd, fd);
}

static void put(struct line *l, const char *p, size_t n)
{
    size_t room = sizeof(l->text) - 1 - l->n; /* one byte stays for the newline */
    if (n > room)
        n = room;
    memcpy(l->text + l->n, p, n);
    l->n += n;
}

static bool is_plain(struct str s)
{
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
            return false;
    }
    return true;
}

static void put_quoted(struct line *l, struct str s)
{
    put(l, "\"", 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char esc[5];
        if (c == '"' || c == '\\')
            put(l, esc, (size_t)snprintf(esc, sizeof(esc), "\\%c", c));
        else if (c < ' ' || c == 0x7F)
            put(l, esc, (size_t)snprintf(esc, sizeof(esc), "\\x%02x", c));
        else
            put(l, s.p + i, 1);
    }
    put(l, "\"", 1);
}

static void put_time(struct line *l)
{
    int64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm;
    char text[40];
    gmtime_r(&seconds, &tm);
    size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    put(l, text, n);
    put(l, text, (size_t)snprintf(text, sizeof(text), ".%03dZ", (int)(now_ms % 1000)));
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    if (level < log_get_level() || level >= LOG_NONE)
        return;
    struct line line = {.n = 0};
    char number[32];
    put_time(&line);
    put(&line, " ", 1);
    put(&line, level_names[level], strlen(level_names[level]));
    put(&line, " ", 1);
    put(&line, event, strlen(event));
    for (size_t i = 0; i < n; i++) {
        put(&line, " ", 1);
        put(&line, fields[i].key, strlen(fields[i].key));
        put(&line, "=", 1);
        if (fields[i].kind == LOG_INT)
            put(&line, number,
                (size_t)snprintf(number, sizeof(number), "%lld", (long long)fields[i].i));
        else if (is_plain(fields[i].s))
            put(&line, fields[i].s.p, fields[i].s.n);
        else
            put_quoted(&line, fields[i].s);
    }
    line.text[line.n++] = '\n';
    ssize_t ignored = write(atomic_load(&out_fd), line.text, line.n);
    (void)ignored; /* a log that cannot be written has nowhere to say so */
}
