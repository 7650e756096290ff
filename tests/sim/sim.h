/*
 * One run of the simulator: a seed, the real writer on the real store, the model beside it, and
 * what is drawn to happen to them. A run is one process and one thread, so that it can be repeated.
 *
 *   simulate.c  seeds, one after the other, each in a process of its own
 *   run.c       a run: steps, faults, and what must hold after each
 *   world.c     the store, the writer and the clock; opening, dying, coming back
 *   ask.c       requests: drawn, handed to the writer, answered
 *   look.c      the database as text, the model as text, and the first line that differs
 *   model.c     what should be there
 *   vfs_power.c, wire_cut.c  the disk and the way to the server, which fail
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "base/rnd.h"
#include "model.h"
#include "store/idem.h"
#include "store/writer.h"
#include "town/trade/order_command.h"

enum {
    BATCH_MAX = 24,
    WISHES_MAX = 4000,
    CANDIDATES_MAX = 24,
    SAID_LINES = 14,
    SAID_BYTES = 400,
    EVERY_SECOND_MS = 1000,    /* as the town expires what is due */
    EVERY_PRUNE_MS = 5 * 1000, /* as it forgets old keys */
};

/* What a client wants until it has an answer; it asks again under the same key. */
struct wish {
    struct request q;
    bool is_answered;
    struct answer first;
    int64_t first_ms; /* wall time of the first answer */
};

/* One time that it is asked. */
struct asked {
    struct order_command hot; /* for ASK_PLACE */
    struct command cold;      /* for all others */
    struct wish *wish;
    struct request q; /* the wish's, or with another body under its key */
    struct idem_key key;
    struct idem_outcome outcome;
    size_t failed_link;
    char key_text[24], actor[24];
    struct arena arena;
    bool is_told;
    int place; /* among the answers of the batch, from 0 */
    struct answer told, expected;
};

enum step_fault {
    NO_FAULT,
    CALL_FAILS,    /* one call of the store fails */
    DISK_FAILS,    /* one call of the disk fails; SQLite */
    DIES,          /* the process, at some call */
    POWER_IS_LOST, /* at some call of the disk; SQLite */
    DIES_UNTOLD,   /* between commit and answers */
    WIRE_IS_CUT,   /* before some request, or before its answer; PostgreSQL */
};

struct sim {
    uint64_t seed;
    struct rnd_seq seq;
    int step, steps;
    bool on_server;
    char url[300], folder[64];
    struct arena arena; /* of the open store */
    struct writer *writer;
    struct db *look, *held; /* held: a reader whose snapshot lasts over steps, or NULL */
    int64_t wall_ms, mono_us;

    struct model *model;
    struct model *candidates[CANDIDATES_MAX]; /* perhaps in place of it, after a restart */
    int candidates_n;
    struct wish *wishes;
    int wishes_n;
    int64_t next_number;
    int64_t rushing; /* a buyer from whom all of this batch's orders come, or 0 */

    struct asked batch[BATCH_MAX];
    int batch_n, answers;
    enum step_fault fault;
    enum err fault_err;
    bool dies, dead, die_untold; /* by a call that no longer comes through; now; once committed */
    int64_t begun_ms;            /* the batch's time, or -1: it did not come so far */
    int64_t last_begun_ms, highest_wall_ms; /* of this process */
    uint64_t one_by_one;                    /* of the writer's statistics */
    bool committed, ran_second, ran_prune;
    bool jobs_unsure;                    /* see run.c */
    int64_t due_second_ms, due_prune_ms; /* monotone */

    uint8_t (*hashes)[32]; /* of the chain as it was when last looked at */
    int hashes_n;
    char said[SAID_LINES][SAID_BYTES];
    int said_n;
    struct sim_counts {
        int64_t steps, told, lost, refused, restarts, deaths, losses, perhaps, repeats, faults;
    } * counts; /* shared with the process that has started the runs */
};

int64_t below(struct sim *s, int64_t bound);
bool one_in(struct sim *s, int64_t n);
__attribute__((format(printf, 2, 3))) void say(struct sim *s, const char *format, ...);
__attribute__((noreturn, format(printf, 2, 3))) void fail(struct sim *s, const char *format, ...);
#define MUST(s, call)                                                                              \
    do {                                                                                           \
        enum err must_ = (call);                                                                   \
        if (must_)                                                                                 \
            fail((s), "%s:%d: %s: %s", __FILE__, __LINE__, #call, err_name(must_));                \
    } while (0)

/* ---- world.c ---- */

/* Once a process: a database with the town's tables and goods, before the runs branch off. */
void world_make(struct sim *s);
void world_remove(struct sim *s);
void world_install_clock(struct sim *s);
void world_begin_run(struct sim *s); /* an empty database, and the simulator's own accounts */
void world_open(struct sim *s);
enum err world_try_open(struct sim *s);
void world_close(struct sim *s);
bool world_is_dead(const struct sim *s);

/* ---- ask.c ---- */

void ask_draw_rush(struct sim *s); /* before the first of a batch */
void ask_draw(struct sim *s, struct asked *a);
void ask_submit(struct sim *s, struct asked *a);
void ask_free(struct asked *a);
void ask_describe(const struct asked *a, char *out, size_t size);
bool answer_is_same(const struct answer *a, const struct answer *b);
void answer_describe(const struct answer *a, char *out, size_t size);
extern int64_t sim_account_ids[SIM_ACCOUNTS];

/* ---- look.c ---- */

struct picture { /* sorted lines */
    char **lines;
    size_t n, room;
};
void picture_of_store(struct sim *s, struct picture *p);
void picture_of_model(const struct model *m, struct picture *p);
void picture_free(struct picture *p);
/* The first lines that differ, or false. */
bool pictures_differ(const struct picture *store, const struct picture *model, char *out,
                     size_t size);
/* The ledger's check, the trade's; and, thorough, the engine's own. */
void look_at_checks(struct sim *s, bool thorough);

/* ---- run.c ---- */

void run(struct sim *s);

#endif
