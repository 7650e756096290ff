/*
 * An RTMP connection on its loop: publisher or player. Inside live/ only.
 *
 *   accepted ─ publish? ─▶ authorize ─▶ claim the stream ─▶ publishing ─▶ gone: the stream's grace
 *            └ play? ────▶ the stream's RTMP form ─▶ following
 *
 * Claiming: the stream's owner loop drops the publisher it has (the newest authenticated one wins),
 * hands the stream over and answers by message. While it waits the session takes no bytes.
 */
#ifndef LIVE_PUBLISH_H
#define LIVE_PUBLISH_H

#include "live/registry.h"

extern const struct conn_ops publish_ops;
enum err publish_accept(struct live *live, struct conn *c) MUST_CHECK;
/* The stream's owner thread: closes its publisher, whose stream pointer is taken away first. */
void publish_kick(struct publisher *p, const char *why);

#endif
