#include "web/html.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}
#define ONE_OF(name, ...)                                                                          \
    one_of((name), (const char *const[]){__VA_ARGS__},                                             \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void clear(char *name, size_t size)
{
    memset(name, 0, size);
}

/* Appends to a zero-filled name; what does not fit is cut (no name we care about is longer). */
static void push(char *name, size_t size, char c)
{
    size_t n = strlen(name);
    if (n + 1 < size)
        name[n] = lower(c);
}

/* Keeps the last bytes seen. */
static void slide(struct html *h, char c)
{
    size_t n = strlen(h->tail), size = sizeof(h->tail) - 1;
    if (n == size)
        memmove(h->tail, h->tail + 1, --n);
    h->tail[n] = lower(c);
}

static bool tail_is(const struct html *h, const char *end)
{
    size_t n = strlen(h->tail), m = strlen(end);
    return n >= m && memcmp(h->tail + n - m, end, m) == 0;
}

static void end_attr(struct html *h)
{
    clear(h->tail, sizeof(h->tail));
    clear(h->attr, sizeof(h->attr));
    h->is_url = false;
    h->url = HTML_URL_START;
}

static void end_tag(struct html *h)
{
    bool raw = !h->closing && ONE_OF(h->tag, "script", "style");
    h->state = raw ? HTML_IN_RAW : HTML_IN_TEXT;
    h->closing = false;
    end_attr(h);
    if (!raw)
        clear(h->tag, sizeof(h->tag));
}

static void begin_value(struct html *h, char quote)
{
    h->state = quote == '"' ? HTML_IN_DOUBLE : quote == '\'' ? HTML_IN_SINGLE : HTML_IN_UNQUOTED;
    clear(h->tail, sizeof(h->tail));
    h->url = HTML_URL_START;
    h->is_url = ONE_OF(h->attr, "href", "src", "action", "formaction", "poster", "xlink:href",
                       "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete");
}

/* A literal byte inside a URL. The scheme, when there is one, must be one that runs no code. */
static const char *url_byte(struct html *h, char c)
{
    switch (h->url) {
    case HTML_URL_START:
        if (c == '/') {
            h->url = HTML_URL_SLASH;
        } else if (c == '?' || c == '#') {
            h->url = HTML_URL_FIXED;
        } else if (!is_space(c)) {
            h->url = HTML_URL_WORD;
            slide(h, c);
        }
        return NULL;
    case HTML_URL_SLASH: h->url = HTML_URL_FIXED; return NULL;
    case HTML_URL_WORD:
        if (c == '/' || c == '?' || c == '#')
            h->url = HTML_URL_FIXED;
        else if (c == ':' && !ONE_OF(h->tail, "http", "https", "mailto", "tel", "rtmp"))
            return "a URL with this scheme is not allowed";
        else if (c == ':')
            h->url = HTML_URL_FIXED;
        else
            slide(h, c);
        return NULL;
    default: return NULL;
    }
}

static const char *in_value(struct html *h, char c)
{
    bool end = h->state == HTML_IN_DOUBLE ? c == '"' : c == '\'';
    if (!end)
        return h->is_url ? url_byte(h, c) : NULL;
    h->state = HTML_IN_CUT;
    end_attr(h);
    return NULL;
}

static const char *in_tag(struct html *h, char c)
{
    if (c == '>') {
        end_tag(h);
    } else if (is_space(c) || c == '/') {
        h->state = HTML_IN_TAG;
    } else if (h->state == HTML_IN_CUT) {
        return "a space is missing between two attributes";
    } else if (c == '=' || c == '"' || c == '\'' || c == '<') {
        return "a broken attribute";
    } else {
        h->state = HTML_IN_ATTR_NAME;
        clear(h->attr, sizeof(h->attr));
        push(h->attr, sizeof(h->attr), c);
    }
    return NULL;
}

static const char *in_attr_name(struct html *h, char c)
{
    if (c == '=') {
        h->state = HTML_IN_VALUE_START;
        return NULL;
    }
    if (is_space(c)) {
        h->state = HTML_IN_ATTR_AFTER;
        return NULL;
    }
    if (h->state == HTML_IN_ATTR_AFTER || c == '>' || c == '/') {
        h->state = HTML_IN_TAG;
        return in_tag(h, c);
    }
    push(h->attr, sizeof(h->attr), c);
    return NULL;
}

static const char *in_value_start(struct html *h, char c)
{
    if (c == '>')
        return "an attribute without a value";
    if (!is_space(c))
        begin_value(h, c);
    return h->state == HTML_IN_UNQUOTED && h->is_url ? url_byte(h, c) : NULL;
}

static const char *in_unquoted(struct html *h, char c)
{
    if (!is_space(c) && c != '>')
        return h->is_url ? url_byte(h, c) : NULL;
    h->state = HTML_IN_TAG;
    end_attr(h);
    return in_tag(h, c);
}

static void in_open(struct html *h, char c)
{
    if (c == '/') {
        h->closing = true;
    } else if (c == '!') {
        h->state = HTML_IN_MARKUP;
        clear(h->tail, sizeof(h->tail));
    } else if (is_letter(c)) {
        h->state = HTML_IN_TAG_NAME;
        clear(h->tag, sizeof(h->tag));
        push(h->tag, sizeof(h->tag), c);
    } else {
        h->state = HTML_IN_TEXT; /* "a < b" */
        h->closing = false;
    }
}

static void in_raw(struct html *h, char c)
{
    slide(h, c);
    if (tail_is(h, strcmp(h->tag, "script") == 0 ? "</script" : "</style")) {
        h->state = HTML_IN_CUT;
        h->closing = true;
    }
}

static const char *feed_byte(struct html *h, char c)
{
    switch (h->state) {
    case HTML_IN_TEXT:
        if (c == '<')
            h->state = HTML_IN_OPEN;
        return NULL;
    case HTML_IN_OPEN: in_open(h, c); return NULL;
    case HTML_IN_TAG_NAME:
        if (!is_space(c) && c != '>' && c != '/') {
            push(h->tag, sizeof(h->tag), c);
            return NULL;
        }
        return in_tag(h, c);
    case HTML_IN_TAG:
    case HTML_IN_CUT: return in_tag(h, c);
    case HTML_IN_ATTR_NAME:
    case HTML_IN_ATTR_AFTER: return in_attr_name(h, c);
    case HTML_IN_VALUE_START: return in_value_start(h, c);
    case HTML_IN_DOUBLE:
    case HTML_IN_SINGLE: return in_value(h, c);
    case HTML_IN_UNQUOTED: return in_unquoted(h, c);
    case HTML_IN_MARKUP:
        slide(h, c);
        if (strcmp(h->tail, "--") == 0) {
            h->state = HTML_IN_COMMENT;
            clear(h->tail, sizeof(h->tail));
        } else if (c == '>') {
            end_tag(h);
        }
        return NULL;
    case HTML_IN_COMMENT:
        slide(h, c);
        if (tail_is(h, "-->"))
            end_tag(h);
        return NULL;
    case HTML_IN_RAW: in_raw(h, c); return NULL;
    }
    return "a broken page";
}

const char *html_feed(struct html *h, struct str literal)
{
    for (size_t i = 0; i < literal.n; i++) {
        const char *fault = feed_byte(h, literal.p[i]);
        if (fault)
            return fault;
    }
    return NULL;
}

const char *html_directive(struct html *h)
{
    switch (h->state) {
    case HTML_IN_TAG_NAME:
    case HTML_IN_ATTR_NAME:
    case HTML_IN_ATTR_AFTER:
        h->state = HTML_IN_CUT;
        clear(h->attr, sizeof(h->attr));
        return NULL;
    case HTML_IN_OPEN: return "a tag's name must be written out";
    case HTML_IN_VALUE_START:
    case HTML_IN_UNQUOTED: return "an attribute without quotes";
    case HTML_IN_MARKUP: return "a tag inside <!…>";
    case HTML_IN_RAW:
    case HTML_IN_COMMENT: /* an end that is put together from two pieces does not count */
        clear(h->tail, sizeof(h->tail));
        return NULL;
    default: return NULL;
    }
}

const char *html_value(struct html *h, enum html_place *place)
{
    switch (h->state) {
    case HTML_IN_TEXT: *place = HTML_TEXT; return NULL;
    case HTML_IN_DOUBLE:
    case HTML_IN_SINGLE: break;
    case HTML_IN_VALUE_START:
    case HTML_IN_UNQUOTED: return "a value in an attribute without quotes";
    case HTML_IN_RAW: return "a value inside script or style";
    case HTML_IN_COMMENT:
    case HTML_IN_MARKUP: return "a value inside an HTML comment";
    default: return "a value in the name of a tag or attribute";
    }
    if (strncmp(h->attr, "on", 2) == 0 || strncmp(h->attr, "hx-on", 5) == 0 ||
        ONE_OF(h->attr, "style", "srcdoc"))
        return "a value in an attribute that runs code or styles";
    *place = HTML_ATTR;
    if (!h->is_url)
        return NULL;
    if (h->url == HTML_URL_WORD || h->url == HTML_URL_MIXED)
        return "a value that could change where a URL leads";
    if (h->url != HTML_URL_FIXED)
        *place = h->url == HTML_URL_SLASH ? HTML_URL_REST : HTML_URL;
    h->url = HTML_URL_FIXED;
    return NULL;
}

bool html_same(const struct html *a, const struct html *b)
{
    return a->state == b->state && a->closing == b->closing && a->is_url == b->is_url &&
           a->url == b->url && memcmp(a->tag, b->tag, sizeof(a->tag)) == 0 &&
           memcmp(a->attr, b->attr, sizeof(a->attr)) == 0;
}

const char *html_merge(struct html *h, const struct html *other)
{
    struct html o = *other;
    if ((h->state == HTML_IN_CUT && o.state == HTML_IN_TAG) ||
        (h->state == HTML_IN_TAG && o.state == HTML_IN_CUT))
        h->state = o.state = HTML_IN_CUT;
    if (h->is_url && o.is_url &&
        (h->url != o.url ||
         (h->url == HTML_URL_WORD && memcmp(h->tail, o.tail, sizeof(o.tail)) != 0)))
        h->url = o.url = HTML_URL_MIXED;
    return html_same(h, &o) ? NULL : "the branches end in different places of the page";
}

void html_escape(struct str s, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *as = NULL;
        switch (s.p[i]) {
        case '&': as = "&amp;"; break;
        case '<': as = "&lt;"; break;
        case '>': as = "&gt;"; break;
        case '"': as = "&#34;"; break;
        case '\'': as = "&#39;"; break;
        default: continue;
        }
        buf_put(out, s.p + from, i - from);
        buf_z(out, as);
        from = i + 1;
    }
    buf_put(out, s.p ? s.p + from : "", s.n - from);
}

bool html_url_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F || s.p[i] == '\\')
            return false;
    if (str_starts(s, "/"))
        return !str_starts(s, "//");
    if (str_starts(s, "?") || str_starts(s, "#"))
        return true;
    return str_starts(s, "https://") || str_starts(s, "http://");
}

void html_write(struct str s, enum html_place place, struct buf *out)
{
    if (place == HTML_URL && !html_url_ok(s))
        s = STR("#");
    if (place == HTML_URL_REST && (str_starts(s, "/") || str_starts(s, "\\")))
        return;
    html_escape(s, out);
}
