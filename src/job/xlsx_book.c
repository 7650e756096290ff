/* The parts of a workbook that its sheets need: relations, names of sheets, styles, shared texts.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "job/xlsx.h"
#include "job/xlsx_text.h"
#include "job/xml.h"

/* --- relations --- */

struct relations {
    struct xlsx *x;
    const char *base; /* the part whose they are */
    const char *kind; /* end of the type that is looked for, or NULL */
    const char *found;
    bool of_book;
};

/* A target relative to the part that names it, "../" taken back. NULL when it leads out. */
static const char *resolve(struct arena *arena, const char *base, const char *target)
{
    const char *slash = strrchr(base, '/');
    size_t folder = target[0] == '/' || !slash ? 0 : (size_t)(slash + 1 - base);
    target += target[0] == '/';
    if (strlen(target) > XLSX_PATH_MAX)
        return NULL;
    while (strncmp(target, "../", 3) == 0 || strncmp(target, "./", 2) == 0) {
        bool up = target[1] == '.';
        if (up && folder == 0)
            return NULL;
        for (folder -= up; up && folder > 0 && base[folder - 1] != '/'; folder--)
            ;
        target += up ? 3 : 2;
    }
    return arena_printf(arena, "%.*s%s", (int)folder, base, target);
}

static bool ends_with(const char *z, const char *end)
{
    return str_ends(str_of(z), end);
}

static const char *on_relation(void *user, const char *name, const char **a)
{
    struct relations *r = user;
    struct xlsx *x = r->x;
    if (strcmp(name, "Relationship") != 0 ||
        strcmp(xml_attribute(a, "TargetMode"), "External") == 0)
        return NULL;
    const char *type = xml_attribute(a, "Type"), *id = xml_attribute(a, "Id");
    const char *path = resolve(x->arena, r->base, xml_attribute(a, "Target"));
    if (r->kind && ends_with(type, r->kind))
        r->found = path;
    if (!r->of_book)
        return NULL;
    if (ends_with(type, "/styles"))
        x->styles_path = path;
    if (ends_with(type, "/sharedStrings"))
        x->strings_path = path;
    for (size_t i = 0; i < x->sheets_n; i++)
        if (ends_with(type, "/worksheet") && str_eq_z(x->sheets[i].id, id))
            x->sheets[i].path = path;
    return NULL;
}

/* The relations of "xl/workbook.xml" are in "xl/_rels/workbook.xml.rels"; of all, in "_rels/.rels".
 */
static const char *read_relations(struct relations *r)
{
    static const struct xml_handler handler = {.start = on_relation};
    struct zip_entry entry;
    const char *slash = strrchr(r->base, '/');
    const char *file = slash ? slash + 1 : r->base;
    const char *path =
        arena_printf(r->x->arena, "%.*s_rels/%s.rels", (int)(file - r->base), r->base, file);
    if (!path)
        return "sheet_bytes";
    const char *why = zip_find(&r->x->zip, str_of(path), &entry);
    return why ? why : xml_read(&r->x->zip, &entry, &handler, r);
}

/* --- the book --- */

static const char *on_book(void *user, const char *name, const char **a)
{
    struct xlsx *x = user;
    if (strcmp(name, "workbookPr") == 0) {
        const char *value = xml_attribute(a, "date1904");
        x->is_1904 = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
    }
    if (strcmp(name, "sheet") != 0)
        return NULL;
    if (x->sheets_n == JOB_SHEET_SHEETS_MAX)
        return "sheet_bytes";
    const char *state = xml_attribute(a, "state");
    struct str sheet = str_of(arena_strdup(x->arena, xml_attribute(a, "name")));
    struct str id = str_of(arena_strdup(x->arena, xml_attribute(a, "id")));
    bool is_hidden = strcmp(state, "hidden") == 0 || strcmp(state, "veryHidden") == 0;
    x->sheets[x->sheets_n++] = (struct xlsx_sheet){.name = sheet, .id = id, .is_hidden = is_hidden};
    return NULL;
}

static const char *read_part(struct xlsx *x, const char *path, const struct xml_handler *h,
                             void *user)
{
    struct zip_entry entry;
    const char *why = zip_find(&x->zip, str_of(path), &entry);
    if (why)
        return strcmp(why, "zip_no_file") == 0 ? "sheet_broken" : why;
    return xml_read(&x->zip, &entry, h, user);
}

/* --- styles --- */

struct styles {
    struct xlsx *x;
    bool in_cells;          /* cellXfs: the formats that cells name */
    struct str codes[1024]; /* own formats: 164 … */
    int ids[1024];
    size_t codes_n;
};

