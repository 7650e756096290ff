/*
 * Log lines: one line an event, `key=value` pairs (logfmt), written whole with one write(2):
 *
 *   2026-05-01T08:00:00.123Z info rtmp.refused addr=10.0.0.7:50122 stream=show-3 why=forbidden
 *
 * Event names are `area.what_happened`. Values that need it are quoted and escaped, so a hostile
 * value cannot forge a line. Never pass a secret (keys, tokens, passwords, phone numbers).
 * Thread safe. A line over LOG_LINE_MAX is cut.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_NONE };
enum { LOG_LINE_MAX = 2048 };

struct log_field {
    const char *key;
    enum { LOG_STR, LOG_INT } kind;
    struct str s;
    int64_t i;
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
enum err log_level_parse(struct str s, enum log_level *out) MUST_CHECK;
void log_set_fd(int fd); /* default 2 */
void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#define L_Z(k, z) ((struct log_field){.key = (k), .kind = LOG_STR, .s = str_of(z)})
#define L_S(k, v) ((struct log_field){.key = (k), .kind = LOG_STR, .s = (v)})
#define L_I(k, v) ((struct log_field){.key = (k), .kind = LOG_INT, .i = (int64_t)(v)})
#define L_ERR(e) ((struct log_field){.key = "err", .kind = LOG_STR, .s = str_of(err_name(e))})

/* LOG(INFO, "http.listening", L_Z("addr", text), L_I("loops", n)); */
#define LOG(level, event, ...)                                                                     \
    do {                                                                                           \
        if (LOG_##level >= log_get_level()) {                                                      \
            const struct log_field fields_[] = {__VA_ARGS__};                                      \
            log_event(LOG_##level, (event), fields_, sizeof(fields_) / sizeof(fields_[0]));        \
        }                                                                                          \
    } while (0)

#endif
