/*
 * Official documents (公文) as PDF, in the layout of GB/T 9704-2012: the ordinary form with a red
 * mark over a red rule, and the letter form (信函) between red double rules.
 *
 *   ordinary                                letter
 *   ┌───────────────────────────────┐       ┌───────────────────────────────┐
 *   │                       class   │       │       Name of the body        │ red
 *   │    Name of the body 文件      │ red   │ ═════════════════════════════ │ red, double
 *   │  number           签发人：名  │       │                       number  │
 *   │ ───────────────────────────── │ red   │             Title             │
 *   │             Title             │       │ Addressee：                   │
 *   │ Addressee：                   │       │     Text …                    │
 *   │     Text …                    │       │             (seal) issuer     │
 *   │     附件：1. …                │       │                    date       │
 *   │             (seal) issuer     │       │ ═════════════════════════════ │ first page
 *   │                    date       │
 *   │     （contact）               │   then attachments, each on a page of its own; at the foot of
 *   │ disclosure                    │   the last page disclosure, code, and the end block (版记):
 * in │ ▛▀▜ caption                   │   the letter form only its copies, without rules │
 * ───────────────────────────── │ │  抄送：… 。                   │ │ ─────────────────────────────
 * │ │  printer           … 印发     │ │ ───────────────────────────── │ │                         —
 * 1 — │ └───────────────────────────────┘
 *
 * A text is plain. Each of its lines is a paragraph, and how it begins says what it is:
 *
 *   一、      heading of level 1, 黑体     } up to its first full stop, when it has one and
 *   （一）    heading of level 2, 楷体     } does not end there; the rest is text
 *   1.  （1） and everything else: 仿宋
 *   |         a row of a table, cells between bars; the first is its head, which is repeated on
 *             each page; "\|" is a bar in a cell; a row of dashes is left out
 *
 * Empty lines are left out. A title may be broken by its author ("\n"), else it is in even lines.
 *
 * Every character of the text is in a cell of a grid of 22 lines of 28. Figures and Latin words
 * have their own widths within as many whole cells as they need.
 *
 * The same paper gives the same bytes, as long as the fonts' files are the same.
 */
#ifndef JOB_JOB_LETTER_H
#define JOB_JOB_LETTER_H

#include "base/block.h"
#include "job/job.h"

enum {
    LETTER_CHARACTERS_MAX = 60000, /* of all its texts together */
    LETTER_PARAGRAPHS_MAX = 3000,  /* rows of tables too */
    LETTER_ROWS_MAX = 1000,        /* of one table */
    LETTER_COLUMNS_MAX = 12,
    LETTER_ATTACHMENTS_MAX = 20,
    LETTER_PAGES_MAX = 60,
    LETTER_LINE_MAX = 200,    /* characters of a text that is one line */
    LETTER_ADDRESS_MAX = 300, /* bytes of the code's */
    LETTER_PNG_MAX = 2 << 20,
    LETTER_PNG_SIDE_MAX = 2400, /* pixels */
    LETTER_FONTS_MAX = 4096,    /* bytes of the setting */
};

enum letter_form { LETTER_ORDINARY, LETTER_LETTER, LETTER_FORMS };

enum letter_seal {
    LETTER_SEAL_NONE,  /* unsealed layout: issuer and date two characters from the right */
    LETTER_SEAL_DRAWN, /* a red circle of 42 mm with a star and `seal_name` round it */
    LETTER_SEAL_PNG,   /* the picture, 42 mm wide */
    LETTER_SEALS
};

struct letter_attachment {
    struct str name; /* as in the list, without the end's punctuation */
    struct str text; /* on pages of its own; may be empty: then it is only in the list */
};