/* Formats that have numbers and no code; 27 … 58 are those of Chinese, Japanese and Korean. */
static enum xlsx_style built_in(int id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
        id == 57 || id == 58)
        return XLSX_DATE;
    if (id == 22)
        return XLSX_DATE_TIME;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 ||
        id == 56)
        return XLSX_TIME;
    return id == 46 ? XLSX_HOURS : XLSX_PLAIN;
}

static enum xlsx_style style_of(const struct styles *s, int id)
{
    for (size_t i = 0; i < s->codes_n; i++)
        if (s->ids[i] == id)
            return xlsx_style_of(s->codes[i].p);
    return built_in(id);
}

static const char *on_style(void *user, const char *name, const char **a)
{
    struct styles *s = user;
    struct xlsx *x = s->x;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = true;
    if (strcmp(name, "numFmt") == 0 && s->codes_n < 1024) {
        const char *code = arena_strdup(x->arena, xml_attribute(a, "formatCode"));
        if (!code)
            return "sheet_bytes";
        s->ids[s->codes_n] = atoi(xml_attribute(a, "numFmtId"));
        s->codes[s->codes_n++] = str_of(code);
    }
    if (!s->in_cells || strcmp(name, "xf") != 0)
        return NULL;
    if (x->styles_n == XLSX_STYLES_MAX)
        return "sheet_bytes";
    x->styles[x->styles_n++] = (uint8_t)style_of(s, atoi(xml_attribute(a, "numFmtId")));
    return NULL;
}

static const char *on_style_end(void *user, const char *name)
{
    struct styles *s = user;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = false;
    return NULL;
}

static const char *read_styles(struct xlsx *x)
{
    static const struct xml_handler handler = {.start = on_style, .end = on_style_end};
    struct styles *s = arena_alloc(x->arena, sizeof(*s));
    x->styles = arena_alloc(x->arena, XLSX_STYLES_MAX);
    if (!s || !x->styles)
        return "sheet_bytes";
    s->x = x;
    return read_part(x, x->styles_path, &handler, s);
}

/* --- shared texts --- */

struct strings {
    struct xlsx *x;
    struct xlsx_text text;
};

static const char *on_string(void *user, const char *name, const char **a)
{
    struct strings *s = user;
    (void)a;
    if (strcmp(name, "si") == 0)
        xlsx_text_begin(&s->text);
    xlsx_text_start(&s->text, name);
    return NULL;
}

static const char *on_string_text(void *user, const char *p, size_t n)
{
    struct strings *s = user;
    xlsx_text_put(&s->text, p, n);
    return NULL;
}

static const char *on_string_end(void *user, const char *name)
{
    struct strings *s = user;
    struct xlsx *x = s->x;
    struct str text;
    xlsx_text_stop(&s->text, name);
    if (strcmp(name, "si") != 0)
        return NULL;
    if (!xlsx_text_end(&s->text, &text))
        return "sheet_cell";
    if (x->strings_n == x->strings_room) {
        size_t room = x->strings_room ? x->strings_room * 2 : 1024;
        struct str *more = arena_array(x->arena, room, sizeof(*more));
        if (!more)
            return "sheet_bytes";
        if (x->strings_n)
            memcpy(more, x->strings, x->strings_n * sizeof(*more));
        x->strings = more;
        x->strings_room = room;
    }
    x->strings[x->strings_n] = arena_str(x->arena, text);
    return x->strings[x->strings_n++].p ? NULL : "sheet_bytes";
}

static const char *read_strings(struct xlsx *x)
{
    static const struct xml_handler handler = {
        .start = on_string, .end = on_string_end, .text = on_string_text};
    struct strings s = {.x = x};
    xlsx_text_init(&s.text);
    const char *why = read_part(x, x->strings_path, &handler, &s);
    xlsx_text_free(&s.text);
    return why;
}

/* --- all together --- */

static const char *find_book(struct xlsx *x)
{
    struct relations all = {.x = x, .base = "", .kind = "/officeDocument"};
    const char *why = read_relations(&all);
    if (why && strcmp(why, "zip_no_file") != 0)
        return why;
    x->book = all.found;
    return x->book ? NULL : "sheet_kind";
}

const char *xlsx_open(struct xlsx *x, struct str bytes, struct arena *arena)
{
    static const struct xml_handler handler = {.start = on_book};
    *x = (struct xlsx){.arena = arena};
    const char *why = zip_open(&x->zip, bytes, JOB_SHEET_BYTES_MAX);
    if (!why)
        why = find_book(x);
    if (!why)
        why = read_part(x, x->book, &handler, x);
    struct relations own = {.x = x, .base = x->book, .of_book = true};
    if (!why)
        why = read_relations(&own);
    if (!why && x->styles_path)
        why = read_styles(x);
    if (!why && x->strings_path)
        why = read_strings(x);
    if (!why && arena_failed(arena))
        why = "sheet_bytes";
    return why && strcmp(why, "zip_no_file") == 0 ? "sheet_broken" : why;
}
