#include "vfs_power.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rnd.h"

enum { FILES_MAX = 8, NAME_MAX_BYTES = 200, REGIONS_MAX = 64, SLOTS = SQLITE_SHM_NLOCK };

struct content {
    uint8_t *bytes; /* owned */
    int64_t n, room;
};

/* A change that no sync has confirmed yet. */
struct change {
    enum change_kind { WRITTEN, CUT, MADE_ANEW } kind;
    int64_t at; /* of CUT: the new size */
    int64_t n;
    uint8_t *bytes; /* owned */
    struct change *next;
};

struct file {
    char name[NAME_MAX_BYTES]; /* empty: a file without a name */
    bool is_here, is_named;    /* as the process sees it; as the folder on the disk says */
    struct content now, synced;
    struct change *changes, **last;
    struct handle *handles;
    void *regions[REGIONS_MAX]; /* shared memory; owned */
    int regions_n, mapped;      /* mapped: by how many */
};

struct handle {
    sqlite3_file base;
    struct file *file;
    struct handle *next;
    int lock;
    bool deletes, maps;
    uint16_t shared, exclusive; /* slots of shared memory */
};

static struct {
    struct file files[FILES_MAX];
    struct rnd_seq seq;
    bool powersafe;
    int sector;
    enum power_fault fault;
    int64_t countdown, changes;
    bool fired, off, loses;
} power;

