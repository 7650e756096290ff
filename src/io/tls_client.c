#include "io/tls_client.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

struct tls_client {
    SSL_CTX *ctx; /* owned */
};

static enum err trust(SSL_CTX *ctx, const char *ca_file, struct arena *arena, struct err_info *info)
{
    bool own = ca_file && ca_file[0];
    ERR_clear_error();
    if ((own ? SSL_CTX_load_verify_file(ctx, ca_file) : SSL_CTX_set_default_verify_paths(ctx)) == 1)
        return OK;
    ERR_clear_error();
    info->text = arena_printf(arena, "%s: no certificates of authorities can be read from it",
                              own ? ca_file : "the system's store");
    return ERR_INVALID;
}

enum err tls_client_open(const char *ca_file, struct tls_client **out, struct arena *arena,
                         struct err_info *info)
{
    struct tls_client *t = calloc(1, sizeof(*t));
    if (t)
        t->ctx = SSL_CTX_new(TLS_client_method());
    if (!t || !t->ctx) {
        free(t);
        return ERR_NOMEM;
    }
    SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    enum err e = trust(t->ctx, ca_file, arena, info);
    if (e == OK)
        *out = t;
    else
        tls_client_free(t);
    return e;
}

SSL *tls_client_session(struct tls_client *t, const char *host)
{
    SSL *ssl = SSL_new(t->ctx);
    if (!ssl)
        return NULL;
    /* A certificate names an address in a field of its own, and SNI takes names only. */
    bool ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1 ||
              (SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1);
    ERR_clear_error();
    if (!ok) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

void tls_client_free(struct tls_client *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    free(t);
}
