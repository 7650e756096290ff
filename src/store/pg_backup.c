#include "store/backup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 512, WORDS_MAX = 16 };

extern char **environ;

/* --- children --- */

static bool is_named(char *const list[], int n, const char *assignment)
{
    size_t name = strcspn(assignment, "=") + 1;
    for (int i = 0; i < n; i++)
        if (list[i] && strncmp(list[i], assignment, name) == 0)
            return true;
    return false;
}

/* For each part of the address the variable that libpq reads it from, then our own environment: a
 * password is in no list of processes. */
static enum err environment_of(const char *place, char *out[ENVIRONMENT_MAX], struct arena *arena,
                               struct err_info *info)
{
    const char *address =
        strncmp(place, "//", 2) == 0 ? arena_printf(arena, "postgresql:%s", place) : place;
    PQconninfoOption *parts = address ? PQconninfoParse(address, NULL) : NULL;
    int n = 0;
    if (!parts)
        return backup_refuse(info, ERR_SYNTAX, "not a PostgreSQL address");
    for (PQconninfoOption *p = parts; p->keyword && n < ENVIRONMENT_MAX - 1; p++)
        if (p->envvar && p->val && p->val[0])
            out[n++] = arena_printf(arena, "%s=%s", p->envvar, p->val);
    for (char **e = environ; *e && n < ENVIRONMENT_MAX - 1; e++)
        if (!is_named(out, n, *e))
            out[n++] = *e;
    out[n] = NULL;
    PQconninfoFree(parts);
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

static enum err wait_for(pid_t pid, const char *name, struct arena *arena, struct err_info *info)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_from_errno(errno);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return OK;
    return backup_refuse(info, ERR_STORE,
                         arena_printf(arena, "%s failed; what it said is above", name));
}

/* Runs a program of PostgreSQL's client package; its standard output goes nowhere, what it has to
 * say to ours. */
static enum err run(char *const words[], char *const environment[], struct arena *arena,
                    struct err_info *info)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&pid, words[0], &actions, NULL, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return backup_refuse(
            info, err_from_errno(failed),
            arena_printf(arena, "%s cannot be run: install postgresql-client", words[0]));
    return wait_for(pid, words[0], arena, info);
}

/* --- the three --- */

enum err postgres_backup(const char *place, const char *file, struct arena *arena,
                         struct err_info *info)
{
    char *environment[ENVIRONMENT_MAX];
    enum err e = environment_of(place, environment, arena, info);
    if (e)
        return e;
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return backup_refuse(info, err_from_errno(errno),
                             arena_printf(arena, "%s cannot be made", file));
    close(fd);
    char *words[] = {"pg_dump", "--format=custom",       "--no-owner", "--no-privileges",
                     "--file",  (char *)(uintptr_t)file, NULL};
    e = run(words, environment, arena, info);
    if (!e && (e = backup_sync(file)))
        backup_refuse(info, e, "the file cannot be written to the disk");
    return e;
}

enum err postgres_read_through(const char *file, struct arena *arena, struct err_info *info)
{
    char *words[] = {"pg_restore", "--file=/dev/null", (char *)(uintptr_t)file, NULL};
    return run(words, environ, arena, info);
}

static enum err check_empty(const char *place, struct arena *arena, struct err_info *info)
{
    const char *address =
        strncmp(place, "//", 2) == 0 ? arena_printf(arena, "postgresql:%s", place) : place;
    PGconn *conn = address ? PQconnectdb(address) : NULL;
    PGresult *r = conn ? PQexec(conn, "SELECT count(*) FROM pg_class"
                                      " WHERE relnamespace = 'public'::regnamespace")
                       : NULL;
    enum err e = OK;
    if (!r || PQresultStatus(r) != PGRES_TUPLES_OK)
        e = backup_refuse(info, ERR_STORE, "the database cannot be reached");
    else if (strcmp(PQgetvalue(r, 0, 0), "0") != 0)
        e = backup_refuse(info, ERR_EXISTS,
                          "the database is not empty: make a new one, by createdb --template "
                          "template0 --encoding UTF8");
    PQclear(r);
    PQfinish(conn);
    return e;
}

enum err postgres_restore(const char *place, const char *file, struct arena *arena,
                          struct err_info *info)
{
    char *environment[ENVIRONMENT_MAX];
    char *database = NULL;
    enum err e = environment_of(place, environment, arena, info);
    if (!e)
        e = check_empty(place, arena, info);
    for (int i = 0; !e && environment[i]; i++)
        if (strncmp(environment[i], "PGDATABASE=", 11) == 0)
            database = environment[i] + 11;
    if (!e && !database)
        e = backup_refuse(info, ERR_SYNTAX, "the address names no database");
    if (e)
        return e;
    char *words[] = {"pg_restore", "--single-transaction",  "--exit-on-error",
                     "--no-owner", "--no-privileges",       "--dbname",
                     database,     (char *)(uintptr_t)file, NULL};
    return run(words, environment, arena, info);
}
