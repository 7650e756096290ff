#include "town/demo/encoder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "town/shows/shows.h"

enum {
    ARGS_MAX = 64,
    ARENA_MAX = 8 << 20,
    SVG_MAX = 1 << 20,
    RESTART_MS = 1000, /* the first pause before another try; doubles to RESTART_MAX_MS */
    RESTART_MAX_MS = 15000,
    HEALTHY_MS = 20000,   /* an encoder that ran this long was no failure */
    STAND_BACK_MS = 2000, /* how often to look whether another encoder still has the show */
};

struct demo_encoder {
    struct demo_encoder_spec spec;
    struct arena arena; /* the spec's strings, and the thread's */
    const char *log;    /* what the programs say */
    pthread_t thread;
    int quit[2];   /* a pipe: closed for writing when it is time to go */
    int64_t shown; /* item that was last reached */
};

/* ---- running programs ---- */

struct args {
    const char *v[ARGS_MAX];
    int n;
};

static void add(struct args *a, const char *arg)
{
    if (a->n < ARGS_MAX - 1)
        a->v[a->n++] = arg;
}

/* Fixed words of a command line, parted by spaces. */
static void add_words(struct demo_encoder *e, struct args *a, const char *words)
{
    struct str rest = str_of(words);
    while (rest.n > 0) {
        struct str word = str_cut(rest, ' ', &rest);
        add(a, arena_strndup(&e->arena, word.p, word.n));
    }
}

static bool quitting(struct demo_encoder *e, int ms)
{
    struct pollfd p = {.fd = e->quit[0], .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

/* Starts a program with stdin closed, stdout to `out` (or nowhere) and stderr to a log file. */
static pid_t start(struct demo_encoder *e, struct args *a, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid = -1;
    a->v[a->n] = NULL;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1);
    else
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, e->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none); /* the server blocks SIGTERM in its threads */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawnp(&pid, a->v[0], &actions, &attributes, (char **)a->v, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed) {
        LOG(WARN, "demo.cannot_run", L_Z("program", a->v[0]), L_Z("why", strerror(failed)));
        return -1;
    }
    return pid;
}

static void end(pid_t pid)
{
    int status;
    kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
}

/* Waits for a program, or ends it when it is time to go. */
static bool finish(struct demo_encoder *e, pid_t pid, const char *program)
{
    int status;
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (quitting(e, 20)) {
            end(pid);
            return false;
        }
    }
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok)
        LOG(WARN, "demo.program_failed", L_Z("program", program), L_I("status", status));
    return ok;
}

static bool run(struct demo_encoder *e, struct args *a)
{
    return finish(e, start(e, a, -1), a->v[0]);
}

/* ---- the loop of scenes, made once ---- */

static bool write_file(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "we");
    bool ok = f && fwrite(p, 1, n, f) == n;
    if (f && fclose(f) != 0)
        ok = false;
    return ok;
}

static bool rasterize(struct demo_encoder *e, struct buf *svg, const char *base)
{
    const char *in = arena_printf(&e->arena, "%s/%s.svg", e->spec.dir, base);
    const char *out = arena_printf(&e->arena, "%s/%s.png", e->spec.dir, base);
    struct args a = {.n = 0};
    if (!buf_ok(svg) || !write_file(in, svg->p, svg->n))
        return false;
    add(&a, "rsvg-convert");
    add(&a, "-o");
    add(&a, out);
    add(&a, in);
    return run(e, &a);
}

/* A soft chord of three tones, another one a scene, that swells and fades. */
static const char *sound_of(struct demo_encoder *e, int i)
{
    static const int roots[] = {220, 262, 196, 247, 175, 233};
    int root = roots[i % 6];
    return arena_printf(&e->arena,
                        "aevalsrc='0.06*(sin(2*PI*%d*t)+sin(2*PI*%d*t*1.25)+sin(2*PI*%d*t*1.5))"
                        "*(0.6+0.4*sin(2*PI*t/4))*min(1,min(t,%d-t)*2)':s=44100:d=%d",
                        root, root, root, DEMO_SCENE_SECONDS, DEMO_SCENE_SECONDS);
}

/* The product floats before its background, up and down and a little to the sides. Starts ffmpeg
 * and returns its process, or -1. */
