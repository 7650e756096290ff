/* live/: publishing, following, taking over, losing the encoder, HLS, rooms; over real sockets. */
#include "encoder.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/listen.h"
#include "live/live.h"
#include "live/room.h"
#include "proto/rtmp_command.h"
#include "proto/websocket.h"

struct server {
    struct loops *loops;
    struct live *live;
    struct rooms *rooms;
    struct listener *rtmp, *flv;
    _Atomic int on, paused, ended;
};

static struct server s;

static void on_authorize(void *arg, struct live_auth *auth)
{
    (void)arg;
    live_auth_reply(auth, strcmp(auth->key, "right") == 0 ? OK : ERR_FORBIDDEN);
}

static void on_changed(void *arg, struct str stream, enum live_state state)
{
    (void)arg, (void)stream;
    *(state == LIVE_ON ? &s.on : state == LIVE_PAUSED ? &s.paused : &s.ended) += 1;
}

/* A viewer's request is one byte: 'f' follows the stream, 'r' the room. */
static size_t on_data(struct conn *c, const uint8_t *p, size_t n)
{
    enum err e = OK;
    if (!conn_follower(c))
        e = p[0] == 'r' ? room_follow(s.rooms, c, STR("room"), 0)
                        : live_follow_flv(s.live, c, STR("show-1"), FOLLOW_RAW);
    if (e != OK)
        conn_close(c, e);
    return n;
}

static void on_close(struct conn *c, enum err why)
{
    (void)c, (void)why;
}

static const struct conn_ops viewer_ops = {
    .name = "viewer", .on_data = on_data, .on_close = on_close};

static enum err accept_viewer(struct conn *c, void *arg)
{
    conn_set_protocol(c, &viewer_ops, arg);
    return OK;
}

static struct listener *listen_at(const char *name, conn_accept_fn *accept, void *arg)
{
    struct err_info info = {0};
    struct listener *l = NULL;
    struct listen_spec spec = {
        .name = name, .accept = accept, .arg = arg, .limits = {1000, 1000, false}};
    assert_int_equal(addr_parse(STR("127.0.0.1:0"), &spec.addr), OK);
    assert_int_equal(listener_open(s.loops, &spec, &l, &info), OK);
    return l;
}

static int setup(void **state)
{
    (void)state;
    memset(&s, 0, sizeof(s));
    s.loops = loops_start(2);
    struct live_spec spec = {.loops = s.loops, .hooks = {on_authorize, on_changed, NULL}};
    s.live = live_new(&spec);
    s.rooms = rooms_new(s.loops);
    s.rtmp = listen_at("rtmp", live_accept_rtmp, s.live);
    s.flv = listen_at("flv", accept_viewer, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    listener_close(s.rtmp);
    listener_close(s.flv);
    loops_stop(s.loops, 1000);
    loops_free(s.loops);
    live_free(s.live);
    rooms_free(s.rooms);
    return 0;
}

static void wait_for(_Atomic int *counter, int value)
{
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; *counter < value;) {
        assert_true(clock_mono_ms() < end);
        usleep(2000);
    }
}

/* ---- a viewer: reads FLV and checks it ---- */

struct viewer {
    int fd;
    uint8_t bytes[1 << 20];
    size_t n;
    bool header, audio, video, keyframe;
    int tags, frames, headers;
    int64_t last_ms[2]; /* audio, video */
};

static struct viewer *viewer_open(void)
{
    struct viewer *v = calloc(1, sizeof(*v));
    v->fd = dial(s.flv);
    assert_int_equal(send(v->fd, "f", 1, 0), 1);
    return v;
}

static void viewer_close(struct viewer *v)
{
    close(v->fd);
    free(v);
}

static void check_tag(struct viewer *v, const struct flv_tag *tag)
{
    struct flv_video video;
    v->tags++;
    if (tag->type != FLV_SCRIPT) {
        int64_t *last = &v->last_ms[tag->type == FLV_VIDEO];
        assert_true((int64_t)tag->time_ms >= *last);
        *last = tag->time_ms;
    }
    if (tag->type != FLV_VIDEO)
        return;
    assert_int_equal(flv_video_parse(tag->p, tag->n, &video), OK);
    if (video.packet == FLV_SEQUENCE_HEADER) {
        v->headers++;
    } else if (video.packet == FLV_FRAME) {
        assert_true(v->headers > 0);
        if (v->frames == 0)
            assert_true(video.keyframe);
        v->frames++;
    }
}

