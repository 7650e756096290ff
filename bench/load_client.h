/*
 * Clients over HTTP with keep-alive on 127.0.0.1, each with one question at a time. One thread, one
 * epoll.
 *
 * Without a rate each asks again as soon as it is answered. With one, questions are due at that
 * rate whether or not earlier ones were answered, and latency counts from when one was due, so that
 * a slow server cannot hide by being asked less. What follows the head of an answer is thrown away
 * by the kernel, so that reading it costs the generator nothing that would slow the quicker server
 * down. A connection that breaks ends the program, with 1.
 */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    LOAD_CONNECTIONS_MAX = 4096,
    LOAD_HEAD_MAX = 4096,
    LOAD_LINE_MAX = 1024,
    LOAD_BUCKET_US = 10,
    LOAD_BUCKETS = 500000, /* up to 5 seconds */
};

struct load_client; /* one connection */

struct load {
    /* Set by who begins it. */
    int port, connections, seconds;
    long rate;                         /* questions a second; 0: as fast as they are answered */
    long total;                        /* ends after so many; 0: after `seconds` */
    struct str (*ask)(struct load *l); /* question number l->sent, until it is asked again */
    bool (*count)(struct load *l, int status); /* an answer; whether its latency counts */
    /* What happened. */
    long sent, answered, counted, failed; /* `failed` is the caller's: the first one is shown */
    int64_t begun_us, bytes;              /* of the answers */
    double seconds_taken;
    /* Its own. */
    int epoll;
    int64_t turn; /* whose it is to ask, if idle */
    struct load_client *clients;
    uint32_t latency[LOAD_BUCKETS];
};

/* Says what went wrong, with errno, and ends the program. */
_Noreturn void load_die(const char *what);

/* --port, --connections, --seconds or --rate: false when it is another. */
bool load_option(struct load *l, const char *name, const char *value);

/* The lines of a file, at least one, each ended by NUL; the caller's, for as long as it runs. */
char **load_lines(const char *file, size_t *n);

void load_run(struct load *l); /* connects, and asks until the end */
double load_percentile_ms(const struct load *l, double p);

#endif
