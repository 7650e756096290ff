/* What the files of this department share. */
#ifndef TOWN_FIGURES_INTERNAL_H
#define TOWN_FIGURES_INTERNAL_H

#include "town/day.h"
#include "town/figures/figures.h"

/* ---- day.c ---- */

int64_t figures_year_begin_ms(int64_t utc_ms);
struct str figures_day_text(int64_t day, struct arena *arena);

/* ---- figure.c: one figure, whichever kind ---- */

struct figure_any {               /* strings: static, or in the arena it was found with */
    const struct figure *counted; /* or NULL: documented */
    int64_t document;             /* id of its row */
    struct str name, unit, title, how, once;
    enum figure_kind kind;
    bool is_public;
    int64_t of;                       /* 0: of the town */
    struct str subject, subject_link; /* when `of` is set */
};
enum { FIGURES_DOCUMENTS_MAX = 500 };

const struct figure *figures_find(struct str name);
/* By name, in the language of the pages. ERR_NOT_FOUND. */
enum err figure_any_find(struct db *db, enum lang lang, struct str name, struct arena *arena,
                         struct figure_any *out) MUST_CHECK;
void figure_any_counted(const struct figure *f, enum lang lang, struct arena *arena,
                        struct figure_any *out);
void figure_any_document(const struct rows *rs, size_t row, enum lang lang, struct arena *arena,
                         struct figure_any *out);
/* Who may, and of what: ERR_UNAUTHORIZED, ERR_FORBIDDEN, ERR_NOT_FOUND. */
enum err figure_any_admit(struct req *r, struct figure_any *f, int64_t of) MUST_CHECK;
enum err figure_any_value(struct db *db, struct arena *arena, const struct figure_any *f,
                          int64_t as_of_ms, struct figure_value *out) MUST_CHECK;
/* The same as of a moment that is named; is_past: else it is now, which needs no record to reach.
 */
enum err figure_any_value_until(struct db *db, struct arena *arena, const struct figure_any *f,
                                int64_t until_ms, bool is_past,
                                struct figure_value *out) MUST_CHECK;
/* 0: none. */
enum err figure_any_goal(struct db *db, struct arena *arena, const struct figure_any *f,
                         int64_t *goal) MUST_CHECK;
bool figures_is_officer(const struct req *r);
bool figures_name_ok(struct str name);
const char *figures_kind_name(enum figure_kind kind); /* "number", "date", "reference" */
bool figures_kind_read(struct str text, enum figure_kind *out);

/* The arguments of a counted figure's queries; n <= FIGURES_ARGS_MAX. */
enum { FIGURES_ARGS_MAX = 5 };
size_t figures_args(const struct figure *f, int64_t of, int64_t until,
                    struct val out[FIGURES_ARGS_MAX]);

/* ---- quote_read.c, quote_day.c: what stands at the beginning of a text, and is taken off it ----
 */

/* The bits of struct figure_quote.units that a figure's unit has: all of them when it is empty. */
uint32_t figures_unit_bits(struct str unit);
/* With its qualifier, as far as it goes. ERR_SYNTAX: none stands there; ERR_LIMIT. */
enum err figures_take_number(struct str *s, struct figure_quote *q) MUST_CHECK;
/* It says how long: three years, 20 days. */
bool figures_quote_is_time(const struct figure_quote *q);
/* A Chinese numeral of 0 to 9999: how many bytes it is, or 0. */
size_t figures_take_numeral(struct str s, int64_t *out);
bool figures_take_date(struct str *s, struct figure_quote *q);
/* 〔2020〕25号, or 2019〔32号〕: how many bytes, or 0. */
size_t figures_reference_length(struct str s);
/* The digit that stands there, ASCII or full width; *n: its bytes. -1: none. */
int figures_digit(struct str s, size_t at, size_t *n);
enum { FIGURE_FORM_MAX = 4 * FIGURE_WORDS_MAX };
/* A reference in its proper form, for comparing; of what is too long only the beginning. */
struct str figures_reference_form(struct str s, char out[FIGURE_FORM_MAX]);

/* ---- text.c: a number in the town's habit ---- */

/* Members value, text, unit_text, exact, is_scaled of a number. */
void figures_put_number(struct req *r, struct view *v, struct str unit, int64_t number);
struct str figures_number_text(struct req *r, struct str unit, int64_t number); /* with its unit */
/* All of figures/part.html. */
enum err figures_put_any(struct req *r, struct view *v, const struct figure_any *f,
                         int64_t as_of_ms, struct figure_value *value) MUST_CHECK;

/* ---- find.c ---- */

/* All that the visitor may see. */
enum err figures_add_all(struct req *r, struct view *list) MUST_CHECK;

/* ---- chart.c ---- */

struct figures_point {
    int64_t day, value;
};
enum { FIGURES_POINTS_MAX = 92 };
/* A line of days by rising day, with the goal when it is near enough; two points at least. The
 * markup is ours: numbers only. *low and *high: what the frame's edges stand for. */
struct str figures_chart(const struct figures_point *points, size_t n, int64_t goal,
                         struct arena *arena, int64_t *low, int64_t *high);

/* ---- record.c: officers' forms ---- */
handler_fn figures_do_new, figures_do_value, figures_do_goal, figures_page_new, figures_get_scan;

#endif
