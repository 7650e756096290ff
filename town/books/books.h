/*
 * books: statements of the ledger's accounts. What other departments and main may call.
 */
#ifndef TOWN_BOOKS_BOOKS_H
#define TOWN_BOOKS_BOOKS_H

#include "web/web.h"

extern const struct web_module books_module;

#endif