/* Reads until that many frames in all; false at the stream's end. */
static bool view_frames(struct viewer *v, int frames)
{
    while (v->frames < frames) {
        ssize_t got = recv(v->fd, v->bytes + v->n, sizeof(v->bytes) - v->n, 0);
        if (got <= 0)
            return false;
        v->n += (size_t)got;
        size_t at = 0, used;
        if (!v->header) {
            if (v->n < FLV_FILE_HEADER)
                continue;
            assert_memory_equal(v->bytes, "FLV\1", 4);
            v->audio = v->bytes[4] & 4;
            v->video = v->bytes[4] & 1;
            used = FLV_FILE_HEADER;
            v->header = true;
            at = used;
        }
        struct flv_tag tag;
        while (flv_read_tag(v->bytes + at, v->n - at, &tag, &used) == OK) {
            check_tag(v, &tag);
            at += used;
        }
        memmove(v->bytes, v->bytes + at, v->n - at);
        v->n -= at;
    }
    return true;
}

/* ---- tests ---- */

static void a_viewer_sees_what_an_encoder_sends(void **state)
{
    (void)state;
    struct encoder e;
    struct live_health h;
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 60);
    wait_for(&s.on, 1);
    struct viewer *v = viewer_open();
    assert_true(view_frames(v, 5));
    assert_true(v->audio && v->video);
    send_tags(&e, 200);
    assert_true(view_frames(v, 60));
    assert_int_equal(v->headers, 1);
    assert_int_equal(live_health(s.live, STR("show-1"), &h), OK);
    assert_int_equal(h.viewers, 1);
    assert_true(h.width > 0 && h.height > 0 && h.audio_hz > 0);
    viewer_close(v);
    encoder_close(&e);
}

static void a_wrong_key_is_refused_before_the_start(void **state)
{
    (void)state;
    const char *wrong[] = {"show-1?key=wrong", "show-1?key=", "show-1", "bad/name?key=right",
                           "..?key=right"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct encoder e;
        assert_false(encoder_open(s.rtmp, &e, wrong[i]));
        assert_false(rtmp_client_is_ready(e.client));
        assert_int_equal(rtmp_client_error(e.client), ERR_FORBIDDEN);
        encoder_close(&e);
    }
    assert_int_equal(s.on, 0);
    assert_false(live_exists(s.live, STR("show-1")));
}

static void an_unknown_codec_is_refused_with_its_name(void **state)
{
    (void)state;
    struct encoder e;
    /* Enhanced RTMP: a sequence start of hvc1. */
    static const uint8_t hevc[] = {0x90, 'h', 'v', 'c', '1', 1, 2, 3, 4};
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_body(&e, RTMP_VIDEO, 0, hevc, sizeof(hevc));
    assert_false(pump(&e, false));
    assert_non_null(strstr(rtmp_client_why(e.client), "Rejected"));
    encoder_close(&e);
}

/* Whichever loops the connections land on: many rounds meet both. */
static void a_newer_encoder_takes_over(void **state)
{
    (void)state;
    struct encoder old, fresh;
    assert_true(encoder_open(s.rtmp, &old, "show-1?key=right"));
    send_tags(&old, 100);
    wait_for(&s.on, 1);
    struct viewer *v = viewer_open();
    assert_true(view_frames(v, 3));
    for (int round = 0; round < 12; round++) {
        int frames = v->frames;
        struct live_health seen; /* read by pages while the loops write it */
        assert_true(encoder_open(s.rtmp, &fresh, "show-1?key=right"));
        assert_int_equal(live_health(s.live, STR("show-1"), &seen), OK);
        send_tags(&fresh, 120);
        assert_true(view_frames(v, frames + 40));
        assert_false(pump(&old, false)); /* it was told and closed */
        encoder_close(&old);
        old = fresh;
    }
    struct live_health h;
    assert_int_equal(live_health(s.live, STR("show-1"), &h), OK);
    assert_int_equal(h.takeovers, 12);
    assert_int_equal(s.paused, 0);
    viewer_close(v);
    encoder_close(&old);
}

