#include "notify/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "notify/webhook.h"

enum {
    WORD_BYTES = 39, /* of an encoded word: with "Subject: " within the 76 of RFC 2047 section 2 */
    LINE_BYTES = 57, /* of a line of 76 characters of base64 */
    LOGIN_MAX = 200,
    COMPOSE_ARENA_MAX = 4 * MAIL_BYTES_MAX,
};

struct mail {
    CURL *curl; /* NULL: prints */
    char from[MAIL_ADDRESS_MAX + 1];
    char user[LOGIN_MAX + 1], password[LOGIN_MAX + 1];
    atomic_bool is_cut;
};

/* --- the letter --- */

bool mail_address_ok(struct str s)
{
    int at = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("<>()[]\\,;:\"", s.p[i]))
            return false;
        at += s.p[i] == '@';
    }
    return at == 1 && s.n <= MAIL_ADDRESS_MAX && s.p[0] != '@' && s.p[s.n - 1] != '@';
}

static bool is_id(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n > 0 && n <= MAIL_ID_MAX && id[n] == 0;
}

/* Encoded words, one a line; whatever is in it. */
static void put_words(struct buf *out, struct str text, struct arena *arena)
{
    for (bool first = true; text.n || first; first = false) {
        struct str head = str_head(text, WORD_BYTES);
        if (head.n == 0) /* no UTF-8: as it comes */
            head = str_slice(text, 0, WORD_BYTES);
        struct str word = enc_base64(arena, head.p, head.n);
        buf_printf(out, "%s=?UTF-8?B?%.*s?=", first ? "" : "\r\n ", STR_ARG(word));
        text = str_slice(text, head.n, text.n);
    }
}

static void put_body(struct buf *out, struct str text, struct arena *arena)
{
    for (size_t at = 0; at < text.n; at += LINE_BYTES) {
        struct str line = str_slice(text, at, at + LINE_BYTES);
        struct str coded = enc_base64(arena, line.p, line.n);
        buf_printf(out, "%.*s\r\n", STR_ARG(coded));
    }
}

/* RFC 5322 section 3.3, whatever the process's locale. */
static void put_date(struct buf *out, int64_t at_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t s = (time_t)(at_ms / 1000);
    struct tm t;
    gmtime_r(&s, &t);
    buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday,
               months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

enum err mail_compose(const char *from, const struct mail_letter *l, struct buf *out)
{
    struct arena arena;
    if (!mail_address_ok(l->to) || !mail_address_ok(str_of(from)) || !is_id(l->id))
        return ERR_INVALID;
    arena_init(&arena, COMPOSE_ARENA_MAX);
    buf_z(out, "From: ");
    put_words(out, l->from_name, &arena);
    buf_printf(out, "\r\n <%s>\r\nTo: <%.*s>\r\nSubject: ", from, STR_ARG(l->to));
    put_words(out, l->subject, &arena);
    buf_z(out, "\r\n");
    put_date(out, l->at_ms);
    buf_printf(out, "Message-ID: <%s@%s>\r\n", l->id, strchr(from, '@') + 1);
    buf_z(out, "MIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=UTF-8\r\n"
               "Content-Transfer-Encoding: base64\r\n"
               "Auto-Submitted: auto-generated\r\n\r\n");
    put_body(out, l->text, &arena);
    bool ok = buf_ok(out) && !arena_failed(&arena);
    arena_free(&arena);
    return ok ? OK : ERR_LIMIT;
}

/* --- the server --- */

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *why)
{
    *info = (struct err_info){.code = e, .field = field, .text = why};
    return e;
}

