/*
 * Letters by SMTP, through libcurl: plain text in UTF-8, one recipient each.
 *
 *   From: =?UTF-8?B?…?= <town@town.example>     the setting smtp-from
 *   To: <anna@example.com>
 *   Subject: =?UTF-8?B?…?=
 *   Date: Fri, 27 Nov 2026 12:00:00 +0000
 *   Message-ID: <notice-7.mail@town.example>    the same at each attempt: who had it may drop the
 * next Content-Type: text/plain; charset=UTF-8 Content-Transfer-Encoding: base64
 *
 * (RFC 5322, RFC 2047.) What is said is encoded, and an address that is not one is refused: nothing
 * in a letter can begin a header of its own.
 *
 * The setting smtp: smtp://HOST:25, smtps://HOST, or `log`, which prints "Mail to …" on standard
 * output (a demo, a developer). A user and a password stand in DIR/smtp.login, a line each, which
 * nobody else may read. TLS is verified against the system's authorities, or those of smtp-ca;
 * smtp:// takes it when the server offers it, and sends a password without it to this machine
 * itself only. A certificate that does not verify is no reason to go on without: the letter waits.
 */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    MAIL_URL_MAX = 500,
    MAIL_ADDRESS_MAX = 254,
    MAIL_ID_MAX = 64,
    MAIL_BYTES_MAX = 256 * 1024,
    MAIL_CONNECT_MS = 3 * 1000,
    MAIL_CALL_MS = 10 * 1000,
};

struct mail;

struct mail_letter {
    const char *id; /* letters, digits, '.', '-' and '_' */
    struct str to, from_name, subject, text;
    int64_t at_ms; /* its Date */
};

/* ca_file: PEM, or "": the system's. ERR_INVALID with info->field "smtp", "smtp-from" or "smtp-ca"
 * (no certificates in it); ERR_FORBIDDEN when others may read smtp.login; of a ca_file that cannot
 * be read, why. */
enum err mail_new(const char *url, const char *from, const char *ca_file, const char *data_dir,
                  struct mail **out, struct arena *arena, struct err_info *info) MUST_CHECK;
void mail_free(struct mail *m); /* NULL is fine */
/* Blocks, MAIL_CALL_MS at most; on one thread. ERR_IO: nobody is there. ERR_BUSY (4xx, or our login
 * is refused), ERR_TIMEOUT: another time. ERR_PROTOCOL: refused for good (5xx). ERR_INVALID: it
 * cannot be sent to anybody. *status: the word with which the server refused, or 0; MAIL_NO_TLS
 * (then ERR_IO): it has no certificate that we trust, or no TLS where it has to. */
enum { MAIL_NO_TLS = -1 };
enum err mail_send(struct mail *m, const struct mail_letter *l, int *status) MUST_CHECK;
/* Any thread: ends a call that waits for an answer, and each later one. */
void mail_cut(struct mail *m);

/* The letter as it goes over the wire. ERR_INVALID, ERR_LIMIT. Exposed for tests. */
enum err mail_compose(const char *from, const struct mail_letter *l, struct buf *out) MUST_CHECK;
/* Can it stand in an envelope and a header as it is: printable ASCII, one @, no brackets, quotes,
 * commas or blanks? */
bool mail_address_ok(struct str s);

#endif
