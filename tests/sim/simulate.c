/*
 * simulate [--seed N] [--steps N] [--seconds N] [--verbose]
 *
 * Runs of the store, the writer, the ledger and orders beside a model of them, with faults; see
 * README.md. Without --seed: those seeds that once found something, then new ones from a random one
 * on until the time is up. Prints the first seed, and of a run that fails its own and the last
 * steps.
 */
#include "sim.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { STEPS = 40, SECONDS = 25, SECONDS_LONG = 900, BASE_SEEDS = 1000000000 };

/* Seeds that found a fault once, in the order of their finding. */
static const uint64_t found_once[] = {
    676433255, /* a commit that had not been synced when its process died was told of, then lost */
};

static bool verbose;

int64_t below(struct sim *s, int64_t bound)
{
    return (int64_t)rnd_seq_below(&s->seq, (uint64_t)bound);
}

bool one_in(struct sim *s, int64_t n)
{
    return below(s, n) == 0;
}

void say(struct sim *s, const char *format, ...)
{
    va_list args;
    char *line = s->said[s->said_n++ % SAID_LINES];
    va_start(args, format);
    vsnprintf(line, SAID_BYTES, format, args);
    va_end(args);
    if (verbose)
        fprintf(stderr, "%s\n", line);
}

void fail(struct sim *s, const char *format, ...)
{
    va_list args;
    fflush(stdout);
    fprintf(stderr, "seed %llu, step %d: ", (unsigned long long)s->seed, s->step);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  the last steps:\n");
    for (int i = s->said_n > SAID_LINES ? s->said_n - SAID_LINES : 0; i < s->said_n; i++)
        fprintf(stderr, "  | %s\n", s->said[i % SAID_LINES]);
    fprintf(stderr, "  again: simulate --seed %llu --steps %d\n", (unsigned long long)s->seed,
            s->steps);
    _exit(1);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_seed(struct sim *s, uint64_t seed)
{
    s->seed = seed;
    s->wall_ms = INT64_C(1767225600000) + (int64_t)(seed % 1000) * 86400000;
    s->mono_us = 1000000;
    world_install_clock(s);
    run(s);
}

/* In a process of its own, so that nothing of one run reaches the next, and one that is killed is
 * known by its seed. */
static bool run_apart(struct sim *s, uint64_t seed)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        return false;
    if (pid == 0) {
        run_seed(s, seed);
        exit(0);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "seed %llu ended with status %d\n", (unsigned long long)seed, status);
    return false;
}

static void report(const struct sim *s, const char *what, int seeds, int number, bool passed)
{
    const struct sim_counts *c = s->counts;
    printf(
        "# %d seeds, %lld steps: %lld answers, %lld of them refusals, %lld asked again; %lld faults"
        " drawn, %lld batches lost, %lld outcomes nobody was told, %lld restarts, %lld after a"
        " death\n",
        seeds, (long long)c->steps, (long long)c->told, (long long)c->refused,
        (long long)c->repeats, (long long)c->faults, (long long)c->lost, (long long)c->perhaps,
        (long long)c->restarts, (long long)c->deaths);
    printf("%sok %d - %s\n", passed ? "" : "not ", number, what);
}

static bool run_found_once(struct sim *s)
{
    bool passed = true;
    int n = (int)(sizeof(found_once) / sizeof(found_once[0]));
    for (int i = 0; i < n; i++)
        passed &= run_apart(s, found_once[i]);
    report(s, "seeds that once found something", n, 1, passed);
    return passed;
}

static bool run_new(struct sim *s, uint64_t base, double until_s)
{
    bool passed = true;
    int n = 0;
    *s->counts = (struct sim_counts){0};
    while (passed && (n == 0 || now_s() < until_s))
        passed = run_apart(s, base + (uint64_t)n++);
    report(s, "new seeds", n, 2, passed);
    return passed;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
                                            {"steps", required_argument, NULL, 'n'},
                                            {"seconds", required_argument, NULL, 't'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {0}};
    static struct sim sim;
    struct sim *s = &sim;
    uint64_t seed = 0, base = rnd_below(BASE_SEEDS);
    double begin = now_s();
    bool is_given = false, passed = true;
    int seconds = getenv("GUILDHALL_LONG") ? SECONDS_LONG : SECONDS;
    s->counts =
        mmap(NULL, sizeof(*s->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s->counts == MAP_FAILED)
        return 1;
    s->steps = STEPS;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        switch (c) {
        case 's': seed = strtoull(optarg, NULL, 10), is_given = true; break;
        case 'n': s->steps = atoi(optarg); break;
        case 't': seconds = atoi(optarg); break;
        case 'v': verbose = true; break;
        default: return 2;
        }
    }
    log_set_level(verbose ? LOG_WARN : LOG_NONE);
    printf("seed %llu\n", (unsigned long long)(is_given ? seed : base));
    s->wall_ms = 1;
    world_make(s);
    if (is_given) {
        run_seed(s, seed);
        report(s, "this seed", 1, 1, true);
    } else {
        passed = run_found_once(s);
        passed &= run_new(s, base, begin + seconds);
    }
    clock_install(NULL);
    rnd_install(NULL);
    world_remove(s);
    return passed ? 0 : 1;
}
