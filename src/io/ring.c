#include "io/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ThreadSanitizer does not know fences. What they order here it either sees through the atomics, or
 * is the overwriting that readers check for afterwards: tests/tsan.supp names it. */
#if defined(__SANITIZE_THREAD__)
#define fence(order) ((void)0)
#else
#define fence(order) atomic_thread_fence(order)
#endif

static _Atomic size_t process_limit = (size_t)1 << 30;
static _Atomic size_t process_bytes;

void ring_set_process_limit(size_t bytes)
{
    atomic_store(&process_limit, bytes);
}

size_t ring_process_bytes(void)
{
    return atomic_load(&process_bytes);
}

/* The same pages twice in a row, so that a range over the end reads on at the beginning. */
static uint8_t *map_twice(size_t size)
{
    int fd = memfd_create("ring", MFD_CLOEXEC);
    if (fd < 0)
        return NULL;
    uint8_t *base = MAP_FAILED;
    if (ftruncate(fd, (off_t)size) == 0)
        base = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base != MAP_FAILED) {
        int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_FIXED;
        if (mmap(base, size, prot, flags, fd, 0) == MAP_FAILED ||
            mmap(base + size, size, prot, flags, fd, 0) == MAP_FAILED) {
            munmap(base, 2 * size);
            base = MAP_FAILED;
        }
    }
    close(fd);
    return base == MAP_FAILED ? NULL : base;
}

enum err ring_new(size_t size, uint64_t first, ring_unit_fn *unit, void *arg, struct ring **out)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), rounded = page;
    while (rounded < size)
        rounded *= 2;
    if (atomic_fetch_add(&process_bytes, rounded) + rounded > atomic_load(&process_limit)) {
        atomic_fetch_sub(&process_bytes, rounded);
        return ERR_LIMIT;
    }
    struct ring *r = aligned_alloc(64, (sizeof(*r) + 63) / 64 * 64);
    uint8_t *base = r ? map_twice(rounded) : NULL;
    if (!base) {
        free(r);
        atomic_fetch_sub(&process_bytes, rounded);
        return ERR_NOMEM;
    }
    memset(r, 0, sizeof(*r));
    r->base = base;
    r->size = rounded;
    r->first = first;
    r->unit = unit;
    r->unit_arg = arg;
    atomic_init(&r->refs, 1);
    atomic_init(&r->reserved, first);
    atomic_init(&r->head, first);
    atomic_init(&r->forgotten, first);
    *out = r;
    return OK;
}

struct ring *ring_ref(struct ring *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void ring_unref(struct ring *r)
{
    /* A chain of generations is released in a loop: each one holds the next. */
    while (r && atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) == 1) {
        struct ring *next = atomic_load(&r->next);
        munmap(r->base, 2 * r->size);
        atomic_fetch_sub(&process_bytes, r->size);
        free(r);
        r = next;
    }
}

/*
 * before   …│ old bytes │ head == reserved
 * reserve  …│ old bytes │ head … reserved: readers of what lies `size` behind it now know
 * copy, then head = reserved
 */
enum err ring_append(struct ring *r, const struct iovec *iov, int n)
{
    size_t total = 0;
    for (int i = 0; i < n; i++)
        total += iov[i].iov_len;
    if (total > r->size / 4)
        return ERR_TOO_LARGE;
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    atomic_store_explicit(&r->reserved, head + total, memory_order_relaxed);
    /* The copy must not be seen before the reservation. */
    fence(memory_order_seq_cst);
    uint8_t *to = r->base + ((head - r->first) & (r->size - 1));
    for (int i = 0; i < n; i++) {
        if (iov[i].iov_len > 0) /* an empty piece may have no address */
            memcpy(to, iov[i].iov_base, iov[i].iov_len);
        to += iov[i].iov_len;
    }
    atomic_store_explicit(&r->head, head + total, memory_order_release);
    return OK;
}

void ring_mark(struct ring *r, const struct ring_mark *m)
{
    uint32_t seq = atomic_load_explicit(&r->marks_seq, memory_order_relaxed);
    atomic_store_explicit(&r->marks_seq, seq + 1, memory_order_relaxed);
    fence(memory_order_release);
    struct ring_mark *slot = &r->marks[r->marks_n % RING_MARKS];
    __atomic_store_n(&slot->offset, m->offset, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->at_us, m->at_us, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->config, m->config, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->time_ms, m->time_ms, __ATOMIC_RELAXED);
    __atomic_store_n(&r->marks_n, r->marks_n + 1, __ATOMIC_RELAXED);
    atomic_store_explicit(&r->marks_seq, seq + 2, memory_order_release);
}

void ring_seal(struct ring *r, struct ring *next)
{
    assert(!atomic_load(&r->next) && !atomic_load(&r->ended));
    if (next)
        atomic_store_explicit(&r->next, next, memory_order_release);
    else
        atomic_store_explicit(&r->ended, true, memory_order_release);
}

static uint64_t reserved_now(const struct ring *r)
{
    return atomic_load_explicit(&((struct ring *)r)->reserved, memory_order_relaxed);
}

bool ring_is_safe(const struct ring *r, uint64_t offset)
{
    return reserved_now(r) - offset <= r->size - r->size / 4;
}

bool ring_was_whole(const struct ring *r, uint64_t offset)
{
    fence(memory_order_seq_cst);
    return reserved_now(r) - offset <= r->size;
}

/* Mark `back` steps before the newest, as one consistent copy. */
static bool read_mark(struct ring *r, uint32_t back, struct ring_mark *out)
{
    for (;;) {
        uint32_t seq = atomic_load_explicit(&r->marks_seq, memory_order_acquire);
        if (seq & 1)
            continue; /* a few stores away */
        uint32_t n = __atomic_load_n(&r->marks_n, __ATOMIC_RELAXED);
        if (n <= back || back >= RING_MARKS)
            return false;
        struct ring_mark *slot = &r->marks[(n - 1 - back) % RING_MARKS];
        out->offset = __atomic_load_n(&slot->offset, __ATOMIC_RELAXED);
        out->at_us = __atomic_load_n(&slot->at_us, __ATOMIC_RELAXED);
        out->config = __atomic_load_n(&slot->config, __ATOMIC_RELAXED);
        out->time_ms = __atomic_load_n(&slot->time_ms, __ATOMIC_RELAXED);
        fence(memory_order_acquire);
        if (atomic_load_explicit(&r->marks_seq, memory_order_relaxed) == seq)
            return true;
    }
}

bool ring_newest_mark(const struct ring *r, struct ring_mark *out)
{
    struct ring *w = (struct ring *)r; /* atomics take no const; nothing is written */
    /* A mark comes just before its bytes: the one before it serves until they are there. */
    for (uint32_t back = 0; back < 2; back++)
        if (read_mark(w, back, out) && out->offset < ring_head(r))
            return ring_is_safe(r, out->offset) && !ring_is_forgotten(r, out->offset);
    return false;
}

void ring_forget(struct ring *r)
{
    atomic_store(&r->forgotten, ring_head(r));
}

bool ring_is_forgotten(const struct ring *r, uint64_t offset)
{
    return offset < atomic_load(&((struct ring *)r)->forgotten);
}
