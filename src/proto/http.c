#include "proto/http.h"

#include <llhttp.h>
#include <stdlib.h>

enum { BLANKS_MAX = 4 }; /* empty lines before a request (RFC 9112 section 2.2) */

enum phase { PHASE_HEAD, PHASE_LENGTH, PHASE_CHUNKED, PHASE_DONE, PHASE_FAULT };

struct span {
    uint32_t at, n; /* in head->text */
};

struct head {
    struct buf text; /* target, names and values, one after the other */
    struct span target;
    struct span names[HTTP_HEADERS_N_MAX], values[HTTP_HEADERS_N_MAX];
    size_t n;
    bool too_many;
    struct http_header headers[HTTP_HEADERS_N_MAX];
};

struct http {
    llhttp_t ll;
    enum phase phase;
    struct head *head; /* owned; only while there is a request */
    size_t head_bytes, blanks, trailer_bytes;
    char name[40]; /* of the header that is being read, for faults */
    size_t name_n;
    bool name_ended;
    bool in_line;    /* still in the request line */
    uint8_t last[3]; /* the last head bytes, newest first */
    int64_t left;    /* of a body with a length */
    int64_t body_max, body_n;
    http_sink_fn *sink;
    void *user;
    struct http_request request;
    struct http_fault fault;
};

/* ---- llhttp's callbacks ---- */

static struct http *of(llhttp_t *ll)
{
    return ll->data;
}

static int take(struct http *h, struct span *span, const char *p, size_t n)
{
    struct buf *text = &h->head->text;
    if (span->n == 0)
        span->at = (uint32_t)text->n;
    span->n += (uint32_t)n;
    buf_put(text, p, n);
    return buf_ok(text) ? 0 : -1;
}

static int on_url(llhttp_t *ll, const char *p, size_t n)
{
    return take(of(ll), &of(ll)->head->target, p, n);
}

static int on_trailer(struct http *h, size_t n)
{
    h->trailer_bytes += n;
    return h->trailer_bytes > HTTP_TRAILERS_MAX ? -1 : 0;
}

static int on_name(llhttp_t *ll, const char *p, size_t n)
{
    struct http *h = of(ll);
    if (h->phase == PHASE_CHUNKED)
        return on_trailer(h, n);
    if (h->head->n == HTTP_HEADERS_N_MAX) {
        h->head->too_many = true;
        return -1;
    }
    return take(h, &h->head->names[h->head->n], p, n);
}

static int on_value(llhttp_t *ll, const char *p, size_t n)
{
    struct http *h = of(ll);
    if (h->phase == PHASE_CHUNKED)
        return on_trailer(h, n);
    return take(h, &h->head->values[h->head->n], p, n);
}

static int on_value_complete(llhttp_t *ll)
{
    if (of(ll)->phase == PHASE_HEAD)
        of(ll)->head->n++;
    return 0;
}

static int on_headers_complete(llhttp_t *ll)
{
    (void)ll;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *ll, const char *p, size_t n)
{
    struct http *h = of(ll);
    if ((int64_t)n > h->body_max - h->body_n)
        return -1;
    h->body_n += (int64_t)n;
    h->sink(h->user, (const uint8_t *)p, n);
    return 0;
}

static int on_message_complete(llhttp_t *ll)
{
    of(ll)->phase = PHASE_DONE;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* ---- faults ---- */

static enum http_event fault(struct http *h, int status, const char *field, const char *text)
{
    h->phase = PHASE_FAULT;
    h->fault = (struct http_fault){status, field, text};
    return HTTP_EV_FAULT;
}

/* The name of the header that is being read, when there is one to show. */
static const char *current_name(const struct http *h)
{
    return h->in_line ? "request line" : h->name_n ? h->name : "header";
}

static enum http_event head_fault(struct http *h)
{
    if (h->head->too_many)
        return fault(h, 431, "headers", "too many headers");
    switch (llhttp_get_errno(&h->ll)) {
    case HPE_INVALID_METHOD: return fault(h, 400, "method", "unknown or malformed method");
    case HPE_INVALID_URL: return fault(h, 400, "target", "malformed request target");
    case HPE_INVALID_CONSTANT:
    case HPE_INVALID_VERSION: return fault(h, 400, "version", "malformed HTTP version");
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
        return fault(h, 400, "Content-Length", "malformed, doubled or beside Transfer-Encoding");
    case HPE_INVALID_TRANSFER_ENCODING:
        return fault(h, 400, "Transfer-Encoding", "malformed, or beside Content-Length");
    default: return fault(h, 400, current_name(h), "malformed");
    }
}

/* ---- the head ---- */

struct str http_header(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->headers_n; i++)
        if (str_eq_z(r->headers[i].name, name))
            return r->headers[i].value;
    return STR_NONE;
}

