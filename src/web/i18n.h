/*
 * Texts for people: locales/zh-CN.json and locales/en.json, and a department's own beside its pages
 * (town/hall/locales/en.json), flat "key": "text with {name}". They are checked at build time
 * (script/lint): same keys, same placeholders. "{count|one=…|other=…}" picks a plural form in
 * English; Chinese has one form. A form may hold placeholders of its own:
 * "{count|one=one viewer|other={count} viewers}".
 */
#ifndef WEB_I18N_H
#define WEB_I18N_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum lang { LANG_ZH, LANG_EN, LANG_COUNT_ };

enum { I18N_ZONE_MS = 8 * 3600 * 1000 }; /* the town's zone: UTC+8, no summer time */

struct i18n_arg {
    const char *name;
    struct str value;
};

enum err i18n_load(struct arena *arena, struct err_info *info) MUST_CHECK; /* from the resources */
/* One language from JSON text alone; replaces what was loaded. Before any thread starts. */
enum err i18n_load_json(enum lang lang, struct str json, struct arena *arena,
                        struct err_info *info) MUST_CHECK;
void i18n_free(void);
bool i18n_has(enum lang lang, struct str key);
/* Walks the keys of a language in no order: start with *at = 0; false at the end. */
bool i18n_next(enum lang lang, size_t *at, struct str *key);
/* The text, or the key itself when it is missing (logged once). */
struct str i18n_text(enum lang lang, struct str key, const struct i18n_arg *args, size_t n,
                     struct arena *arena);
/* The two languages disagree: a key or a placeholder only one of them has. `say` gets a line for
 * each; returns how many. */
int i18n_check(void (*say)(void *arg, const char *line), void *arg, struct arena *arena);
const char *lang_tag(enum lang lang); /* "zh-CN", "en" */
/* Best of Accept-Language (RFC 9110 section 12.5.4); Chinese when nothing fits. */
enum lang lang_negotiate(struct str accept_language);
bool lang_parse(struct str tag, enum lang *out);

/* Formats in the visitor's habit. Money without needless zeros: ¥69, ¥69.50. */
struct str i18n_money(enum lang lang, int64_t minor, struct str currency, struct arena *arena);
/* For columns: grouped, always with the minor unit, without a symbol: 1,234.00, −0.50. */
struct str i18n_amount(int64_t minor, struct str currency, struct arena *arena);
int i18n_currency_digits(struct str currency); /* digits of the minor unit: 2, or 0 (JPY, KRW) */
/* Styles: "datetime" (default), "date", "date_long" (no month is shortened), "day" (with the
 * weekday, no year), "hm", "iso" (UTC, for <time datetime>), "seconds" (UTC, for scripts). */
struct str i18n_time(enum lang lang, int64_t utc_ms, const char *style, struct arena *arena);
struct str i18n_number(enum lang lang, int64_t n, struct arena *arena); /* 12,345 */

#endif