/* All borrowed, UTF-8; what may be empty says so. One line each unless said. */
struct letter_paper {
    enum letter_form form;
    struct str
        mark; /* 发文机关标志: "某某市经济和信息化局文件"; the letter form: the body's name */
    struct str number; /* "智经信建〔2021〕8号"; empty before it is given: a blank of its height */
    struct str signer; /* 签发人: may be empty; ordinary form only */
    struct str class_mark; /* "类别标记：A", 3号黑体 at the right in the first line of the type area
                              (in the letter form left below the rule); may be empty */
    struct str title;     /* may have line breaks */
    struct str addressee; /* with or without its colon; may be empty */
    struct str body;      /* text */
    const struct letter_attachment *attachments;
    size_t attachments_n;
    struct str issuer, date; /* "2021年6月23日" */
    enum letter_seal seal;   /* which layout the end of the text has */
    bool is_sealed;          /* the seal is drawn; never on a draft */
    struct str seal_name;    /* round the drawn one; empty: the issuer */
    struct str seal_png;     /* bytes, LETTER_SEAL_PNG only */
    struct str contact; /* 附注: in the line below the date, two characters in, in parentheses
                           (which are added); may be empty */
    struct str
        disclosure; /* "公开属性：主动公开": above code and end block, flush left; may be empty */
    struct str copies; /* 抄送, without the word; its full stop is added; may be empty */
    struct str printer,
        printed; /* 印发机关 and date, without 印发; both may be empty; ordinary form only */
    struct str code, code_caption;    /* an address as QR code on the last page, and what it says
                                         beside it, may have line breaks; may be empty */
    bool is_draft;                    /* a large pale 草稿 DRAFT on each page, and no seal */
    struct str pdf_title, pdf_author; /* of the file; title empty: the title */
    int64_t created_s;                /* its date, Unix seconds */
};

/* Which typeface does what. */
enum letter_role {
    LETTER_MARK,  /* 小标宋: the issuer's mark */
    LETTER_TITLE, /* 小标宋 */
    LETTER_BODY,  /* 仿宋 */
    LETTER_HEAD,  /* 黑体 */
    LETTER_KAI,   /* 楷体 */
    LETTER_SONG,  /* 宋体: page numbers, the seal, beside the code */
    LETTER_ROLES
};
const char *letter_role_name(enum letter_role role); /* "mark", "title", "body", … */

/* Where on a page, in millimetres from its upper left corner. */
struct letter_rect {
    double x, y, width, height;
    int64_t page; /* from 1; 0: there is none */
};

struct letter_result {
    struct block *pdf; /* owned by the caller; NULL after an error */
    int64_t pages;
    bool fallbacks[LETTER_ROLES]; /* not in a typeface that was asked for, but in a free one */
    struct letter_rect seal;      /* where it is, or will be when it is sealed */
    char missing[8];              /* after "letter_glyph": the character, UTF-8 */
};

/* Typefaces by role, before the first document; for the life of the program (borrowed). A setting
 * is
 *
 *   role=NAME,NAME,…;role=…      NAME: a family or a full name of a font, or a file's path
 *
 * Of each role the first that is there is taken; after them come the usual names of the standard's
 * typefaces, then (a fallback, letter_result) free ones. ERR_SYNTAX for what is none. */
enum err job_letter_set_fonts(const char *setting) MUST_CHECK;

struct job_letter_ask {
    bool (*stop)(void *arg); /* as job_spec's */
    void *arg;
};

/* Draws one. Errors: as job_run(), and
 *
 *   ERR_INVALID      a text is no UTF-8 or has controls, is empty and may not be, or has line
 * breaks and may not: info->field is its name in struct letter_paper ERR_TOO_LARGE    a limit
 * above; info->field likewise "letter_glyph"   ERR_INVALID: no font has the character in
 * out->missing "letter_title"   ERR_INVALID: no line of the body has room on the first page
 *   "letter_pages"   ERR_TOO_LARGE
 *   "letter_png"     ERR_INVALID: the seal is no PNG, or a larger one
 *   "letter_table"   ERR_INVALID: rows or columns over their limits */
enum err job_letter(const struct letter_paper *paper, const struct job_letter_ask *ask,
                    struct letter_result *out, struct err_info *info) MUST_CHECK;

#endif