static void viewers_wait_for_a_lost_encoder(void **state)
{
    (void)state;
    struct encoder e;
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 100);
    wait_for(&s.on, 1);
    struct viewer *v = viewer_open();
    assert_true(view_frames(v, 3));
    encoder_close(&e); /* no goodbye */
    wait_for(&s.paused, 1);
    assert_true(live_exists(s.live, STR("show-1")));
    struct viewer *late = viewer_open(); /* one who comes meanwhile gets the last picture */
    assert_true(view_frames(late, 1));
    int frames = v->frames;
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 100);
    assert_true(view_frames(v, frames + 30));
    wait_for(&s.on, 2);
    viewer_close(v);
    viewer_close(late);
    encoder_close(&e);
}

static void cutting_ends_everybody(void **state)
{
    (void)state;
    struct encoder e;
    assert_int_equal(live_cut(s.live, STR("show-1")), ERR_NOT_FOUND);
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 100);
    wait_for(&s.on, 1);
    struct viewer *v = viewer_open();
    assert_true(view_frames(v, 3));
    assert_int_equal(live_cut(s.live, STR("show-1")), OK);
    assert_false(view_frames(v, 1000000));
    assert_false(pump(&e, false));
    wait_for(&s.ended, 1);
    assert_false(live_exists(s.live, STR("show-1")));
    viewer_close(v);
    encoder_close(&e);
}

static int64_t sequence_of(const struct block *playlist)
{
    static const char tag[] = "#EXT-X-MEDIA-SEQUENCE:";
    int64_t n = -1;
    const char *at = memmem(playlist->p, playlist->n, tag, sizeof(tag) - 1);
    assert_non_null(at);
    struct str rest = str_n(at, (size_t)((const char *)playlist->p + playlist->n - at));
    assert_int_equal(str_to_i64(str_slice(str_cut(rest, '\n', &rest), sizeof(tag) - 1, 64), &n),
                     OK);
    return n;
}

static void hls_lists_what_it_serves(void **state)
{
    (void)state;
    struct encoder e;
    struct block *b = NULL;
    const char *type;
    struct str name = STR("show-1");
    assert_int_equal(live_hls_file(s.live, name, STR("index.m3u8"), &b, &type), ERR_NOT_FOUND);
    int64_t first = clock_wall_ms() / 1000;
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 1500);
    wait_for(&s.on, 1);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS;; usleep(5000)) {
        assert_true(clock_mono_ms() < end);
        if (live_hls_file(s.live, name, STR("index.m3u8"), &b, &type) == OK &&
            sequence_of(b) >= first + 3)
            break;
        block_unref(b);
        b = NULL;
    }
    struct str list = str_n(b->p, b->n), line;
    int segments = 0, maps = 0;
    assert_string_equal(type, "application/vnd.apple.mpegurl");
    while (list.n > 0) {
        struct block *file;
        line = str_cut(list, '\n', &list);
        if (str_starts(line, "#EXT-X-MAP:URI=\"")) {
            maps++;
            line = str_slice(line, 16, line.n - 1);
        } else if (line.n == 0 || line.p[0] == '#') {
            continue;
        } else {
            segments++;
        }
        assert_int_equal(live_hls_file(s.live, name, line, &file, &type), OK);
        assert_true(file->n > 100);
        assert_memory_equal(file->p + 4, maps == 1 && segments == 0 ? "ftyp" : "styp", 4);
        block_unref(file);
    }
    assert_int_equal(maps, 1);
    assert_true(segments >= 3 && segments <= 6);
    block_unref(b);
    const char *absent[] = {"seg-999999.m4s", "seg-.m4s",   "seg--1.m4s",
                            "init-0.mp4",     "init-9.mp4", "x"};
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        assert_int_equal(live_hls_file(s.live, name, str_of(absent[i]), &b, &type), ERR_NOT_FOUND);
    encoder_close(&e);
}

struct played {
    int videos, headers, audios;
};

