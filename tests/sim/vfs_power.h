/*
 * A VFS for SQLite that keeps files in memory and knows of each write whether it has been synced,
 * so that the power can fail at any of them. One process, one thread, the default VFS once
 * registered.
 *
 * The model of a disk, from SQLite's own (https://www.sqlite.org/atomiccommit.html, "Hardware
 * Assumptions", and https://www.sqlite.org/psow.html):
 *
 *   synced     what a successful xSync has confirmed is there afterwards
 *   not synced each sector of each write is there, or not, or holds garbage, in any order; the same
 *              for a change of size, for a new file's name and for a deletion without a sync of the
 *              folder. Garbage stays within the bytes written when the device says
 * POWERSAFE_OVERWRITE, else it takes the rest of the sector along fsync fails  what waited may be
 * lost, and a later sync does not bring it back a process dies  the kernel keeps what was written,
 * the last write perhaps in part
 *
 * Locks and the WAL's shared memory (xShm…) are plain memory: all connections are in this process.
 */
#ifndef TESTS_SIM_VFS_POWER_H
#define TESTS_SIM_VFS_POWER_H

#include <stdbool.h>
#include <stdint.h>

enum power_fault {
    POWER_NO_FAULT,
    POWER_CALL_FAILS,   /* one call; the process lives */
    POWER_PROCESS_DIES, /* no call comes through any more, until power_restart() */
    POWER_FAILS,        /* the same, and power_restart() drops what was not synced */
};

void power_register(void);
/* The device of this run, and whatever is drawn later. */
void power_seed(uint64_t seed);
/* At the nth call from now on that changes a file: write, sync, truncate, delete. */
void power_plan(enum power_fault fault, int64_t nth);
bool power_fired(void); /* the planned fault has happened */
bool power_is_off(void);
/* Ends the process or the power between two calls. */
void power_off(enum power_fault fault);
/* All connections are closed: makes of the files what the next process finds. */
void power_restart(void);
int64_t power_changes(void); /* calls that changed a file, since power_seed() */

#endif
