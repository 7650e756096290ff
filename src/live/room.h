/*
 * Rooms: what happens beside the picture. One log of ready WebSocket text frames a room; a follower
 * is a WebSocket with an offset in it, so a message is framed and written once however many follow.
 *
 *   writer commits ─▶ room_publish(json) ─▶ ring of frames ─▶ pulse ─▶ everybody
 *
 * Every message has a sequence number. A follower that says which one it has read last goes on
 * right after it, as long as the ring has what follows (a viewer is an offset); the first frame,
 * {"type":"hello","seq":N,"viewers":V}, says after which one it goes on: another than it has read
 * means that it missed something, or that the room is a new one, and it fetches the page's JSON
 * once. A follower too slow for the ring is dropped and comes back the same way. A room that is
 * opened anew, by another process too, begins with numbers beyond those of before, for as long as
 * the clock has not gone back.
 *
 * Thread safe but for room_follow(), which is for the connection's loop.
 */
#ifndef LIVE_ROOM_H
#define LIVE_ROOM_H

#include "base/err.h"
#include "base/str.h"
#include "io/conn.h"

struct rooms;

enum {
    ROOM_RING = 256 * 1024,
    ROOM_PLACES = 1024, /* of so many messages it is known where they lie in the ring */
    ROOM_MESSAGE_MAX = 8 * 1024,
    ROOMS_MAX = 1000,
    ROOM_NAME_MAX = 64,
    ROOM_VIEWERS_MS = 2000, /* how often a changed number of viewers is told */
};

struct rooms *rooms_new(struct loops *loops);
void rooms_free(struct rooms *r); /* after loops_stop() */

/* A room must be opened by its owner before anybody follows: strangers cannot make rooms. Opening
 * twice is fine. ERR_LIMIT, ERR_NOMEM. Closing lets the followers finish and go. */
enum err room_open(struct rooms *r, struct str room) MUST_CHECK;
void room_close(struct rooms *r, struct str room);

/* Numbers and appends one JSON object, given without its closing brace ("{\"type\":\"chat\",…");
 * `,"seq":N}` is added here. ERR_NOT_FOUND, ERR_TOO_LARGE. *seq may be NULL. */
enum err room_publish(struct rooms *r, struct str room, struct str open_json,
                      uint64_t *seq) MUST_CHECK;
/* The number of the newest message; 0 when there was none. */
uint64_t room_seq(struct rooms *r, struct str room);
bool room_exists(struct rooms *r, struct str room);
int room_followers(struct rooms *r, struct str room);
/* Which opening of the room this is: its first number. 0: there is none. */
uint64_t room_opening(struct rooms *r, struct str room);
/* The connection must be a WebSocket whose upgrade is already queued. after: the number of the last
 * message that it has read; 0: it begins with the next one. */
enum err room_follow(struct rooms *r, struct conn *c, struct str room, uint64_t after) MUST_CHECK;

#endif
