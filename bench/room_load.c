/*
 * room_load: N followers of a show's room over WebSockets, and people who speak in it or a host who
 * moves its card, on one machine over loopback:
 *
 *   room_load --http PORT --pid SERVER --show ID --followers N --tokens FILE [--rate PER_S]
 *             [--seconds S] [--items A,B]
 *
 * FILE has a bearer token a line. Without --items each says something in turn, RATE messages a
 * second in all; with --items the first one moves the card from A to B and back. Latency is from
 * the send of the request to the whole message read by a follower. Prints one JSON object: what was
 * said, what of it was lost or came twice over all followers, percentiles, the server's
 * CPU-seconds. Exits 1 when a connection failed.
 *
 * One thread, one epoll. A follower keeps what it has of a frame; frames are text, from RFC 6455.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    EVENTS_MAX = 256,
    FRAME_MAX = 8192,
    SPEAKERS_MAX = 256,
    SAID_MAX = 65536,
    RAMP_PER_S = 2000,
    BUCKET_US = 100,
    BUCKETS = 100000, /* up to 10 seconds */
    GRACE_US = 3000000,
};

struct follower {
    int fd;
    bool open;    /* the head of the upgrade is read */
    size_t n;     /* of what is at hand */
    uint64_t got; /* messages that count */
    uint8_t *had; /* a bit a message: they come in the order of commits, not of sends */
    char at_hand[FRAME_MAX];
};

