#include "town/ask.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <string.h>

static atomic_bool is_cut;

void ask_cut(bool cut)
{
    atomic_store(&is_cut, cut);
}

bool ask_is_cut(void *unused)
{
    (void)unused;
    return atomic_load(&is_cut);
}

/* --- addresses --- */

static bool part_is(CURLU *url, CURLUPart part, const char *const *names)
{
    char *text = NULL;
    bool is = false;
    if (curl_url_get(url, part, &text, 0) == CURLUE_OK)
        for (; *names && !is; names++)
            is = strcmp(text, *names) == 0;
    curl_free(text);
    return is;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

bool ask_url_ok(const char *text)
{
    static const char *const https[] = {"https", NULL}, *const http[] = {"http", NULL};
    static const char *const here[] = {"127.0.0.1", "[::1]", "localhost", NULL};
    CURLU *url = curl_url();
    bool ok = url && strlen(text) <= ASK_URL_MAX &&
              curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
              !has_part(url, CURLUPART_USER) && !has_part(url, CURLUPART_PASSWORD) &&
              (part_is(url, CURLUPART_SCHEME, https) ||
               (part_is(url, CURLUPART_SCHEME, http) && part_is(url, CURLUPART_HOST, here)));
    curl_url_cleanup(url);
    return ok;
}

/* --- the answer --- */

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
    struct ask_answer *a = arg;
    buf_put(&a->body, p, size * n);
    return buf_ok(&a->body) ? size * n : 0; /* 0 ends the transfer */
}

/* What is over the limits is left out: then a signature is missing, and the answer is none. */
static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
    struct ask_answer *a = arg;
    struct str value, line = str_n(p, size * n);
    struct str name = str_cut(line, ':', &value);
    a->header_bytes += line.n;
    if (str_starts(line, "HTTP/")) /* an interim answer's headers are not the answer's */
        a->n = 0;
    else if (name.n < line.n && a->n < ASK_HEADERS_MAX &&
             a->header_bytes <= ASK_HEADERS_BYTES_MAX) {
        a->headers[a->n].name = arena_str(a->arena, name);
        a->headers[a->n].value = arena_str(a->arena, str_trim(value));
        a->n += !arena_failed(a->arena);
    }
    return line.n;
}

struct str ask_header(const struct ask_answer *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_ieq_z(a->headers[i].name, name))
            return a->headers[i].value;
    return STR_NONE;
}

void ask_answer_free(struct ask_answer *a)
{
    buf_free(&a->body);
}

/* --- the call --- */

static int is_to_end(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&is_cut);
}

static struct curl_slist *headers_of(const struct ask_request *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; list && i < sizeof(r->headers) / sizeof(r->headers[0]) && r->headers[i];
         i++) {
        struct curl_slist *longer = curl_slist_append(list, r->headers[i]);
        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

static bool set_limits(CURL *c, const struct ask_request *r)
{
    return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)ASK_CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                            r->deadline_ms ? r->deadline_ms : (long)ASK_CALL_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_to_end) == CURLE_OK;
}

static bool set_request(CURL *c, const struct ask_request *r, struct ask_answer *out)
{
    bool ok = curl_easy_setopt(c, CURLOPT_URL, r->url) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_USERAGENT, "guildhall-pay/1") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEDATA, out) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_HEADERDATA, out) == CURLE_OK;
    if (ok && strcmp(r->method, "POST") == 0)
        ok = curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "") == CURLE_OK;
    return ok;
}

static enum err failed(CURLcode code, const struct ask_answer *a, struct err_info *info)
{
    info->text = buf_ok(&a->body) ? curl_easy_strerror(code) : "an answer over its limit";
    return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO;
}

enum err ask_http(const struct ask_request *r, struct ask_answer *out, struct arena *arena,
                  struct err_info *info)
{
    memset(out, 0, sizeof(*out));
    out->arena = arena;
    buf_init(&out->body, r->answer_max);
    if (!ask_url_ok(r->url)) {
        info->text = "not an address that is asked";
        return ERR_IO;
    }
    CURL *c = curl_easy_init();
    struct curl_slist *headers = headers_of(r);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (c && headers && set_limits(c, r) && set_request(c, r, out) &&
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK)
        code = curl_easy_perform(c);
    if (code == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    return code == CURLE_OK ? OK : failed(code, out, info);
}
