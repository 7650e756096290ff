/*
 * CSV and TSV: RFC 4180 as people write it. Lines end in CRLF, LF or CR; quoted cells hold line
 * breaks, separators and doubled quotes. The separator is what Excel's own first line "sep=;" says,
 * or of , ; tab and | the one that the first record has most of. Cells are text, but for:
 *
 *   ="0123"    text in Excel's way of keeping it text: 0123
 *   =A1+1      a formula, told as such
 *   '=A1       text that a spreadsheet was kept from running (as our own CSV does): =A1
 */
#ifndef JOB_CSV_H
#define JOB_CSV_H

#include "base/arena.h"
#include "job/charset.h"
#include "job/table.h"

/* The bytes of a file, in any encoding that charset.h knows. */
void csv_read(struct str bytes, const struct table_sink *sink, enum charset *charset,
              struct table_fault *fault);

#endif