static int64_t below(int64_t bound)
{
    return (int64_t)rnd_seq_below(&power.seq, (uint64_t)bound);
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* --- contents --- */

static void resize(struct content *c, int64_t n)
{
    if (n > c->room) {
        int64_t room = c->room ? c->room : 8192;
        while (room < n)
            room *= 2;
        c->bytes = must(realloc(c->bytes, (size_t)room));
        c->room = room;
    }
    if (n > c->n)
        memset(c->bytes + c->n, 0, (size_t)(n - c->n));
    c->n = n;
}

static void put(struct content *c, int64_t at, const uint8_t *bytes, int64_t n)
{
    if (at + n > c->n)
        resize(c, at + n);
    memcpy(c->bytes + at, bytes, (size_t)n);
}

static void copy(struct content *to, const struct content *from)
{
    resize(to, 0);
    if (from->n)
        put(to, 0, from->bytes, from->n);
}

static void add_change(struct file *f, enum change_kind kind, int64_t at, const void *bytes,
                       int64_t n)
{
    struct change *c = must(calloc(1, sizeof(*c)));
    *c = (struct change){.kind = kind, .at = at, .n = n};
    if (n) {
        c->bytes = must(malloc((size_t)n));
        memcpy(c->bytes, bytes, (size_t)n);
    }
    if (!f->changes)
        f->last = &f->changes;
    *f->last = c;
    f->last = &c->next;
}

static void drop_first(struct file *f)
{
    struct change *c = f->changes;
    f->changes = c->next;
    free(c->bytes);
    free(c);
}

static void drop_changes(struct file *f)
{
    while (f->changes)
        drop_first(f);
}

static bool has_change(const struct file *f, enum change_kind kind)
{
    for (const struct change *c = f->changes; c; c = c->next)
        if (c->kind == kind)
            return true;
    return false;
}

/* --- what is left of what was not synced --- */

/* How this failure treats it: of a hundred pieces so many are kept, so many of the lost garbled;
 * `in_order`: the first changes whole and none of those after. */
struct loss {
    int64_t kept, garbled;
    bool in_order;
};

static struct loss draw_loss(void)
{
    static const int64_t kept[] = {0, 10, 50, 90, 100};
    return (struct loss){
        .kept = kept[below(5)], .garbled = below(3) ? 0 : 40, .in_order = below(4) == 0};
}

static void garble(struct content *c, int64_t from, int64_t to)
{
    if (!power.powersafe) { /* the sector as a whole */
        from -= from % power.sector;
        to += (power.sector - to % power.sector) % power.sector;
        if (to > c->n)
            to = c->n;
    }
    for (int64_t i = from; i < to; i++)
        c->bytes[i] = (uint8_t)rnd_seq_next(&power.seq);
}

static void keep_pieces(struct content *c, const struct change *w, const struct loss *loss)
{
    for (int64_t from = w->at, to; from < w->at + w->n; from = to) {
        to = from - from % power.sector + power.sector;
        if (to > w->at + w->n)
            to = w->at + w->n;
        if (below(100) < loss->kept) {
            put(c, from, w->bytes + (from - w->at), to - from);
        } else if (below(100) < loss->garbled) {
            put(c, from, w->bytes + (from - w->at), to - from);
            garble(c, from, to);
        }
    }
}

/* Applies to the synced content what of the changes has reached the disk. */
static void settle(struct file *f, const struct loss *loss)
{
    struct loss whole = {.kept = 100};
    int64_t n = 0, first_lost;
    for (struct change *c = f->changes; c; c = c->next)
        n++;
    first_lost = loss->in_order ? below(n + 1) : n;
    n = 0;
    for (struct change *c = f->changes; c && n < first_lost; c = c->next, n++) {
        bool is_kept = loss->in_order || below(100) < loss->kept;
        if (c->kind == WRITTEN) {
            keep_pieces(&f->synced, c, loss->in_order ? &whole : loss);
        } else if (c->kind == CUT && is_kept) {
            resize(&f->synced, c->at);
        } else if (c->kind == MADE_ANEW) {
            if (!is_kept)
                break; /* the name still means the old file, and these writes are of the new one */
            resize(&f->synced, 0);
        }
    }
    drop_changes(f);
}

/* --- faults --- */

enum verdict { DO_IT, FAIL_IT, DIE_IN_IT, IS_DEAD };

/* Counts a call that changes a file, and says what becomes of it. */
static enum verdict judge(const struct file *f)
{
    if (power.off)
        return IS_DEAD;
    if (!f->name[0])
        return DO_IT;
    power.changes++;
    if (power.fault == POWER_NO_FAULT || --power.countdown > 0)
        return DO_IT;
    enum power_fault fault = power.fault;
    power.fault = POWER_NO_FAULT;
    power.fired = true;
    if (fault == POWER_CALL_FAILS)
        return FAIL_IT;
    power.loses = fault == POWER_FAILS;
    return DIE_IN_IT;
}

void power_plan(enum power_fault fault, int64_t nth)
{
    power.fault = fault;
    power.countdown = nth;
    power.fired = false;
}

bool power_fired(void)
{
    return power.fired;
}

bool power_is_off(void)
{
    return power.off;
}

void power_off(enum power_fault fault)
{
    power.off = true;
    power.loses = fault == POWER_FAILS;
}

int64_t power_changes(void)
{
    return power.changes;
}

void power_seed(uint64_t seed)
{
    power.seq.state = seed;
    power.powersafe = below(2);
    power.sector = below(2) ? 512 : 4096;
    power.changes = 0;
}

void power_restart(void)
{
    struct loss loss = draw_loss();
    for (int i = 0; i < FILES_MAX; i++) {
        struct file *f = &power.files[i];
        if (!f->name[0])
            continue;
        if (power.loses) {
            settle(f, &loss);
            bool is_there = f->is_here == f->is_named ? f->is_here : below(2);
            f->is_here = f->is_named = is_there;
            if (!is_there)
                resize(&f->synced, 0);
            copy(&f->now, &f->synced);
        }
    }
    power.fault = POWER_NO_FAULT;
    power.off = power.loses = false;
}

/* --- a file's methods --- */

static struct file *file_of(sqlite3_file *h)
{
    return ((struct handle *)h)->file;
}

static void forget_file(struct file *f)
{
    drop_changes(f);
    free(f->now.bytes);
    free(f->synced.bytes);
    *f = (struct file){0};
}

static int unmap(sqlite3_file *base, int deletes);

static int do_close(sqlite3_file *base)
{
    struct handle *h = (struct handle *)base, **link = &h->file->handles;
    unmap(base, 0);
    while (*link != h)
        link = &(*link)->next;
    *link = h->next;
    if (h->deletes) {
        forget_file(h->file);
        free(h->file);
    }
    return SQLITE_OK;
}

static int do_read(sqlite3_file *h, void *to, int n, sqlite3_int64 at)
{
    const struct content *c = &file_of(h)->now;
    if (power.off)
        return SQLITE_IOERR_READ;
    int64_t there = at >= c->n ? 0 : c->n - at < n ? c->n - at : n;
    if (there)
        memcpy(to, c->bytes + at, (size_t)there);
    memset((char *)to + there, 0, (size_t)(n - there));
    return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static void write_through(struct file *f, const void *from, int64_t n, int64_t at)
{
    put(&f->now, at, from, n);
    if (f->name[0])
        add_change(f, WRITTEN, at, from, n);
}

static int do_write(sqlite3_file *h, const void *from, int n, sqlite3_int64 at)
{
    enum verdict v = judge(file_of(h));
    if (v == DO_IT) {
        write_through(file_of(h), from, n, at);
        return SQLITE_OK;
    }
    int64_t part = v == IS_DEAD || below(2) ? 0 : below(n + 1);
    if (part)
        write_through(file_of(h), from, part, at);
    power.off |= v == DIE_IN_IT;
    return v == FAIL_IT && below(2) ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int do_truncate(sqlite3_file *h, sqlite3_int64 n)
{
    struct file *f = file_of(h);
    enum verdict v = judge(f);
    if (v == DO_IT || (v == DIE_IN_IT && below(2))) {
        resize(&f->now, n);
        if (f->name[0])
            add_change(f, CUT, n, NULL, 0);
    }
    power.off |= v == DIE_IN_IT;
    return v == DO_IT ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

/* All names, then: there is one folder. */
static void has_synced_folder(void)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct file *f = &power.files[i];
        f->is_named = f->is_here;
        while (f->changes && (!f->is_here || has_change(f, MADE_ANEW))) {
            resize(&f->synced, 0); /* what the name meant before is gone */
            drop_first(f);
        }
    }
}

/* The first sync of a new file is one of its folder as well (SQLite's unix VFS does so). */
static void has_synced(struct file *f)
{
    bool is_new = !f->is_named || has_change(f, MADE_ANEW);
    drop_changes(f);
    copy(&f->synced, &f->now);
    if (is_new)
        has_synced_folder();
}

static int do_sync(sqlite3_file *h, int flags)
{
    struct file *f = file_of(h);
    struct loss loss = draw_loss();
    enum verdict v = judge(f);
    (void)flags;
    if (v == DO_IT || (v == DIE_IN_IT && below(2)))
        has_synced(f);
    else if (v == FAIL_IT)
        settle(f, &loss); /* what is lost now is lost: no later sync writes it */
    power.off |= v == DIE_IN_IT;
    return v == DO_IT ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int do_size(sqlite3_file *h, sqlite3_int64 *n)
{
    *n = file_of(h)->now.n;
    return power.off ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int do_control(sqlite3_file *h, int op, void *arg)
{
    (void)h, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *h)
{
    (void)h;
    return power.sector;
}

static int characteristics(sqlite3_file *h)
{
    (void)h;
    return power.powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

/* --- locks: https://www.sqlite.org/lockingv3.html --- */

static int strongest_other(const struct handle *h)
{
    int strongest = SQLITE_LOCK_NONE;
    for (const struct handle *o = h->file->handles; o; o = o->next)
        if (o != h && o->lock > strongest)
            strongest = o->lock;
    return strongest;
}

static int do_lock(sqlite3_file *base, int level)
{
    struct handle *h = (struct handle *)base;
    int other = strongest_other(h);
    if (h->lock >= level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED && other >= SQLITE_LOCK_PENDING)
        return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED && other >= SQLITE_LOCK_RESERVED)
        return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE && other >= SQLITE_LOCK_SHARED) {
        h->lock = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    h->lock = level;
    return SQLITE_OK;
}

static int do_unlock(sqlite3_file *base, int level)
{
    ((struct handle *)base)->lock = level;
    return SQLITE_OK;
}

static int is_reserved(sqlite3_file *base, int *out)
{
    const struct handle *h = (struct handle *)base;
    *out = h->lock >= SQLITE_LOCK_RESERVED || strongest_other(h) >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

/* --- shared memory: https://www.sqlite.org/walformat.html#the_wal_index_file_format --- */

static int map_region(sqlite3_file *base, int region, int size, int extends, void volatile **out)
{
    struct handle *h = (struct handle *)base;
    struct file *f = h->file;
    *out = NULL;
    if (power.off || region >= REGIONS_MAX)
        return SQLITE_IOERR_SHMMAP;
    f->mapped += !h->maps;
    h->maps = true;
    while (extends && f->regions_n <= region)
        f->regions[f->regions_n++] = must(calloc(1, (size_t)size));
    if (region < f->regions_n)
        *out = f->regions[region];
    return SQLITE_OK;
}

static int lock_slots(sqlite3_file *base, int first, int n, int flags)
{
    struct handle *h = (struct handle *)base;
    uint16_t mask = (uint16_t)(((1 << n) - 1) << first);
    if (flags & SQLITE_SHM_UNLOCK) {
        h->shared &= (uint16_t)~mask;
        h->exclusive &= (uint16_t)~mask;
        return SQLITE_OK;
    }
    for (const struct handle *o = h->file->handles; o; o = o->next)
        if (o != h &&
            ((o->exclusive & mask) || ((flags & SQLITE_SHM_EXCLUSIVE) && (o->shared & mask))))
            return SQLITE_BUSY;
    if (flags & SQLITE_SHM_EXCLUSIVE)
        h->exclusive |= mask;
    else
        h->shared |= mask;
    return SQLITE_OK;
}

static void barrier(sqlite3_file *h)
{
    (void)h;
    __sync_synchronize();
}

/* Who maps it first after everybody has left finds it empty, as with the file on a disk. */
static int unmap(sqlite3_file *base, int deletes)
{
    struct handle *h = (struct handle *)base;
    struct file *f = h->file;
    (void)deletes;
    h->shared = h->exclusive = 0;
    if (h->maps && --f->mapped == 0)
        while (f->regions_n > 0)
            free(f->regions[--f->regions_n]);
    h->maps = false;
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_size,
    .xLock = do_lock,
    .xUnlock = do_unlock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = do_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_region,
    .xShmLock = lock_slots,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap,
};

/* --- the VFS --- */

static struct file *find(const char *name, bool makes)
{
    struct file *unused = NULL;
    for (int i = 0; i < FILES_MAX; i++) {
        struct file *f = &power.files[i];
        if (f->name[0] && strcmp(f->name, name) == 0)
            return f;
        if (!f->name[0] && !unused)
            unused = f;
    }
    if (!makes)
        return NULL;
    must(unused);
    snprintf(unused->name, sizeof(unused->name), "%s", name);
    return unused;
}

/* The store makes the database's own file before it opens it (src/store/sqlite.c), on the real
 * disk; here it appears when it is first opened. */
static int do_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    struct handle *h = (struct handle *)base;
    bool makes = (flags & SQLITE_OPEN_CREATE) || (flags & SQLITE_OPEN_MAIN_DB);
    (void)vfs;
    *h = (struct handle){0};
    struct file *f = name ? find(name, makes) : must(calloc(1, sizeof(*f)));
    if (power.off || !f || (name && !makes && !f->is_here)) {
        if (!name)
            free(f);
        return SQLITE_CANTOPEN;
    }
    if (name && !f->is_here) {
        f->is_here = true;
        resize(&f->now, 0);
        add_change(f, MADE_ANEW, 0, NULL, 0);
    }
    *h = (struct handle){.base = {&methods}, .file = f, .next = f->handles, .deletes = !name};
    f->handles = h;
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int do_delete(sqlite3_vfs *vfs, const char *name, int syncs_folder)
{
    struct file *f = find(name, false);
    (void)vfs;
    if (power.off)
        return SQLITE_IOERR_DELETE;
    if (!f || !f->is_here)
        return SQLITE_IOERR_DELETE_NOENT;
    enum verdict v = judge(f);
    if (v == DO_IT || (v == DIE_IN_IT && below(2))) {
        f->is_here = false;
        resize(&f->now, 0);
        if (syncs_folder && v == DO_IT)
            has_synced_folder();
    }
    power.off |= v == DIE_IN_IT;
    return v == DO_IT ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static int do_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    struct file *f = find(name, false);
    (void)vfs, (void)flags;
    *out = f && f->is_here;
    return power.off ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int randomness(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++)
        out[i] = (char)rnd_seq_next(&power.seq);
    return n;
}

/* Nobody else runs: what is locked stays so. */
static int do_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int time_of_day(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = INT64_C(210866760000000) + clock_wall_ms(); /* since noon, 24 November 4714 BC */
    return SQLITE_OK;
}

static int last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs, (void)n, (void)out;
    return 0;
}

void power_register(void)
{
    static sqlite3_vfs vfs = {.iVersion = 2,
                              .szOsFile = sizeof(struct handle),
                              .mxPathname = NAME_MAX_BYTES,
                              .zName = "power",
                              .xOpen = do_open,
                              .xDelete = do_delete,
                              .xAccess = do_access,
                              .xFullPathname = full_name,
                              .xRandomness = randomness,
                              .xSleep = do_sleep,
                              .xGetLastError = last_error,
                              .xCurrentTimeInt64 = time_of_day};
    power_seed(1);
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}
