#include "town/pay/alipay.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "town/pay/alipay_inside.h"
#include "town/pay/provider_conf.h"

enum { SETTLE_DAYS = 90, SETTLE_DAYS_MAX = 365 };

static void free_conf(void *conf)
{
    struct alipay *a = conf;
    if (!a)
        return;
    provider_rsa_free(a->key);
    provider_rsa_free(a->alipay_key);
    OPENSSL_cleanse(a, sizeof(*a));
    free(a);
}

static bool has_channel(void *conf, enum pay_channel c)
{
    const struct alipay *a = conf;
    return a->channels >> c & 1;
}

static enum err read_settle(const struct provider_conf *c, struct alipay *a)
{
    const json_t *days = json_object_get(c->json, "settle_period");
    a->settle_days = days ? (int)json_integer_value(days) : SETTLE_DAYS;
    if (days && (!json_is_integer(days) || json_integer_value(days) < 1 ||
                 json_integer_value(days) > SETTLE_DAYS_MAX))
        return provider_conf_bad(c, "settle_period", "is not a number of days from 1 to 365");
    return OK;
}

static enum err read_native(const struct provider_conf *c, struct alipay *a)
{
    const json_t *native = json_object_get(c->json, "native");
    const char *value = json_string_value(native);
    a->native_is_page = value && strcmp(value, "page") == 0;
    if (native && (!value || (!a->native_is_page && strcmp(value, "qr") != 0)))
        return provider_conf_bad(c, "native", "is neither \"qr\" nor \"page\"");
    return OK;
}

static enum err read_keys(const struct provider_conf *c, struct alipay *a)
{
    char serial[PROVIDER_SERIAL_MAX + 1];
    enum err e = provider_conf_private(c, "private_key", &a->key);
    return e ? e
             : provider_conf_public(c, "alipay_key",
                                    json_string_value(json_object_get(c->json, "alipay_key")),
                                    &a->alipay_key, serial);
}

static enum err read_conf(const struct provider_conf *c, struct alipay *a)
{
    enum err e = provider_conf_name(c, "app_id", 1, ALIPAY_ID_MAX, a->app_id);
    if (!e && json_object_get(c->json, "seller_id"))
        e = provider_conf_name(c, "seller_id", 1, ALIPAY_ID_MAX, a->seller_id);
    memcpy(a->bill_type, "trade", sizeof("trade"));
    if (!e && json_object_get(c->json, "bill_type"))
        e = provider_conf_name(c, "bill_type", 1, ALIPAY_ID_MAX, a->bill_type);
    if (!e)
        e = read_keys(c, a);
    if (!e)
        e = provider_conf_channels(c, "channels", 1u << PAY_NATIVE | 1u << PAY_H5, &a->channels);
    if (!e)
        e = read_native(c, a);
    if (!e)
        e = read_settle(c, a);
    return e ? e
             : provider_conf_url(c, "base_url", "https://openapi.alipay.com/gateway.do",
                                 ALIPAY_URL_MAX, a->base_url);
}

enum err alipay_provider(const struct json_t *s, const char *folder, struct pay_provider *out,
                         struct arena *arena, struct err_info *info)
{
    struct provider_conf c = {s, folder, arena, info};
    struct alipay *a = calloc(1, sizeof(*a));
    enum err e = a ? read_conf(&c, a) : ERR_NOMEM;
    if (e) {
        free_conf(a);
        return e;
    }
    *out = (struct pay_provider){
        .name = "alipay",
        .parts_max = 1,
        .conf = a,
        .has_channel = has_channel,
        .open = alipay_open,
        .look = alipay_look,
        .close = alipay_close,
        .notice = alipay_notice,
        .carry_out = alipay_carry_out,
        .statement = alipay_statement,
        .free = free_conf,
    };
    return OK;
}
