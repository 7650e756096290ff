/* A platform's sheet is brought: read into a preview, as it was written. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "job/job_sheet.h"
#include "store/queries.h"
#include "town/elsewhere/internal.h"

enum {
    TITLE_LOOKS = 10, /* rows in which the titles may stand */
    TITLES_MAX = 200,
    TEXT_MAX_BYTES = 120,
    ROW_ARENA_MAX = 4 * 1024 * 1024,
    LINE_COLUMNS = 2 + FIELDS,
    READ_BYTES = 64 * 1024,
};

struct reading {
    struct req *r;
    enum elsewhere_platform platform;
    struct job_sheet sheet;
    struct columns columns,
        closest; /* closest: of the rows that are no titles, the nearest to them */
    bool is_others;
    enum elsewhere_platform whose;
    struct val *args;
    size_t n;
};

/* --- titles --- */

static int count_found(const struct columns *c)
{
    int n = 0;
    for (int f = 0; f < FIELDS; f++)
        n += c->at[f] != 0;
    return n;
}

/* Of another platform is a sheet with its marks and without ours, whatever the other names are. */
static bool take_titles(struct reading *w, const struct job_row *row)
{
    struct str texts[TITLES_MAX];
    int columns[TITLES_MAX];
    struct titles t = {texts, columns, row->n < TITLES_MAX ? row->n : TITLES_MAX};
    struct columns found;
    for (size_t i = 0; i < t.n; i++) {
        texts[i] = row->cells[i].text;
        columns[i] = row->cells[i].column;
    }
    columns_find(w->platform, &t, &found);
    if (w->platform != PLATFORM_OTHER && columns_of_whom(w->platform, &t) != w->platform) {
        w->is_others = true;
        w->whose = columns_of_whom(w->platform, &t);
        return false;
    }
    if (count_found(&found) > count_found(&w->closest))
        w->closest = found;
    w->columns = found;
    return found.complete;
}

/* Which columns were looked for, found or not, under which names. */
static enum err refuse_titles(struct reading *w)
{
    struct req *r = w->r;
    struct view *list = view_put_list(r->view, "columns");
    struct str wanted = STR("");
    for (int f = 0; f < FIELDS; f++) {
        struct str names = columns_names(w->platform, (enum sheet_field)f, r->arena);
        struct view *v = view_add_object(list);
        view_put_str(v, "title", req_text(r, "elsewhere.field_", str_of(field_names[f])));
        view_put_str(v, "names", names);
        view_put_bool(v, "is_needed", field_is_needed((enum sheet_field)f));
        view_put_bool(v, "is_there", w->closest.at[f] != 0);
        if (field_is_needed((enum sheet_field)f) && !w->closest.at[f])
            wanted = str_of(arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(wanted),
                                         wanted.n ? "; " : "", STR_ARG(names)));
    }
    if (w->is_others) {
        view_put_str(r->view, "whose",
                     req_text(r, "elsewhere.platform_", str_of(platform_names[w->whose])));
        return req_refuse(r, ERR_INVALID, "sheet",
                          w->whose == PLATFORM_DOUYIN ? "elsewhere.is_douyin"
                                                      : "elsewhere.is_taobao");
    }
    enum err e = req_refuse(r, ERR_INVALID, "sheet", "elsewhere.no_titles");
    r->info.text = arena_printf(r->arena, "looked for: %.*s", STR_ARG(wanted));
    return e;
}

/* --- rows --- */

static struct str cell_text(const struct reading *w, const struct job_row *row, enum sheet_field f)
{
    for (size_t i = 0; w->columns.at[f] && i < row->n; i++)
        if (row->cells[i].column == w->columns.at[f])
            return arena_str(w->r->arena, str_head(str_trim(row->cells[i].text), TEXT_MAX_BYTES));
    return STR("");
}

/* A row with neither a time nor an amount is a sum, a note or nothing. */
static enum err keep_row(struct reading *w, const struct job_row *row)
{
    struct str start = cell_text(w, row, FIELD_START);
    if (value_is_none(start))
        return OK;
    if (w->n == ELSEWHERE_ROWS_MAX)
        return req_refuse(w->r, ERR_TOO_LARGE, "sheet", "elsewhere.sheet_long");
    struct val *v = w->args + LINE_COLUMNS * w->n++;
    v[1] = V_INT(row->number);
    for (int f = 0; f < FIELDS; f++)
        v[2 + f] = V_STR(cell_text(w, row, (enum sheet_field)f));
    return OK;
}

static enum err read_rows(struct reading *w)
{
    struct job_row row;
    bool titled = false;
    enum err e = OK;
    for (int looked = 0; e == OK && !w->is_others && (titled || looked < TITLE_LOOKS); looked++) {
        struct arena own;
        arena_init(&own, ROW_ARENA_MAX);
        e = job_sheet_next(&w->sheet, &own, &row);
        if (e == OK && titled)
            e = keep_row(w, &row);
        else if (e == OK)
            titled = take_titles(w, &row);
        arena_free(&own);
    }
    if (e != OK && e != ERR_EOF)
        return e;
    if (!titled)
        return refuse_titles(w);
    return w->n ? OK : req_refuse(w->r, ERR_INVALID, "sheet", "elsewhere.sheet_empty");
}

