/*
 * Carriers that can be asked: a number for a parcel, and where a parcel is. Which there are says
 * DATA/carriers.json (mode 600), by the carriers' codes; all others are by hand:
 *
 *   {"celadon": {"url": "https://api.celadon.example/v1", "key": "a secret of 16 bytes or more"}}
 *
 *   POST URL/waybills              {"reference":"G1042-1","pieces":3,"receiver":{"name","phone",
 *                                   "address"},"sender":"Celadon Electric"}
 *                                  → {"number":"JD0001234567"}
 *                                  the same reference again is the same number
 *   GET  URL/waybills/NUMBER       → {"traces":[{"at":1764066600,"what":"picked up","end":false}]}
 *                                  at: seconds since 1970; end: it has been delivered
 *
 *   guildhall-time: SECONDS
 *   guildhall-signature: HEX       HMAC-SHA256 under the key of "SECONDS\nMETHOD\nPATH\nBODY"
 *
 * Another carrier's own interface is another pair of functions behind struct gateway. What an
 * answer says is read without I/O (fuzzed). 4xx with {"error":TEXT} is a refusal; whatever else is
 * no answer, and is asked again.
 */
#ifndef TOWN_SHIP_GATEWAY_H
#define TOWN_SHIP_GATEWAY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    GATEWAYS_MAX = 20,
    GATEWAY_CODE_MAX = 16,
    GATEWAY_KEY_MIN = 16,
    GATEWAY_KEY_MAX = 256,
    GATEWAY_URL_MAX = 1000,
    GATEWAY_ANSWER_MAX = 256 * 1024,
    GATEWAY_TRACES_MAX = 200, /* the newest, of a parcel */
    GATEWAY_TEXT_MAX = 200,   /* characters of what happened, or of why not */
    GATEWAY_CALL_MS = 10 * 1000,
};

struct gateway_parcel {
    struct str reference, name, phone, address, sender;
    int64_t pieces;
};

struct gateway_trace {
    int64_t at_ms;
    struct str what;
    bool is_delivery;
};

struct gateway; /* for the life of the process, after gateways_load() */

/* Reads carriers.json, if there is one; before threads. A former list is forgotten. ERR_INVALID,
 * ERR_SYNTAX, ERR_FORBIDDEN with info->field and text. */
enum err gateways_load(const char *data_dir, struct arena *arena, struct err_info *info) MUST_CHECK;
void gateways_free(void);
const struct gateway *gateway_of(struct str carrier); /* NULL: by hand */

/* Blocking. ERR_CONFLICT: refused, info->text says why; ERR_NOT_FOUND (of traces): it knows no such
 * number yet; any other error: no answer. Strings in the arena. */
enum err gateway_waybill(const struct gateway *g, const struct gateway_parcel *p,
                         struct str *number, struct arena *arena, struct err_info *info) MUST_CHECK;
enum err gateway_traces(const struct gateway *g, struct str number, struct gateway_trace **out,
                        size_t *n, struct arena *arena, struct err_info *info) MUST_CHECK;

/* --- gateway_read.c: without I/O. ERR_SYNTAX for what is not as above. --- */

enum err gateway_read_number(struct str body, struct str *number, struct arena *arena) MUST_CHECK;
enum err gateway_read_traces(struct str body, struct gateway_trace **out, size_t *n,
                             struct arena *arena) MUST_CHECK;
/* Of a refusal; a text of ours when it says nothing that can be shown. */
struct str gateway_read_error(struct str body, struct arena *arena);

#endif
