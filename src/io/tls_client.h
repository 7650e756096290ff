/* TLS by OpenSSL 3, client side: 1.2 and 1.3, the peer's certificate and name are always verified.
 */
#ifndef IO_TLS_CLIENT_H
#define IO_TLS_CLIENT_H

#include <openssl/ssl.h>

#include "base/arena.h"
#include "base/err.h"

struct tls_client;

/* ca_file: PEM of the authorities to trust; "" or NULL: the system's. */
enum err tls_client_open(const char *ca_file, struct tls_client **out, struct arena *arena,
                         struct err_info *info) MUST_CHECK;
/* A fresh session with the host that was asked for, a name or a numeric address. NULL without
 * memory. Thread safe. */
SSL *tls_client_session(struct tls_client *t, const char *host);
void tls_client_free(struct tls_client *t);

#endif
