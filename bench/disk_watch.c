/*
 * A library to preload (LD_PRELOAD) into a program that is measured: it counts what goes to files
 * and can make the disk slower.
 *
 *   DISK_WATCH=FILE        three 64-bit numbers kept there: syncs, writes, bytes written
 *   DISK_SYNC_MS=N         each sync takes that much longer, as on a disk without a cache of its
 * own
 *
 * Counted are fsync and fdatasync, and pwrite (what SQLite writes with); sockets use neither.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct counters {
    _Atomic uint64_t syncs, writes, bytes;
};

static struct counters nowhere, *counters = &nowhere;
static long sync_ms;
static int (*real_fsync)(int), (*real_fdatasync)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("DISK_WATCH"), *ms = getenv("DISK_SYNC_MS");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    sync_ms = ms ? atol(ms) : 0;
    int fd = file ? open(file, O_RDWR | O_CREAT, 0600) : -1;
    if (fd >= 0 && ftruncate(fd, sizeof(*counters)) == 0) {
        void *p = mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED)
            counters = p;
    }
    if (fd >= 0)
        close(fd);
}

static void count_sync(void)
{
    const struct timespec longer = {sync_ms / 1000, sync_ms % 1000 * 1000000};
    atomic_fetch_add(&counters->syncs, 1);
    if (sync_ms)
        nanosleep(&longer, NULL);
}

int fsync(int fd)
{
    count_sync();
    return real_fsync(fd);
}

int fdatasync(int fd)
{
    count_sync();
    return real_fdatasync(fd);
}

/* pwrite64 in the object: offsets have 64 bits here (_FILE_OFFSET_BITS). */
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    atomic_fetch_add(&counters->writes, 1);
    atomic_fetch_add(&counters->bytes, n);
    return real_pwrite(fd, p, n, at);
}
