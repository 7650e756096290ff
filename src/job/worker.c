/* guildhall-job WHAT: see job.h for what it is given, worker.h for what a WHAT is. */
#include "job/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/job_words.h"
#include "job/json.h"

enum { REQUEST_MAX = 1024 * 1024, INPUT = 3 };

static const struct work *const works[] = {&work_frame,   &work_labels, &work_letter, &work_paper,
                                           &work_picture, &work_sheet,  &work_zip};

static void write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t done = write(fd, at, n);
        if (done <= 0) {
            perror("write");
            _exit(3);
        }
        at += done;
        n -= (size_t)done;
    }
}

void work_answer(struct buf *line)
{
    buf_u8(line, '\n');
    if (!buf_ok(line)) {
        fprintf(stderr, "an answer over its limit\n");
        _exit(3);
    }
    write_all(STDOUT_FILENO, line->p, line->n);
    buf_clear(line);
}

int work_refuse(const char *word, int64_t row, int64_t column)
{
    const struct job_word *w = job_word_find(word);
    struct buf line;
    if (!w)
        abort();
    buf_init(&line, 4096);
    buf_printf(&line, "{\"error\":\"%s\",\"why\":\"%s\",\"row\":%lld,\"column\":%lld}",
               err_name(w->err), word, (long long)row, (long long)column);
    work_answer(&line);
    return 1;
}

int64_t work_put(const void *p, size_t n)
{
    off_t at = lseek(WORK_OUT, 0, SEEK_END);
    if (at < 0) {
        perror("output");
        _exit(3);
    }
    write_all(WORK_OUT, p, n);
    return at;
}

bool work_range(const struct work_io *io, const json_t *pair, struct str *out)
{
    const json_t *offset = json_array_get(pair, 0), *length = json_array_get(pair, 1);
    if (!json_is_integer(offset) || !json_is_integer(length))
        return false;
    uint64_t from = (uint64_t)json_integer_value(offset), n = (uint64_t)json_integer_value(length);
    if (from > io->input.n || n > io->input.n - from)
        return false;
    *out = str_n(io->input.p + from, (size_t)n);
    return true;
}

static json_t *read_request(void)
{
    static char text[REQUEST_MAX];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof(text) && (got = read(STDIN_FILENO, text + n, sizeof(text) - n)) > 0)
        n += (size_t)got;
    json_t *j = json_loadb(text, n, 0, NULL);
    return json_is_object(j) ? j : NULL;
}

static bool map_input(struct str *out)
{
    struct stat st;
    *out = STR_NONE;
    if (fstat(INPUT, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    if (st.st_size == 0)
        return true;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, INPUT, 0);
    if (p == MAP_FAILED)
        return false;
    *out = str_n(p, (size_t)st.st_size);
    return true;
}

/* What is to be there before the sandbox. */
static bool prepare(const struct work *w, struct work_io *io)
{
    if (w->prepare && !w->prepare())
        return false;
    if (!w->prepare_for)
        return true;
    io->request = read_request();
    return io->request && w->prepare_for(io->request);
}

static int work_on(const struct work *w, struct work_io io)
{
    if (!io.request)
        io.request = read_request();
    if (!io.request)
        return work_refuse("request", 0, 0);
    if (w->needs_input && !map_input(&io.input))
        return work_refuse("read", 0, 0);
    if (w->needs_input && io.input.n == 0)
        return work_refuse("empty", 0, 0);
    return w->run(&io);
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    json_object_seed(0); /* now: it opens the kernel's randomness */
    for (size_t i = 0; argc == 2 && i < sizeof(works) / sizeof(works[0]); i++) {
        const struct work *w = works[i];
        if (strcmp(argv[1], w->name) != 0)
            continue;
        struct work_io io = {0};
        if (!prepare(w, &io) || !sandbox_enter(&w->sandbox))
            return 2;
        int status = work_on(w, io);
        fflush(NULL);
        _exit(status); /* libraries have nothing to tidy up: all goes with the process */
    }
    fprintf(stderr, "guildhall-job is started by guildhall and does nothing by itself\n");
    return 2;
}
