#include "io/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

struct tls {
    pthread_mutex_t lock; /* guards ctx against a reload */
    SSL_CTX *ctx;         /* owned */
    char *cert_file, *key_file;
};

/* HTTP/1.1 is what we speak; a client that offers only others is refused during the handshake. */
static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                       const unsigned char *in, unsigned in_n, void *arg)
{
    (void)ssl, (void)arg;
    static const unsigned char ours[] = "\x08http/1.1";
    if (SSL_select_next_proto((unsigned char **)out, out_n, ours, sizeof(ours) - 1, in, in_n) ==
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* The first of the errors is the cause; the system's have no words of OpenSSL's. */
static const char *reason(void)
{
    unsigned long code = ERR_peek_error();
    const char *text =
        ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
    return text ? text : "cannot be used";
}

static enum err make_ctx(const struct tls *t, SSL_CTX **out, struct arena *arena,
                         struct err_info *info)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx)
        return ERR_NOMEM;
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"guildhall", 9);
    SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
    const char *what = NULL, *file = t->key_file;
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ctx, t->cert_file) != 1)
        what = "tls-cert", file = t->cert_file;
    else if (SSL_CTX_use_PrivateKey_file(ctx, t->key_file, SSL_FILETYPE_PEM) != 1 ||
             SSL_CTX_check_private_key(ctx) != 1)
        what = "tls-key";
    if (!what) {
        *out = ctx;
        return OK;
    }
    info->field = what;
    info->text = arena_printf(arena, "%s: %s", file, reason());
    ERR_clear_error();
    SSL_CTX_free(ctx);
    return ERR_INVALID;
}

enum err tls_open(const char *cert_file, const char *key_file, struct tls **out,
                  struct arena *arena, struct err_info *info)
{
    struct tls *t = calloc(1, sizeof(*t));
    if (!t)
        return ERR_NOMEM;
    pthread_mutex_init(&t->lock, NULL);
    t->cert_file = strdup(cert_file);
    t->key_file = strdup(key_file);
    enum err e = t->cert_file && t->key_file ? make_ctx(t, &t->ctx, arena, info) : ERR_NOMEM;
    if (e == OK)
        *out = t;
    else
        tls_free(t);
    return e;
}

enum err tls_reload(struct tls *t, struct arena *arena, struct err_info *info)
{
    SSL_CTX *fresh = NULL;
    enum err e = make_ctx(t, &fresh, arena, info);
    if (e != OK)
        return e;
    pthread_mutex_lock(&t->lock);
    SSL_CTX *old = t->ctx;
    t->ctx = fresh;
    pthread_mutex_unlock(&t->lock);
    SSL_CTX_free(old); /* sessions in use hold references of their own */
    return OK;
}

SSL *tls_session(struct tls *t)
{
    pthread_mutex_lock(&t->lock);
    SSL *ssl = SSL_new(t->ctx);
    pthread_mutex_unlock(&t->lock);
    if (ssl)
        SSL_set_accept_state(ssl);
    return ssl;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    pthread_mutex_destroy(&t->lock);
    free(t->cert_file);
    free(t->key_file);
    free(t);
}
