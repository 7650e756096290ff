/* Reading a register: titles, rows, and what is wrong with them. */
#include "town/letters/intake.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "job/job_sheet.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/intake_words.h"

enum {
    TITLE_LOOKS = 10,
    NAME_MAX_CHARS = 40,
    SERIAL_EPOCH = 25569,      /* 1 January 1970 as spreadsheets count days */
    SERIAL_MIN = SERIAL_EPOCH, /* what is typed begins there, too */
    SERIAL_MAX = 80000,
    TITLE_BYTES = 60,
    ROW_ARENA_MAX = 4 * 1024 * 1024,
};

const char *const intake_fields[INTAKE_FIELDS] = {
    "number", "title",    "text",     "deputies", "group",  "lead",  "co",
    "class",  "received", "assigned", "sent",     "rating", "public"};

struct reading {
    struct db *db;
    struct arena *arena;
    struct intake *out;
    int64_t session, today;
    int at[INTAKE_FIELDS]; /* columns, 0: there is none */
    struct rows bodies, classes;
    bool *taken; /* numbers, to LETTERS_NUMBER_MAX */
    size_t bytes;
};

static void problem(struct reading *w, int64_t row, int field, const char *key, struct str value)
{
    if (w->out->problems_n == INTAKE_PROBLEMS_MAX) {
        w->out->more = true;
        return;
    }
    w->out->problems[w->out->problems_n++] = (struct intake_problem){
        row, field, key, arena_str(w->arena, str_head(value, LETTERS_NAME_MAX))};
}

/* --- days --- */

static bool number_at(struct str s, size_t *at, int64_t *out)
{
    size_t from = *at;
    int64_t n = 0;
    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - from < 5)
        n = n * 10 + (s.p[(*at)++] - '0');
    *out = n;
    return *at > from;
}

/* Skips one of the marks that stand between year, month and day. */
static bool mark_at(struct str s, size_t *at)
{
    for (size_t i = 0; i < sizeof(day_marks) / sizeof(day_marks[0]); i++) {
        size_t n = strlen(day_marks[i]);
        if (*at + n <= s.n && memcmp(s.p + *at, day_marks[i], n) == 0) {
            *at += n;
            return true;
        }
    }
    return false;
}

enum err intake_day(struct str text, int64_t *day)
{
    struct str s = str_trim(text);
    int64_t year, month, d;
    size_t at = 0;
    char proper[DAY_TEXT + 32];
    ptrdiff_t time = str_find(s, 'T');
    if (time > 0)
        s = str_slice(s, 0, (size_t)time);
    if (s.n == 0 || s.n > INTAKE_DAY_CHARS || !number_at(s, &at, &year))
        return ERR_SYNTAX;
    if (at == s.n) { /* a spreadsheet's own number */
        *day = year - SERIAL_EPOCH;
        return year >= SERIAL_MIN && year <= SERIAL_MAX ? OK : ERR_SYNTAX;
    }
    if (!mark_at(s, &at) || !number_at(s, &at, &month) || !mark_at(s, &at) ||
        !number_at(s, &at, &d))
        return ERR_SYNTAX;
    struct str rest = str_slice(s, at, s.n);
    if (rest.n && !str_eq_z(rest, DAY_END))
        return ERR_SYNTAX;
    int n = snprintf(proper, sizeof(proper), "%04lld-%02lld-%02lld", (long long)year,
                     (long long)month, (long long)d);
    return day_read(str_n(proper, (size_t)n), day);
}

/* --- titles --- */

/* Titles are set with blanks between their characters, wide ones too. */
static bool is_titled(struct str text, const char *title)
{
    static const char wide[] = "\xE3\x80\x80"; /* U+3000 */
    char plain[TITLE_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < sizeof(plain);) {
        bool is_wide = str_starts(str_slice(text, i, text.n), wide);
        bool is_blank = is_wide || strchr(" \t\r\n", text.p[i]);
        if (!is_blank)
            plain[n++] = text.p[i];
        i += is_wide ? sizeof(wide) - 1 : 1;
    }
    return n < sizeof(plain) && str_ieq_z(str_n(plain, n), title);
}

