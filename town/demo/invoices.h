/* What buyers have asked the maker whose clerk can log in for: invoices to issue, issued ones, one
 * that was refused, one to issue anew; and of the buyer who can log in, whoever the makers are. */
#ifndef TOWN_DEMO_INVOICES_H
#define TOWN_DEMO_INVOICES_H

#include "store/writer.h"

enum err fill_invoices(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer) MUST_CHECK;

#endif
