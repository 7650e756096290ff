#include "job/letter_form.h"

#include <string.h>

#include "job/json.h"

/* What a text may be. */
enum { MUST = 1, LINES = 2, LONG = 4 /* over LETTER_LINE_MAX */, ADDRESS = 8 };

static const struct field {
    const char *name;
    size_t at;
    int is;
} fields[] = {
#define FIELD(name, is)                                                                            \
    {                                                                                              \
#name, offsetof(struct letter_paper, name), is                                             \
    }
    FIELD(mark, MUST),
    FIELD(number, 0),
    FIELD(signer, 0),
    FIELD(class_mark, 0),
    FIELD(title, MUST | LINES),
    FIELD(addressee, LONG),
    FIELD(body, MUST | LINES | LONG),
    FIELD(issuer, MUST),
    FIELD(date, 0),
    FIELD(seal_name, 0),
    FIELD(contact, 0),
    FIELD(disclosure, 0),
    FIELD(copies, LONG),
    FIELD(printer, 0),
    FIELD(printed, 0),
    FIELD(code, ADDRESS),
    FIELD(code_caption, LINES),
    FIELD(pdf_title, 0),
    FIELD(pdf_author, 0),
#undef FIELD
};
static const struct field attachment_fields[] = {
    {"name", offsetof(struct letter_attachment, name), MUST},
    {"text", offsetof(struct letter_attachment, text), LINES | LONG},
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]), ATTACHMENT_FIELDS = 2 };

static const char *const forms[LETTER_FORMS] = {"ordinary", "letter"};
static const char *const seals[LETTER_SEALS] = {"none", "drawn", "png"};

static struct str text_at(const void *object, const struct field *f)
{
    struct str s;
    memcpy(&s, (const char *)object + f->at, sizeof(s));
    return s;
}

/* ---- the rules ---- */

/* Controls, and what turns the direction of others' words or has no face by itself. */
static bool is_control(uint32_t c, bool has_lines)
{
    static const struct str_points none[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x200b, 0x200f},
                                             {0x2028, 0x202e}, {0x2060, 0x206f}, {0xd800, 0xdfff},
                                             {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xffff}};
    if (has_lines && (c == '\n' || c == '\r' || c == '\t'))
        return false;
    return STR_POINT_IN(c, none) || (c & 0xfffe) == 0xfffe;
}

static enum err fault(struct err_info *info, enum err e, const char *field, long long limit)
{
    *info = (struct err_info){.code = e, .field = field, .limit = limit};
    return e;
}

static enum err check_text(struct str s, const struct field *f, size_t *characters,
                           struct err_info *info)
{
    size_t n = 0, at = 0;
    if (f->is & ADDRESS && s.n > LETTER_ADDRESS_MAX)
        return fault(info, ERR_TOO_LARGE, f->name, LETTER_ADDRESS_MAX);
    if (s.n > 4 * (size_t)LETTER_CHARACTERS_MAX)
        return fault(info, ERR_TOO_LARGE, f->name, LETTER_CHARACTERS_MAX);
    if (!str_is_utf8(s) || (f->is & MUST && str_trim(s).n == 0))
        return fault(info, ERR_INVALID, f->name, 0);
    for (; at < s.n; n++)
        if (is_control(str_next_point(s, &at), f->is & LINES))
            return fault(info, ERR_INVALID, f->name, 0);
    if (n > LETTER_LINE_MAX && !(f->is & (LONG | ADDRESS)))
        return fault(info, ERR_TOO_LARGE, f->name, LETTER_LINE_MAX);
    *characters += n;
    return OK;
}

static enum err check_all(const void *object, const struct field *all, size_t n, size_t *characters,
                          struct err_info *info)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = check_text(text_at(object, &all[i]), &all[i], characters, info);
    return e;
}

static size_t count_lines(struct str s)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

