/*
 * Peers: other processes that write the same ledger (on PostgreSQL). The database's lock orders the
 * batches of all; what this adds is that
 *
 *   - a batch's time is not before the last transfer's, though clocks differ between machines, so
 *     that "as of an instant" means the same in the order of the chain and in the order of time;
 *   - a department that tells others of what moved can tell of what moved elsewhere, too.
 *
 * Of one writer a process, and on its thread.
 */
#ifndef LEDGER_LEDGER_PEERS_H
#define LEDGER_LEDGER_PEERS_H

#include "store/writer.h"

enum { LEDGER_CLOCK_BEHIND_MS = 1000 }; /* a clock that differs more is logged */

/* Once, before the writer's first command. ledger_guard_start() calls it. */
void ledger_peers_start(struct writer *w);
/* Finds what is there now, in a batch of its own: what others add later is theirs. Before anybody
 * is shown anything. */
enum err ledger_peers_look(struct writer *w, struct arena *arena, struct err_info *info) MUST_CHECK;
/* The guard's word on what the running batch ends with. */
void ledger_peers_note(int64_t seq);

/* Has another process added transfers that were not told of? They are among those after *after,
 * which may hold some of this process as well. */
bool ledger_peers_moved(int64_t *after);
void ledger_peers_told(void); /* of all that the last call of the former meant */

#endif
