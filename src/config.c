#include "config.h"

#include <errno.h>
#include <stdlib.h>

enum { CONFIG_FILE_MAX = 64 * 1024, CONFIG_ARENA_MAX = 1024 * 1024 };

enum kind { KIND_STR, KIND_INT, KIND_FLAG, KIND_ADDR, KIND_CIDRS, KIND_LEVEL, KIND_CHOICE };

struct setting {
    const char *name;
    enum kind kind;
    size_t at; /* offset in struct config */
    const char *fallback;
    int64_t min, max; /* KIND_INT */
    bool reloads;     /* SIGHUP takes a new value over */
    const char *value, *help;
    const char *choices; /* KIND_CHOICE: words, parted by | */
};

#define AT(member) offsetof(struct config, member)

static const struct setting settings[] = {
    {"config", KIND_STR, AT(config_file), "", 0, 0, false, "FILE", "settings file: name = value"},
    {"data", KIND_STR, AT(data_dir), "data", 0, 0, false, "DIR",
     "folder for keys, uploads and the default database"},
    {"http", KIND_ADDR, AT(http), "127.0.0.1:8080", 0, 0, false, "ADDR:PORT", "pages and players"},
    {"rtmp", KIND_ADDR, AT(rtmp), "127.0.0.1:1935", 0, 0, false, "ADDR:PORT", "encoders"},
    {"store", KIND_STR, AT(store_url), "", 0, 0, false, "URL",
     "sqlite:PATH (guildhall.db in the data folder) or postgres://…"},
    {"durability", KIND_CHOICE, AT(durability), "power-loss", 0, 0, false, "LEVEL",
     "what answers outlive: power-loss, process-crash, none", "power-loss|process-crash|none"},
    {"loops", KIND_INT, AT(loops), "0", 0, 64, false, "N", "I/O loops; 0 is one a core"},
    {"https", KIND_ADDR, AT(https), "", 0, 0, false, "ADDR:PORT", "pages and players over TLS"},
    {"tls-cert", KIND_STR, AT(tls_cert), "", 0, 0, false, "FILE",
     "certificate chain, PEM; read again on SIGHUP"},
    {"tls-key", KIND_STR, AT(tls_key), "", 0, 0, false, "FILE", "its private key, PEM"},
    {"webhook-url", KIND_STR, AT(webhook_url), "", 0, 0, false, "URL",
     "told of every event by a signed POST (key: webhook.key)"},
    {"sms-gateway", KIND_STR, AT(sms_gateway), "", 0, 0, false, "URL",
     "codes to phones go there by signed POST (key: sms.key); log: printed"},
    {"smtp", KIND_STR, AT(smtp), "", 0, 0, false, "URL",
     "letters go by smtp:// or smtps:// (login: smtp.login); log: printed"},
    {"smtp-ca", KIND_STR, AT(smtp_ca), "", 0, 0, false, "FILE",
     "PEM of authorities for the mail server; else the system's"},
    {"smtp-from", KIND_STR, AT(smtp_from), "", 0, 0, false, "ADDRESS", "who they are from"},
    {"public-url", KIND_STR, AT(public_url), "", 0, 0, false, "URL",
     "how people reach this server: used in links and for checking origins"},
    {"site-name", KIND_STR, AT(site_name), "智造小镇", 0, 0, false, "NAME",
     "the town's name in Chinese"},
    {"site-name-en", KIND_STR, AT(site_name_en), "Smart Town", 0, 0, false, "NAME",
     "and in English"},
    {"trusted-proxy", KIND_CIDRS, AT(proxies), "", 0, 0, false, "CIDR,...",
     "proxies whose X-Forwarded-For and -Proto are believed"},
    {"open-publish", KIND_FLAG, AT(open_publish), "", 0, 0, false, NULL,
     "accept any stream key from loopback addresses (tests)"},
    {"test-cashier", KIND_FLAG, AT(test_cashier), "", 0, 0, false, NULL,
     "orders are paid without money; on a loopback address only (demo)"},
    {"no-recording", KIND_FLAG, AT(no_recording), "", 0, 0, false, NULL,
     "shows are not recorded (else: recordings/ in the data folder)"},
    {"push-ca", KIND_STR, AT(push_ca), "", 0, 0, false, "FILE",
     "PEM of authorities for RTMPS servers we push to; else the system's"},
    {"push-private", KIND_FLAG, AT(push_private), "", 0, 0, false, NULL,
     "shows may be pushed on to this machine and private networks"},
    {"job-program", KIND_STR, AT(job_program), "", 0, 0, false, "FILE",
     "decodes what people upload; guildhall-job beside this program"},
    {"letter-fonts", KIND_STR, AT(letter_fonts), "", 0, 0, false, "FONTS",
     "of official documents, role=NAME,NAME;role=... (see src/job)"},
    {"page-threads", KIND_INT, AT(page_threads), "4", 1, 64, false, "N", "threads for pages"},
    {"ring-memory", KIND_INT, AT(ring_memory_mib), "1024", 16, 1 << 20, false, "MIB",
     "most memory for live streams"},
    {"http-connections", KIND_INT, AT(http_conns_max), "18000", 1, 1000000, false, "N",
     "most HTTP connections at a time"},
    {"rtmp-connections", KIND_INT, AT(rtmp_conns_max), "1000", 1, 100000, false, "N",
     "most RTMP connections at a time"},
    {"client-connections", KIND_INT, AT(client_conns_max), "512", 1, 1000000, false, "N",
     "most connections of one address (loopback is not limited)"},
    {"log-level", KIND_LEVEL, AT(log_level), "info", 0, 0, true, "LEVEL",
     "debug, info, warn or error"},
};
enum { SETTINGS_N = sizeof(settings) / sizeof(settings[0]) };

