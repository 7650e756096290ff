/* A figure at a moment, with the hashes of what it was counted by and from: figures.h. */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "store/queries.h"
#include "town/figures/internal.h"

enum { STEP_BYTES = 4 * 1024 * 1024, LINE_BYTES = 64 * 1024 };

struct hash {
    EVP_MD_CTX *sha; /* owned */
    struct buf line; /* owned */
    bool failed;
};

static enum err hash_begin(struct hash *h, const char *what)
{
    *h = (struct hash){.sha = EVP_MD_CTX_new()};
    buf_init(&h->line, LINE_BYTES);
    h->failed = !h->sha || EVP_DigestInit_ex(h->sha, EVP_sha256(), NULL) != 1 ||
                EVP_DigestUpdate(h->sha, what, strlen(what)) != 1;
    return h->failed ? ERR_NOMEM : OK;
}

static enum err hash_end(struct hash *h, char out[FIGURE_SHA256 + 1])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    bool ok = !h->failed && EVP_DigestFinal_ex(h->sha, digest, &n) == 1;
    EVP_MD_CTX_free(h->sha);
    buf_free(&h->line);
    if (ok)
        enc_hex(out, digest, n);
    return ok ? OK : ERR_NOMEM;
}

/* Fields of a line: a blank before each but the first. */
static void put_blank(struct hash *h)
{
    if (h->line.n)
        buf_u8(&h->line, ' ');
}

static void put_int(struct hash *h, int64_t n)
{
    put_blank(h);
    buf_printf(&h->line, "%lld", (long long)n);
}

static void put_text(struct hash *h, struct str s)
{
    put_blank(h);
    buf_printf(&h->line, "%zu:", s.n);
    buf_str(&h->line, s);
}

static void put_cell(struct hash *h, const struct rows *rs, size_t row, const char *column)
{
    struct val v = row_val(rs, row, column);
    if (v.kind == VAL_INT) {
        put_int(h, v.i);
    } else if (v.kind == VAL_NULL) {
        put_blank(h);
        buf_u8(&h->line, '-');
    } else {
        put_text(h, v.s);
    }
}

static void put_end(struct hash *h)
{
    buf_u8(&h->line, '\n');
    h->failed =
        h->failed || !buf_ok(&h->line) || EVP_DigestUpdate(h->sha, h->line.p, h->line.n) != 1;
    buf_clear(&h->line);
}

/* ---- what it is counted by ---- */

static void put_query(struct hash *h, const struct query *q)
{
    put_text(h, str_of(q->name));
    put_text(h, str_of(q->sql));
    put_end(h);
}

static enum err freeze_version(struct db *db, struct arena *arena, const struct figure_any *f,
                               struct figure_frozen *out)
{
    struct hash h;
    struct rows rs = {0};
    enum err e = OK;
    if (!f->counted)
        e = db_select(db, &q_figures_value_holding, ARGS(V_INT(f->document), V_INT(out->as_of_ms)),
                      arena, &rs);
    if (e != OK)
        return e;
    hash_begin(&h, f->counted ? "figure-version 1\n" : "figure-paper 1\n");
    if (f->counted) {
        put_query(&h, f->counted->value);
        put_query(&h, f->counted->evidence);
    } else {
        put_text(&h, f->name);
        put_end(&h);
    }
    if (rs.n) {
        put_int(&h, row_int(&rs, 0, "id"));
        put_int(&h, row_int(&rs, 0, "holds_from"));
        put_int(&h, row_int(&rs, 0, "recorded_at"));
        put_end(&h);
        out->has_scan = row_str(&rs, 0, "scan_sha256").n > 0;
    }
    return hash_end(&h, out->version_sha256);
}

/* ---- what it is counted from ---- */

static void put_row(struct hash *h, const struct figure_any *f, const struct rows *rs, size_t i)
{
    static const char *const counted[] = {"id", "at", "amount", "link", "label_zh", "label_en"};
    static const char *const papers[] = {"id",    "holds_from", "recorded_at", "number",
                                         "words", "source",     "scan_sha256"};
    size_t n =
        f->counted ? sizeof(counted) / sizeof(counted[0]) : sizeof(papers) / sizeof(papers[0]);
    for (size_t k = 0; k < n; k++)
        put_cell(h, rs, i, f->counted ? counted[k] : papers[k]);
    put_end(h);
}

