/*
 * XML of a ZIP's entry, event by event (expat). No document type, so no entities but the five of
 * XML; at most JOB_SHEET_DEPTH_MAX elements inside each other. Names come without their prefix.
 */
#ifndef JOB_XML_H
#define JOB_XML_H

#include "job/zip.h"

struct xml_handler {
    /* Each may refuse with a word. `text` and `end` may be NULL. */
    const char *(*start)(void *user, const char *name, const char **attributes);
    const char *(*end)(void *user, const char *name);
    const char *(*text)(void *user, const char *p, size_t n);
};

/* NULL, or a word: "sheet_broken", "sheet_dtd", "sheet_depth", "zip_…" or a handler's. */
const char *xml_read(struct zip *z, const struct zip_entry *entry, const struct xml_handler *h,
                     void *user);
/* The value of an attribute, "" when there is none. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
