#include "io/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/* The address as 16 bytes, IPv4 mapped. */
static void bytes_of(const struct addr *a, uint8_t out[16])
{
    memset(out, 0, 16);
    if (a->ss.ss_family == AF_INET) {
        memcpy(out, v4_prefix, 12);
        memcpy(out + 12, &((const struct sockaddr_in *)&a->ss)->sin_addr, 4);
    } else if (a->ss.ss_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)&a->ss)->sin6_addr, 16);
    }
}

static bool is_v4(const uint8_t bytes[16])
{
    return memcmp(bytes, v4_prefix, 12) == 0;
}

static enum err set_host(struct str host, struct addr *out)
{
    char text[ADDR_TEXT_MAX];
    if (host.n >= sizeof(text))
        return ERR_SYNTAX;
    memcpy(text, host.p ? host.p : "", host.n);
    text[host.n] = 0;
    *out = (struct addr){0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out->ss;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->ss;
    if (host.n == 0 || inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        out->n = sizeof(*v4);
        return OK;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        out->n = sizeof(*v6);
        return OK;
    }
    return ERR_SYNTAX;
}

enum err addr_parse(struct str text, struct addr *out)
{
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return ERR_SYNTAX;
    struct str host = str_slice(text, 0, colon - 1), port_text = str_slice(text, colon, text.n);
    int64_t port;
    if (str_to_i64(port_text, &port) != OK || port < 0 || port > 65535)
        return ERR_SYNTAX;
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = str_slice(host, 1, host.n - 1);
    else if (str_find(host, ':') >= 0)
        return ERR_SYNTAX;
    enum err e = set_host(str_eq_z(host, "localhost") ? STR("127.0.0.1") : host, out);
    if (e != OK)
        return e;
    if (out->ss.ss_family == AF_INET)
        ((struct sockaddr_in *)&out->ss)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)&out->ss)->sin6_port = htons((uint16_t)port);
    return OK;
}

void addr_format_ip(const struct addr *a, char out[ADDR_TEXT_MAX])
{
    uint8_t bytes[16];
    bytes_of(a, bytes);
    if (is_v4(bytes))
        inet_ntop(AF_INET, bytes + 12, out, ADDR_TEXT_MAX);
    else
        inet_ntop(AF_INET6, bytes, out, ADDR_TEXT_MAX);
}

void addr_format(const struct addr *a, char out[ADDR_TEXT_MAX])
{
    char ip[ADDR_TEXT_MAX];
    addr_format_ip(a, ip);
    snprintf(out, ADDR_TEXT_MAX, strchr(ip, ':') ? "[%.45s]:%d" : "%.45s:%d", ip, addr_port(a));
}

int addr_port(const struct addr *a)
{
    return ntohs(a->ss.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&a->ss)->sin6_port
                                             : ((const struct sockaddr_in *)&a->ss)->sin_port);
}

bool addr_is_loopback(const struct addr *a)
{
    uint8_t bytes[16];
    static const uint8_t v6_loopback[16] = {[15] = 1};
    bytes_of(a, bytes);
    return is_v4(bytes) ? bytes[12] == 127 : memcmp(bytes, v6_loopback, 16) == 0;
}

/* IANA's registries of special-purpose addresses (RFC 6890), by their bytes. */
static bool v4_is_public(const uint8_t b[4])
{
    if (b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224) /* groups and what is above too */
        return false;
    if ((b[0] == 100 && (b[1] & 0xC0) == 64) || (b[0] == 169 && b[1] == 254) ||
        (b[0] == 172 && (b[1] & 0xF0) == 16) || (b[0] == 192 && b[1] == 168))
        return false;
    return !((b[0] == 192 && b[1] == 0 && (b[2] == 0 || b[2] == 2)) ||
             (b[0] == 198 && ((b[1] & 0xFE) == 18 || (b[1] == 51 && b[2] == 100))) ||
             (b[0] == 203 && b[1] == 0 && b[2] == 113));
}

bool addr_is_public(const struct addr *a)
{
    static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};
    uint8_t b[16];
    bytes_of(a, b);
    if (is_v4(b) || memcmp(b, nat64, sizeof(nat64)) == 0)
        return v4_is_public(b + 12);
    if (b[0] == 0x20 && b[1] == 0x02) /* 6to4: the IPv4 address of its router */
        return v4_is_public(b + 2);
    /* Of IPv6 only 2000::/3 is given out; Teredo and examples are in it. */
    return (b[0] & 0xE0) == 0x20 && !(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0) &&
           !(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8);
}

void addr_client_key(const struct addr *a, uint8_t key[16])
{
    bytes_of(a, key);
    if (!is_v4(key))
        memset(key + 8, 0, 8);
}

enum err addr_cidr_parse(struct str text, struct addr_cidr *out)
{
    struct str bits_text, host = str_cut(text, '/', &bits_text);
    struct addr a;
    if (host.n == 0 || set_host(host, &a) != OK)
        return ERR_SYNTAX;
    bytes_of(&a, out->bytes);
    bool v4 = a.ss.ss_family == AF_INET;
    int64_t bits = v4 ? 32 : 128;
    if (str_find(text, '/') >= 0 &&
        (str_to_i64(bits_text, &bits) != OK || bits < 0 || bits > (v4 ? 32 : 128)))
        return ERR_SYNTAX;
    out->prefix = (int)bits + (v4 ? 96 : 0);
    return OK;
}

bool addr_cidr_contains(const struct addr_cidr *net, const struct addr *a)
{
    uint8_t bytes[16];
    bytes_of(a, bytes);
    int whole = net->prefix / 8, rest = net->prefix % 8;
    if (memcmp(bytes, net->bytes, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((bytes[whole] ^ net->bytes[whole]) >> (8 - rest)) == 0;
}
