#include "job/job_paper.h"

#include <jansson.h>
#include <unistd.h>

#include "job/json.h"

enum {
    RUN_ARENA_MAX = JOB_ANSWERS_MAX + 64 * 1024,
    FIRST_MS = 30 * 1000,
    EACH_SHEET_MS = 100,
    BYTES_A_MS = 256, /* of what is drawn */
};

void paper_init(struct paper *p)
{
    *p = (struct paper){0};
    buf_init(&p->b, PAPER_BYTES_MAX);
    buf_u8(&p->b, '[');
}

void paper_free(struct paper *p)
{
    buf_free(&p->b);
}

static void put(struct paper *p, struct str text, size_t most)
{
    json_put(&p->b, str_head(text, most));
}

static void end_table(struct paper *p)
{
    if (p->in_table)
        buf_z(&p->b, p->cells ? "]]}}" : "]}}");
    p->in_table = false;
}

static void end_sheet(struct paper *p)
{
    end_table(p);
    if (p->sheets)
        buf_z(&p->b, "]}");
}

static void begin_block(struct paper *p, const char *name)
{
    end_table(p);
    buf_printf(&p->b, "%s{\"%s\":", p->blocks++ ? "," : "", name);
}

void paper_sheet(struct paper *p, const struct paper_head *head)
{
    end_sheet(p);
    buf_z(&p->b, p->sheets++ ? ",{\"title\":" : "{\"title\":");
    put(p, head->title, PAPER_TEXT_MAX);
    buf_z(&p->b, ",\"below\":");
    put(p, head->below, PAPER_TEXT_MAX);
    buf_z(&p->b, ",\"code\":");
    put(p, head->code, PAPER_ADDRESS_MAX);
    buf_z(&p->b, ",\"foot\":");
    put(p, head->foot, PAPER_TEXT_MAX);
    buf_z(&p->b, head->is_certificate ? ",\"form\":\"certificate\"" : "");
    buf_z(&p->b, ",\"blocks\":[");
    p->blocks = 0;
}

void paper_facts(struct paper *p, const struct paper_fact *facts, size_t n)
{
    begin_block(p, "facts");
    for (size_t i = 0; i < n; i++) {
        buf_z(&p->b, i ? ",[" : "[[");
        put(p, facts[i].label, PAPER_TEXT_MAX);
        buf_u8(&p->b, ',');
        put(p, facts[i].value, PAPER_TEXT_MAX);
        buf_u8(&p->b, ']');
    }
    buf_z(&p->b, n ? "]}" : "[]}");
}

void paper_heading(struct paper *p, struct str text)
{
    begin_block(p, "heading");
    put(p, text, PAPER_TEXT_MAX);
    buf_u8(&p->b, '}');
}

void paper_note(struct paper *p, struct str text)
{
    begin_block(p, "note");
    put(p, text, PAPER_TEXT_MAX);
    buf_u8(&p->b, '}');
}

void paper_table(struct paper *p, const struct paper_table *t)
{
    begin_block(p, "table");
    buf_z(&p->b, "{\"columns\":[");
    for (size_t i = 0; i < t->n; i++) {
        buf_z(&p->b, i ? ",{\"name\":" : "{\"name\":");
        put(p, t->columns[i].name, PAPER_TEXT_MAX);
        buf_printf(&p->b, ",\"width\":%d,\"right\":%s,\"sum\":%s}", t->columns[i].width,
                   t->columns[i].is_right || t->columns[i].is_sum ? "true" : "false",
                   t->columns[i].is_sum ? "true" : "false");
    }
    buf_z(&p->b, "],\"sum\":");
    put(p, t->sum, PAPER_TEXT_MAX);
    buf_z(&p->b, ",\"carried\":");
    put(p, t->carried, PAPER_TEXT_MAX);
    buf_z(&p->b, ",\"brought\":");
    put(p, t->brought, PAPER_TEXT_MAX);
    buf_z(&p->b, ",\"rows\":[");
    p->columns = t->n;
    p->cells = 0;
    p->in_table = true;
}

static void begin_cell(struct paper *p)
{
    if (p->cells % p->columns)
        buf_u8(&p->b, ',');
    else
        buf_z(&p->b, p->cells ? "],[" : "[");
    p->cells++;
}

void paper_text(struct paper *p, struct str text)
{
    begin_cell(p);
    put(p, text, PAPER_TEXT_MAX);
}

void paper_fen(struct paper *p, int64_t fen)
{
    begin_cell(p);
    buf_printf(&p->b, "%lld", (long long)fen);
}

static enum err write_input(struct paper *p, int fd)
{
    end_sheet(p);
    buf_u8(&p->b, ']');
    if (!buf_ok(&p->b))
        return ERR_TOO_LARGE;
    for (size_t at = 0; at < p->b.n;) {
        ssize_t done = write(fd, p->b.p + at, p->b.n - at);
        if (done <= 0)
            return ERR_IO;
        at += (size_t)done;
    }
    return OK;
}

/* The last line; those before it are a sheet each. */
static enum err read_answer(struct str text, int64_t *pages)
{
    struct str line = STR_NONE;
    while (text.n)
        line = str_cut(text, '\n', &text);
    json_t *j = json_loadb(line.p, line.n, 0, NULL);
    *pages = json_integer_value(json_object_get(j, "pages"));
    json_decref(j);
    return *pages > 0 ? OK : ERR_PROTOCOL;
}

enum err job_paper(struct paper *p, const struct job_paper_ask *ask, int64_t *pages,
                   struct err_info *info)
{
    struct arena arena;
    struct job_answer answer;
    if (p->sheets == 0)
        return ERR_INVALID;
    if (p->sheets > PAPER_SHEETS_MAX)
        return ERR_TOO_LARGE;
    int in = job_temporary(NULL);
    struct job_spec spec = {.what = "paper",
                            .request = STR("{}"),
                            .in_fd = in,
                            .out_fd = ask->out_fd,
                            .deadline_ms = FIRST_MS + (int64_t)p->sheets * EACH_SHEET_MS +
                                           (int64_t)p->b.n / BYTES_A_MS,
                            .stop = ask->stop,
                            .answered = ask->sheets,
                            .arg = ask->arg};
    arena_init(&arena, RUN_ARENA_MAX);
    enum err e = in < 0 ? ERR_NOMEM : write_input(p, in);
    if (!e)
        e = job_run(&spec, &answer, &arena, info);
    if (!e)
        e = read_answer(answer.text, pages);
    if (in >= 0)
        close(in);
    arena_free(&arena);
    return e;
}