static void on_played(void *user, const struct rtmp_media *m)
{
    struct played *p = user;
    struct flv_video v;
    if (m->type == RTMP_AUDIO)
        p->audios++;
    if (m->type != RTMP_VIDEO || flv_video_parse(m->p, m->n, &v) != OK)
        return;
    if (v.packet == FLV_SEQUENCE_HEADER)
        p->headers++;
    else if (p->videos++ == 0)
        assert_true(v.keyframe);
}

static void a_stream_plays_over_rtmp(void **state)
{
    (void)state;
    struct encoder e, player = {0};
    struct played played = {0};
    static const struct rtmp_client_ops ops = {
        .ready = nothing, .media = on_played, .ended = nothing};
    struct rtmp_client_spec spec = {
        .app = STR("live"), .tc_url = STR("rtmp://127.0.0.1/live"), .stream = STR("show-1")};
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 150);
    wait_for(&s.on, 1);
    player.fd = dial(s.rtmp);
    player.client = rtmp_client_new(&spec, &ops, &played);
    assert_true(pump(&player, true));
    uint8_t bytes[4096];
    for (bool more = false; played.videos < 50;) {
        ssize_t n = recv(player.fd, bytes, sizeof(bytes), 0);
        assert_true(n > 0);
        assert_int_equal(rtmp_client_feed(player.client, bytes, (size_t)n), n);
        assert_int_equal(rtmp_client_error(player.client), OK);
        if (!more && played.videos > 0) /* it has joined: what comes now is for it */
            send_tags(&e, 200);
        more = played.videos > 0;
    }
    assert_int_equal(played.headers, 1);
    assert_true(played.audios > 0);
    encoder_close(&player);
    encoder_close(&e);
}

static void player_open(struct encoder *player)
{
    static const struct rtmp_client_ops ops = {.ready = nothing, .ended = nothing};
    struct rtmp_client_spec spec = {
        .app = STR("live"), .tc_url = STR("rtmp://127.0.0.1/live"), .stream = STR("show-1")};
    *player = (struct encoder){.fd = dial(s.rtmp)};
    player->client = rtmp_client_new(&spec, &ops, player);
    assert_true(pump(player, true));
}

static void put_command(struct encoder *e, const char *name, const char *argument)
{
    struct buf body;
    rtmp_command_begin(&body, name, 0);
    amf_put_null(&body);
    if (argument)
        amf_put_z(&body, argument);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 1, rtmp_client_out(e->client));
}

static bool metrics_have(const char *line)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    live_metrics(s.live, &b);
    buf_u8(&b, 0);
    bool found = strstr((const char *)b.p, line) != NULL;
    buf_free(&b);
    return found;
}

/* Whether it asks in the same breath or when it has long followed. */
static void a_player_that_left_does_not_come_back(void **state)
{
    (void)state;
    struct encoder e, player;
    static const char *const leave[] = {"closeStream", "deleteStream"};
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 150);
    wait_for(&s.on, 1);
    for (int i = 0; i < 4; i++) {
        player_open(&player);
        put_command(&player, leave[i % 2], NULL);
        if (i < 2)
            flush(&player);
        put_command(&player, "play", "show-1");
        assert_false(pump(&player, false)); /* closed, not served anew */
        encoder_close(&player);
    }
    send_tags(&e, 50);
    assert_int_equal(live_viewers(s.live, STR("show-1")), 0);
    encoder_close(&e);
}

static void broken_protocol_is_counted_whoever_breaks_it(void **state)
{
    (void)state;
    struct encoder e, player;
    static const uint8_t cut_short[] = {0x17, 0};
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 150);
    wait_for(&s.on, 1);
    player_open(&player);
    put_command(&player, "connect", NULL);
    assert_false(pump(&player, false));
    assert_true(metrics_have("guildhall_rtmp_errors_total 1\n"));
    send_body(&e, RTMP_VIDEO, 0, cut_short, sizeof(cut_short));
    assert_false(pump(&e, false));
    assert_true(metrics_have("guildhall_rtmp_errors_total 2\n"));
    encoder_close(&player);
    encoder_close(&e);
}