static enum err refuse(struct config *c, struct err_info *info, const char *name, const char *fmt,
                       struct str value)
{
    info->code = ERR_INVALID;
    info->field = name;
    info->text = arena_printf(&c->arena, fmt, STR_ARG(value));
    return ERR_INVALID;
}

static enum err refuse_as_is(struct err_info *info, const char *name, const char *text)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = name, .text = text};
    return ERR_INVALID;
}

/* What a value would have to be. */
static const char *wanted(struct config *c, const struct setting *s)
{
    switch (s->kind) {
    case KIND_STR: break;
    case KIND_INT:
        return arena_printf(&c->arena, "a number from %lld to %lld", (long long)s->min,
                            (long long)s->max);
    case KIND_FLAG: return "yes or no";
    case KIND_ADDR: return "an address and a port, like 0.0.0.0:8080 or [::]:8080";
    case KIND_CIDRS: return "networks like 10.0.0.0/8, parted by commas";
    case KIND_LEVEL: return "debug, info, warn or error";
    case KIND_CHOICE: return arena_printf(&c->arena, "one of %s", s->choices);
    }
    return "a text";
}

static enum err set_cidrs(struct config *c, struct str value)
{
    c->proxies_n = 0;
    while (value.n > 0) {
        struct str one = str_trim(str_cut(value, ',', &value));
        if (c->proxies_n == CONFIG_PROXIES_MAX)
            return ERR_LIMIT;
        enum err e = addr_cidr_parse(one, &c->proxies[c->proxies_n]);
        if (e != OK)
            return e;
        c->proxies_n++;
    }
    return OK;
}

static enum err set_flag(bool *out, struct str value)
{
    *out = str_eq_z(value, "yes") || str_eq_z(value, "true") || str_eq_z(value, "1");
    bool off =
        value.n == 0 || str_eq_z(value, "no") || str_eq_z(value, "false") || str_eq_z(value, "0");
    return *out || off ? OK : ERR_SYNTAX;
}

/* One of the words of `choices`, parted by |: its place. */
static enum err set_choice(int *out, const char *choices, struct str value)
{
    struct str rest = str_of(choices);
    for (*out = 0; rest.n > 0; ++*out)
        if (str_eq(str_cut(rest, '|', &rest), value))
            return OK;
    return ERR_SYNTAX;
}

static enum err set(struct config *c, const struct setting *s, struct str value,
                    struct err_info *info)
{
    char *at = (char *)c + s->at;
    struct str copy = arena_str(&c->arena, value);
    enum err e = OK;
    switch (s->kind) {
    case KIND_STR: *(struct str *)at = copy; break;
    case KIND_FLAG: e = set_flag((bool *)at, copy); break;
    case KIND_CIDRS: e = set_cidrs(c, copy); break;
    case KIND_LEVEL: e = log_level_parse(copy, (enum log_level *)at); break;
    case KIND_CHOICE: e = set_choice((int *)at, s->choices, copy); break;
    case KIND_ADDR: e = copy.n ? addr_parse(copy, (struct addr *)at) : OK; break;
    case KIND_INT: e = str_to_i64(copy, (int64_t *)at); break;
    }
    if (e == OK && s->kind == KIND_INT && (*(int64_t *)at < s->min || *(int64_t *)at > s->max))
        e = ERR_LIMIT;
    if (e != OK)
        return refuse_as_is(info, s->name,
                            arena_printf(&c->arena, "\"%.*s\" is not acceptable: wanted is %s",
                                         STR_ARG(value), wanted(c, s)));
    if (s->at == AT(https))
        c->https_on = copy.n > 0;
    return OK;
}