static int column_of(const struct job_row *row, enum intake_field f)
{
    for (int k = 0; k < TITLES_EACH && titles[f][k]; k++)
        for (size_t i = 0; i < row->n; i++)
            if (is_titled(row->cells[i].text, titles[f][k]))
                return row->cells[i].column;
    return 0;
}

static bool take_titles(struct reading *w, const struct job_row *row)
{
    for (int f = 0; f < INTAKE_FIELDS; f++)
        w->at[f] = column_of(row, (enum intake_field)f);
    return w->at[INTAKE_NUMBER] && w->at[INTAKE_TITLE] && w->at[INTAKE_DEPUTIES];
}

static struct str cell(const struct reading *w, const struct job_row *row, enum intake_field f)
{
    for (size_t i = 0; w->at[f] && i < row->n; i++)
        if (row->cells[i].column == w->at[f])
            return str_trim(row->cells[i].text);
    return STR("");
}

/* --- one row --- */

/* Cuts at any of 、 ， ； , ; and line breaks. */
static struct str next_name(struct str *rest)
{
    static const char *const marks[] = {"、", "，", "；", ",", ";", "\n"};
    size_t cut = rest->n, mark = 0;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t n = strlen(marks[i]);
        for (size_t at = 0; at + n <= rest->n && at < cut; at++)
            if (memcmp(rest->p + at, marks[i], n) == 0) {
                cut = at;
                mark = n;
            }
    }
    struct str name = str_trim(str_slice(*rest, 0, cut));
    *rest = str_slice(*rest, cut + mark, rest->n);
    return name;
}

static void read_deputies(struct reading *w, struct intake_row *r, struct str text,
                          struct str group)
{
    struct str rest = text;
    while (rest.n) {
        struct str name = next_name(&rest);
        if (name.n == 0)
            continue;
        if (r->s.deputies_n == LETTERS_DEPUTIES_MAX || str_characters(name) > NAME_MAX_CHARS) {
            problem(w, r->at, INTAKE_DEPUTIES, "letters.import_deputies", name);
            return;
        }
        r->s.deputies[r->s.deputies_n++] =
            (struct letters_deputy){arena_str(w->arena, name), arena_str(w->arena, group), STR("")};
    }
    if (r->s.deputies_n == 0)
        problem(w, r->at, INTAKE_DEPUTIES, "letters.import_missing", STR(""));
}

static int64_t body_of(const struct reading *w, struct str name)
{
    for (size_t i = 0; i < w->bodies.n; i++)
        if (str_eq(row_str(&w->bodies, i, "name_zh"), name) ||
            str_ieq(row_str(&w->bodies, i, "name_en"), name) ||
            str_eq(row_str(&w->bodies, i, "short"), name))
            return row_int(&w->bodies, i, "id");
    return 0;
}

static void read_bodies(struct reading *w, struct intake_row *r, const struct job_row *row)
{
    struct str lead = cell(w, row, INTAKE_LEAD), rest = cell(w, row, INTAKE_CO);
    if (lead.n && !(r->lead = body_of(w, lead)))
        problem(w, r->at, INTAKE_LEAD, "letters.import_body", lead);
    while (rest.n) {
        struct str name = next_name(&rest);
        int64_t body = name.n ? body_of(w, name) : 0;
        bool twice = body == r->lead;
        for (size_t i = 0; i < r->co_n; i++)
            twice |= r->co[i] == body;
        if (name.n && (!body || twice || r->co_n + 1 >= LETTERS_HANDLERS_MAX))
            problem(w, r->at, INTAKE_CO, "letters.import_body", name);
        else if (name.n)
            r->co[r->co_n++] = body;
    }
}

static void read_class(struct reading *w, struct intake_row *r, struct str text)
{
    struct str code =
        str_ends(text, CLASS_END) ? str_slice(text, 0, text.n - (sizeof(CLASS_END) - 1)) : text;
    for (size_t i = 0; i < w->classes.n; i++)
        if (str_eq(row_str(&w->classes, i, "code"), code) ||
            str_eq(row_str(&w->classes, i, "name_zh"), text) ||
            str_ieq(row_str(&w->classes, i, "name_en"), text))
            r->class_id = row_int(&w->classes, i, "id");
    if (text.n && !r->class_id)
        problem(w, r->at, INTAKE_CLASS, "letters.import_class", text);
}

