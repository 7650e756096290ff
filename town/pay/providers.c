/* Which providers this process has. */
#include "town/pay/internal.h"

#include <stdlib.h>

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

enum err pay_load(const struct pay_settings *s, struct arena *arena, struct err_info *info)
{
    (void)arena, (void)info;
    pay_stop();
    public_url = s->public_url;
    if (s->test)
        pay_provider_add(&pay_test_provider);
    pay_provider_add(&pay_bank_provider);
    return OK;
}

void pay_stop(void)
{
    for (size_t i = 0; i < providers_n; i++)
        if (providers[i].free)
            providers[i].free(providers[i].conf);
    providers_n = 0;
}
