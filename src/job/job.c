#include "job/job.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "job/job_words.h"

enum {
    FILES = 5,             /* descriptors 0 … 4 of the job */
    FILES_ABOVE = 16,      /* ours are moved there first, so that no dup2() hits another */
    LINE_MAX_BYTES = 4096, /* of a refusal */
};

static const char *program; /* NULL: beside the running one */

void job_set_program(const char *path)
{
    program = path && path[0] ? path : NULL;
}

/* False when it would not fit. */
static bool program_path(char out[PATH_MAX])
{
    static const char name[] = "guildhall-job";
    if (program)
        return (size_t)snprintf(out, PATH_MAX, "%s", program) < PATH_MAX;
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    size_t folder = slash ? (size_t)(slash + 1 - out) : 0;
    if (folder + sizeof(name) > PATH_MAX)
        return false;
    memcpy(out + folder, name, sizeof(name));
    return true;
}

bool job_program_ok(void)
{
    char path[PATH_MAX];
    return program_path(path) && access(path, X_OK) == 0;
}

int job_temporary(const char *folder)
{
    return folder ? open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600)
                  : memfd_create("guildhall-job", MFD_CLOEXEC);
}

/* --- starting one --- */

struct run {
    const struct job_spec *spec;
    int files[FILES]; /* of the job; -1: none. 0, 1, 2 are made here, all are copies */
    pid_t pid;
    int64_t until_ms;
    int status;            /* of waitpid() */
    int64_t lines, looked; /* answers: how many are there, and how far they were counted */
    enum err killed;       /* why we ended it, or OK */
};

static enum err write_request(int fd, struct str request)
{
    bool ok = write(fd, request.p, request.n) == (ssize_t)request.n && write(fd, "\n", 1) == 1 &&
              lseek(fd, 0, SEEK_SET) == 0;
    return ok ? OK : err_from_errno(errno);
}

/* Copies of all, out of the way of 0 … 4. */
static enum err open_files(struct run *r)
{
    for (int i = 0; i < FILES; i++)
        r->files[i] = -1;
    for (int i = 0; i < FILES; i++) {
        int fd = i < 3 ? job_temporary(NULL) : i == 3 ? r->spec->in_fd : r->spec->out_fd;
        if (fd < 0 && i >= 3)
            continue;
        r->files[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FILES_ABOVE);
        int saved = errno;
        if (i < 3 && fd >= 0)
            close(fd);
        if (r->files[i] < 0)
            return err_from_errno(saved);
    }
    return write_request(r->files[0], r->spec->request);
}

static void close_files(struct run *r)
{
    for (int i = 0; i < FILES; i++)
        if (r->files[i] >= 0)
            close(r->files[i]);
}

static int prepare_files(posix_spawn_file_actions_t *actions, const struct run *r)
{
    int failed = 0;
    for (int i = 0; i < FILES && !failed; i++)
        if (r->files[i] >= 0)
            failed = posix_spawn_file_actions_adddup2(actions, r->files[i], i);
        else
            failed = posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDONLY, 0);
    /* What a library has opened without O_CLOEXEC is none of the job's. */
    return failed ? failed : posix_spawn_file_actions_addclosefrom_np(actions, FILES);
}

/* Signals as a program expects them, in a process group of its own: Ctrl-C is for us to judge. */
static int prepare_signals(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
    return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
}

static enum err spawn(struct run *r, struct err_info *info)
{
    static char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "MALLOC_ARENA_MAX=1", NULL};
    char path[PATH_MAX];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    if (!program_path(path))
        return ERR_IO;
    char *const argv[] = {path, (char *)r->spec->what, NULL};
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ERR_NOMEM;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ERR_NOMEM;
    }
    int failed = prepare_files(&actions, r);
    if (!failed)
        failed = prepare_signals(&attr);
    if (!failed)
        failed = posix_spawn(&r->pid, path, &actions, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    if (!failed)
        return OK;
    LOG(ERROR, "job.cannot_start", L_Z("program", path), L_Z("why", strerror(failed)));
    info->field = "job-program";
    return failed == ENOMEM || failed == EAGAIN ? ERR_NOMEM : ERR_IO;
}

/* --- waiting for it --- */

static int wait_ms(const struct run *r)
{
    int64_t left = r->until_ms - clock_mono_ms();
    if (left < 0)
        left = 0;
    return left > JOB_LOOK_MS ? JOB_LOOK_MS : (int)left;
}

