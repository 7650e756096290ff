/*
 * certificates: what goods must have to be sold, and who has it. What other departments may call.
 *
 *   a rule     goods of this kind need that type for this market
 *   lacks      what keeps one product from being sold at home: kept in products.lacks, so that an
 *              order reads one column. It is worked out anew when the product is saved, when a
 *              certificate of it changes, and when one runs out.
 *
 * Goods that lack something stand in the hall all the same; they are not sold.
 */
#ifndef TOWN_CERTIFICATES_CERTIFICATES_H
#define TOWN_CERTIFICATES_CERTIFICATES_H

#include "store/writer.h"
#include "town/certificates/certificate_state.h"
#include "town/console/console.h"
#include "town/hall/hall.h"
#include "web/web.h"

extern const struct web_module certificates_module;
extern const struct console_line certificates_lines[];
extern const size_t certificates_lines_n;

enum {
    CERTIFICATE_NUMBER_MAX = 60,
    CERTIFICATE_TEXT_MAX = 300,
    CERTIFICATE_PRODUCTS_MAX = 500,
    CERTIFICATE_DAY = 11, /* "2026-05-01" and a NUL */
};
#define CERTIFICATE_NO_END "9999-12-31"

struct certificate_actor {
    int64_t user; /* 0: the system */
    unsigned as;  /* enum certificate_as */
};

struct certificate_edit {
    int64_t id;      /* 0: new, and then set */
    int64_t version; /* that it began from */
    int64_t organisation;
    struct str type, number, class_, scope;
    struct str issued_on, valid_until; /* "2026-05-01"; valid_until empty: without an end */
    struct str scan, scan_type;        /* an object and its media type, or empty: as it was */
    int64_t replaces;                  /* or 0 */
    const int64_t *products;           /* that it covers; of its organisation */
    size_t products_n;
};

/* Adds (for review; the base and the system issue it valid) or changes. ERR_INVALID with a field,
 * ERR_EXISTS when a valid one of the type has the number, ERR_CONFLICT for another version. */
enum err certificate_save(struct tx *tx, struct certificate_edit *c,
                          struct certificate_actor actor) MUST_CHECK;
/* approve, return, revoke. `version`: the one that was looked at (ERR_CONFLICT when it is another
 * meanwhile); 0: whichever it is. */
enum err certificate_move(struct tx *tx, int64_t id, int64_t version, const char *event,
                          struct str note, struct certificate_actor actor) MUST_CHECK;
/* Goods of the kind, and of those below it, need it for the market from now on. */
enum err certificate_rule_add(struct tx *tx, int64_t kind, const char *type,
                              const char *market) MUST_CHECK;
/* The same of a type by its own market, and without it; goods that stand in the hall are weighed
 * anew. ERR_INVALID for a type that there is not, ERR_EXISTS, ERR_NOT_FOUND. */
enum err certificate_rule_put(struct tx *tx, int64_t kind, struct str type) MUST_CHECK;
enum err certificate_rule_remove(struct tx *tx, int64_t kind, struct str type) MUST_CHECK;
/* Puts rules [{type, name}] of a kind, and types [{type, name}] that it might need besides. */
enum err certificates_put_rules(struct req *r, struct view *v, int64_t kind) MUST_CHECK;
/* Works out anew what the product lacks. */
enum err certificate_weigh(struct tx *tx, int64_t product) MUST_CHECK;
/* Marks those whose last day has passed, some at a time. For writer_every(). */
enum err certificates_expire(struct tx *tx, void *unused) MUST_CHECK;
/* The town's day of an instant. */
void certificate_day(int64_t utc_ms, char out[CERTIFICATE_DAY]);
bool certificate_day_ok(struct str day);

/* What the hall is narrowed by: types of which a product has a valid certificate. */
extern const struct hall_facet certificates_facet;

/* Ties weighing to saved products and expiry to the writer; once, before the writer starts. */
void certificates_start(struct writer *w);

/* Puts certificates [{type, type_name, number, class, valid_until, is_valid}] and lacks [{type,
 * name}] of a product, as anybody may see them. */
enum err certificates_put(struct req *r, struct view *v, int64_t product) MUST_CHECK;

#endif
