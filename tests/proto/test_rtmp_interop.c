/* The session against programs that others wrote: ffmpeg publishes and plays, rtmpdump plays. */
#include "../media/clip.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/rtmp_chunk.h"
#include "proto/rtmp_session.h"

enum { PATIENCE_MS = 20 * 1000 };

struct server {
    int listening, fd;
    char port[8];
    pid_t peer;
    struct rtmp_session *session;
    char request[256];
    bool refuse;
    int videos, audios, datas, ended;
};

static void on_request(void *user, const struct rtmp_request *r)
{
    struct server *s = user;
    snprintf(s->request, sizeof(s->request), "%s %.*s/%.*s key=%.*s",
             r->publish ? "publish" : "play", STR_ARG(r->app), STR_ARG(r->stream), STR_ARG(r->key));
    if (s->refuse)
        rtmp_session_refuse(s->session, RTMP_DENIED, "The key is wrong.");
    else
        rtmp_session_accept(s->session);
}

static void on_media(void *user, const struct rtmp_media *m)
{
    struct server *s = user;
    struct flv_video v;
    struct flv_audio a;
    if (m->type == RTMP_VIDEO && flv_video_parse(m->p, m->n, &v) == OK)
        s->videos += v.packet == FLV_FRAME;
    else if (m->type == RTMP_AUDIO && flv_audio_parse(m->p, m->n, &a) == OK)
        s->audios += a.packet == FLV_FRAME;
    else
        s->datas++;
}

static void on_ended(void *user)
{
    ((struct server *)user)->ended++;
}

static void server_open(struct server *s)
{
    static const struct rtmp_session_ops ops = {on_request, on_media, on_ended};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    *s = (struct server){.fd = -1};
    s->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listening, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(s->listening, 1), 0);
    assert_int_equal(getsockname(s->listening, (struct sockaddr *)&a, &n), 0);
    snprintf(s->port, sizeof(s->port), "%d", ntohs(a.sin_port));
    s->session = rtmp_session_new(&ops, s);
}

/* Starts a program; every "PORT" in its arguments becomes the server's port. */
static void peer_start(struct server *s, const char *const *argv, const char *output)
{
    s->peer = fork();
    assert_true(s->peer >= 0);
    if (s->peer)
        return;
    char text[32][256];
    char *args[32] = {0};
    for (size_t i = 0; argv[i] && i < 31; i++) {
        const char *port = strstr(argv[i], "PORT");
        size_t before = port ? (size_t)(port - argv[i]) : strlen(argv[i]);
        snprintf(text[i], sizeof(text[i]), "%.*s%s%s", (int)before, argv[i], port ? s->port : "",
                 port ? port + 4 : "");
        args[i] = text[i];
    }
    if (!freopen(output, "wb", stdout) || !freopen("/dev/null", "rb", stdin))
        _exit(126);
    execvp(args[0], args);
    _exit(127);
}

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, PATIENCE_MS) == 1;
}