static struct {
    int http, pid, show, followers, rate, seconds, item[2];
    char *token[SPEAKERS_MAX];
    int tokens;
    int epoll;
    struct follower *all;
    int speaker[SPEAKERS_MAX];
    bool waits[SPEAKERS_MAX]; /* for its answer */
    int64_t sent_us[SAID_MAX];
    int said, answered, refused;
    uint64_t seen, doubled, lost;
    uint32_t latency[BUCKETS];
} l;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "room_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_to_server(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)l.http),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
        die("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void watch(int fd, void *ptr)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = ptr};
    if (epoll_ctl(l.epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        die("epoll");
}

static void send_all(int fd, const char *p, int n)
{
    if (send(fd, p, (size_t)n, MSG_NOSIGNAL) != n)
        die("cannot send");
}

/* --- followers --- */

static void open_follower(struct follower *f)
{
    char request[512];
    f->fd = connect_to_server();
    int n = snprintf(request, sizeof(request),
                     "GET /shows/%d/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                     l.show, l.http);
    send_all(f->fd, request, n);
    watch(f->fd, f);
}

static void count(struct follower *f, int64_t number)
{
    if (number < 0 || number >= l.said)
        return;
    if (f->had[number / 8] & 1 << number % 8) {
        l.doubled++;
        return;
    }
    f->had[number / 8] |= (uint8_t)(1 << number % 8);
    f->got++;
    l.seen++;
    int64_t bucket = (clock_mono_us() - l.sent_us[number]) / BUCKET_US;
    l.latency[bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

/* One message, not ended by NUL: a chat bears its number, a card is the newest move. */
static void hear(struct follower *f, char *p, size_t n)
{
    char kept = p[n];
    p[n] = 0;
    const char *text = l.item[0] ? NULL : strstr(p, "\"text\":\"no. ");
    if (text)
        count(f, strtoll(text + 12, NULL, 10));
    else if (l.item[0] && strstr(p, "\"type\":\"card\""))
        count(f, l.said - 1);
    p[n] = kept;
}

/* RFC 6455 section 5.2, as a server sends: no mask. */
static size_t frame_at(const char *p, size_t n, size_t *head)
{
    const unsigned char *b = (const unsigned char *)p;
    if (n < 2)
        return 0;
    *head = b[1] == 126 ? 4 : 2;
    if (n < *head)
        return 0;
    size_t body = b[1] == 126 ? (size_t)(b[2] << 8 | b[3]) : b[1];
    return n < *head + body ? 0 : *head + body;
}

static void take(struct follower *f)
{
    if (!f->open) {
        char *end = memmem(f->at_hand, f->n, "\r\n\r\n", 4);
        if (!end)
            return;
        if (strncmp(f->at_hand, "HTTP/1.1 101", 12) != 0)
            die("a follower was refused");
        size_t head = (size_t)(end - f->at_hand) + 4;
        f->n -= head;
        memmove(f->at_hand, f->at_hand + head, f->n);
        f->open = true;
    }
    size_t at = 0, head, whole;
    while ((whole = frame_at(f->at_hand + at, f->n - at, &head)) > 0) {
        hear(f, f->at_hand + at + head, whole - head);
        at += whole;
    }
    f->n -= at;
    memmove(f->at_hand, f->at_hand + at, f->n);
}

static void read_follower(struct follower *f)
{
    ssize_t n = recv(f->fd, f->at_hand + f->n, FRAME_MAX - 1 - f->n, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        die("a follower was dropped");
    if (n > 0) {
        f->n += (size_t)n;
        take(f);
    }
}

/* --- speakers --- */

static void speak(int i)
{
    char request[1024], body[64];
    int body_n = l.item[0] ? snprintf(body, sizeof(body), "item=%d", l.item[l.said % 2])
                           : snprintf(body, sizeof(body), "text=no.+%d", l.said);
    int n =
        snprintf(request, sizeof(request),
                 "POST /shows/%d/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\n"
                 "Authorization: Bearer %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                 "Content-Length: %d\r\n\r\n%s",
                 l.show, l.item[0] ? "card" : "chat", l.http, l.token[i], body_n, body);
    l.waits[i] = true;
    l.sent_us[l.said++] = clock_mono_us();
    send_all(l.speaker[i], request, n);
}

static void read_speaker(int i)
{
    char in[8192];
    ssize_t n = recv(l.speaker[i], in, sizeof(in) - 1, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        die("a speaker's connection broke");
    if (n <= 0 || !l.waits[i])
        return;
    in[n] = 0;
    l.waits[i] = false;
    l.answered++;
    if (strncmp(in, "HTTP/1.1 200", 12) != 0 && l.refused++ == 0)
        fprintf(stderr, "room_load: refused: %.400s\n", in);
}

static void turn(int64_t until_us)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t wait = until_us - clock_mono_us();
    struct timespec ts = {0};
    if (wait > 0)
        ts = (struct timespec){wait / 1000000, wait % 1000000 * 1000};
    int n = epoll_pwait2(l.epoll, events, EVENTS_MAX, &ts, NULL);
    for (int i = 0; i < n; i++) {
        int *speaker = events[i].data.ptr;
        if (speaker >= l.speaker && speaker < l.speaker + SPEAKERS_MAX)
            read_speaker((int)(speaker - l.speaker));
        else
            read_follower(events[i].data.ptr);
    }
}

static void run_until(int64_t until_us)
{
    while (clock_mono_us() < until_us)
        turn(until_us);
}

/* utime + stime of all threads, proc(5). */
static double server_cpu_s(void)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", l.pid);
    FILE *f = fopen(path, "r");
    if (f) {
        text[fread(text, 1, sizeof(text) - 1, f)] = 0;
        fclose(f);
    }
    const char *p = strrchr(text, ')');
    if (!p ||
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        die("the server is gone");
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double percentile_ms(double p)
{
    uint64_t upto = (uint64_t)((double)l.seen * p), sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
        sum += l.latency[i];
        if (sum > upto)
            return (i + 1) * BUCKET_US / 1000.0;
    }
    return BUCKETS * BUCKET_US / 1000.0;
}

static void read_tokens(const char *file)
{
    FILE *f = fopen(file, "r");
    char line[512];
    if (!f)
        die(file);
    while (l.tokens < SPEAKERS_MAX && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = 0;
        l.token[l.tokens++] = strdup(line);
    }
    fclose(f);
}

static void options(int argc, char **argv)
{
    l.rate = 20;
    l.seconds = 20;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (strcmp(name, "--http") == 0)
            l.http = atoi(value);
        else if (strcmp(name, "--pid") == 0)
            l.pid = atoi(value);
        else if (strcmp(name, "--show") == 0)
            l.show = atoi(value);
        else if (strcmp(name, "--followers") == 0)
            l.followers = atoi(value);
        else if (strcmp(name, "--rate") == 0)
            l.rate = atoi(value);
        else if (strcmp(name, "--seconds") == 0)
            l.seconds = atoi(value);
        else if (strcmp(name, "--tokens") == 0)
            read_tokens(value);
        else if (strcmp(name, "--items") == 0)
            sscanf(value, "%d,%d", &l.item[0], &l.item[1]);
    }
    if (!l.http || !l.pid || !l.show || l.followers < 1 || l.tokens < 1 || l.rate < 1 ||
        (long)l.rate * l.seconds >= SAID_MAX) {
        fprintf(stderr, "room_load: see the head of its source\n");
        exit(2);
    }
}

static void open_all(void)
{
    int64_t start = clock_mono_us();
    for (int i = 0; i < l.followers; i++) {
        l.all[i].had = calloc((size_t)(l.rate * l.seconds / 8 + 1), 1);
        if (!l.all[i].had)
            die("memory");
        open_follower(&l.all[i]);
        run_until(start + (int64_t)(i + 1) * 1000000 / RAMP_PER_S);
    }
    for (int i = 0; i < l.tokens; i++) {
        l.speaker[i] = connect_to_server();
        watch(l.speaker[i], &l.speaker[i]);
    }
    run_until(clock_mono_us() + GRACE_US);
    for (int i = 0; i < l.followers; i++)
        if (!l.all[i].open)
            die("a follower was not let in");
}

int main(int argc, char **argv)
{
    options(argc, argv);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.all = calloc((size_t)l.followers, sizeof(*l.all));
    if (l.epoll < 0 || !l.all)
        die("cannot begin");
    open_all();
    double cpu = server_cpu_s();
    int64_t begin = clock_mono_us();
    for (int i = 0; i < l.rate * l.seconds; i++) {
        run_until(begin + (int64_t)i * 1000000 / l.rate);
        int who = l.item[0] ? 0 : i % l.tokens;
        if (!l.waits[who]) /* one that is not answered yet would answer out of turn */
            speak(who);
    }
    double seconds = (double)(clock_mono_us() - begin) / 1e6;
    cpu = server_cpu_s() - cpu;
    run_until(clock_mono_us() + GRACE_US);
    for (int i = 0; i < l.followers; i++)
        l.lost += (uint64_t)(l.said - l.refused) - l.all[i].got;
    printf("{\"said\": %d, \"refused\": %d, \"lost\": %llu, \"doubled\": %llu, \"p50_ms\": %.1f, "
           "\"p99_ms\": %.1f, \"cpu_s\": %.3f, \"seconds\": %.3f}\n",
           l.said, l.refused, (unsigned long long)l.lost, (unsigned long long)l.doubled,
           percentile_ms(0.5), percentile_ms(0.99), cpu, seconds);
    return 0;
}
