#include "town/pay/provider_conf.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "town/pay/provider.h"
#include "town/ask.h"
#include "town/pay/provider_rsa.h"

enum { INLINE_MIN = 256 };

enum err provider_conf_bad(const struct provider_conf *c, const char *name, const char *why)
{
    *c->info = (struct err_info){.code = ERR_INVALID, .field = name, .text = why};
    return ERR_INVALID;
}

static bool is_name(const char *s)
{
    for (; *s; s++)
        if (!((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
              *s == '_' || *s == '-' || *s == '.'))
            return false;
    return true;
}

enum err provider_conf_name(const struct provider_conf *c, const char *name, size_t min, size_t max,
                            char *out)
{
    const char *value = json_string_value(json_object_get(c->json, name));
    if (!value)
        return provider_conf_bad(c, name, "is missing");
    if (strlen(value) < min || strlen(value) > max || !is_name(value))
        return provider_conf_bad(c, name, "is not as it must be");
    memcpy(out, value, strlen(value) + 1);
    return OK;
}

/* --- keys --- */

/* A file's text, in `out` of PROVIDER_KEY_TEXT_MAX bytes. False: it cannot be read, or is longer.
 */
static bool read_file(const struct provider_conf *c, const char *path, char *out, size_t *n)
{
    char whole[1024];
    int length = path[0] == '/' ? snprintf(whole, sizeof(whole), "%s", path)
                                : snprintf(whole, sizeof(whole), "%s/%s", c->folder, path);
    int fd = length < (int)sizeof(whole) ? open(whole, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = 0;
    *n = 0;
    while (fd >= 0 && *n < PROVIDER_KEY_TEXT_MAX &&
           (got = read(fd, out + *n, PROVIDER_KEY_TEXT_MAX - *n)) > 0)
        *n += (size_t)got;
    if (fd >= 0)
        close(fd);
    return fd >= 0 && got == 0;
}

/* A PEM text, or something far longer than a path, is the key itself. */
static bool is_inline(const char *value)
{
    return strstr(value, "-----BEGIN ") || strlen(value) >= INLINE_MIN;
}

static enum err key_text(const struct provider_conf *c, const char *name, const char *value,
                         char *buffer, struct str *out)
{
    if (!value)
        return provider_conf_bad(c, name, "is missing");
    if (is_inline(value)) {
        *out = str_of(value);
        return OK;
    }
    if (!read_file(c, value, buffer, &out->n))
        return provider_conf_bad(c, name, "names a file that cannot be read");
    out->p = buffer;
    return OK;
}

enum err provider_conf_private(const struct provider_conf *c, const char *name,
                               struct evp_pkey_st **out)
{
    char buffer[PROVIDER_KEY_TEXT_MAX];
    struct str text;
    enum err e =
        key_text(c, name, json_string_value(json_object_get(c->json, name)), buffer, &text);
    if (!e && provider_rsa_private(text, out))
        e = provider_conf_bad(c, name, "is no private RSA key of 2048 bits or more");
    sodium_memzero(buffer, sizeof(buffer));
    return e;
}

enum err provider_conf_public(const struct provider_conf *c, const char *name, const char *value,
                              struct evp_pkey_st **out, char *serial)
{
    char buffer[PROVIDER_KEY_TEXT_MAX];
    struct str text;
    enum err e = key_text(c, name, value, buffer, &text);
    if (!e && provider_rsa_public(text, out, serial))
        e = provider_conf_bad(c, name, "is no public RSA key of 2048 bits or more");
    return e;
}

/* --- the rest --- */

enum err provider_conf_url(const struct provider_conf *c, const char *name, const char *otherwise,
                           size_t max, char *out)
{
    const json_t *member = json_object_get(c->json, name);
    const char *value = member ? json_string_value(member) : otherwise;
    if (!value || strlen(value) > max || !ask_url_ok(value))
        return provider_conf_bad(c, name, "is not an https:// address");
    memcpy(out, value, strlen(value) + 1);
    return OK;
}

enum err provider_conf_channels(const struct provider_conf *c, const char *name, unsigned allowed,
                                unsigned *out)
{
    static const char *const names[] = {"native", "h5", "jsapi"};
    const json_t *list = json_object_get(c->json, name), *one;
    size_t i;
    *out = list ? 0 : 1u << PAY_NATIVE;
    json_array_foreach(list, i, one)
    {
        unsigned bit = 0;
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            if (json_is_string(one) && strcmp(json_string_value(one), names[k]) == 0)
                bit = 1u << k & allowed;
        if (!bit)
            return provider_conf_bad(c, name, "lists a way to pay that there is not");
        *out |= bit;
    }
    return *out ? OK : provider_conf_bad(c, name, "lists no way to pay");
}