bool http_has_token(struct str value, const char *token)
{
    while (value.n)
        if (str_ieq_z(str_trim(str_cut(value, ',', &value)), token))
            return true;
    return false;
}

static size_t count(const struct http_request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->headers_n; i++)
        n += str_eq_z(r->headers[i].name, name);
    return n;
}

static struct str text_of(const struct head *head, struct span s)
{
    return s.n ? str_n(head->text.p + s.at, s.n) : STR_NONE;
}

static void collect_headers(struct http *h)
{
    struct head *head = h->head;
    for (size_t i = 0; i < head->n; i++) {
        struct span name = head->names[i];
        for (size_t k = 0; k < name.n; k++) {
            uint8_t *c = &head->text.p[name.at + k];
            *c = *c >= 'A' && *c <= 'Z' ? *c + 32 : *c;
        }
        head->headers[i].name = text_of(head, name);
        head->headers[i].value = str_trim(text_of(head, head->values[i]));
    }
    h->request.headers = head->headers;
    h->request.headers_n = head->n;
}

/* "http://host/path" becomes host and "/path" (RFC 9112 section 3.2.2). */
static bool split_target(struct http_request *r)
{
    struct str t = r->target;
    size_t scheme = str_starts(t, "http://") ? 7 : str_starts(t, "https://") ? 8 : 0;
    if (scheme) {
        size_t end = scheme;
        while (end < t.n && t.p[end] != '/' && t.p[end] != '?')
            end++;
        r->host = str_slice(t, scheme, end);
        r->target = end < t.n && t.p[end] == '/' ? str_slice(t, end, t.n) : STR("/");
    }
    return str_starts(r->target, "/") && str_find(r->target, '#') < 0;
}

static bool host_ok(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.p[i];
        if (c <= ' ' || c >= 0x7F || strchr("/\\@?#\"<>,;", c))
            return false;
    }
    return host.n > 0;
}

static enum http_event check_host(struct http *h)
{
    struct http_request *r = &h->request;
    size_t hosts = count(r, "host");
    if (hosts > 1)
        return fault(h, 400, "Host", "a second Host");
    if (hosts == 0 && r->minor == 1)
        return fault(h, 400, "Host", "Host is missing");
    if (r->host.n == 0)
        r->host = http_header(r, "host");
    if ((hosts || r->host.n) && !host_ok(r->host))
        return fault(h, 400, "Host", "malformed Host");
    return HTTP_EV_HEADERS;
}

static enum http_event check_framing(struct http *h)
{
    struct http_request *r = &h->request;
    size_t lengths = count(r, "content-length"), codings = count(r, "transfer-encoding");
    if (lengths && codings)
        return fault(h, 400, "Transfer-Encoding", "beside Content-Length");
    if (lengths > 1)
        return fault(h, 400, "Content-Length", "a second Content-Length");
    if (codings && (r->minor == 0 || codings > 1))
        return fault(h, 400, "Transfer-Encoding", "not possible here");
    if (codings && !str_ieq_z(http_header(r, "transfer-encoding"), "chunked"))
        return fault(h, 501, "Transfer-Encoding", "only chunked is supported");
    r->chunked = codings > 0;
    r->content_length = -1;
    struct str length = http_header(r, "content-length");
    if (lengths && (str_to_i64(length, &r->content_length) || r->content_length < 0))
        return fault(h, 400, "Content-Length", "malformed length");
    struct str expect = http_header(r, "expect");
    r->expects_continue = str_ieq_z(expect, "100-continue") && r->minor == 1;
    if (expect.n && !str_ieq_z(expect, "100-continue"))
        return fault(h, 417, "Expect", "only 100-continue is supported");
    return HTTP_EV_HEADERS;
}

