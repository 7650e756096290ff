/*
 * figures: every number that the town shows of itself has a name, an address and the rows behind
 * it.
 *
 *   counted     a query of a department: how many, of what, as of which moment; its evidence are
 * rows documented  what a paper says: value, paper, scan, officer, and from which day on
 *
 * A department registers its counted figures in a static table; documented ones are rows. Both have
 * the page /figures/NAME?as_of=2026-05-01 (JSON too), may have a goal, and are public or for
 * officers (operators, admins and officers of bodies). A figure that is asked for a past day is
 * counted as of the end of that day from the record itself: rows with the times at which they came
 * and went. Where the record does not reach that far there is no value, and the page says so. What
 * was counted at the end of each day is kept beside that (figure_days): it stays when rows change,
 * and is what the chart draws.
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

/* ---- finding ---- */

/*
 * Of all figures (those of the town as a whole) that this visitor may see: those of which each
 * word, between blanks, is in the name or a title of either language, or is how the Chinese one is
 * read (town/pinyin.h); at most FIGURE_FOUND_MAX, in the list's order. GET /figures?q= is the same.
 */
enum { FIGURE_FOUND_MAX = 20, FIGURE_SEARCH_MAX = 60 };

/* Fills a list as figures_add() does, with "printed" (figures_printed()) for each. */
enum err figures_search(struct req *r, struct view *list, struct str words) MUST_CHECK;

/* All of them that have a value now, for who compares many numbers with them. */
struct figure_known { /* strings in the request's arena or static */
    struct str name, title, unit;
    enum figure_kind kind;
    struct figure_value value;
};
enum err figures_known(struct req *r, struct figure_known **out, size_t *n) MUST_CHECK;

/* ---- freezing: what a letter keeps of a figure that it quotes ---- */

/*
 * A figure as it is at a moment, with what it was counted by and from: kept where somebody answers
 * for a number (a letter at its signing). The same rows give the same hashes in either store.
 *
 *   version_sha256   what it was counted by
 *     counted        "figure-version 1\n", then of its query for the value and of the one for the
 *                    evidence NAME " " TEXT "\n", as they are for SQLite
 *     documented     "figure-paper 1\n" NAME "\n", then ID " " HOLDS_FROM " " RECORDED_AT "\n" of
 *                    the row that holds
 *   evidence_sha256  "figure-evidence 1\n" and a line for each row, in order
 *     counted        ID AT AMOUNT LINK LABEL_ZH LABEL_EN, by rising id
 *     documented     ID HOLDS_FROM RECORDED_AT NUMBER WORDS SOURCE SCAN, newest first
 *
 * A line has blanks between its fields and ends in "\n"; a number is decimal, a text is its length
 * in bytes, ":" and itself, what is missing is "-". Of a figure that is not known there is no row.
 */
enum { FIGURE_SHA256 = 64, FIGURE_FREEZE_STEP = 500, FIGURE_FREEZE_MAX = 500000 };
struct figure_frozen { /* strings in the arena or static */
    enum figure_kind kind;
    struct str name, unit, title_zh, title_en;
    int64_t of;
    bool is_public, is_counted, is_known;
    int64_t number;   /* of a number that is known */
    struct str words; /* of the others */
    int64_t as_of_ms; /* the moment: as asked, or the one that was now */
    char version_sha256[FIGURE_SHA256 + 1], evidence_sha256[FIGURE_SHA256 + 1];
    int64_t evidence_n;   /* rows */
    int64_t evidence_sum; /* of a counted one: of all their amounts, which should be the number */
    bool has_scan;        /* of a documented one: the paper that holds lies there as a scan */
};
/* Of private ones too: who may is the caller's question. as_of_ms: 0 is now. The evidence is walked
 * whole, FIGURE_FREEZE_STEP rows at a time; beyond FIGURE_FREEZE_MAX rows: ERR_LIMIT.
 * ERR_NOT_FOUND: no such figure, or it wants another `of`. Whatever else its queries say. */
enum err figures_freeze(struct db *db, struct arena *arena, struct str name, int64_t of,
                        int64_t as_of_ms, struct figure_frozen *out) MUST_CHECK;

/* The same without walking the evidence, for who only looks: its hash is empty, evidence_n is -1
 * where there is some. */
enum err figures_glance(struct db *db, struct arena *arena, struct str name, int64_t of,
                        int64_t as_of_ms, struct figure_frozen *out) MUST_CHECK;
/* May this visitor see it: ERR_NOT_FOUND, ERR_UNAUTHORIZED, ERR_FORBIDDEN. */
enum err figures_admit(struct req *r, struct str name, int64_t of) MUST_CHECK;

/* ---- quoting ---- */

/*
 * What a quotation with a qualifier claims of a value. Let p be the place of the last digit of the
 * quoted number that is not zero (of 200 it is 100, of 6,000 it is 1,000, of 212 it is 1; of
 * 4.81 km2 it is 0.01 km2).
 *
 *   none             "212"      value = quoted; of larger units see below
 *   over    余       "200余"    quoted < value <= quoted + p/2: nearer to 200 than to 300
 *   nearly  近       "近200"    quoted - p/2 <= value < quoted
 *   about   约       "约6000"   |value - quoted| <= p/2 and <= 5 % of quoted: it rounds to it
 *   around  左右     "20左右"   |value - quoted| <= p and <= 10 % of quoted
 *   least   以上     "200以上"  value >= quoted: with the number itself, as in the Civil Code
 *   no_less 不低于   "不低于12" value >= quoted
 *   no_more 不超过   "不超过12" value <= quoted; so do 以下 and 以内
 *
 * A bound that is no whole number is rounded down. Of a quoted number below zero only "none" can
 * hold; zero has no place, so of it only none, least, no_less and no_more can.
 *
 * A number in a larger unit than the figure's own (平方公里 of square metres, 万元 of fen) without
 * a qualifier is rounded honestly: the value, rounded half up to the printed places, is the
 * quotation, and they differ by no more than 0.5 % of it. 4.81平方公里 holds of 4,809,300 m2, 2亿元
 * does not hold of 2.04亿元. In the figure's own unit it is the value.
 */