enum err letter_form_check(const struct letter_paper *p, struct err_info *info)
{
    size_t characters = 0, lines = count_lines(p->body);
    enum err e = check_all(p, fields, FIELDS, &characters, info);
    if (!e && p->attachments_n > LETTER_ATTACHMENTS_MAX)
        e = fault(info, ERR_TOO_LARGE, "attachments", LETTER_ATTACHMENTS_MAX);
    for (size_t i = 0; !e && i < p->attachments_n; i++) {
        e = check_all(&p->attachments[i], attachment_fields, ATTACHMENT_FIELDS, &characters, info);
        lines += count_lines(p->attachments[i].text);
    }
    if (!e && characters > LETTER_CHARACTERS_MAX)
        e = fault(info, ERR_TOO_LARGE, "body", LETTER_CHARACTERS_MAX);
    if (!e && lines > LETTER_PARAGRAPHS_MAX)
        e = fault(info, ERR_TOO_LARGE, "body", LETTER_PARAGRAPHS_MAX);
    if (!e && p->seal_png.n > LETTER_PNG_MAX)
        e = fault(info, ERR_TOO_LARGE, "seal_png", LETTER_PNG_MAX);
    if (!e && ((unsigned)p->form >= LETTER_FORMS || (unsigned)p->seal >= LETTER_SEALS))
        e = fault(info, ERR_INVALID, "form", 0);
    return e;
}

/* ---- there ---- */

static void write_all(const void *object, const struct field *all, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "", all[i].name);
        json_put(out, text_at(object, &all[i]));
    }
}

void letter_form_write(const struct letter_paper *p, struct buf *out)
{
    buf_printf(out, "{\"form\":\"%s\",\"seal\":\"%s\",\"is_sealed\":%s,\"is_draft\":%s,",
               forms[p->form], seals[p->seal], p->is_sealed ? "true" : "false",
               p->is_draft ? "true" : "false");
    buf_printf(out, "\"created_s\":%lld,", (long long)p->created_s);
    write_all(p, fields, FIELDS, out);
    buf_z(out, ",\"attachments\":[");
    for (size_t i = 0; i < p->attachments_n; i++) {
        buf_z(out, i ? ",{" : "{");
        write_all(&p->attachments[i], attachment_fields, ATTACHMENT_FIELDS, out);
        buf_u8(out, '}');
    }
    buf_z(out, "]}");
}

/* ---- and back ---- */

static bool read_all(const json_t *json, const struct field *all, size_t n, void *object)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *text = json_object_get(json, all[i].name);
        struct str s = str_n(json_string_value(text), json_string_length(text));
        if (!json_is_string(text))
            return false;
        memcpy((char *)object + all[i].at, &s, sizeof(s));
    }
    return true;
}

/* -1: none of them. */
static int read_word(const json_t *json, const char *name, const char *const *words, int n)
{
    const char *word = json_string_value(json_object_get(json, name));
    for (int i = 0; word && i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static bool read_attachments(struct letter_form_read *r)
{
    const json_t *list = json_object_get(r->json, "attachments");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > LETTER_ATTACHMENTS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!read_all(json_array_get(list, i), attachment_fields, ATTACHMENT_FIELDS,
                      &r->attachments[i]))
            return false;
    r->paper.attachments = r->attachments;
    r->paper.attachments_n = n;
    return true;
}

enum err letter_form_read(struct str text, struct letter_form_read *r, struct err_info *info)
{
    memset(r, 0, sizeof(*r));
    r->json = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *created = json_object_get(r->json, "created_s");
    int form = read_word(r->json, "form", forms, LETTER_FORMS);
    int seal = read_word(r->json, "seal", seals, LETTER_SEALS);
    if (form < 0 || seal < 0 || !json_is_integer(created) ||
        !read_all(r->json, fields, FIELDS, &r->paper) || !read_attachments(r))
        return fault(info, ERR_SYNTAX, NULL, 0);
    r->paper.form = (enum letter_form)form;
    r->paper.seal = (enum letter_seal)seal;
    r->paper.is_sealed = json_is_true(json_object_get(r->json, "is_sealed"));
    r->paper.is_draft = json_is_true(json_object_get(r->json, "is_draft"));
    r->paper.created_s = json_integer_value(created);
    return letter_form_check(&r->paper, info);
}

void letter_form_free(struct letter_form_read *r)
{
    json_decref(r->json);
    r->json = NULL;
}
