#include "live/record_index.h"

#include <stdlib.h>

#define HEAD "guildhall-recording 1\n"

enum { FIELDS = 9, FLAG_DISCONTINUITY = 1, FLAG_INDEPENDENT = 2 };

void record_index_head(struct buf *out)
{
    buf_z(out, HEAD);
}

static uint32_t check_of(struct str line)
{
    return (uint32_t)str_hash(line);
}

void record_index_line(struct buf *out, const struct record_entry *e)
{
    size_t from = out->n;
    int flags =
        (e->discontinuity ? FLAG_DISCONTINUITY : 0) | (e->independent ? FLAG_INDEPENDENT : 0);
    buf_printf(out, "s %u %u %lld %lld %lld %lld %d", e->number, e->init, (long long)e->start_ms,
               (long long)e->duration_ms, (long long)e->wall_ms, (long long)e->bytes, flags);
    if (!buf_ok(out))
        return;
    buf_printf(out, " %08x\n", check_of(str_n(out->p + from, out->n - from)));
}

/* Eight hex digits, nothing else. */
static bool check_is(struct str digits, uint32_t want)
{
    uint32_t v = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (d < 0)
            return false;
        v = v << 4 | (uint32_t)d;
    }
    return digits.n == 8 && v == want;
}

static bool is_within(const int64_t v[FIELDS])
{
    return v[1] >= 1 && v[1] <= UINT32_MAX && v[2] >= 1 && v[2] <= UINT32_MAX && v[3] >= 0 &&
           v[4] >= 1 && v[4] <= RECORD_SEGMENT_MS_MAX && v[5] >= 0 && v[6] >= 1 &&
           v[6] <= INT32_MAX && v[7] >= 0 && v[7] <= 3;
}

static bool parse_line(struct str line, struct record_entry *out)
{
    int64_t v[FIELDS] = {0};
    struct str rest = line, field = str_cut(line, ' ', &rest);
    if (!str_eq_z(field, "s"))
        return false;
    for (int i = 1; i < FIELDS - 1; i++) {
        field = str_cut(rest, ' ', &rest);
        if (str_to_i64(field, &v[i]) != OK)
            return false;
    }
    size_t checked = rest.n < line.n ? line.n - rest.n - 1 : 0;
    if (!is_within(v) || !check_is(rest, check_of(str_slice(line, 0, checked))))
        return false;
    *out = (struct record_entry){.number = (uint32_t)v[1],
                                 .init = (uint32_t)v[2],
                                 .start_ms = v[3],
                                 .duration_ms = v[4],
                                 .wall_ms = v[5],
                                 .bytes = v[6],
                                 .discontinuity = v[7] & FLAG_DISCONTINUITY,
                                 .independent = v[7] & FLAG_INDEPENDENT};
    return true;
}

static enum err add(struct record_index *x, size_t *cap, const struct record_entry *e)
{
    if (x->n == RECORD_ENTRIES_MAX)
        return ERR_TOO_LARGE;
    if (x->n == *cap) {
        size_t more = *cap ? *cap * 2 : 256;
        struct record_entry *grown = realloc(x->entries, more * sizeof(*grown));
        if (!grown)
            return ERR_NOMEM;
        x->entries = grown;
        *cap = more;
    }
    struct record_entry *slot = &x->entries[x->n++];
    *slot = *e;
    slot->at_ms = x->last_ms;
    x->last_ms += e->duration_ms;
    x->bytes += e->bytes;
    return OK;
}

enum err record_index_parse(struct str text, struct record_index *out)
{
    size_t cap = 0, at = sizeof(HEAD) - 1;
    bool gap = false;
    enum err e = OK;
    *out = (struct record_index){0};
    if (text.n > RECORD_INDEX_MAX)
        return ERR_TOO_LARGE;
    if (text.n < at) /* torn in its first line */
        return memcmp(text.n ? text.p : "", HEAD, text.n) == 0 ? OK : ERR_CORRUPT;
    if (!str_starts(text, HEAD))
        return ERR_CORRUPT;
    out->whole = at;
    while (e == OK && at < text.n) {
        struct str rest = str_slice(text, at, text.n);
        ptrdiff_t end = str_find(rest, '\n');
        struct record_entry entry;
        if (end < 0)
            break;
        struct record_entry *last = out->n ? &out->entries[out->n - 1] : NULL;
        if (parse_line(str_slice(rest, 0, (size_t)end), &entry) &&
            (!last || entry.number > last->number)) {
            entry.line_at = at;
            entry.discontinuity = last && (entry.discontinuity || gap);
            if (last && entry.wall_ms < last->wall_ms + last->duration_ms)
                entry.wall_ms = last->wall_ms + last->duration_ms;
            e = add(out, &cap, &entry);
            gap = false;
        } else {
            gap = true;
        }
        at += (size_t)end + 1;
        out->whole = at;
    }
    return e;
}

void record_index_free(struct record_index *x)
{
    free(x->entries);
    *x = (struct record_index){0};
}

size_t record_index_find(const struct record_index *x, int64_t at_ms)
{
    size_t low = 0, high = x->n;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (x->entries[middle].at_ms <= at_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t record_index_at(const struct record_index *x, int64_t wall_ms)
{
    size_t low = 0, high = x->n; /* the last that began by then is at low, or none did */
    if (x->n == 0 || wall_ms <= x->entries[0].wall_ms)
        return 0;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (x->entries[middle].wall_ms <= wall_ms)
            low = middle;
        else
            high = middle;
    }
    const struct record_entry *e = &x->entries[low];
    int64_t into = wall_ms - e->wall_ms;
    return e->at_ms + (into < e->duration_ms ? into : e->duration_ms);
}

int64_t record_index_wall(const struct record_index *x, int64_t at_ms)
{
    if (x->n == 0)
        return 0;
    const struct record_entry *e = &x->entries[record_index_find(x, at_ms)];
    int64_t into = at_ms - e->at_ms;
    return e->wall_ms + (into < 0 ? 0 : into < e->duration_ms ? into : e->duration_ms);
}

const struct record_entry *record_index_number(const struct record_index *x, int64_t number)
{
    size_t low = 0, high = x->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->entries[middle].number == number)
            return &x->entries[middle];
        if (x->entries[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
