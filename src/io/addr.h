/* Socket addresses as text and as limits' keys. "1.2.3.4:80", "[::1]:80", ":80" (any). */
#ifndef IO_ADDR_H
#define IO_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

enum { ADDR_TEXT_MAX = 64 };

struct addr {
    struct sockaddr_storage ss;
    socklen_t n;
};

/* A network, as --trusted-proxy takes it: "10.0.0.0/8", "::1/128", or one address. */
struct addr_cidr {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    int prefix;        /* bits of the 128 */
};

enum err addr_parse(struct str text, struct addr *out) MUST_CHECK; /* host must be numeric */
void addr_format(const struct addr *a, char out[ADDR_TEXT_MAX]);   /* with the port */
void addr_format_ip(const struct addr *a, char out[ADDR_TEXT_MAX]);
int addr_port(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
/* An address of the internet at large: not of this machine, a private or local network, a group, or
 * an IPv6 form that stands for such an IPv4 one. */
bool addr_is_public(const struct addr *a);
/* 16 bytes that stand for "one client": the IPv4 address, or the first 64 bits of an IPv6 one. */
void addr_client_key(const struct addr *a, uint8_t key[16]);
enum err addr_cidr_parse(struct str text, struct addr_cidr *out) MUST_CHECK;
bool addr_cidr_contains(const struct addr_cidr *net, const struct addr *a);

#endif