static enum http_event head_complete(struct http *h)
{
    struct http_request *r = &h->request;
    *r = (struct http_request){.method = str_of(llhttp_method_name(h->ll.method)),
                               .minor = h->ll.http_minor,
                               .keep_alive = llhttp_should_keep_alive(&h->ll)};
    if (h->ll.http_major != 1 || h->ll.http_minor > 1)
        return fault(h, 505, "version", "only HTTP/1.0 and HTTP/1.1 are supported");
    collect_headers(h);
    r->target = text_of(h->head, h->head->target);
    if (!split_target(r))
        return fault(h, 400, "target", "only a path is possible as target");
    if (check_host(h) == HTTP_EV_FAULT || check_framing(h) == HTTP_EV_FAULT)
        return HTTP_EV_FAULT;
    h->phase = r->chunked ? PHASE_CHUNKED : r->content_length > 0 ? PHASE_LENGTH : PHASE_DONE;
    h->left = r->content_length;
    return HTTP_EV_HEADERS;
}

static void note_name(struct http *h, uint8_t c)
{
    if (c == '\n') {
        h->name_n = 0;
        h->name_ended = false;
    } else if (c == '-' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')) {
        if (!h->name_ended && h->name_n < sizeof(h->name) - 1)
            h->name[h->name_n++] = (char)c;
    } else {
        h->name_ended = true;
    }
    h->name[h->name_n] = '\0';
}

/* Looks at one byte of the head before llhttp does. Returns what is wrong, or NULL. */
static const char *scan_byte(struct http *h, uint8_t c)
{
    uint8_t before = h->last[0];
    h->last[2] = h->last[1];
    h->last[1] = before;
    h->last[0] = c;
    if (before == '\n') { /* a new line, which the line before was not */
        h->in_line = false;
        note_name(h, '\n');
    }
    if (c != '\n')
        note_name(h, c);
    if (before == '\r' && c != '\n')
        return "a bare CR";
    if (c == '\n' && before != '\r')
        return "a bare LF";
    if (before == '\n' && (c == ' ' || c == '\t'))
        return "a folded line";
    if (c < ' ' && c != '\r' && c != '\n' && c != '\t')
        return "a control character";
    return NULL;
}

/* One line of the head, or what there is of it, in *end; *complete after the empty line. */
static enum http_event scan_line(struct http *h, const uint8_t *p, size_t n, size_t *end,
                                 bool *complete)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t third_before = h->last[2];
        const char *why = scan_byte(h, p[i]);
        h->head_bytes++;
        if (why)
            return fault(h, 400, current_name(h), why);
        if (h->in_line && h->head_bytes > HTTP_TARGET_MAX)
            return fault(h, 414, "target", "the request line is too long");
        *complete = third_before == '\r' && memcmp(h->last, "\n\r\n", 3) == 0;
        if (*complete || p[i] == '\n') {
            *end = i + 1;
            return HTTP_EV_MORE;
        }
        if (h->head_bytes >= HTTP_HEAD_MAX)
            return fault(h, 431, "headers", "the headers are too long");
    }
    *end = n;
    return HTTP_EV_MORE;
}

static bool begin_head(struct http *h)
{
    h->head = calloc(1, sizeof(*h->head));
    if (!h->head)
        return false;
    buf_init(&h->head->text, HTTP_HEAD_MAX + 1);
    llhttp_init(&h->ll, HTTP_REQUEST, &settings);
    h->ll.data = h;
    h->in_line = true;
    return true;
}

static size_t feed_head(struct http *h, const uint8_t *p, size_t n, enum http_event *event)
{
    size_t skipped = 0;
    while (!h->head && skipped < n && (p[skipped] == '\r' || p[skipped] == '\n')) {
        skipped++;
        if (++h->blanks > BLANKS_MAX) {
            *event = fault(h, 400, "request line", "empty lines before the request");
            return skipped;
        }
    }
    if (skipped == n)
        return n;
    if (!h->head && !begin_head(h)) {
        *event = fault(h, 503, "memory", "out of memory");
        return skipped;
    }
    size_t used = skipped;
    while (used < n && *event == HTTP_EV_MORE) {
        size_t end = 0;
        bool complete = false;
        *event = scan_line(h, p + used, n - used, &end, &complete);
        if (*event == HTTP_EV_FAULT)
            break;
        llhttp_errno_t e = llhttp_execute(&h->ll, (const char *)p + used, end);
        used += end;
        if (complete && e == HPE_PAUSED)
            *event = head_complete(h);
        else if (complete || e != HPE_OK)
            *event = head_fault(h);
    }
    return used;
}

