/*
 * RTMP's handshake (Adobe RTMP 1.0 section 5.2) and its digest form, which Flash players and some
 * encoders still use:
 *
 *   client: C0 version 1 │ C1 1536                            C2 1536
 *   server:                        S0 1 │ S1 1536 │ S2 1536
 *
 *   C1, S1: time 4 │ version 4 │ 764 bytes │ 764 bytes       simple: S2 repeats C1, C2 repeats S1
 *   digest: one of the two blocks holds four bytes whose sum says where in it 32 bytes of
 *           HMAC-SHA256 over the rest stand; schema 0: the second block, schema 1: the first
 *
 * A server tells the forms apart by whether a digest verifies. The key exchange of the encrypted
 * variants is not done.
 */
#ifndef PROTO_RTMP_HANDSHAKE_H
#define PROTO_RTMP_HANDSHAKE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { RTMP_VERSION = 3, RTMP_HELLO = 1536 };

/* Server: appends S0, S1 and S2 for a whole C1; C0 was checked by the caller. */
void rtmp_handshake_answer(const uint8_t c1[RTMP_HELLO], struct buf *out);
/* Client: appends C0 and C1 of the simple form. C2 is S1 as it came. */
void rtmp_handshake_hello(struct buf *out);

#endif