static pid_t start_scene(struct demo_encoder *e, int i)
{
    struct buf svg;
    const char *dir = e->spec.dir;
    const struct demo_scene *s = &e->spec.items[i].scene;
    buf_init(&svg, SVG_MAX);
    demo_scene_background(s, &svg);
    const char *background = arena_printf(&e->arena, "background-%d", i);
    const char *sprite = arena_printf(&e->arena, "sprite-%d", i);
    bool ok = rasterize(e, &svg, background);
    buf_clear(&svg);
    demo_scene_sprite(s, &svg);
    ok = ok && rasterize(e, &svg, sprite);
    buf_free(&svg);
    if (!ok)
        return -1;
    struct args a = {.n = 0};
    add_words(e, &a, "ffmpeg -y -v error -i");
    add(&a, arena_printf(&e->arena, "%s/%s.png", dir, background));
    add(&a, "-i");
    add(&a, arena_printf(&e->arena, "%s/%s.png", dir, sprite));
    add_words(e, &a, "-f lavfi -i");
    add(&a, sound_of(e, i));
    add(&a, "-filter_complex");
    /* Each picture is decoded once and repeated inside the filters, not read again every frame. A
     * scene begins whole: thumbnails are made of its first picture. */
    add(&a, arena_printf(&e->arena,
                         "[0]format=yuv420p,loop=loop=-1:size=1,setpts=N/25/TB[b];"
                         "[1]format=yuva420p,loop=loop=-1:size=1,setpts=N/25/TB[s];"
                         "[b][s]overlay=x='(W-w)/2+24*sin(2*PI*t/5)':"
                         "y='H*0.265+18*sin(4*PI*t/5)':eval=frame:format=yuv420,"
                         "fade=out:st=%d.6:d=0.4[v]",
                         DEMO_SCENE_SECONDS - 1));
    add_words(e, &a, "-map [v] -map 2:a -t");
    add(&a, arena_printf(&e->arena, "%d", DEMO_SCENE_SECONDS));
    add_words(e, &a, "-c:v libx264 -preset ultrafast -crf 16 -g 50 -c:a aac -b:a 128k -f mp4");
    add(&a, arena_printf(&e->arena, "%s/scene-%d.mp4", dir, i));
    return start(e, &a, -1);
}

/* Two at a time: the show should begin soon after the first start. */
static bool make_scenes(struct demo_encoder *e)
{
    enum { AT_ONCE = 2 };
    pid_t running[AT_ONCE] = {-1, -1};
    bool ok = true;
    for (int i = 0; i < e->spec.items_n + AT_ONCE; i++) {
        pid_t *slot = &running[i % AT_ONCE];
        if (*slot > 0)
            ok = finish(e, *slot, "ffmpeg") && ok;
        *slot = ok && i < e->spec.items_n ? start_scene(e, i) : -1;
        if (i < e->spec.items_n && *slot < 0)
            ok = false;
    }
    return ok;
}

/* What the loop was made of; when this changes it is made again. */
static uint64_t fingerprint(const struct demo_encoder_spec *spec)
{
    uint64_t h = 0;
    for (int i = 0; i < spec->items_n; i++) {
        struct buf b;
        buf_init(&b, SVG_MAX);
        demo_scene_background(&spec->items[i].scene, &b);
        demo_scene_sprite(&spec->items[i].scene, &b);
        h = h * 31 + str_hash(str_n(b.p, b.n));
        buf_free(&b);
    }
    return h;
}

/* What the loop was put together from; some megabytes that nobody needs again. */
static void remove_parts(struct demo_encoder *e)
{
    static const char *const parts[] = {"scene-%d.mp4", "background-%d.svg", "background-%d.png",
                                        "sprite-%d.svg", "sprite-%d.png"};
    for (int i = 0; i < e->spec.items_n; i++)
        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
            char name[32];
            snprintf(name, sizeof(name), parts[k], i);
            unlink(arena_printf(&e->arena, "%s/%s", e->spec.dir, name));
        }
}

static const char *make_loop(struct demo_encoder *e)
{
    const char *dir = e->spec.dir;
    const char *loop = arena_printf(&e->arena, "%s/loop-%016llx.mp4", dir,
                                    (unsigned long long)fingerprint(&e->spec));
    const char *list = arena_printf(&e->arena, "%s/scenes.txt", dir);
    const char *fresh = arena_printf(&e->arena, "%s/loop.new", dir);
    struct stat st;
    struct buf b;
    if (stat(loop, &st) == 0)
        return loop;
    LOG(INFO, "demo.drawing", L_I("scenes", e->spec.items_n));
    buf_init(&b, SVG_MAX);
    for (int i = 0; i < e->spec.items_n; i++)
        buf_printf(&b, "file 'scene-%d.mp4'\n", i);
    bool ok = make_scenes(e) && write_file(list, b.p, b.n);
    buf_free(&b);
    struct args a = {.n = 0};
    add_words(e, &a, "ffmpeg -y -v error -f concat -i");
    add(&a, list);
    add_words(e, &a, "-c copy -f mp4");
    add(&a, fresh);
    ok = ok && run(e, &a) && rename(fresh, loop) == 0;
    if (ok)
        remove_parts(e);
    return ok ? loop : NULL;
}

/* ---- where the picture is ---- */

static void at_time(struct demo_encoder *e, int64_t out_us)
{
    int64_t scene = out_us / 1000000 / DEMO_SCENE_SECONDS % e->spec.items_n;
    int64_t item = e->spec.items[scene].item;
    if (item == e->shown)
        return;
    e->shown = item;
    e->spec.reached(e->spec.arg, item);
}