static void send_out(struct server *s)
{
    struct buf *out = rtmp_session_out(s->session);
    for (size_t at = 0; at < out->n;) {
        ssize_t n = send(s->fd, out->p + at, out->n - at, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    buf_clear(out);
}

/* Serves the peer until `done` says so or it closes. */
static void serve(struct server *s, bool (*done)(const struct server *))
{
    uint8_t in[4096];
    if (s->fd < 0) {
        assert_true(readable(s->listening));
        s->fd = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC);
        assert_true(s->fd >= 0);
    }
    while (!done(s)) {
        assert_true(readable(s->fd));
        ssize_t n = recv(s->fd, in, sizeof(in), 0);
        if (n <= 0)
            return;
        size_t used = rtmp_session_feed(s->session, in, (size_t)n);
        send_out(s);
        if (rtmp_session_error(s->session) != OK)
            return;
        assert_int_equal(used, n);
    }
}

static bool never(const struct server *s)
{
    (void)s;
    return false;
}

static bool is_playing(const struct server *s)
{
    return rtmp_session_state(s->session) == RTMP_PLAYING;
}

static int server_close(struct server *s)
{
    int status = 0;
    close(s->fd);
    close(s->listening);
    waitpid(s->peer, &status, 0);
    rtmp_session_free(s->session);
    return status;
}

#define PUBLISH                                                                                    \
    (const char *const[])                                                                          \
    {                                                                                              \
        "ffmpeg", "-v", "quiet", "-nostdin", "-i", CLIP_FLV, "-c", "copy", "-f", "flv",            \
            "rtmp://127.0.0.1:PORT/live/show-3?key=abc", NULL                                      \
    }

static void test_ffmpeg_publishes(void **state)
{
    (void)state;
    struct server s;
    server_open(&s);
    peer_start(&s, PUBLISH, "/dev/null");
    serve(&s, never);
    assert_string_equal(s.request, "publish live/show-3 key=abc");
    assert_int_equal(rtmp_session_error(s.session), OK);
    assert_int_equal(s.videos, CLIP_VIDEO_FRAMES);
    assert_int_equal(s.audios, CLIP_AUDIO_FRAMES);
    assert_true(s.datas >= 1);
    assert_int_equal(s.ended, 1);
    assert_int_equal(server_close(&s), 0);
}

static void test_ffmpeg_is_refused(void **state)
{
    (void)state;
    struct server s;
    server_open(&s);
    s.refuse = true;
    peer_start(&s, PUBLISH, "/dev/null");
    serve(&s, never);
    assert_int_equal(rtmp_session_error(s.session), ERR_CLOSED);
    assert_int_equal(s.videos, 0);
    assert_int_not_equal(server_close(&s), 0);
}

/* Sends the clip as a player's log holds it, then ends. */
static void play_clip(struct server *s)
{
    size_t n, at = 0;
    uint8_t *clip = clip_read(&n);
    struct flv_tag tag;
    while (clip_next(clip, n, &at, &tag)) {
        struct rtmp_message m = {.csid = RTMP_CSID_VIDEO,
                                 .stream_id = RTMP_STREAM_ID,
                                 .type = tag.type,
                                 .time_ms = tag.time_ms,
                                 .p = tag.p,
                                 .n = tag.n};
        rtmp_chunk_put(rtmp_session_out(s->session), &m, RTMP_CHUNK_OUT);
    }
    rtmp_session_put_end(rtmp_session_out(s->session));
    send_out(s);
    free(clip);
}

static void expect_clip_frames(const char *path)
{
    static const char format[] = "ffprobe -v error -count_packets -show_entries "
                                 "stream=codec_type,nb_read_packets -of csv %s 2>&1";
    char command[256], text[256] = "";
    snprintf(command, sizeof(command), format, path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    assert_int_equal(pclose(f), 0);
    assert_string_equal(text, "stream,video,50\nstream,audio,88\n");
}

static void check_player(const char *const *argv, bool exits_well)
{
    struct server s;
    char path[] = "/tmp/test_rtmp_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    server_open(&s);
    peer_start(&s, argv, path);
    serve(&s, is_playing);
    assert_string_equal(s.request, "play live/show-3 key=");
    play_clip(&s);
    serve(&s, never);
    int status = server_close(&s);
    if (exits_well)
        assert_int_equal(status, 0);
    expect_clip_frames(path);
    unlink(path);
}

static void test_ffmpeg_plays(void **state)
{
    (void)state;
    check_player((const char *const[]){"ffmpeg", "-v", "error", "-nostdin", "-i",
                                       "rtmp://127.0.0.1:PORT/live/show-3", "-c", "copy", "-f",
                                       "flv", "-flvflags", "no_duration_filesize", "-", NULL},
                 true);
}

static void test_rtmpdump_plays(void **state)
{
    (void)state;
    /* It ends with an error when a live stream ends, whatever the server says. */
    check_player((const char *const[]){"rtmpdump", "-q", "--live", "-r",
                                       "rtmp://127.0.0.1:PORT/live/show-3", "-o", "-", NULL},
                 false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ffmpeg_publishes),
        cmocka_unit_test(test_ffmpeg_is_refused),
        cmocka_unit_test(test_ffmpeg_plays),
        cmocka_unit_test(test_rtmpdump_plays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