/* Tells who wants to know how many answers there are by now. */
static void count_answers(struct run *r)
{
    char some[4096];
    ssize_t n;
    if (!r->spec->answered)
        return;
    while ((n = pread(r->files[1], some, sizeof(some), r->looked)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            r->lines += some[i] == '\n';
        r->looked += n;
    }
    r->spec->answered(r->spec->arg, r->lines);
}

static void wait_for(struct run *r)
{
    int fd = pidfd_open(r->pid, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    bool over = fd >= 0;
    while (over && poll(&p, 1, wait_ms(r)) <= 0) {
        count_answers(r);
        if (r->spec->stop && r->spec->stop(r->spec->arg))
            r->killed = ERR_CLOSED;
        else if (clock_mono_ms() >= r->until_ms)
            r->killed = ERR_TIMEOUT;
        over = r->killed == OK;
    }
    if (fd < 0)
        r->killed = ERR_IO;
    if (r->killed)
        kill(r->pid, SIGKILL); /* ours until waitpid(): the number is no other's */
    while (waitpid(r->pid, &r->status, 0) < 0 && errno == EINTR)
        ;
    if (fd >= 0)
        close(fd);
}

/* --- what it came to --- */

/* The first `max` bytes of a file of ours. */
static enum err read_file(int fd, size_t max, struct arena *arena, struct str *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_from_errno(errno);
    size_t n = (size_t)st.st_size < max ? (size_t)st.st_size : max;
    char *p = arena_alloc(arena, n + 1);
    if (!p)
        return ERR_NOMEM;
    ssize_t got = pread(fd, p, n, 0);
    if (got < 0)
        return err_from_errno(errno);
    *out = str_n(p, (size_t)got);
    return (size_t)st.st_size > max ? ERR_TOO_LARGE : OK;
}

static struct str last_line(struct str text)
{
    size_t at = text.n ? text.n - 1 : 0; /* before its '\n' */
    while (at > 0 && text.p[at - 1] != '\n')
        at--;
    return str_slice(text, at, text.n);
}

/* A refusal in its own words, if it is one that we know; else OK. */
static enum err own_refusal(struct job_answer *a, struct err_info *info)
{
    struct str line = last_line(a->text);
    json_t *j = line.n > LINE_MAX_BYTES ? NULL : json_loadb(line.p, line.n, 0, NULL);
    const char *why = json_string_value(json_object_get(j, "why"));
    const struct job_word *word =
        json_is_string(json_object_get(j, "error")) && why ? job_word_find(why) : NULL;
    if (word) {
        a->row = json_integer_value(json_object_get(j, "row"));
        a->column = json_integer_value(json_object_get(j, "column"));
        *info = (struct err_info){.code = word->err, .field = word->word, .key = word->key};
    }
    json_decref(j);
    return word ? word->err : OK;
}

static enum err by_its_end(const struct run *r, struct job_answer *a, struct err_info *info)
{
    if (WIFSIGNALED(r->status)) {
        int signal = WTERMSIG(r->status);
        return signal == SIGXCPU ? ERR_TIMEOUT : signal == SIGXFSZ ? ERR_TOO_LARGE : ERR_PROTOCOL;
    }
    enum err own = own_refusal(a, info);
    if (own)
        return own;
    return WEXITSTATUS(r->status) == 0 ? OK : ERR_PROTOCOL;
}

static void log_end(const struct run *r, enum err e)
{
    struct arena arena;
    struct str said = STR_NONE;
    bool own = WIFEXITED(r->status) && WEXITSTATUS(r->status) <= 1 && e != ERR_PROTOCOL;
    if (e == OK || own || e == ERR_CLOSED)
        return;
    arena_init(&arena, 64 * 1024);
    enum err ignored = read_file(r->files[2], JOB_SAID_MAX, &arena, &said);
    (void)ignored; /* cut, or nothing: it is for the log only */
    LOG(WARN, "job.failed", L_Z("what", r->spec->what), L_ERR(e),
        L_I("signal", WIFSIGNALED(r->status) ? WTERMSIG(r->status) : 0),
        L_I("exit", WIFEXITED(r->status) ? WEXITSTATUS(r->status) : 0), L_S("said", said));
    arena_free(&arena);
}

static enum err judge(struct run *r, struct job_answer *out, struct arena *arena,
                      struct err_info *info)
{
    enum err e = read_file(r->files[1], JOB_ANSWERS_MAX, arena, &out->text);
    while (out->text.n > 0 && out->text.p[out->text.n - 1] != '\n')
        out->text.n--; /* a line that did not end is none */
    if (r->killed)
        e = r->killed;
    else if (e == OK)
        e = by_its_end(r, out, info);
    log_end(r, e);
    return e;
}

enum err job_run(const struct job_spec *spec, struct job_answer *out, struct arena *arena,
                 struct err_info *info)
{
    struct run r = {.spec = spec};
    r.until_ms = clock_mono_ms() + (spec->deadline_ms ? spec->deadline_ms : JOB_DEADLINE_MS);
    *out = (struct job_answer){0};
    enum err e = open_files(&r);
    if (e == OK)
        e = spawn(&r, info);
    if (e == OK) {
        wait_for(&r);
        e = judge(&r, out, arena, info);
    }
    close_files(&r);
    info->code = e;
    return e;
}