enum figure_qualifier {
    QUOTE_EXACT,
    QUOTE_OVER,
    QUOTE_ABOUT,
    QUOTE_AROUND,
    QUOTE_LEAST,
    QUOTE_NO_LESS,
    QUOTE_NEARLY,
    QUOTE_NO_MORE,
};
enum { FIGURE_QUALIFIERS = QUOTE_NO_MORE + 1 };
bool figures_quote_holds(enum figure_qualifier q, int64_t quoted, int64_t value);
const char *figures_qualifier_name(enum figure_qualifier q); /* "exact", "over", … */

/* A quotation as it is printed, read. */
struct figure_quote {
    enum figure_kind kind;
    enum figure_qualifier qualifier; /* of a number */
    int64_t digits;                  /* of a number: its digits without the point */
    int decimals;                    /* how many of them stand behind it */
    int64_t scale;                   /* 万: 10,000; none: 1 */
    int64_t unit_n, unit_d; /* the printed unit in the figure's: 亩 is 2000/3 m2, 元 100 fen */
    uint32_t units;         /* bits of the units that its word fits; 0: it has no word */
    int year, month, day;   /* of a date; 0: not said */
    bool is_this_year;      /* 今年2月23日 */
    struct str words;       /* of a reference: as it was printed */
};

/*
 * Reads what a figure may be quoted as. At most FIGURE_QUOTE_MAX bytes.
 *
 *   a number     "200余家", "约6,000平方米", "1.6万余", "不低于12场", "六大", "at least 12 events"
 *                a qualifier before or after; groups, four decimals; one of 千 万 亿, thousand,
 *                million, billion; Chinese numerals below 10,000; a unit's word
 *   a date       "2021年2月23日", "2021年6月", "2021年", "今年2月23日", "2月23日", "2021-02-23",
 *                "23 February 2021", "June 2021"
 *   a reference  "慈政发〔2020〕25号": a year in brackets and a number
 *
 * ERR_SYNTAX; ERR_LIMIT beyond FIGURE_NUMBER_MAX.
 */
enum { FIGURE_QUOTE_MAX = 60 };
enum err figures_quote_read(struct str text, struct figure_quote *out) MUST_CHECK;
/* The number of a quotation in a figure's unit (fen of yuan; empty: whatever its own is).
 * ERR_INVALID: the unit does not fit; ERR_SYNTAX: it is no whole number of it; ERR_LIMIT. */
enum err figures_quote_number(const struct figure_quote *q, struct str unit,
                              int64_t *number) MUST_CHECK;
/* Both, of what a form has as a number. */
enum err figures_quote_amount(struct str text, struct str unit, enum figure_qualifier *q,
                              int64_t *quoted) MUST_CHECK;

enum figure_verdict {
    QUOTE_HOLDS,
    QUOTE_FAILS,      /* the value does not bear it, or there is none */
    QUOTE_OTHER_UNIT, /* a quotation of something else: another unit, a date of a number */
    QUOTE_UNREAD,
};
const char *figures_verdict_name(enum figure_verdict v); /* "holds", "fails", "unit", "unread" */
/* Whether what is printed holds of a figure's value. A date holds as precisely as it is printed; a
 * reference when it is the same in its proper form (〔〕 for any bracket, no blanks, no 第, no
 * zeros before the number), or its 〔year〕number alone. as_of_day: what "this year" is counted
 * from. */
enum figure_verdict figures_quote_check(struct str text, enum figure_kind kind, struct str unit,
                                        const struct figure_value *value, int64_t as_of_day);
/* The same of one that is read already, as it stands in a text: a reference may have words before
 * it there. */
enum figure_verdict figures_quote_bears(const struct figure_quote *q, enum figure_kind kind,
                                        struct str unit, const struct figure_value *value,
                                        int64_t as_of_day);
/* How a value is printed when nobody says otherwise, in Chinese, with its unit: "212款产品",
 * "4.81平方公里", "830万元", "2021年2月23日"; it holds of the value. Empty when that is not known.
 */
struct str figures_printed(enum figure_kind kind, struct str unit, const struct figure_value *value,
                           struct arena *arena);

/*
 * The numbers, dates and references that somebody typed into a text, in order. Passed over: tokens
 * [[…]]; what only counts or names (一、 （一） 1. at the beginning of a line, 第12条,
 * 十七届五次会议, 14号楼, 329国道, GB/T 9704, 19:30, telephone numbers) or says how long (近三年,
 * 20天). Of Chinese numerals only two or more before a measure word. *at: where to go on, 0 at
 * first. The text is UTF-8; false at its end.
 */
struct figure_typed {
    size_t from, to; /* bytes of the text */
    struct figure_quote quote;
};
bool figures_typed_next(struct str text, size_t *at, struct figure_typed *out);

#endif
