#include "town/pay/wechat.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "town/pay/provider_conf.h"
#include "town/pay/wechat_inside.h"

static void free_conf(void *conf)
{
    struct wechat *w = conf;
    if (!w)
        return;
    provider_rsa_free(w->key);
    for (size_t i = 0; i < w->platform_n; i++)
        provider_rsa_free(w->platform[i].key);
    OPENSSL_cleanse(w, sizeof(*w));
    free(w);
}

static bool has_channel(void *conf, enum pay_channel c)
{
    const struct wechat *w = conf;
    return w->channels >> c & 1;
}

static enum err read_api_key(const struct provider_conf *c, struct wechat *w)
{
    const char *value = json_string_value(json_object_get(c->json, "apiv3_key"));
    if (!value || strlen(value) != WECHAT_API_KEY_BYTES)
        return provider_conf_bad(c, "apiv3_key", "is not 32 characters");
    memcpy(w->api_key, value, WECHAT_API_KEY_BYTES);
    return OK;
}

/* A certificate, or {"id": …, "key": …}. */
static enum err read_platform_key(const struct provider_conf *c, struct wechat *w,
                                  const json_t *one)
{
    struct wechat_platform_key *k = &w->platform[w->platform_n];
    const char *id = json_string_value(json_object_get(one, "id"));
    const char *text = json_is_object(one) ? json_string_value(json_object_get(one, "key"))
                                           : json_string_value(one);
    enum err e = provider_conf_public(c, "platform_keys", text, &k->key, k->id);
    if (e)
        return e;
    w->platform_n++;
    if (!id)
        return k->id[0] ? OK
                        : provider_conf_bad(c, "platform_keys", "has a public key without its id");
    if (!id[0] || strlen(id) > PROVIDER_SERIAL_MAX || k->id[0])
        return provider_conf_bad(c, "platform_keys", "has an id that is none");
    memcpy(k->id, id, strlen(id) + 1);
    if (!w->wanted_id[0])
        memcpy(w->wanted_id, id, strlen(id) + 1);
    return OK;
}

static enum err read_platform_keys(const struct provider_conf *c, struct wechat *w)
{
    const json_t *list = json_object_get(c->json, "platform_keys"), *one;
    size_t i;
    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > WECHAT_PLATFORM_KEYS_MAX)
        return provider_conf_bad(c, "platform_keys", "is not a list of one to eight keys");
    json_array_foreach(list, i, one)
    {
        enum err e = read_platform_key(c, w, one);
        if (e)
            return e;
    }
    return OK;
}

/* Who pays inside WeChat is asked by these; without the secret nobody can be. */
static enum err read_app(const struct provider_conf *c, struct wechat *w)
{
    enum err e = OK;
    if (json_object_get(c->json, "app_secret"))
        e = provider_conf_name(c, "app_secret", 16, WECHAT_SECRET_MAX, w->app_secret);
    if (!e)
        e = provider_conf_url(c, "app_url", "https://api.weixin.qq.com", WECHAT_URL_MAX,
                              w->app_url);
    if (!e)
        e = provider_conf_url(c, "consent_url", "https://open.weixin.qq.com", WECHAT_URL_MAX,
                              w->consent_url);
    return e;
}

static enum err read_conf(const struct provider_conf *c, struct wechat *w)
{
    enum err e = provider_conf_name(c, "mchid", 1, WECHAT_ID_MAX, w->mchid);
    if (!e)
        e = provider_conf_name(c, "appid", 1, WECHAT_ID_MAX, w->appid);
    if (!e)
        e = provider_conf_name(c, "serial", 1, PROVIDER_SERIAL_MAX, w->serial);
    if (!e)
        e = provider_conf_private(c, "private_key", &w->key);
    if (!e)
        e = read_api_key(c, w);
    if (!e)
        e = read_platform_keys(c, w);
    if (!e)
        e = provider_conf_channels(c, "channels", 1u << PAY_NATIVE | 1u << PAY_H5 | 1u << PAY_JSAPI,
                                   &w->channels);
    if (!e)
        e = provider_conf_url(c, "base_url", "https://api.mch.weixin.qq.com", WECHAT_URL_MAX,
                              w->base_url);
    if (!e)
        e = read_app(c, w);
    size_t n = strlen(w->base_url);
    if (n && w->base_url[n - 1] == '/')
        w->base_url[n - 1] = 0;
    return e;
}

enum err wechat_provider(const struct json_t *s, const char *folder, struct pay_provider *out,
                         struct arena *arena, struct err_info *info)
{
    struct provider_conf c = {s, folder, arena, info};
    struct wechat *w = calloc(1, sizeof(*w));
    enum err e = w ? read_conf(&c, w) : ERR_NOMEM;
    if (e) {
        free_conf(w);
        return e;
    }
    *out = (struct pay_provider){
        .name = "wechat",
        .parts_max = PAY_PARTS_MAX,
        .conf = w,
        .has_channel = has_channel,
        .open = wechat_open,
        .look = wechat_look,
        .close = wechat_close,
        .notice = wechat_notice,
        .carry_out = wechat_carry_out,
        .statement = wechat_statement,
        .free = free_conf,
    };
    if (w->app_secret[0]) {
        out->payer_url = wechat_payer_url;
        out->payer_of = wechat_payer_of;
    }
    return OK;
}