static bool is_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 ||
           strcmp(host, "[::1]") == 0;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static enum err look_at_url(const char *text, bool *is_local, struct err_info *info)
{
    char *scheme = NULL, *host = NULL;
    CURLU *url = curl_url();
    enum err e = OK;
    if (!url)
        return ERR_NOMEM;
    if (strlen(text) > MAIL_URL_MAX || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        (strcmp(scheme, "smtp") != 0 && strcmp(scheme, "smtps") != 0))
        e = refuse(info, ERR_INVALID, "smtp", "not an smtp:// or smtps:// address, nor `log`");
    else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        e = refuse(info, ERR_INVALID, "smtp", "user and password belong into smtp.login");
    else
        *is_local = is_this_machine(host);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return e;
}

static bool read_line(FILE *f, char *out)
{
    if (!fgets(out, LOGIN_MAX + 1, f))
        return false;
    size_t n = strcspn(out, "\r\n");
    out[n] = 0;
    return n > 0 && n < LOGIN_MAX;
}

/* Without the file there is no login. */
static enum err load_login(struct mail *m, const char *data_dir, struct arena *arena,
                           struct err_info *info)
{
    struct stat st;
    const char *path = arena_printf(arena, "%s/smtp.login", data_dir);
    FILE *f = path ? fopen(path, "re") : NULL;
    if (!f)
        return errno == ENOENT ? OK : refuse(info, err_from_errno(errno), "smtp", path);
    enum err e = OK;
    if (fstat(fileno(f), &st) != 0 || st.st_mode & 077)
        e = refuse(info, ERR_FORBIDDEN, "smtp", "others may read smtp.login: chmod 600");
    else if (!read_line(f, m->user) || !read_line(f, m->password))
        e = refuse(info, ERR_INVALID, "smtp",
                   "smtp.login is not a line with a user and one with a "
                   "password");
    fclose(f);
    return e;
}

static int is_to_end(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct mail *m = arg;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&m->is_cut);
}

static size_t throw_away(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

/* The path of an SMTP address is the name by which we greet. */
static const char *url_with_name(const struct mail *m, const char *url, struct arena *arena)
{
    const char *rest = strstr(url, "://") + 3, *slash = strchr(rest, '/');
    if (slash && slash[1])
        return url;
    return arena_printf(arena, "%s%s%s", url, slash ? "" : "/", strchr(m->from, '@') + 1);
}

static bool set_options(struct mail *m, const char *url, bool is_local)
{
    CURL *c = m->curl;
    long tls = m->user[0] && !is_local ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    bool ok = curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_USE_SSL, tls) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)MAIL_CONNECT_MS) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)MAIL_CALL_MS) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_to_end) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFODATA, m) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, throw_away) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_MAIL_FROM, m->from) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK;
    if (ok && m->user[0])
        ok = curl_easy_setopt(c, CURLOPT_USERNAME, m->user) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_PASSWORD, m->password) == CURLE_OK;
    return ok;
}

static enum err open_server(struct mail *m, const char *url, const char *data_dir,
                            struct arena *arena, struct err_info *info)
{
    bool is_local = false;
    enum err e = webhook_init();
    if (!e)
        e = look_at_url(url, &is_local, info);
    if (!e)
        e = load_login(m, data_dir, arena, info);
    const char *named = e ? NULL : url_with_name(m, url, arena);
    if (!e)
        m->curl = curl_easy_init();
    return e ? e : named && m->curl && set_options(m, named, is_local) ? OK : ERR_NOMEM;
}

static bool holds_certificates(const char *pem_file)
{
    X509_STORE *store = X509_STORE_new();
    bool is = store && X509_STORE_load_file(store, pem_file) == 1;
    X509_STORE_free(store);
    ERR_clear_error();
    return is;
}

