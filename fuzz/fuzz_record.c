/* A recording's index and its segments, as a disk may give them back. */
#include <assert.h>
#include <stdlib.h>

#include "live/record_index.h"
#include "media/fmp4_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_n(data, size);
    struct record_index x;
    struct fmp4_init init;
    struct fmp4_head head;
    struct buf out;
    size_t n;
    if (record_index_parse(s, &x) == OK && x.n > 0) {
        int64_t at = record_index_at(&x, x.entries[x.n / 2].wall_ms);
        assert(record_index_find(&x, at) < x.n && at <= x.last_ms && x.whole <= size);
        assert(record_index_wall(&x, at) >= x.entries[0].wall_ms);
    }
    record_index_free(&x);
    buf_init(&out, 1 << 20);
    bool has_init = fmp4_read_init(s, &init) == OK;
    if (has_init)
        fmp4_put_init(&out, s, &init, 1000);
    buf_free(&out);
    if (fmp4_head_length(s, &n) == OK && n <= size && fmp4_read_head(str_n(data, n), &head) == OK) {
        uint8_t *copy = malloc(n);
        if (copy) {
            memcpy(copy, data, n);
            for (size_t i = 0; i < head.n; i++)
                fmp4_shorten(copy, &head.runs[i], fmp4_run_length(copy, &head.runs[i]) / 2);
            fmp4_move(copy, &head, has_init ? &init : &(struct fmp4_init){0}, -5000, 7);
        }
        free(copy);
    }
    return 0;
}
