/* Inside letters/: the text of a letter that was issued, as a page shows it. */
#ifndef TOWN_LETTERS_REPLY_TEXT_H
#define TOWN_LETTERS_REPLY_TEXT_H

#include "web/web.h"

/*
 * `blocks` [{kind, parts, rows}] and `attachments` [{name (parts), blocks}] of a row of
 * q_letters_issue:
 *
 *   kind   "text", "level_1", "level_2", "table"
 *   parts  [{text, is_head, href}]: href is there for a figure that everybody may look at
 *   rows   of a table [{is_head, cells [{parts}]}]
 *
 * Figures are those that signing froze, in their order. ERR_CORRUPT: there are fewer or more of
 * them than the text has.
 */
enum err reply_text_put(struct req *r, struct view *v, const struct rows *row) MUST_CHECK;

#endif
