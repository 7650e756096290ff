/*
 * Commands that have a file of their own; main.c's table names them. Each gets what is left of its
 * words once the settings are taken out, and returns the program's exit status.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "config.h"

/* user add: one person with a password; or with --batch N, N people named LOGIN1 … LOGINN who have
 * none, whose session tokens are printed, one a line (for load tests). */
int command_user_add(struct config *config, int argc, char **argv);

/* user password: another password for somebody who lost theirs; ends their sessions. */
int command_user_password(struct config *config, int argc, char **argv);

/* user change: roles given and taken, an account disabled, which ends its sessions, or enabled. */
int command_user_change(struct config *config, int argc, char **argv);

/* The keys of sealed fields (store/seal.h), beside a running town: how many fields each has; a new
 * one, by which all are sealed anew; that once more, for what was left; former ones off the list.
 */
int command_seal_status(struct config *config, int argc, char **argv);
int command_seal_rotate(struct config *config, int argc, char **argv);
int command_seal_reseal(struct config *config, int argc, char **argv);
int command_seal_retire(struct config *config, int argc, char **argv);

/* The keys that the town signs by (town/signing): their public parts; the next one, beside a
 * running town. */
int command_signing_keys(struct config *config, int argc, char **argv);
int command_signing_rotate(struct config *config, int argc, char **argv);

/* The store's tables brought to this version; --dry-run lists them. */
int command_migrate(struct config *config, int argc, char **argv);
/* A consistent copy of the store, verified; and back from one into an empty place. */
int command_backup(struct config *config, int argc, char **argv);
int command_restore(struct config *config, int argc, char **argv);

/* What the hall is searched by, made anew, beside a running town. */
int command_reindex(struct config *config, int argc, char **argv);

/* "guildhall: field: text" on standard error; returns 1. In main.c. */
int main_fail(const struct err_info *info, enum err e);

#endif
