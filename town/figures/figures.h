/*
 * figures: every number that the town shows of itself has a name, an address and the rows behind
 * it.
 *
 *   counted     a query of a department: how many, of what, as of which moment; its evidence are
 * rows documented  what a paper says: value, paper, scan, officer, and from which day on
 *
 * A department registers its counted figures in a static table; documented ones are rows. Both have
 * the page /figures/NAME?as_of=2026-05-01 (JSON too), may have a goal, and are public or for
 * officers (operators and admins). A figure that is asked for a past day is counted as of the end
 * of that day from the record itself: rows with the times at which they came and went. Where the
 * record does not reach that far there is no value, and the page says so. What was counted at the
 * end of each day is kept beside that (figure_days): it stays when rows change, and is what the
 * chart draws.
 */
#ifndef TOWN_FIGURES_FIGURES_H
#define TOWN_FIGURES_FIGURES_H

#include "store/writer.h"
#include "web/web.h"

enum {
    FIGURE_NAME_MAX = 40, /* a-z 0-9 _, beginning with a letter */
    FIGURE_TITLE_MAX = 60,
    FIGURE_ABOUT_MAX = 400,
    FIGURE_WORDS_MAX = 120, /* a reference, the name of a paper, the name of a scan */
    FIGURE_ROWS = 50,       /* of the evidence, on one page */
    FIGURE_TABLES_MAX = 32,
};
#define FIGURE_NUMBER_MAX INT64_C(1000000000000000) /* 10^15: ten trillion yuan in fen */

extern const struct web_module figures_module;

/* ---- counted figures: what a department registers ---- */

/*
 * Queries get, in this order and only as far as they apply: of, from, until; the evidence then
 * after and most.
 *
 *   of     id of what the figure is about, when `subject` is set
 *   from   the first moment of the year of the day, when is_yearly
 *   until  the moment as of which is counted
 *
 * value     → value
 * evidence  → id (rising, > after), link (a path of this site, or NULL), label_zh, label_en, at
 * (when it began to count), amount (what it adds to the value). All amounts together are the value.
 *           Of a public figure nothing here is personal data.
 * reach     (of) → at: the first moment of which the record knows, or NULL
 *
 * Its texts in locales/ are figures.NAME (its title), figures.NAME_how (how it is counted) and
 * figures.NAME_once (what counts once: the id of a row of the evidence, in words).
 */
struct figure {
    const char *name;
    const char *unit; /* locales/: figures.unit_UNIT; "fen" is money */
    bool is_public;
    bool is_yearly;
    const struct query *value, *evidence, *reach;
    /* Set for a figure of something (a show, a factory), which ?of=ID names: puts what that is
     * called and where it is, or refuses: ERR_NOT_FOUND, ERR_FORBIDDEN. It alone decides who may.
     */
    enum err (*subject)(struct req *r, int64_t of, struct str *label, struct str *link);
};

/* The table stays the caller's and outlives the program's work. Before the first request. */
void figures_register(const struct figure *table, size_t n);
size_t figures_counted(void); /* how many are registered, and each of them */
const struct figure *figures_at(size_t i);
/* Before the writer's first command: registers what counts each day. */
void figures_start(struct writer *w);
/* Forgets the tables, for tests. */
void figures_stop(void);

/* ---- documented figures, and goals: inside the writer's transaction ---- */

enum figure_kind { FIGURE_NUMBER, FIGURE_DATE, FIGURE_REFERENCE };

struct figure_document {
    struct str name;
    enum figure_kind kind;
    struct str unit; /* of a number: as of a counted figure; else empty */
    struct str title_zh, title_en, about_zh, about_en;
    bool is_public;
};
/* ERR_EXISTS when the name is taken, by a counted figure too. ERR_INVALID with its field. */
enum err figures_document(struct tx *tx, const struct figure_document *d) MUST_CHECK;

struct figure_statement {
    struct str name;
    int64_t number;                    /* of a number */
    struct str words;                  /* of a date: 2021-02-23; of a reference: itself */
    struct str holds_from;             /* a day, 2021-02-23 */
    struct str source;                 /* the paper */
    struct str scan_name, scan_sha256; /* both or neither; 64 hex characters */
    int64_t officer_id;                /* 0: the town's founding data */
};
/* ERR_NOT_FOUND when no documented figure has that name. ERR_INVALID with its field. */
enum err figures_state(struct tx *tx, const struct figure_statement *s) MUST_CHECK;

