#include "web/view.h"

#include <inttypes.h>
#include <time.h>

#include "web/i18n.h"

enum { JSON_DEPTH_MAX = 32 };

static struct view *new_node(struct arena *a, enum view_kind kind)
{
    struct view *v = ARENA_NEW(a, struct view);
    if (v) {
        v->kind = kind;
        v->arena = a;
    }
    return v;
}

struct view *view_object(struct arena *a)
{
    return new_node(a, VIEW_OBJECT);
}

struct view *view_list(struct arena *a)
{
    return new_node(a, VIEW_LIST);
}

static void append(struct view *parent, struct view *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

/* A member of that name is replaced where it stands, so an object never says a name twice. */
static struct view *put(struct view *v, const char *name, enum view_kind kind)
{
    if (!v || v->kind != VIEW_OBJECT)
        return NULL;
    struct view *old = (struct view *)view_get(v, str_of(name));
    if (old) {
        *old = (struct view){.kind = kind, .name = name, .next = old->next, .arena = v->arena};
        return old;
    }
    struct view *child = new_node(v->arena, kind);
    if (child) {
        child->name = name;
        append(v, child);
    }
    return child;
}

struct view *view_put_object(struct view *v, const char *name)
{
    return put(v, name, VIEW_OBJECT);
}

struct view *view_put_list(struct view *v, const char *name)
{
    return put(v, name, VIEW_LIST);
}

static void put_text(struct view *v, const char *name, enum view_kind kind, struct str s)
{
    struct view *child = put(v, name, kind);
    if (child)
        child->s = arena_str(v->arena, s);
}

void view_put_str(struct view *v, const char *name, struct str s)
{
    put_text(v, name, VIEW_STR, s);
}

void view_put_z(struct view *v, const char *name, const char *z)
{
    put_text(v, name, VIEW_STR, str_of(z));
}

void view_put_html(struct view *v, const char *name, struct str markup)
{
    put_text(v, name, VIEW_HTML, markup);
}

static void put_number(struct view *v, const char *name, enum view_kind kind, int64_t i)
{
    struct view *child = put(v, name, kind);
    if (child)
        child->i = i;
}

void view_put_int(struct view *v, const char *name, int64_t i)
{
    put_number(v, name, VIEW_INT, i);
}

void view_put_bool(struct view *v, const char *name, bool b)
{
    put_number(v, name, VIEW_BOOL, b);
}

void view_put_time(struct view *v, const char *name, int64_t utc_ms)
{
    put_number(v, name, VIEW_TIME, utc_ms);
}

void view_put_money(struct view *v, const char *name, int64_t fen, const char *currency)
{
    struct view *child = put(v, name, VIEW_MONEY);
    if (child) {
        child->i = fen;
        child->s = arena_str(v->arena, str_of(currency));
    }
}

void view_put_null(struct view *v, const char *name)
{
    put(v, name, VIEW_NULL);
}

struct view *view_add_object(struct view *list)
{
    if (!list || list->kind != VIEW_LIST)
        return NULL;
    struct view *child = new_node(list->arena, VIEW_OBJECT);
    if (child)
        append(list, child);
    return child;
}

void view_add_str(struct view *list, struct str s)
{
    if (!list || list->kind != VIEW_LIST)
        return;
    struct view *child = new_node(list->arena, VIEW_STR);
    if (!child)
        return;
    child->s = arena_str(list->arena, s);
    append(list, child);
}

/* The cell of a column, or NULL. */
static const struct val *find_cell(const struct rows *rs, size_t row, const char *column)
{
    for (size_t c = 0; c < rs->columns; c++)
        if (strcmp(rs->names[c], column) == 0)
            return &rs->cells[row * rs->columns + c];
    return NULL;
}

static void put_cell(struct view *v, const struct rows *rs, size_t row, size_t column)
{
    const struct val *cell = &rs->cells[row * rs->columns + column];
    const char *name = rs->names[column];
    struct str n = str_of(name);
    if (str_ends(n, "_fen")) {
        const char *short_name = arena_strndup(v->arena, name, n.n - 4);
        const struct val *currency = find_cell(rs, row, "currency");
        if (!short_name)
            return;
        if (cell->kind != VAL_INT) {
            view_put_null(v, short_name);
            return;
        }
        struct view *m = put(v, short_name, VIEW_MONEY);
        if (m) {
            m->i = cell->i;
            m->s = currency && currency->kind == VAL_STR ? currency->s : STR("CNY");
        }
    } else if (cell->kind == VAL_STR) {
        view_put_str(v, name, cell->s);
    } else if (cell->kind == VAL_INT && str_ends(n, "_at")) {
        view_put_time(v, name, cell->i);
    } else if (cell->kind == VAL_INT && str_starts(n, "is_")) {
        view_put_bool(v, name, cell->i != 0);
    } else if (cell->kind == VAL_INT) {
        view_put_int(v, name, cell->i);
    } else if (cell->kind == VAL_NULL) {
        view_put_null(v, name);
    }
    /* Blobs are sealed or binary and have no place on a page. */
}

void view_put_row(struct view *v, const struct rows *rs, size_t row)
{
    if (!v || v->kind != VIEW_OBJECT || row >= rs->n)
        return;
    for (size_t c = 0; c < rs->columns; c++)
        put_cell(v, rs, row, c);
}

void view_page_only(struct view *v, const char *name)
{
    struct view *child = v ? (struct view *)view_get(v, str_of(name)) : NULL;
    if (child)
        child->page_only = true;
}

const struct view *view_get(const struct view *v, struct str name)
{
    if (!v || v->kind != VIEW_OBJECT)
        return NULL;
    for (const struct view *m = v->first; m; m = m->next)
        if (str_eq_z(name, m->name))
            return m;
    return NULL;
}

static void json_string(struct str s, struct buf *out)
{
    bool utf8 = str_is_utf8(s); /* JSON must be: bytes that are not become U+FFFD */
    buf_u8(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        /* '<' and '&' are escaped so that the text is inert in a page, too. */
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7F &&
            (c < 0x80 || utf8))
            continue;
        buf_put(out, s.p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_z(out, "\\n");
        else if (c >= 0x80)
            buf_z(out, "\\ufffd");
        else
            buf_printf(out, "\\u%04x", c);
    }
    buf_put(out, s.p ? s.p + from : "", s.n - from);
    buf_u8(out, '"');
}

static void json_time(int64_t utc_ms, struct buf *out)
{
    int64_t ms = utc_ms % 1000;
    time_t seconds = (time_t)(utc_ms / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm tm;
    if (!gmtime_r(&seconds, &tm)) {
        buf_z(out, "null");
        return;
    }
    char text[40];
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    buf_printf(out, "\"%s.%03dZ\"", text, (int)ms);
}

static void json_node(const struct view *v, int depth, struct buf *out);

static void json_members(const struct view *v, int depth, struct buf *out)
{
    bool object = v->kind == VIEW_OBJECT, first = true;
    buf_u8(out, object ? '{' : '[');
    for (const struct view *m = v->first; m; m = m->next) {
        if (m->page_only)
            continue;
        if (!first)
            buf_u8(out, ',');
        first = false;
        if (object) {
            json_string(str_of(m->name), out);
            buf_u8(out, ':');
        }
        json_node(m, depth + 1, out);
    }
    buf_u8(out, object ? '}' : ']');
}

static void json_money(const struct view *v, struct buf *out)
{
    int digits = i18n_currency_digits(v->s);
    uint64_t whole = v->i < 0 ? -(uint64_t)v->i : (uint64_t)v->i;
    buf_printf(out, "{\"fen\":%" PRId64 ",\"currency\":", v->i);
    json_string(v->s, out);
    const char *sign = v->i < 0 ? "-" : "", *symbol = str_eq_z(v->s, "CNY") ? "¥" : "";
    if (digits == 0)
        buf_printf(out, ",\"text\":\"%s%s%" PRIu64 "\"}", sign, symbol, whole);
    else
        buf_printf(out, ",\"text\":\"%s%s%" PRIu64 ".%02d\"}", sign, symbol, whole / 100,
                   (int)(whole % 100));
}

static void json_node(const struct view *v, int depth, struct buf *out)
{
    if (!v || depth > JSON_DEPTH_MAX) {
        buf_z(out, "null");
        return;
    }
    switch (v->kind) {
    case VIEW_NULL: buf_z(out, "null"); break;
    case VIEW_BOOL: buf_z(out, v->i ? "true" : "false"); break;
    case VIEW_INT: buf_printf(out, "%" PRId64, v->i); break;
    case VIEW_STR:
    case VIEW_HTML: json_string(v->s, out); break;
    case VIEW_MONEY: json_money(v, out); break;
    case VIEW_TIME: json_time(v->i, out); break;
    case VIEW_OBJECT:
    case VIEW_LIST: json_members(v, depth, out); break;
    }
}

void view_json(const struct view *v, struct buf *out)
{
    json_node(v, 0, out);
}
