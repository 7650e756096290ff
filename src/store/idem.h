/*
 * Idempotency: a request that a client sends twice is done once. A key belongs to an actor and an
 * operation; the hash of the request and the typed outcome are kept with it, in the transaction of
 * the work itself. The same request again gets the first answer, refusals included; another request
 * under the key is ERR_KEY_REUSED. Failures that a retry may cure (a full queue, a lost commit) are
 * not kept.
 */
#ifndef STORE_IDEM_H
#define STORE_IDEM_H

#include "base/map.h"
#include "store/writer.h"

enum { IDEM_HASH_BYTES = 32, IDEM_KEEP_MS = 7 * 24 * 3600 * 1000 };

struct idem_key {
    struct str actor;      /* "user:17" */
    const char *operation; /* "trade.place_order" */
    struct str key;
    uint8_t hash[IDEM_HASH_BYTES]; /* of the request's meaning, see idem_hash() */
};

/* What the work came to; kept and given again. No personal data goes in. */
struct idem_outcome {
    enum err result;
    int64_t subject;                 /* what was made: an order's id */
    int64_t amount;                  /* with a refusal: what is left */
    const char *field, *message_key; /* of a refusal; static or in the command's arena, or NULL */
    bool repeated;                   /* out: this is an earlier answer */
};

/* SHA-256 over the parts, each with its length, so that no two lists of parts are alike. */
void idem_hash(uint8_t hash[IDEM_HASH_BYTES], const struct str *parts, size_t n);

/* Runs `work` at most once for the key. A refusal of `work` (tx->info has its detail) is undone to
 * a savepoint and kept: idem_run then returns OK and out->result says what it was. What idem_run
 * itself returns fails the command. */
enum err idem_run(struct tx *tx, const struct idem_key *key,
                  enum err (*work)(struct tx *tx, void *arg, int64_t *subject), void *arg,
                  struct idem_outcome *out) MUST_CHECK;

/* The keys of many requests, for a hot command (store/writer.h): looked up together, answered in
 * memory, kept together.
 *
 *   init ─▶ load ─▶ take: OK, the first answer │ ERR_NOT_FOUND, yours to do ─▶ answer ─▶ flush ─▶
 * free
 */
struct idem_set { /* members are private */
    struct tx *tx;
    struct map seen; /* actor, operation and key → struct idem_seen */
    struct val *rows;
    size_t rows_n, room;
};
void idem_set_init(struct idem_set *s, struct tx *tx);
void idem_set_free(struct idem_set *s);
enum err idem_set_load(struct idem_set *s, const struct idem_key *const *keys, size_t n) MUST_CHECK;
/* ERR_NOT_FOUND: new, and now the caller's until idem_set_answer(). ERR_AGAIN: an earlier request
 * of this set has it and is not answered yet. ERR_KEY_REUSED: with another request. OK: *out; its
 * strings are in tx->arena. */
enum err idem_set_take(struct idem_set *s, const struct idem_key *key,
                       struct idem_outcome *out) MUST_CHECK;
/* What a taken key came to. What a retry may cure is not kept: the key is new again. */
enum err idem_set_answer(struct idem_set *s, const struct idem_key *key,
                         const struct idem_outcome *o) MUST_CHECK;
enum err idem_set_flush(struct idem_set *s) MUST_CHECK;

/* Forgets keys older than IDEM_KEEP_MS, at most some hundred a call. For writer_every(). */
enum err idem_prune(struct tx *tx, void *unused) MUST_CHECK;

#endif