static void read_rating(struct reading *w, struct intake_row *r, struct str text)
{
    for (size_t i = 0; i < sizeof(ratings) / sizeof(ratings[0]); i++)
        if (str_eq_z(text, ratings[i].zh) || str_ieq_z(text, ratings[i].name))
            r->rating = ratings[i].name;
    if (text.n && !r->rating)
        problem(w, r->at, INTAKE_RATING, "letters.import_rating", text);
}

static void read_public(struct reading *w, struct intake_row *r, struct str text)
{
    for (size_t i = 0; i < sizeof(publics) / sizeof(publics[0]); i++)
        if (str_ieq_z(text, publics[i].text)) {
            r->s.is_public = publics[i].is;
            return;
        }
    if (text.n)
        problem(w, r->at, INTAKE_PUBLIC, "letters.import_public", text);
}

static int64_t read_day(struct reading *w, struct intake_row *r, const struct job_row *row,
                        enum intake_field f)
{
    struct str text = cell(w, row, f);
    int64_t day = 0;
    if (text.n && (intake_day(text, &day) || day > w->today)) {
        problem(w, r->at, (int)f, "letters.import_day", text);
        return 0;
    }
    return day;
}

static void read_days(struct reading *w, struct intake_row *r, const struct job_row *row)
{
    int64_t received = read_day(w, r, row, INTAKE_RECEIVED);
    r->assigned_day = read_day(w, r, row, INTAKE_ASSIGNED);
    r->sent_day = read_day(w, r, row, INTAKE_SENT);
    if (!received && !cell(w, row, INTAKE_RECEIVED).n) {
        received = r->assigned_day;
        if (r->sent_day && !received)
            problem(w, r->at, INTAKE_RECEIVED, "letters.import_missing", STR(""));
    }
    r->s.received_day = received ? received : w->today;
    if (received && r->assigned_day && r->assigned_day < received)
        problem(w, r->at, INTAKE_ASSIGNED, "letters.import_order", cell(w, row, INTAKE_ASSIGNED));
    if (r->sent_day && (r->sent_day < r->assigned_day || r->sent_day < received))
        problem(w, r->at, INTAKE_SENT, "letters.import_order", cell(w, row, INTAKE_SENT));
}

