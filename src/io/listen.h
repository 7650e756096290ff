/*
 * Listening sockets: one a loop, SO_REUSEPORT. Because SO_REUSEPORT lets a second process bind
 * silently, a probe bind without it comes first, so a taken port is an error.
 */
#ifndef IO_LISTEN_H
#define IO_LISTEN_H

#include "io/addr.h"
#include "io/conn.h"
#include "io/loop.h"
#include "io/tls.h"

struct listener;

/* Limits of what one listener's port accepts, per client address and in all. */
struct listen_limits {
    int conns_max;            /* all connections of this listener */
    int conns_per_client_max; /* by addr_client_key() */
    bool loopback_exempt;     /* from the limit per client: a proxy on this machine, load tests */
};

struct listen_spec {
    const char *name; /* "http", "https", "rtmp" */
    struct addr addr; /* port 0: the kernel chooses, listener_addr() tells */
    struct tls *tls;  /* borrowed for the listener's life; NULL: plain */
    struct listen_limits limits;
    conn_accept_fn *accept;
    void *arg;
};

enum err listener_open(struct loops *loops, const struct listen_spec *spec, struct listener **out,
                       struct err_info *info) MUST_CHECK;
void listener_close(struct listener *l); /* no new connections; blocks until every loop agreed */
const struct addr *listener_addr(const struct listener *l);

#endif
