/* Which providers this process has. */
#include "town/pay/internal.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { CONF_MAX = 64 * 1024 };

static struct pay_provider providers[PAY_PROVIDERS_MAX];
static size_t providers_n;
static struct str public_url;

const struct pay_provider *pay_provider_of(struct str name)
{
    for (size_t i = 0; i < providers_n; i++)
        if (str_eq_z(name, providers[i].name))
            return &providers[i];
    return NULL;
}

size_t pay_providers_n(void)
{
    return providers_n;
}

const struct pay_provider *pay_provider_at(size_t i)
{
    return &providers[i];
}

void pay_provider_add(const struct pay_provider *p)
{
    size_t i = 0;
    while (i < providers_n && strcmp(providers[i].name, p->name) != 0)
        i++;
    if (i == PAY_PROVIDERS_MAX)
        abort();
    providers[i] = *p;
    providers_n = i == providers_n ? providers_n + 1 : providers_n;
}

struct str pay_public_url(void)
{
    return public_url;
}

bool pay_is_by_hand(const struct pay_provider *p)
{
    return p->carry_out == NULL;
}

/* --- DATA/pay.json --- */

static const struct maker {
    const char *name;
    enum err (*make)(const struct json_t *s, const char *folder, struct pay_provider *out,
                     struct arena *arena, struct err_info *info);
} makers[] = {{"wechat", wechat_provider}, {"alipay", alipay_provider}};

static enum err bad(struct err_info *info, enum err e, const char *field, const char *text)
{
    *info = (struct err_info){.code = e, .field = field, .text = text};
    return e;
}

/* What it holds signs payments: nobody else may read it. */
static enum err open_conf(const char *path, FILE **out, struct err_info *info)
{
    struct stat st;
    *out = fopen(path, "re");
    if (!*out && (errno == ENOENT || errno == ENOTDIR)) /* no folder: told of elsewhere */
        return OK;
    if (!*out || fstat(fileno(*out), &st) != 0)
        return bad(info, err_from_errno(errno), "pay.json", "cannot be read");
    if (st.st_mode & 077)
        return bad(info, ERR_FORBIDDEN, "pay.json", "others may read it: chmod 600");
    return st.st_size > CONF_MAX ? bad(info, ERR_TOO_LARGE, "pay.json", "is too large") : OK;
}

static enum err add_from(const json_t *conf, const char *folder, struct arena *arena,
                         struct err_info *info)
{
    struct pay_provider p;
    size_t known = 0;
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        const json_t *own = json_object_get(conf, makers[i].name);
        if (!own)
            continue;
        enum err e = makers[i].make(own, folder, &p, arena, info);
        if (e)
            return e;
        pay_provider_add(&p);
        known++;
    }
    if (known != json_object_size(conf))
        return bad(info, ERR_INVALID, "pay.json", "is no object of providers that there are");
    if (known && public_url.n == 0)
        return bad(info, ERR_INVALID, "public-url",
                   "must be set: payment providers tell what was paid there");
    return OK;
}

static enum err read_conf(const char *folder, struct arena *arena, struct err_info *info)
{
    FILE *f = NULL;
    json_error_t fault;
    const char *path = arena_printf(arena, "%s/pay.json", folder);
    enum err e = path ? open_conf(path, &f, info) : ERR_NOMEM;
    json_t *conf = !e && f ? json_loadf(f, JSON_REJECT_DUPLICATES, &fault) : NULL;
    if (!e && f)
        e = json_is_object(conf) ? add_from(conf, folder, arena, info)
                                 : bad(info, ERR_SYNTAX, "pay.json", "is no JSON object");
    json_decref(conf);
    if (f)
        fclose(f);
    return e;
}

enum err pay_load(const struct pay_settings *s, struct arena *arena, struct err_info *info)
{
    pay_stop();
    public_url = s->public_url;
    if (s->test)
        pay_provider_add(&pay_test_provider);
    enum err e = s->data_dir ? read_conf(s->data_dir, arena, info) : OK;
    pay_provider_add(&pay_bank_provider);
    return e;
}

void pay_stop(void)
{
    for (size_t i = 0; i < providers_n; i++)
        if (providers[i].free)
            providers[i].free(providers[i].conf);
    providers_n = 0;
}
