/*
 * What stands inside a template's tags: words, values with filters, arguments, conditions; how they
 * are parsed and what they yield while a template runs. The language is in web/template.h.
 *
 * Parsers return NULL, or what is wrong in a few words; what they make lives in the arena given,
 * and its texts are parts of what was parsed. A town has some ten thousand values: they are kept
 * small.
 */
#ifndef WEB_EXPR_H
#define WEB_EXPR_H

#include "base/arena.h"
#include "base/str.h"
#include "web/i18n.h"
#include "web/view.h"

enum { EXPR_FILTERS_MAX = 4, EXPR_TERMS_MAX = 24, EXPR_ARGS_MAX = 8, EXPR_FRAMES_MAX = 256 };

struct expr_token {
    enum { EXPR_END, EXPR_WORD, EXPR_STRING, EXPR_NUMBER, EXPR_PUNCT, EXPR_BROKEN } kind;
    struct str s;
    int64_t i;
};

enum expr_filter {
    F_TIME,
    F_NUMBER,
    F_DECIMAL,
    F_AMOUNT,
    F_PERCENT,
    F_UPPER,
    F_FIRST,
    F_JSON,
    F_URL,
    F_ASSET
};

struct expr_value { /* "a.b | filter | filter" */
    enum { EXPR_PATH, EXPR_TEXT, EXPR_INT } kind;
    uint8_t filters_n, filters[EXPR_FILTERS_MAX]; /* enum expr_filter */
    struct str text;                              /* the path or the literal */
    int64_t i;
    const char *name;  /* of an argument: name=value */
    const char *style; /* of the filter time */
};

struct expr_term { /* of a condition, in postfix order */
    enum { TERM_VALUE, TERM_NOT, TERM_AND, TERM_OR, TERM_EQ, TERM_NE, TERM_LT, TERM_GT } kind;
    struct expr_value value;
};

struct expr_token expr_token(struct str *rest); /* takes one token off the front */
/* Whether this token comes next; takes it if so. */
bool expr_accept(struct str *rest, int kind, const char *want);
const char *expr_end(struct str rest); /* a fault when anything is left */
const char *expr_parse_value(struct str *rest, struct arena *a, const struct expr_value **out);
const char *expr_parse_args(struct str rest, struct arena *a, const struct expr_value **out,
                            int *n);
const char *expr_parse_condition(struct str rest, struct arena *a, const struct expr_term **out,
                                 int *n);

/* A name that a for or an include has bound; the innermost is last. */
struct expr_frame {
    struct str name;
    struct view value;
    const struct view *item; /* of a for: where it stands in its list, else NULL */
    int64_t index;
};

struct expr_scope {
    const struct view *root;
    enum lang lang;
    struct arena *arena; /* for what filters make */
    int frames_n;
    struct expr_frame frames[EXPR_FRAMES_MAX];
};

/* A missing value is a VIEW_NULL. The node is a copy, its members are the view's own. */
struct view expr_eval(struct expr_scope *s, const struct expr_value *v);
bool expr_test(struct expr_scope *s, const struct expr_term *terms, int n);
struct str expr_text(struct expr_scope *s, const struct view *v); /* as the page says it */

#endif