/* ---- the body ---- */

static size_t feed_length(struct http *h, const uint8_t *p, size_t n, enum http_event *event)
{
    if (h->request.content_length > h->body_max) {
        *event = fault(h, 413, "body", "the body is too large");
        return 0;
    }
    size_t take_n = (int64_t)n < h->left ? n : (size_t)h->left;
    h->sink(h->user, p, take_n);
    h->left -= (int64_t)take_n;
    if (h->left == 0) {
        h->phase = PHASE_DONE;
        *event = HTTP_EV_DONE;
    }
    return take_n;
}

static size_t feed_chunked(struct http *h, const uint8_t *p, size_t n, enum http_event *event)
{
    if (llhttp_get_errno(&h->ll) == HPE_PAUSED)
        llhttp_resume(&h->ll);
    llhttp_errno_t e = llhttp_execute(&h->ll, (const char *)p, n);
    if (e == HPE_OK)
        return n;
    if (e == HPE_PAUSED && h->phase == PHASE_DONE) {
        *event = HTTP_EV_DONE;
        return (size_t)(llhttp_get_error_pos(&h->ll) - (const char *)p);
    }
    if (e == HPE_USER && h->trailer_bytes > HTTP_TRAILERS_MAX)
        *event = fault(h, 431, "trailers", "the trailers are too long");
    else if (e == HPE_USER)
        *event = fault(h, 413, "body", "the body is too large");
    else
        *event = fault(h, 400, e == HPE_INVALID_CHUNK_SIZE ? "chunk size" : "body",
                       "malformed chunked body");
    return 0;
}

/* ---- outside ---- */

struct http *http_new(http_sink_fn *sink, void *user)
{
    struct http *h = calloc(1, sizeof(*h));
    if (h) {
        h->sink = sink;
        h->user = user;
    }
    return h;
}

static void drop_head(struct http *h)
{
    if (h->head) {
        buf_free(&h->head->text);
        free(h->head);
        h->head = NULL;
    }
}

void http_free(struct http *h)
{
    if (!h)
        return;
    drop_head(h);
    free(h);
}

size_t http_feed(struct http *h, const uint8_t *p, size_t n, enum http_event *event)
{
    *event = HTTP_EV_MORE;
    switch (h->phase) {
    case PHASE_HEAD: return feed_head(h, p, n, event);
    case PHASE_LENGTH: return n ? feed_length(h, p, n, event) : 0;
    case PHASE_CHUNKED: return n ? feed_chunked(h, p, n, event) : 0;
    case PHASE_DONE: *event = HTTP_EV_DONE; return 0;
    case PHASE_FAULT: break;
    }
    *event = HTTP_EV_FAULT;
    return 0;
}

const struct http_request *http_request(const struct http *h)
{
    return &h->request;
}

const struct http_fault *http_fault(const struct http *h)
{
    return &h->fault;
}

void http_body_max(struct http *h, int64_t bytes)
{
    h->body_max = bytes;
}

bool http_has_body(const struct http *h)
{
    return h->phase == PHASE_LENGTH || h->phase == PHASE_CHUNKED;
}

bool http_is_idle(const struct http *h)
{
    return h->phase == PHASE_HEAD && !h->head;
}

void http_next(struct http *h)
{
    drop_head(h);
    *h = (struct http){.sink = h->sink, .user = h->user};
}

bool http_request_copy(const struct http_request *r, struct arena *a, struct http_request *out)
{
    *out = *r;
    out->method = arena_str(a, r->method);
    out->target = arena_str(a, r->target);
    out->host = arena_str(a, r->host);
    out->headers = arena_array(a, r->headers_n + 1, sizeof(*out->headers));
    for (size_t i = 0; out->headers && i < r->headers_n; i++) {
        out->headers[i].name = arena_str(a, r->headers[i].name);
        out->headers[i].value = arena_str(a, r->headers[i].value);
    }
    return !arena_failed(a);
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].status == status)
            return known[i].reason;
    return "Unknown"; /* the phrase is for people; RFC 9112 lets it be anything */
}