static enum err read_file(struct reading *w, int fd)
{
    struct err_info info = {0};
    enum err e =
        job_sheet_open(fd, STR_NONE, NULL, NULL, &w->sheet, NULL, NULL, w->r->arena, &info);
    if (e == OK) {
        e = read_rows(w);
        job_sheet_close(&w->sheet);
        return e;
    }
    bool is_files = e == ERR_PROTOCOL || e == ERR_SYNTAX || e == ERR_INVALID ||
                    e == ERR_UNSUPPORTED || e == ERR_NOT_FOUND || e == ERR_TOO_LARGE;
    return is_files ? req_refuse(w->r, ERR_INVALID, "sheet",
                                 info.key ? info.key : "elsewhere.sheet_unreadable")
                    : e;
}

static enum err hash_file(int fd, struct arena *arena, struct str *out)
{
    uint8_t *digest = arena_alloc(arena, EVP_MAX_MD_SIZE);
    uint8_t *bytes = arena_alloc(arena, READ_BYTES);
    EVP_MD_CTX *sha = digest && bytes ? EVP_MD_CTX_new() : NULL;
    unsigned digest_n = 0;
    ssize_t n = 0;
    if (!sha)
        return ERR_NOMEM;
    bool ok = EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1;
    for (off_t at = 0; ok && (n = pread(fd, bytes, READ_BYTES, at)) > 0; at += n)
        ok = EVP_DigestUpdate(sha, bytes, (size_t)n) == 1;
    ok = ok && EVP_DigestFinal_ex(sha, digest, &digest_n) == 1;
    EVP_MD_CTX_free(sha);
    *out = str_n(digest, digest_n);
    return n < 0 ? ERR_IO : ok ? OK : ERR_NOMEM;
}

/* --- keeping --- */

struct bringing {
    struct command cmd;
    enum elsewhere_platform platform;
    int64_t user, sheet; /* sheet: out */
    struct str filename, sha256;
    struct val *args;
    size_t n;
};

/* The same file again is the sheet that there is. */
static enum err run_bring(struct command *cmd, struct tx *tx)
{
    struct bringing *b = (struct bringing *)cmd;
    struct rows rs;
    struct val platform = V_Z(platform_names[b->platform]);
    enum err e = db_select(tx->db, &q_elsewhere_sheet_same,
                           ARGS(V_BLOB(b->sha256), platform, V_INT(b->user)), tx->arena, &rs);
    if (e == OK && rs.n) {
        b->sheet = row_int(&rs, 0, "id");
        return OK;
    }
    if (e == OK)
        e = db_one(tx->db, &q_elsewhere_sheet_add,
                   ARGS(platform, V_BLOB(b->sha256), V_STR(b->filename), V_INT(b->user),
                        V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e != OK)
        return e;
    b->sheet = row_int(&rs, 0, "id");
    for (size_t i = 0; i < b->n; i++)
        b->args[LINE_COLUMNS * i] = V_INT(b->sheet);
    return db_exec_many(tx->db, &q_elsewhere_line_add, b->args, b->n, NULL);
}

static enum err brought(struct req *r, struct command *cmd, enum err result)
{
    const struct bringing *b = (const struct bringing *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return elsewhere_put_sheet(r, b->sheet);
    reply_redirect(r, arena_printf(r->arena, "/elsewhere/sheets/%lld", (long long)b->sheet));
    return OK;
}

static enum err read_upload(struct reading *w, const struct upload *u, struct bringing *b)
{
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err e = hash_file(fd, w->r->arena, &b->sha256);
    if (e == OK)
        e = read_file(w, fd);
    close(fd);
    return e;
}

enum err elsewhere_do_bring(struct req *r)
{
    const struct upload *u = req_upload(r, "sheet");
    struct bringing *b = ARENA_NEW(r->arena, struct bringing);
    struct reading w = {.r = r};
    if (!b)
        return ERR_NOMEM;
    *b = (struct bringing){.cmd = {.name = "elsewhere.bring", .run = run_bring},
                           .user = r->who.user_id};
    enum err e = r->json ? OK : elsewhere_page_list(r); /* where a refusal is told */
    if (e != OK)
        return e;
    reply_page(r, "elsewhere/list.html");
    if (!platform_read(req_field(r, "platform"), &w.platform))
        return req_refuse(r, ERR_INVALID, "platform", "elsewhere.platform_bad");
    if (!u || u->size == 0)
        return req_refuse(r, ERR_INVALID, "sheet", "elsewhere.sheet_missing");
    w.args = arena_array(r->arena, ELSEWHERE_ROWS_MAX * LINE_COLUMNS, sizeof(*w.args));
    e = w.args ? read_upload(&w, u, b) : ERR_NOMEM;
    if (e != OK)
        return e;
    b->platform = w.platform;
    b->filename = str_head(u->filename, TEXT_MAX_BYTES);
    b->args = w.args;
    b->n = w.n;
    return web_write(r, &b->cmd, brought);
}