/* What is wrong with the file is said at the start, not with the first letter. */
static enum err trust(struct mail *m, const char *ca_file, struct err_info *info)
{
    if (access(ca_file, R_OK) != 0)
        return refuse(info, err_from_errno(errno), "smtp-ca", ca_file);
    if (!holds_certificates(ca_file))
        return refuse(info, ERR_INVALID, "smtp-ca", "no certificates in PEM");
    return curl_easy_setopt(m->curl, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
                   curl_easy_setopt(m->curl, CURLOPT_CAPATH, NULL) == CURLE_OK
               ? OK
               : ERR_NOMEM;
}

enum err mail_new(const char *url, const char *from, const char *ca_file, const char *data_dir,
                  struct mail **out, struct arena *arena, struct err_info *info)
{
    if (!mail_address_ok(str_of(from)))
        return refuse(info, ERR_INVALID, "smtp-from", "not an address like town@town.example");
    struct mail *m = calloc(1, sizeof(*m));
    if (!m)
        return ERR_NOMEM;
    snprintf(m->from, sizeof(m->from), "%s", from);
    enum err e = strcmp(url, "log") == 0 ? OK : open_server(m, url, data_dir, arena, info);
    if (!e && m->curl && ca_file[0])
        e = trust(m, ca_file, info);
    if (e) {
        mail_free(m);
        return e;
    }
    *out = m;
    return OK;
}

void mail_free(struct mail *m)
{
    if (!m)
        return;
    if (m->curl)
        curl_easy_cleanup(m->curl);
    sodium_memzero(m, sizeof(*m));
    free(m);
}

void mail_cut(struct mail *m)
{
    if (m)
        atomic_store(&m->is_cut, true);
}

/* --- sending --- */

struct reading {
    struct buf letter;
    size_t at;
};

static size_t give(char *p, size_t size, size_t n, void *arg)
{
    struct reading *r = arg;
    size_t most = size * n, left = r->letter.n - r->at;
    size_t now = left < most ? left : most;
    memcpy(p, r->letter.p + r->at, now);
    r->at += now;
    return now;
}

static enum err judge(CURLcode code, long status)
{
    if (code == CURLE_OK)
        return OK;
    if (code == CURLE_LOGIN_DENIED || (status >= 400 && status < 500))
        return ERR_BUSY; /* our login is not this letter's fault */
    if (status >= 500 && status < 600)
        return ERR_PROTOCOL;
    return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO;
}

static bool is_tls(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
           code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CACERT_BADFILE;
}

static enum err perform(struct mail *m, const struct mail_letter *l, struct reading *r, int *status)
{
    char to[MAIL_ADDRESS_MAX + 3];
    long said = 0;
    snprintf(to, sizeof(to), "<%.*s>", STR_ARG(l->to));
    struct curl_slist *list = curl_slist_append(NULL, to);
    if (!list)
        return ERR_NOMEM;
    curl_easy_setopt(m->curl, CURLOPT_MAIL_RCPT, list);
    curl_easy_setopt(m->curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(m->curl, CURLOPT_READDATA, r);
    CURLcode code = curl_easy_perform(m->curl);
    curl_easy_getinfo(m->curl, CURLINFO_RESPONSE_CODE, &said);
    curl_easy_setopt(m->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(list);
    if (code != CURLE_OK)
        LOG(WARN, "notify.mail_failed", L_Z("id", l->id), L_I("status", said),
            L_Z("why", curl_easy_strerror(code)));
    *status = said >= 400 ? (int)said : is_tls(code) ? MAIL_NO_TLS : 0;
    return judge(code, said);
}

enum err mail_send(struct mail *m, const struct mail_letter *l, int *status)
{
    struct reading r = {.at = 0};
    *status = 0;
    if (atomic_load(&m->is_cut))
        return ERR_IO;
    buf_init(&r.letter, MAIL_BYTES_MAX);
    enum err e = mail_compose(m->from, l, &r.letter);
    if (!e && m->curl)
        e = perform(m, l, &r, status);
    else if (!e) {
        printf("Mail to %.*s: %.*s\n%.*s\n", STR_ARG(l->to), STR_ARG(l->subject), STR_ARG(l->text));
        e = fflush(stdout) == 0 ? OK : ERR_IO;
    }
    buf_free(&r.letter);
    return e;
}
