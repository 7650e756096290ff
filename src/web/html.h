/*
 * HTML as the template compiler needs it: where in a page a byte stands, and how a value is escaped
 * for that place. The machine follows the tokenizer of the HTML standard (section 13.2.5), for
 * pages that we write ourselves: it knows tags, attributes, comments, script and style.
 *
 *   TEXT ─<─▶ OPEN ─▶ TAG_NAME ─▶ TAG ─▶ ATTR_NAME ─=─▶ VALUE_START ─"─▶ DOUBLE ─"─▶ CUT ─>─▶ TEXT
 *                                                                      └▶ SINGLE     or RAW
 */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

enum html_place { /* of a value */
                  HTML_TEXT,
                  HTML_ATTR, /* inside quotes */
                  HTML_URL,  /* the start of a URL attribute: checked, "#" when not acceptable */
                  HTML_URL_REST, /* after its first '/': a second one is dropped */
};

enum html_state {
    HTML_IN_TEXT,
    HTML_IN_OPEN, /* after '<' */
    HTML_IN_TAG_NAME,
    HTML_IN_TAG, /* between attributes */
    HTML_IN_CUT, /* a name or value has ended: a space, '/' or '>' must follow */
    HTML_IN_ATTR_NAME,
    HTML_IN_ATTR_AFTER, /* spaces after a name */
    HTML_IN_VALUE_START,
    HTML_IN_DOUBLE,
    HTML_IN_SINGLE,
    HTML_IN_UNQUOTED,
    HTML_IN_MARKUP, /* "<!" up to '>' */
    HTML_IN_COMMENT,
    HTML_IN_RAW, /* script, style */
};

enum html_url { HTML_URL_START, HTML_URL_SLASH, HTML_URL_WORD, HTML_URL_FIXED, HTML_URL_MIXED };

struct html {
    enum html_state state;
    bool closing;      /* "</" */
    bool is_url;       /* the attribute holds a URL */
    enum html_url url; /* how far it is decided where that URL leads */
    char tag[12];      /* lower case, cut to fit, zero-filled */
    char attr[16];
    char tail[12]; /* last bytes: finds "--", "</script", a URL's scheme */
};

/* Each returns NULL, or what is wrong in a few words. */
const char *html_feed(struct html *h, struct str literal);
const char *html_directive(struct html *h); /* a tag like {% if %} stands here */
const char *html_value(struct html *h, enum html_place *place);
/* Two branches meet: h becomes a state that is right for both. */
const char *html_merge(struct html *h, const struct html *other);
bool html_same(const struct html *a, const struct html *b);

void html_escape(struct str s, struct buf *out); /* & < > " ' */
void html_write(struct str s, enum html_place place, struct buf *out);
/* A path of this site ("/x", "?q", "#part") or an http(s) URL; no control characters. */
bool html_url_ok(struct str s);

#endif
