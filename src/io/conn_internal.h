/* What conn.c shares with listen.c; nobody outside io/ includes this. */
#ifndef IO_CONN_INTERNAL_H
#define IO_CONN_INTERNAL_H

#include "io/conn.h"

/* Takes over fd (and ssl, may be NULL) in every case. `gone` is called once when the connection has
 * been freed, for the listener's counts. */
struct conn_origin {
    conn_accept_fn *accept;
    void *arg;
    void (*gone)(void *listener, const struct addr *peer);
    void *listener;
    bool is_client; /* still connecting */
};
enum err conn_open(struct loop *loop, int fd, SSL *ssl, const struct addr *peer,
                   const struct conn_origin *origin) MUST_CHECK;

#endif