/* What only a reply has; and it had a lead. */
static void read_end(struct reading *w, struct intake_row *r, const struct job_row *row)
{
    static const enum intake_field ends[] = {INTAKE_CLASS, INTAKE_RATING};
    read_class(w, r, cell(w, row, INTAKE_CLASS));
    read_rating(w, r, cell(w, row, INTAKE_RATING));
    if (cell(w, row, INTAKE_SENT).n) {
        if (!cell(w, row, INTAKE_LEAD).n)
            problem(w, r->at, INTAKE_LEAD, "letters.import_missing", STR(""));
        return;
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (cell(w, row, ends[i]).n)
            problem(w, r->at, (int)ends[i], "letters.import_open", cell(w, row, ends[i]));
}

static void read_texts(struct reading *w, struct intake_row *r, const struct job_row *row)
{
    struct str number = cell(w, row, INTAKE_NUMBER), title = cell(w, row, INTAKE_TITLE),
               text = cell(w, row, INTAKE_TEXT);
    if (str_to_i64(number, &r->s.number) || r->s.number < 1 || r->s.number > LETTERS_NUMBER_MAX)
        problem(w, r->at, INTAKE_NUMBER, "letters.import_number", number);
    else if (w->taken[r->s.number])
        problem(w, r->at, INTAKE_NUMBER, "letters.import_taken", number);
    else
        w->taken[r->s.number] = true;
    if (title.n == 0 || str_characters(title) > LETTERS_TITLE_MAX)
        problem(w, r->at, INTAKE_TITLE, "letters.import_title", title);
    if (str_characters(text) > LETTERS_TEXT_MAX)
        problem(w, r->at, INTAKE_TEXT, "letters.import_text", text);
    r->s.title = arena_str(w->arena, title);
    r->s.text = arena_str(w->arena, text);
}

static void take_row(struct reading *w, const struct job_row *row)
{
    struct intake_row *r = &w->out->rows[w->out->n];
    *r = (struct intake_row){.at = row->number, .s = {.session = w->session}};
    read_texts(w, r, row);
    read_deputies(w, r, cell(w, row, INTAKE_DEPUTIES), cell(w, row, INTAKE_GROUP));
    read_bodies(w, r, row);
    read_days(w, r, row);
    read_end(w, r, row);
    read_public(w, r, cell(w, row, INTAKE_PUBLIC));
    w->out->n++;
}

/* Does a row fit in, too: says so when it does not. */
static bool fits(struct reading *w, const struct job_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        w->bytes += row->cells[i].text.n;
    if (w->out->n < INTAKE_ROWS_MAX && w->bytes <= INTAKE_TEXTS_MAX)
        return true;
    problem(w, row->number, -1, "letters.import_long", STR(""));
    return false;
}

static enum err read_rows(struct reading *w, struct job_sheet *sheet)
{
    struct job_row row;
    bool titled = false, full = false;
    enum err e = OK;
    for (int looked = 0; !e && !full && (titled || looked < TITLE_LOOKS); looked++) {
        struct arena own;
        arena_init(&own, ROW_ARENA_MAX);
        e = job_sheet_next(sheet, &own, &row);
        if (!e && !titled)
            titled = take_titles(w, &row);
        else if (!e && !(full = !fits(w, &row)))
            take_row(w, &row);
        arena_free(&own);
    }
    if (e && e != ERR_EOF)
        return e;
    if (!titled || w->out->n == 0)
        problem(w, 0, -1, titled ? "letters.import_empty" : "letters.import_titles", STR(""));
    return OK;
}

static enum err load(struct reading *w)
{
    struct rows numbers;
    enum err e = db_select(w->db, &q_letters_bodies_by_name, ARGS(V_INT(INTAKE_BODIES_MAX)),
                           w->arena, &w->bodies);
    if (!e)
        e = db_select(w->db, &q_letters_classes, ARGS(V_INT(w->session)), w->arena, &w->classes);
    if (!e)
        e = db_select(w->db, &q_letters_numbers_of, ARGS(V_INT(w->session), V_INT(DB_ROWS_MAX)),
                      w->arena, &numbers);
    w->taken = arena_alloc(w->arena, (LETTERS_NUMBER_MAX + 1) * sizeof(*w->taken));
    for (size_t i = 0; !e && w->taken && i < numbers.n; i++)
        w->taken[row_int(&numbers, i, "number")] = true;
    return e ? e : w->taken ? OK : ERR_NOMEM;
}

/* What the reader of sheets refuses, and where. */
static bool is_files(enum err e)
{
    return e == ERR_PROTOCOL || e == ERR_SYNTAX || e == ERR_INVALID || e == ERR_UNSUPPORTED ||
           e == ERR_NOT_FOUND || e == ERR_TOO_LARGE;
}

enum err intake_read(struct db *db, struct arena *arena, struct str object, int64_t session,
                     struct intake *out)
{
    struct err_info info = {0};
    struct reading w = {
        .db = db, .arena = arena, .out = out, .session = session, .today = day_of(clock_wall_ms())};
    struct job_sheet sheet;
    int64_t row = 0, column = 0;
    int fd;
    *out = (struct intake){.rows = arena_alloc(arena, INTAKE_ROWS_MAX * sizeof(*out->rows))};
    enum err e = out->rows ? load(&w) : ERR_NOMEM;
    if (!e)
        e = objects_open(object, &fd);
    if (e)
        return e;
    e = job_sheet_open(fd, STR_NONE, NULL, NULL, &sheet, &row, &column, arena, &info);
    close(fd);
    if (is_files(e))
        problem(&w, row, -1, info.key ? info.key : "letters.import_no_table", STR(""));
    if (e)
        return is_files(e) ? OK : e;
    e = read_rows(&w, &sheet);
    job_sheet_close(&sheet);
    return e;
}