static enum err read_step(struct db *db, struct arena *arena, const struct figure_any *f,
                          int64_t until, int64_t after, struct rows *rs)
{
    struct val args[FIGURES_ARGS_MAX];
    if (!f->counted)
        return db_select(
            db, &q_figures_values_before,
            ARGS(V_INT(after), V_INT(f->document), V_INT(until), V_INT(FIGURE_FREEZE_STEP)), arena,
            rs);
    size_t n = figures_args(f->counted, f->of, until, args);
    args[n++] = V_INT(after);
    args[n++] = V_INT(FIGURE_FREEZE_STEP);
    return db_select(db, f->counted->evidence, args, n, arena, rs);
}

/* One step; *left: there may be more after *after. */
static enum err take_step(struct db *db, struct hash *h, const struct figure_any *f, int64_t *after,
                          bool *left, struct figure_frozen *out)
{
    struct arena step; /* its rows are looked at once: memory does not grow with the evidence */
    struct rows rs;
    arena_init(&step, STEP_BYTES);
    enum err e = read_step(db, &step, f, out->as_of_ms, *after, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        put_row(h, f, &rs, i);
        if (f->counted && __builtin_add_overflow(out->evidence_sum, row_int(&rs, i, "amount"),
                                                 &out->evidence_sum))
            e = ERR_LIMIT;
        *after = row_int(&rs, i, "id");
    }
    *left = e == OK && rs.n == FIGURE_FREEZE_STEP;
    out->evidence_n += e == OK ? (int64_t)rs.n : 0;
    arena_free(&step);
    return e == OK && h->failed ? ERR_NOMEM : e;
}

static enum err freeze_evidence(struct db *db, const struct figure_any *f,
                                struct figure_frozen *out)
{
    struct hash h;
    int64_t after = 0;
    bool left = out->is_known;
    enum err e = hash_begin(&h, "figure-evidence 1\n");
    while (e == OK && left) {
        e = take_step(db, &h, f, &after, &left, out);
        if (e == OK && out->evidence_n > FIGURE_FREEZE_MAX)
            e = ERR_LIMIT;
    }
    enum err ended = hash_end(&h, out->evidence_sha256);
    return e != OK ? e : ended;
}

/* ---- all of it ---- */

static enum err title_en(struct db *db, struct arena *arena, struct str name, struct str *out)
{
    struct figure_any f;
    enum err e = figure_any_find(db, LANG_EN, name, arena, &f);
    *out = e == OK ? f.title : STR_NONE;
    return e;
}

/* All but the evidence. */
static enum err freeze_value(struct db *db, struct arena *arena, struct str name, int64_t of,
                             int64_t as_of_ms, struct figure_any *any, struct figure_frozen *out)
{
    struct figure_any f;
    struct figure_value v;
    enum err e = figure_any_find(db, LANG_ZH, name, arena, &f);
    bool has_subject = e == OK && f.counted && f.counted->subject;
    if (e == OK && (has_subject ? of <= 0 : of != 0))
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    f.of = of;
    *out = (struct figure_frozen){.kind = f.kind,
                                  .name = arena_str(arena, name),
                                  .unit = f.unit,
                                  .title_zh = f.title,
                                  .of = of,
                                  .is_public = f.is_public,
                                  .is_counted = f.counted != NULL,
                                  .as_of_ms = as_of_ms ? as_of_ms : clock_wall_ms()};
    e = title_en(db, arena, name, &out->title_en);
    if (e == OK)
        e = figure_any_value_until(db, arena, &f, out->as_of_ms, as_of_ms != 0, &v);
    if (e != OK)
        return e;
    out->is_known = v.is_known;
    out->number = v.number;
    out->words = v.words;
    *any = f;
    return freeze_version(db, arena, &f, out);
}

enum err figures_freeze(struct db *db, struct arena *arena, struct str name, int64_t of,
                        int64_t as_of_ms, struct figure_frozen *out)
{
    struct figure_any f;
    enum err e = freeze_value(db, arena, name, of, as_of_ms, &f, out);
    return e != OK ? e : freeze_evidence(db, &f, out);
}

enum err figures_glance(struct db *db, struct arena *arena, struct str name, int64_t of,
                        int64_t as_of_ms, struct figure_frozen *out)
{
    struct figure_any f;
    enum err e = freeze_value(db, arena, name, of, as_of_ms, &f, out);
    if (e == OK && out->is_known && !(f.counted && out->number == 0))
        out->evidence_n = -1;
    return e;
}
