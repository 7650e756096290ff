/*
 * factories: organisations that make goods, from their registration by their own people through the
 * base's review; who acts for them; and their contacts. What other departments may call.
 *
 * A factory is an organisation of people (id, names, what it makes) with an entry here: its unified
 * social credit code, address, contact and the scan of its licence. Contact and phone are sealed
 * (store/seal.h), shown masked, and opened by the base for a purpose that is written down with who
 * and when.
 */
#ifndef TOWN_FACTORIES_FACTORIES_H
#define TOWN_FACTORIES_FACTORIES_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "web/web.h"

extern const struct web_module factories_module;
extern const struct figure factories_figures[];
extern const size_t factories_figures_n;
extern const struct console_line factories_lines[];
extern const size_t factories_lines_n;

/* ---- the unified social credit code (GB 32100-2015) ----
 *
 *   9 1 330282 MA2ABCDE1 K
 *   │ │ │      │         └ check character
 *   │ │ │      └ the body's own 9
 *   │ │ └ where it is registered, 6 digits
 *   │ └ what it is  └ by whom it is registered
 *
 * Characters are 0-9 and A-Z without I, O, S, V, Z, with values 0 to 30. The check character makes
 * the sum of value × 3^i mod 31 over i = 0 … 17 a multiple of 31 (its own weight being 1).
 */
enum { FACTORY_CODE_CHARS = 18 };
enum factory_code_fault {
    CODE_RIGHT,
    CODE_LENGTH,    /* not 18: *where is how many */
    CODE_CHARACTER, /* *where, from 1, is none that may stand there */
    CODE_CHECK,     /* the last one does not fit the others */
};
enum factory_code_fault factories_code_check(struct str code, int64_t *where);
/* The check character of the first 17, which must be right; NUL when one is not. */
char factories_code_last(const char first[FACTORY_CODE_CHARS - 1]);
/* As it is kept: capital letters, without spaces around and between. */
struct str factories_code_tidy(struct str typed, struct arena *arena);

/* ---- an entry ---- */

enum factory_field {
    FACTORY_NAME_ZH,
    FACTORY_NAME_EN,
    FACTORY_CODE,
    FACTORY_ABOUT_ZH, /* what it makes */
    FACTORY_ABOUT_EN,
    FACTORY_ADDRESS,
    FACTORY_CONTACT, /* a person's name */
    FACTORY_PHONE,
    FACTORY_SCAN, /* name of the licence's scan */
    FACTORY_FIELDS
};
struct factory_entry {
    struct str at[FACTORY_FIELDS];
    struct str scan_sha256; /* 64 hex characters, with FACTORY_SCAN */
    struct str slug;        /* for a new one; empty: made of the English name */
};

enum factory_as { /* bits: what somebody is to a factory */
                  FACTORY_AS_OWNER = 1,
                  FACTORY_AS_CLERK = 2,
                  FACTORY_AS_OPERATOR = 4,
                  FACTORY_AS_SYSTEM = 8,
};
struct factory_actor {
    int64_t user_id; /* 0: the system */
    unsigned as;     /* enum factory_as */
};

/* Inside the writer's transaction. Refusals name the field. */

/* A draft of `owner` (0: of nobody yet), who becomes its owner and a factory's user. Names are
 * needed, the rest may come later. ERR_INVALID, ERR_EXISTS (code, slug), ERR_CONFLICT when the
 * owner acts for another organisation. */
enum err factories_register(struct tx *tx, const struct factory_entry *f, int64_t owner,
                            int64_t *id) MUST_CHECK;
/* Saves what differs; an empty contact, phone or scan stays what it is. `version` is the one that
 * was read: ERR_CONFLICT when somebody saved meanwhile. ERR_FORBIDDEN when the state does not let
 * `actor` edit, or change a name, the code or the scan. */
enum err factories_save(struct tx *tx, int64_t id, int64_t version, const struct factory_entry *f,
                        struct factory_actor actor) MUST_CHECK;
/* An event of the table in state.h: "submit", "approve", "return" … with a note where it is needed.
 * ERR_CONFLICT, ERR_FORBIDDEN; ERR_INVALID with the first field that is missing. */
enum err factories_move(struct tx *tx, int64_t id, int64_t version, const char *event,
                        struct str note, struct factory_actor actor) MUST_CHECK;
/* Who must know in the same transaction that it is in another state; one, before the writer runs.
 */
typedef enum err factories_moved_fn(struct tx *tx, int64_t organisation);
void factories_on_moved(factories_moved_fn *fn);

/* May this organisation put products into the hall: is it approved. One without an entry may not.
 */
enum err factories_may_publish(struct db *db, struct arena *arena, int64_t organisation,
                               bool *may) MUST_CHECK;
enum err factories_is_suspended(struct db *db, struct arena *arena, int64_t organisation,
                                bool *is) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum { FACTORIES_CHECK_SAYS = 20 };
enum err factories_check(struct db *db, struct arena *arena,
                         void (*say)(void *arg, const char *line), void *arg,
                         int *violations) MUST_CHECK;

#endif