static const struct setting *find(struct str name)
{
    for (size_t i = 0; i < SETTINGS_N; i++)
        if (str_eq_z(name, settings[i].name))
            return &settings[i];
    return NULL;
}

/* The value of `--name value` or `--name=value`, taken out of argv. */
static bool next_argument(struct config *c, int *argc, char **argv, int *at,
                          const struct setting **s, struct str *value, struct err_info *info,
                          enum err *e)
{
    for (; *at < *argc; (*at)++) {
        struct str word = str_of(argv[*at]), given;
        if (!str_starts(word, "--"))
            continue;
        struct str name = str_cut(str_slice(word, 2, word.n), '=', &given);
        if ((*s = find(name)) == NULL)
            continue;
        int used = 1;
        if (str_find(word, '=') >= 0)
            *value = given;
        else if ((*s)->kind == KIND_FLAG)
            *value = STR("yes");
        else if (*at + 1 < *argc)
            *value = str_of(argv[*at + 1]), used = 2;
        else
            *e = refuse(c, info, (*s)->name, "%.*s needs a value", word);
        for (int i = *at; i + used <= *argc; i++)
            argv[i] = argv[i + used]; /* argv[argc] is NULL and moves along */
        *argc -= used;
        return *e == OK;
    }
    return false;
}

static enum err set_from_arguments(struct config *c, int *argc, char **argv, bool only_file,
                                   struct err_info *info)
{
    const struct setting *s;
    struct str value;
    enum err e = OK;
    int at = 0, n = *argc;
    char **copy = arena_array(&c->arena, (size_t)n + 1, sizeof(*copy));
    if (!copy)
        return ERR_NOMEM;
    memcpy(copy, argv, (size_t)n * sizeof(*copy));
    char **from = only_file ? copy : argv;
    while (next_argument(c, &n, from, &at, &s, &value, info, &e))
        if (!only_file || s->at == AT(config_file))
            if ((e = set(c, s, value, info)) != OK)
                break;
    if (!only_file)
        *argc = n;
    return e;
}

static enum err set_from_environment(struct config *c, struct err_info *info)
{
    for (size_t i = 0; i < SETTINGS_N; i++) {
        char name[64] = "GUILDHALL_";
        size_t n = strlen(name);
        for (const char *p = settings[i].name; *p; p++)
            name[n++] = *p == '-' ? '_' : (char)(*p - 32);
        const char *value = getenv(name);
        if (value) {
            enum err e = set(c, &settings[i], str_of(value), info);
            if (e != OK)
                return e;
        }
    }
    return OK;
}

static enum err read_file(struct config *c, struct str *out, struct err_info *info)
{
    char *text = arena_alloc(&c->arena, CONFIG_FILE_MAX + 1);
    FILE *f = text ? fopen(c->config_file.p, "re") : NULL;
    if (!f)
        return refuse(c, info, "config", "%.*s cannot be read", c->config_file);
    size_t n = fread(text, 1, CONFIG_FILE_MAX + 1, f);
    bool bad = ferror(f) || n > CONFIG_FILE_MAX;
    fclose(f);
    if (bad)
        return refuse(c, info, "config", "%.*s is not a settings file", c->config_file);
    *out = str_n(text, n);
    return OK;
}

static enum err set_from_file(struct config *c, struct err_info *info)
{
    struct str text, line, value;
    if (c->config_file.n == 0)
        return OK;
    enum err e = read_file(c, &text, info);
    while (e == OK && text.n > 0) {
        line = str_trim(str_cut(text, '\n', &text));
        if (line.n == 0 || line.p[0] == '#')
            continue;
        struct str name = str_trim(str_cut(line, '=', &value));
        const struct setting *s = find(name);
        if (!s || s->at == AT(config_file))
            e = refuse(c, info, "config", "%.*s is no setting", name);
        else
            e = set(c, s, str_trim(value), info);
    }
    return e;
}

static enum err set_defaults(struct config *c, struct err_info *info)
{
    for (size_t i = 0; i < SETTINGS_N; i++) {
        enum err e = set(c, &settings[i], str_of(settings[i].fallback), info);
        if (e != OK)
            return e;
    }
    return OK;
}

