/* TLS by OpenSSL 3: 1.2 and 1.3, server side, certificates from PEM files, reloadable. */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <openssl/ssl.h>

#include "base/arena.h"
#include "base/err.h"

struct tls;

enum err tls_open(const char *cert_file, const char *key_file, struct tls **out,
                  struct arena *arena, struct err_info *info) MUST_CHECK;
/* Reads both files again (SIGHUP). On an error the old certificate stays. Thread safe. */
enum err tls_reload(struct tls *t, struct arena *arena, struct err_info *info) MUST_CHECK;
SSL *tls_session(struct tls *t); /* a fresh server-side SSL, or NULL */
void tls_free(struct tls *t);

#endif
