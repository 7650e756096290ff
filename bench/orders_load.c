/*
 * orders_load: buyers who order one SKU over HTTP, each order by another buyer:
 *
 *   orders_load --port PORT --tokens FILE --sku ID [--connections N] [--seconds S] [--rate R]
 *               [--total N]
 *
 * FILE holds session tokens, one a line (`guildhall user add --batch`), taken in turn. How they
 * order is load_client.h's.
 *
 * Prints one JSON object: seconds, accepted (201), refused (409), busy (503), failed, and of the
 * accepted the latency's percentiles. Exits 1 when it could not connect or got what is no answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rnd.h"
#include "load_client.h"

enum { REQUEST_MAX = 1024, TOKEN_MAX = 64 };

static struct orders {
    long sku;
    const char *file;
    char **tokens;
    size_t tokens_n;
    uint64_t run; /* makes this run's keys its own */
    char request[REQUEST_MAX];
    long refused, busy;
} orders;

static struct str ask(struct load *l)
{
    static const char body_rest[] = "&quantity=1&name=Lin&phone=13800138000&address=1+Kiln+Road";
    char body[160];
    int body_n = snprintf(body, sizeof(body), "sku=%ld%s", orders.sku, body_rest);
    int n = snprintf(
        orders.request, sizeof(orders.request),
        "POST /orders HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %.*s\r\n"
        "Accept: application/json\r\nPrefer: return=minimal\r\nIdempotency-Key: %016llx-%ld\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n"
        "\r\n%s",
        l->port, TOKEN_MAX, orders.tokens[(size_t)l->sent % orders.tokens_n],
        (unsigned long long)orders.run, l->sent, body_n, body);
    return str_n(orders.request, (size_t)n);
}

static bool count(struct load *l, int status)
{
    switch (status) {
    case 201: return true;
    case 409: orders.refused++; break;
    case 503: orders.busy++; break;
    default: l->failed++;
    }
    return false;
}

static void report(const struct load *l)
{
    printf(
        "{\"seconds\": %.3f, \"accepted\": %ld, \"refused\": %ld, \"busy\": %ld, \"failed\": %ld, "
        "\"accepted_s\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
        l->seconds_taken, l->counted, orders.refused, orders.busy, l->failed,
        (double)l->counted / l->seconds_taken, load_percentile_ms(l, 0.5),
        load_percentile_ms(l, 0.99));
}

static void read_options(struct load *l, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--sku") == 0)
            orders.sku = atol(argv[i + 1]);
        else if (strcmp(argv[i], "--total") == 0)
            l->total = atol(argv[i + 1]);
        else if (strcmp(argv[i], "--tokens") == 0)
            orders.file = argv[i + 1];
        else if (!load_option(l, argv[i], argv[i + 1]))
            argc = 0; /* says how it is used, below */
    }
    if (argc == 0 || !l->port || !orders.sku || !orders.file || l->connections < 1) {
        fprintf(stderr, "usage: orders_load --port PORT --tokens FILE --sku ID [--connections N] "
                        "[--seconds S] [--rate R] [--total N]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct load l = {.connections = 64, .seconds = 5, .ask = ask, .count = count};
    read_options(&l, argc, argv);
    orders.run = rnd_u64();
    orders.tokens = load_lines(orders.file, &orders.tokens_n);
    load_run(&l);
    report(&l);
    return l.failed ? 1 : 0;
}