/* ffmpeg -progress writes blocks of key=value lines; out_time_us is where it is. */
static void follow_progress(struct demo_encoder *e, int fd)
{
    char text[4096];
    size_t n = 0;
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = e->quit[0], .events = POLLIN}};
    while (poll(p, 2, -1) >= 0 && !p[1].revents) {
        ssize_t got = read(fd, text + n, sizeof(text) - n);
        if (got <= 0)
            return;
        n += (size_t)got;
        struct str rest = str_n(text, n);
        ptrdiff_t newline;
        while ((newline = str_find(rest, '\n')) >= 0) {
            struct str value, key = str_cut(str_slice(rest, 0, (size_t)newline), '=', &value);
            int64_t us;
            if (str_eq_z(key, "out_time_us") && str_to_i64(value, &us) == OK && us >= 0)
                at_time(e, us);
            rest = str_slice(rest, (size_t)newline + 1, rest.n);
        }
        memmove(text, rest.p, rest.n);
        n = rest.n < sizeof(text) ? rest.n : 0;
    }
}

static void encoder_command(struct demo_encoder *e, const char *loop, struct args *a)
{
    a->n = 0;
    add_words(e, a, "ffmpeg -v error -nostats -progress pipe:1 -re -stream_loop -1 -i");
    add(a, loop);
    add_words(e, a,
              "-c:v libx264 -preset superfast -tune zerolatency -b:v 1300k -maxrate 1600k "
              "-bufsize 1300k -g 50 -keyint_min 50 -sc_threshold 0 -threads 1 -c:a aac -b:a 96k "
              "-f flv");
    add(a, e->spec.rtmp_url);
}

static void encode(struct demo_encoder *e, struct args *a)
{
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return;
    pid_t pid = start(e, a, out[1]);
    close(out[1]);
    if (pid > 0) {
        follow_progress(e, out[0]);
        end(pid);
    }
    close(out[0]);
}

/* Waits until nobody else publishes: the newest encoder wins a show, so somebody's own that took it
 * over would lose it to ours. False when it is time to go. */
static bool may_encode(struct demo_encoder *e)
{
    if (shows_on_air(e->spec.show))
        LOG(INFO, "demo.stands_back", L_I("show", e->spec.show));
    while (shows_on_air(e->spec.show))
        if (quitting(e, STAND_BACK_MS))
            return false;
    return !quitting(e, 0);
}

static void *encoder_main(void *arg)
{
    struct demo_encoder *e = arg;
    struct args command;
    const char *loop = make_loop(e);
    int64_t pause_ms = RESTART_MS;
    if (!loop)
        LOG(WARN, "demo.no_pictures", L_Z("see", "encoder.log in the data folder's demo folder"));
    encoder_command(e, loop, &command);
    while (loop && may_encode(e)) {
        int64_t began = clock_mono_ms();
        encode(e, &command);
        pause_ms = clock_mono_ms() - began > HEALTHY_MS ? RESTART_MS : pause_ms * 2;
        if (pause_ms > RESTART_MAX_MS)
            pause_ms = RESTART_MAX_MS;
        if (quitting(e, (int)pause_ms))
            break;
        LOG(WARN, "demo.encoder_restarts", L_I("show", e->spec.show));
    }
    return NULL;
}

/* ---- start and stop ---- */

static void copy_spec(struct demo_encoder *e, const struct demo_encoder_spec *spec)
{
    e->spec = *spec;
    e->spec.dir = arena_strdup(&e->arena, spec->dir);
    e->spec.rtmp_url = arena_strdup(&e->arena, spec->rtmp_url);
    e->log = arena_printf(&e->arena, "%s/encoder.log", spec->dir);
    for (int i = 0; i < spec->items_n; i++) {
        struct demo_scene *s = &e->spec.items[i].scene;
        s->kind = arena_str(&e->arena, s->kind);
        s->colour = arena_str(&e->arena, s->colour);
        s->title_zh = arena_str(&e->arena, s->title_zh);
        s->title_en = arena_str(&e->arena, s->title_en);
        s->factory_zh = arena_str(&e->arena, s->factory_zh);
    }
}

struct demo_encoder *demo_encoder_start(const struct demo_encoder_spec *spec)
{
    struct demo_encoder *e = calloc(1, sizeof(*e));
    if (!e)
        return NULL;
    arena_init(&e->arena, ARENA_MAX);
    copy_spec(e, spec);
    mkdir(spec->dir, 0700);
    if (spec->items_n == 0 || arena_failed(&e->arena) || pipe2(e->quit, O_CLOEXEC) != 0) {
        arena_free(&e->arena);
        free(e);
        return NULL;
    }
    if (pthread_create(&e->thread, NULL, encoder_main, e) != 0) {
        close(e->quit[0]);
        close(e->quit[1]);
        arena_free(&e->arena);
        free(e);
        return NULL;
    }
    return e;
}

void demo_encoder_stop(struct demo_encoder *e)
{
    if (!e)
        return;
    close(e->quit[1]); /* the read end becomes readable: end of file */
    pthread_join(e->thread, NULL);
    close(e->quit[0]);
    arena_free(&e->arena);
    free(e);
}
