/*
 * Drafting a letter: what its pages share.
 *
 * Who may: people of the lead with the post "draft" or "check" write while the case is being
 * drafted, with "check" also while it is being checked (who checks mends a comma without sending it
 * back). Everybody who works on the case reads and, until it is signed, comments; deputies do not
 * see drafts. Each save is a version over the one it began from; when another was saved meanwhile
 * the two are put together on a page and saved over that.
 */
#ifndef TOWN_LETTERS_DRAFTING_H
#define TOWN_LETTERS_DRAFTING_H

#include "town/letters/internal.h"

enum {
    DRAFT_ADDRESSEE_MAX = 200,
    DRAFT_COPIES_MAX = 500,
    DRAFT_DISCLOSURE_MAX = 60,
    DRAFT_NOTE_MAX = 200,
    DRAFT_QUOTE_MAX = 400,
    DRAFT_COMMENT_MAX = 1000,
    DRAFT_COMMENTS_MAX = 200, /* of one letter */
    DRAFT_VERSIONS_SHOWN = 50,
    DRAFT_TYPED_MAX = 200,            /* numbers typed by hand that are looked at */
    DRAFT_SUGGEST_MAX = 3,            /* figures for one of them */
    DRAFT_BODY_MAX = 2 * 1024 * 1024, /* two texts, each character nine bytes of a form */
};

/* As letter_versions has it; strings borrowed. */
struct draft_text {
    struct str form, title, addressee, text, attachments, copies, disclosure, contact, note;
    int64_t class_id; /* 0: none yet */
};
struct draft_field { /* those that are one line each */
    const char *name;
    size_t offset; /* of its struct str in struct draft_text */
    size_t max;
};
enum { DRAFT_LINES = 5 };
extern const struct draft_field draft_lines[DRAFT_LINES];
struct str *draft_line(struct draft_text *t, size_t i);

/* The case of a request that may see its draft, and the letter: ERR_NOT_FOUND, ERR_FORBIDDEN. */
struct drafting {
    struct letter_case c;
    struct rows letter;
    int64_t id, version; /* of the letter */
};
enum err drafting_load(struct req *r, struct drafting *d) MUST_CHECK;
bool drafting_may_write(const struct drafting *d);
bool drafting_may_comment(const struct drafting *d);

/* A version; 0 is a draft that nobody has saved: what is proposed. ERR_NOT_FOUND. */
enum err draft_read(struct req *r, const struct drafting *d, int64_t version,
                    struct draft_text *out, struct rows *row) MUST_CHECK;
/* What a form says, unchecked, with line breaks as LF; then checked. */
void draft_typed(struct req *r, struct draft_text *out);
enum err draft_check(struct req *r, struct draft_text *t) MUST_CHECK;

/* ---- what the pages show ---- */

/* The editor with a text in it, over a version. */
enum err draft_put(struct req *r, const struct drafting *d, struct draft_text *t,
                   int64_t base) MUST_CHECK;
/* `look`, look.c. */
enum err draft_put_look(struct req *r, const struct drafting *d, struct str text,
                        struct str attachments) MUST_CHECK;
/* A list of paragraphs {kind, was, is, words [{kind, text}]}, versions.c. */
enum err draft_put_diff(struct req *r, struct view *list, struct str was, struct str is) MUST_CHECK;
enum err draft_put_versions(struct req *r, const struct drafting *d) MUST_CHECK;
enum err draft_put_comments(struct req *r, const struct drafting *d) MUST_CHECK;
enum err draft_put_compared(struct req *r, const struct drafting *d) MUST_CHECK;

handler_fn draft_page, draft_post, draft_look, draft_restore, draft_comment, draft_resolve;

#endif