/* What one setting's rule cannot see. */
static enum err check_together(struct config *c, struct err_info *info)
{
    if (c->https_on && (c->tls_cert.n == 0 || c->tls_key.n == 0))
        return refuse_as_is(info, "https", "needs --tls-cert and --tls-key");
    if (c->open_publish && !addr_is_loopback(&c->rtmp))
        return refuse_as_is(info, "open-publish", "needs --rtmp on a loopback address");
    if (c->test_cashier && !addr_is_loopback(&c->http))
        return refuse_as_is(info, "test-cashier", "needs --http on a loopback address");
    if (str_eq_z(c->sms_gateway, "log") && !addr_is_loopback(&c->http))
        return refuse_as_is(info, "sms-gateway",
                            "log prints everybody's codes: needs --http on a loopback address");
    if (str_eq_z(c->smtp, "log") && !addr_is_loopback(&c->http))
        return refuse_as_is(info, "smtp",
                            "log prints everybody's letters: needs --http on a loopback address");
    if (c->smtp.n && c->smtp_from.n == 0)
        return refuse_as_is(info, "smtp-from", "--smtp needs it: who letters are from");
    if (c->public_url.n && !str_starts(c->public_url, "http://") &&
        !str_starts(c->public_url, "https://"))
        return refuse(c, info, "public-url", "\"%.*s\" is no http(s) URL", c->public_url);
    while (str_ends(c->public_url, "/"))
        c->public_url.n--;
    if (c->store_url.n == 0)
        c->store_url =
            str_of(arena_printf(&c->arena, "sqlite:%.*s/guildhall.db", STR_ARG(c->data_dir)));
    return OK;
}

enum err config_load(struct config *c, int *argc, char **argv, struct err_info *info)
{
    *c = (struct config){0};
    arena_init(&c->arena, CONFIG_ARENA_MAX);
    enum err e = set_defaults(c, info);
    if (e == OK) /* where the file is must be known before it is read */
        e = set_from_arguments(c, argc, argv, true, info);
    const char *from_env = getenv("GUILDHALL_CONFIG");
    if (e == OK && c->config_file.n == 0 && from_env)
        c->config_file = arena_str(&c->arena, str_of(from_env));
    if (e == OK)
        e = set_from_file(c, info);
    if (e == OK)
        e = set_from_environment(c, info);
    if (e == OK)
        e = set_from_arguments(c, argc, argv, false, info);
    if (e == OK)
        e = check_together(c, info);
    return e;
}

static bool same(const struct config *a, const struct config *b, const struct setting *s)
{
    const char *x = (const char *)a + s->at, *y = (const char *)b + s->at;
    switch (s->kind) {
    case KIND_STR: return str_eq(*(const struct str *)x, *(const struct str *)y);
    case KIND_INT: return *(const int64_t *)x == *(const int64_t *)y;
    case KIND_FLAG: return *(const bool *)x == *(const bool *)y;
    case KIND_LEVEL: return *(const enum log_level *)x == *(const enum log_level *)y;
    case KIND_CHOICE: return *(const int *)x == *(const int *)y;
    case KIND_ADDR: return memcmp(x, y, sizeof(struct addr)) == 0;
    case KIND_CIDRS:
        return a->proxies_n == b->proxies_n &&
               memcmp(x, y, a->proxies_n * sizeof(struct addr_cidr)) == 0;
    }
    return false;
}

enum err config_reload(struct config *running, int argc, char **argv, struct err_info *info)
{
    struct config fresh;
    char **copy = arena_array(&running->arena, (size_t)argc + 1, sizeof(*copy));
    if (!copy)
        return ERR_NOMEM;
    memcpy(copy, argv, (size_t)argc * sizeof(*copy)); /* loading takes its words out */
    enum err e = config_load(&fresh, &argc, copy, info);
    if (e != OK && info->text) /* the detail lives in the arena that goes */
        info->text = arena_strdup(&running->arena, info->text);
    for (size_t i = 0; e == OK && i < SETTINGS_N; i++)
        if (!settings[i].reloads && !same(running, &fresh, &settings[i]))
            LOG(WARN, "config.needs_restart", L_Z("setting", settings[i].name));
    if (e == OK)
        running->log_level = fresh.log_level;
    config_free(&fresh);
    return e;
}

void config_free(struct config *c)
{
    arena_free(&c->arena);
}

void config_help(FILE *out)
{
    for (size_t i = 0; i < SETTINGS_N; i++) {
        const struct setting *s = &settings[i];
        char left[40];
        snprintf(left, sizeof(left), "--%s %s", s->name, s->value ? s->value : "");
        fprintf(out, "  %-28s %s", left, s->help);
        if (s->fallback[0] && s->kind != KIND_FLAG)
            fprintf(out, " (%s)", s->fallback);
        fputc('\n', out);
    }
}
