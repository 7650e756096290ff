/*
 * Reading a provider's object of pay.json. Every function takes the name of a member and says
 * ERR_INVALID with info->field and info->text (no values: they may be secrets) when it is not as it
 * must be.
 */
#ifndef TOWN_PAY_PROVIDER_CONF_H
#define TOWN_PAY_PROVIDER_CONF_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct provider_conf {
    const json_t *json;
    const char *folder; /* of files that are named */
    struct arena *arena;
    struct err_info *info;
};

struct evp_pkey_st;

enum err provider_conf_bad(const struct provider_conf *c, const char *name,
                           const char *why) MUST_CHECK;
/* Letters, digits, '_', '-' and '.' of min to max bytes, into out (max + 1 bytes). */
enum err provider_conf_name(const struct provider_conf *c, const char *name, size_t min, size_t max,
                            char *out) MUST_CHECK;
/* A private or a public key: a text, or a file of it. serial: NULL for a private one. */
enum err provider_conf_private(const struct provider_conf *c, const char *name,
                               struct evp_pkey_st **out) MUST_CHECK;
enum err provider_conf_public(const struct provider_conf *c, const char *name, const char *value,
                              struct evp_pkey_st **out, char *serial) MUST_CHECK;
/* Without the member: what is given. */
enum err provider_conf_url(const struct provider_conf *c, const char *name, const char *otherwise,
                           size_t max, char *out) MUST_CHECK;
/* A bit for each enum pay_channel that is listed, of those in `allowed`; without it PAY_NATIVE. */
enum err provider_conf_channels(const struct provider_conf *c, const char *name, unsigned allowed,
                                unsigned *out) MUST_CHECK;

#endif
