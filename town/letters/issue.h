/*
 * Inside letters/: from a draft that may be signed to a letter that has left the house.
 *
 *   signing ──sign──▶ signed ──number──▶ numbered ──seal──▶ sealed ──send──▶ sent
 *      figures frozen    ▲──void_number─────│   PDF drawn, kept, signed by the town's key
 *                                               recall: from each of them, to another draft
 *
 * What was frozen has a digest, figures_sha256: the SHA-256 of "letter-figures 1\n" and a line for
 * each row of letter_figures, by position. What the town's key signs is the statement below, whole:
 *
 *   guildhall-letter 1
 *   code: …            of its verification page
 *   body: …            who issues it
 *   number: …          智经信〔2021〕8号
 *   dated: 2021-06-23
 *   title: …
 *   pdf-sha256: …      of the paper as it was sealed
 *   figures-sha256: …
 *   signer: …          name and title
 *   signed-at: …       UTC milliseconds since 1970
 *   sealed-at: …
 */
#ifndef TOWN_LETTERS_ISSUE_H
#define TOWN_LETTERS_ISSUE_H

#include "job/job_letter.h"
#include "town/letters/internal.h"

enum {
    ISSUE_SHA256 = 64,
    ISSUE_UPLOAD_MAX = 20 << 20, /* a PDF that somebody wants compared */
    ISSUE_COPIES_MAX = 40,       /* who gets a copy */
    ISSUE_REASON_MAX = 200,
    ISSUE_SHOWN = 20,
};
#define ISSUE_PURPOSE "guildhall letter"

/* ---- frozen.c ---- */

/* A row of q_letters_issue. ERR_NOT_FOUND. */
enum err issue_row(struct db *db, struct arena *arena, int64_t letter, struct rows *out) MUST_CHECK;
/* "智经信〔2021〕8号" of a row of q_letters_issue; empty before it is given. */
struct str issue_number(const struct rows *row, struct arena *arena);
/* The text's figures, then those of the attachments, as of now. */
enum err issue_figures(struct db *db, struct arena *arena, const struct rows *row, int64_t now_ms,
                       enum draft_how how, struct letter_figure **out, size_t *n) MUST_CHECK;
/* Is it without a class of result, in a session that has some? */
enum err issue_lacks_class(struct db *db, struct arena *arena, const struct rows *row,
                           bool *lacks) MUST_CHECK;
/* What signing would refuse of a draft, which is not countersigned either. */
struct issue_unheld {
    bool class_missing, too_many; /* more figures than a letter has, which nobody counts then */
    int64_t figures;
};
enum err issue_unheld(struct db *db, struct arena *arena, const struct rows *row, int64_t now_ms,
                      struct issue_unheld *out) MUST_CHECK;
/* Writes them as rows and gives their digest. All must be draft_may_sign(). */
enum err issue_freeze(struct tx *tx, int64_t letter, const struct letter_figure *figures, size_t n,
                      char digest[ISSUE_SHA256 + 1]) MUST_CHECK;
/* Of the rows as they are now. rows as q_letters_figures. */
enum err issue_digest(const struct rows *figures, char digest[ISSUE_SHA256 + 1]) MUST_CHECK;
void issue_sha256(struct str bytes, char out[ISSUE_SHA256 + 1]);
/* NULL: signature, statement, frozen figures, and (if they are here) the kept paper all agree.
 * Else what is wrong first: "figures", "statement", "signature", "paper", "paper_missing". */
enum err issue_fault(struct db *db, struct arena *arena, const struct rows *row,
                     const char **fault) MUST_CHECK;

/* ---- paper.c ---- */

/* A letter as a PDF, its current text with the figures as they are frozen, or else as of now. */
struct issue_drawing {
    bool is_final;         /* with seal and code; else a draft */
    struct str public_url; /* of the town: of the code's address */
    int64_t now_ms;
};
/* Errors: as job_letter(), with their key; *out as its. For threads that may be slow. */
enum err issue_draw(struct db *db, struct arena *arena, const struct rows *row,
                    const struct issue_drawing *d, struct letter_result *out,
                    struct err_info *info) MUST_CHECK;

/* What a signed letter says, with its figures as they were frozen. ERR_CORRUPT: there are fewer or
 * more of them than its text has. */
struct issue_texts {
    struct str body, attachments;
};
enum err issue_printed(struct db *db, struct arena *arena, const struct rows *row,
                       struct issue_texts *out) MUST_CHECK;

/* Refuses with what is to be mended of one that cannot be drawn. */
enum err issue_undrawn(struct req *r, enum err e) MUST_CHECK;

/* "# NAME" begins an attachment, so does a first line without the mark; the lines after it are its
 * text. At most LETTER_ATTACHMENTS_MAX of them; borrowed of the text. */
size_t issue_attachments(struct str text, struct letter_attachment *out);

/* ---- issue.c: the page that all of it happens on ---- */

enum err issue_put_page(struct req *r, const struct letter_case *c) MUST_CHECK;
/* Back to the page, or the page again with why. */
enum err issue_done(struct req *r, int64_t suggestion, enum err result) MUST_CHECK;
handler_fn issue_page, sign_post, number_post, number_void_post, seal_post, send_post, recall_post;
handler_fn draft_pdf, letter_pdf;
handler_fn verify_letter, verify_letter_post, verify_letter_pdf; /* verify.c */

/* ---- verify.c ---- */

/* The letter of the path parameter {code}, for a stranger: as a row of q_letters_issue. What cannot
 * be a code gets the same answer as one that is none, ERR_NOT_FOUND. ERR_LIMIT: this address has
 * asked too often. */
enum err verify_find(struct req *r, struct rows *row) MUST_CHECK;

/* ---- reply_words.c ---- */

/* Keeps what a letter that was sent is found by in the public register: the first
 * REPLY_WORDS_AT_ONCE of its words, and what a long one has beyond them a little later. */
enum { REPLY_WORDS_MAX = 2 * LETTERS_DRAFT_MAX, REPLY_WORDS_AT_ONCE = 4000 };
enum err reply_words_keep(struct tx *tx, int64_t letter) MUST_CHECK;
/* For writer_every(): the next words of those that wait for them. */
enum { REPLY_WORDS_DUE_MS = 1000, REPLY_WORDS_DUE_MOST = 2 };
enum err reply_words_due(struct tx *tx, void *unused) MUST_CHECK;

/* ---- issue_check.c ---- */

enum err issue_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
