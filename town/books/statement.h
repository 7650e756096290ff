/*
 * A statement as a page wants it and as a file.
 *
 *   account  {id, unit, subject, role}; for pages also role_name, and kind_name, reason_name a line
 *   sku      {id, slug, title, name} when it is stock, or nothing
 *   opening, closing  {balance, held}: before the first line here, and after the last of all
 *   lines    [{seq, at, kind, reason, ref, order_id?, other, change {balance, held}, balance,
 * held}] next     `after` for further lines, or null
 *
 * Amounts of a book of money are money, else whole numbers.
 */
#ifndef TOWN_BOOKS_STATEMENT_H
#define TOWN_BOOKS_STATEMENT_H

#include "ledger/ledger_statement.h"
#include "web/web.h"

bool statement_is_money(struct str unit);
void statement_put_amount(struct view *v, const char *member, struct str unit, int64_t amount);
/* The text for a stable name, "books.kind_" and "hold"; the name itself when there is none. */
struct str statement_name(struct req *r, const char *prefix, struct str name);
/* The SKU whose stock the account keeps, from a book's unit and subject: false when it is none. */
bool statement_sku(struct str unit, struct str subject, int64_t *sku_id);

enum err statement_put(struct req *r, const struct ledger_statement *st) MUST_CHECK;

enum statement_file { STATEMENT_CSV, STATEMENT_XLSX };
/* Replies with the lines, as a file to keep. */
enum err statement_reply(struct req *r, const struct ledger_statement *st,
                         enum statement_file form) MUST_CHECK;

#endif