static void garbage_harms_nobody(void **state)
{
    (void)state;
    struct encoder e;
    assert_true(encoder_open(s.rtmp, &e, "show-1?key=right"));
    send_tags(&e, 100);
    wait_for(&s.on, 1);
    struct viewer *v = viewer_open();
    assert_true(view_frames(v, 3));
    for (int i = 0; i < 50; i++) {
        uint8_t junk[5000];
        int fd = dial(s.rtmp);
        for (size_t k = 0; k < sizeof(junk); k++)
            junk[k] = (uint8_t)((k * 131 + (size_t)i * 71) >> 3);
        junk[0] = i % 2 ? 3 : junk[0];
        send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
        close(fd);
    }
    int frames = v->frames;
    send_tags(&e, 100);
    assert_true(view_frames(v, frames + 30));
    viewer_close(v);
    encoder_close(&e);
}

/* ---- rooms ---- */

static void read_frame(int fd, char out[512])
{
    uint8_t head[2], more[2];
    assert_int_equal(recv(fd, head, 2, MSG_WAITALL), 2);
    size_t n = head[1];
    assert_int_equal(head[0], 0x81);
    if (n == 126) {
        assert_int_equal(recv(fd, more, 2, MSG_WAITALL), 2);
        n = be16(more);
    }
    assert_true(n < 512);
    assert_int_equal(recv(fd, out, n, MSG_WAITALL), n);
    out[n] = 0;
}

static void a_room_tells_everybody_in_order(void **state)
{
    (void)state;
    char text[512], want[64];
    int fds[8];
    uint64_t seq;
    assert_int_equal(room_publish(s.rooms, STR("room"), STR("{\"a\":1"), &seq), ERR_NOT_FOUND);
    assert_int_equal(room_open(s.rooms, STR("room")), OK);
    assert_int_equal(room_publish(s.rooms, STR("room"), STR("{\"a\":1"), &seq), OK);
    uint64_t first = room_opening(s.rooms, STR("room"));
    assert_int_equal(seq, first + 1);
    for (int i = 0; i < 8; i++) {
        fds[i] = dial(s.flv);
        assert_int_equal(send(fds[i], "r", 1, 0), 1);
        read_frame(fds[i], text);
        snprintf(want, sizeof(want), "\"type\":\"hello\",\"seq\":%llu,", (unsigned long long)seq);
        assert_non_null(strstr(text, want));
    }
    for (int n = 2; n <= 100; n++)
        assert_int_equal(room_publish(s.rooms, STR("room"), STR("{\"a\":1"), &seq), OK);
    for (int i = 0; i < 8; i++) {
        int last = 1, viewers = 0;
        while (last < 100) {
            read_frame(fds[i], text);
            viewers += strstr(text, "viewers") != NULL;
            snprintf(want, sizeof(want), "\"seq\":%llu}", (unsigned long long)first + last + 1);
            assert_non_null(strstr(text, want));
            last++;
        }
        assert_true(viewers <= 1);
    }
    assert_int_equal(room_followers(s.rooms, STR("room")), 8);
    room_close(s.rooms, STR("room"));
    for (int i = 0; i < 8; i++) {
        uint8_t rest[512];
        while (recv(fds[i], rest, sizeof(rest), 0) > 0) {
        }
        close(fds[i]);
    }
}

int main(void)
{
#define LIVE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        LIVE_TEST(a_viewer_sees_what_an_encoder_sends),
        LIVE_TEST(a_wrong_key_is_refused_before_the_start),
        LIVE_TEST(an_unknown_codec_is_refused_with_its_name),
        LIVE_TEST(a_newer_encoder_takes_over),
        LIVE_TEST(viewers_wait_for_a_lost_encoder),
        LIVE_TEST(cutting_ends_everybody),
        LIVE_TEST(hls_lists_what_it_serves),
        LIVE_TEST(a_stream_plays_over_rtmp),
        LIVE_TEST(a_player_that_left_does_not_come_back),
        LIVE_TEST(broken_protocol_is_counted_whoever_breaks_it),
        LIVE_TEST(garbage_harms_nobody),
        LIVE_TEST(a_room_tells_everybody_in_order),
    };
    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
