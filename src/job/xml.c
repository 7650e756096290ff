#include "job/xml.h"

#include <expat.h>
#include <string.h>

#include "job/job_sheet.h"

struct xml {
    XML_Parser parser;
    const struct xml_handler *h;
    void *user;
    const char *why;
    int depth;
};

static const char *without_prefix(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop(struct xml *x, const char *why)
{
    if (!why || x->why)
        return;
    x->why = why;
    XML_StopParser(x->parser, XML_FALSE);
}

static void on_start(void *user, const char *name, const char **attributes)
{
    struct xml *x = user;
    if (++x->depth > JOB_SHEET_DEPTH_MAX)
        stop(x, "sheet_depth");
    else if (!x->why)
        stop(x, x->h->start(x->user, without_prefix(name), attributes));
}

static void on_end(void *user, const char *name)
{
    struct xml *x = user;
    x->depth--;
    if (x->h->end && !x->why)
        stop(x, x->h->end(x->user, without_prefix(name)));
}

static void on_text(void *user, const char *p, int n)
{
    struct xml *x = user;
    if (x->h->text && !x->why)
        stop(x, x->h->text(x->user, p, (size_t)n));
}

static void on_doctype(void *user, const char *name, const char *system, const char *public_id,
                       int has_subset)
{
    (void)name, (void)system, (void)public_id, (void)has_subset;
    stop(user, "sheet_dtd");
}

static const char *feed(void *user, const uint8_t *p, size_t n)
{
    struct xml *x = user;
    if (XML_Parse(x->parser, (const char *)p, (int)n, XML_FALSE) != XML_STATUS_ERROR)
        return NULL;
    return x->why ? x->why : "sheet_broken";
}

const char *xml_read(struct zip *z, const struct zip_entry *entry, const struct xml_handler *h,
                     void *user)
{
    struct xml x = {.parser = XML_ParserCreate(NULL), .h = h, .user = user};
    if (!x.parser)
        return "sheet_bytes";
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    const char *why = zip_read(z, entry, feed, &x);
    if (!why && XML_Parse(x.parser, "", 0, XML_TRUE) == XML_STATUS_ERROR)
        why = x.why ? x.why : "sheet_broken";
    XML_ParserFree(x.parser);
    return why;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(without_prefix(attributes[0]), name) == 0)
            return attributes[1];
    return "";
}
