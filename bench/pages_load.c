/*
 * pages_load: visitors who read pages over HTTP, one after the other from a list:
 *
 *   pages_load --port PORT --paths FILE [--header LINE] [--connections N] [--seconds S] [--rate R]
 *
 * FILE holds paths with their queries, one a line, taken in turn; --header is sent with each. How
 * they ask is load_client.h's.
 *
 * Prints one JSON object: seconds, answered (200 and 304), failed, the rate, bytes an answer, and
 * the latency's percentiles. Exits 1 when a page was not answered so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_client.h"

static struct pages {
    const char *paths, *header;
    struct str *requests;
    size_t requests_n;
} pages;

static struct str ask(struct load *l)
{
    return pages.requests[(size_t)l->sent % pages.requests_n];
}

static bool count(struct load *l, int status)
{
    bool ok = status == 200 || status == 304;
    l->failed += !ok;
    return ok;
}

static void report(const struct load *l)
{
    printf("{\"seconds\": %.3f, \"answered\": %ld, \"failed\": %ld, \"a_second\": %.0f, "
           "\"bytes\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
           l->seconds_taken, l->counted, l->failed, (double)l->counted / l->seconds_taken,
           l->counted ? (double)l->bytes / (double)l->counted : 0, load_percentile_ms(l, 0.5),
           load_percentile_ms(l, 0.99));
}

static void make_requests(const struct load *l)
{
    char **paths = load_lines(pages.paths, &pages.requests_n);
    pages.requests = calloc(pages.requests_n, sizeof(*pages.requests));
    for (size_t i = 0; i < pages.requests_n; i++) {
        char *text = NULL;
        int n = asprintf(&text,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\n"
                         "Accept-Language: zh-CN\r\n%s%s\r\n",
                         paths[i], l->port, pages.header ? pages.header : "",
                         pages.header ? "\r\n" : "");
        if (n < 0 || !pages.requests)
            load_die("memory");
        pages.requests[i] = str_n(text, (size_t)n);
    }
}

static void read_options(struct load *l, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--paths") == 0)
            pages.paths = argv[i + 1];
        else if (strcmp(argv[i], "--header") == 0)
            pages.header = argv[i + 1];
        else if (!load_option(l, argv[i], argv[i + 1]))
            argc = 0; /* says how it is used, below */
    }
    if (argc == 0 || !l->port || !pages.paths || l->connections < 1) {
        fprintf(stderr, "usage: pages_load --port PORT --paths FILE [--header LINE] "
                        "[--connections N] [--seconds S] [--rate R]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct load l = {.connections = 64, .seconds = 5, .ask = ask, .count = count};
    read_options(&l, argc, argv);
    make_requests(&l);
    load_run(&l);
    report(&l);
    return l.failed ? 1 : 0;
}