/* goal: 1 to FIGURE_NUMBER_MAX, in the figure's unit. ERR_NOT_FOUND. ERR_INVALID of a figure that
 * is no number. */
enum err figures_set_goal(struct tx *tx, struct str name, int64_t goal, struct str source,
                          int64_t officer_id) MUST_CHECK;

/* Writes the value at the end of each day that has passed and is not written yet, of every counted
 * figure without a subject, as far back as the record reaches and FIGURE_DAYS_BACK; at most `most`
 * of them. Twice or on many nodes it writes once. *left: there is more to do. */
enum { FIGURE_DAYS_BACK = 400 };
enum err figures_take_days(struct tx *tx, int most, bool *left) MUST_CHECK;

/* ---- asking ---- */

struct figure_value { /* strings in the arena */
    enum figure_kind kind;
    bool is_known;    /* else the record does not reach that far, or nothing is documented */
    int64_t number;   /* of a number */
    struct str words; /* of the others */
    int64_t reach_ms; /* the first moment that the record knows of; 0: of none, or not asked */
};
/* As of a moment; 0: now. `of`: 0, or of what. ERR_NOT_FOUND: no such figure. */
enum err figures_value(struct db *db, struct arena *arena, struct str name, int64_t of,
                       int64_t as_of_ms, struct figure_value *out) MUST_CHECK;

/* For a page of another department: fills an object with the figure as of now, as figures/part.html
 * wants it: {name, title, kind, unit, value, text, unit_text, exact, goal, href}. ERR_NOT_FOUND: no
 * such figure; ERR_UNAUTHORIZED, ERR_FORBIDDEN: not for this visitor. */
enum err figures_put(struct req *r, struct view *object, const char *name, int64_t of) MUST_CHECK;

/* Adds it to a list, as figures_put(); one that is missing or not for this visitor is left out. */
enum err figures_add(struct req *r, struct view *list, const char *name) MUST_CHECK;

/* As figures_add(), with how it went: trend {svg (a line of days), days, before (what it was at the
 * beginning), change, change_text ("+12"), week, week_text (the change of the last seven days)}; no
 * trend while fewer than two days are known. */
enum err figures_add_trend(struct req *r, struct view *list, const char *name, int days) MUST_CHECK;

/* ---- quoting ---- */

/*
 * What a quotation with a qualifier claims of a value. Let p be the place of the last digit of the
 * quoted number that is not zero (of 200 it is 100, of 6,000 it is 1,000, of 212 it is 1).
 *
 *   none           "212"      value = quoted
 *   over    余     "200余"    quoted < value <= quoted + p/2: more than 200, and not nearer to 300
 *   about   约     "约6000"   |value - quoted| <= p/2 and <= 5 % of quoted: it rounds to the
 * quotation around  左右   "20左右"   |value - quoted| <= p and <= 10 % of quoted least   以上
 * "200以上"  value >= quoted: the number itself is included, as the Civil Code has it no_less
 * 不低于 "不低于12" value >= quoted
 *
 * A bound that is no whole number is rounded down. Of a quoted number below zero only "none" can
 * hold; zero has no place, so of it only none, least and no_less can.
 */
enum figure_qualifier {
    QUOTE_EXACT,
    QUOTE_OVER,
    QUOTE_ABOUT,
    QUOTE_AROUND,
    QUOTE_LEAST,
    QUOTE_NO_LESS,
};
bool figures_quote_holds(enum figure_qualifier q, int64_t quoted, int64_t value);

/* Reads "200余", "约6,000", "1.6万余", "不低于12", "over 200", "at least 12": a qualifier before or
 * after a number, which may have groups, two decimals and one of 千 万 亿, thousand, million.
 * hundredths: the number is wanted in hundredths (fen of yuan). At most FIGURE_QUOTE_MAX bytes.
 * ERR_SYNTAX; ERR_LIMIT beyond FIGURE_NUMBER_MAX. */
enum { FIGURE_QUOTE_MAX = 60 };
enum err figures_quote_read(struct str text, bool hundredths, enum figure_qualifier *q,
                            int64_t *quoted) MUST_CHECK;
const char *figures_qualifier_name(enum figure_qualifier q); /* "exact", "over", … */

#endif
