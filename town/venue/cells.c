/* A cell is an account of the book of its space that holds 1 from the day it is first needed; a
 * booking moves it to `taken`, freeing moves it back. */
#include <stdio.h>

#include "ledger/ledger.h"
#include "town/venue/internal.h"

enum { REF_TEXT = 48 };

struct book {
    int64_t id, outside, taken;
};

static enum err open_book(struct tx *tx, int64_t space, struct book *b)
{
    char subject[REF_TEXT];
    int n = snprintf(subject, sizeof(subject), "space:%lld", (long long)space);
    enum err e = ledger_book(tx, "slot", str_n(subject, (size_t)n), &b->id);
    if (e == OK)
        e = ledger_account_open(tx, b->id, "outside", 0, &b->outside);
    return e != OK ? e : ledger_account_open(tx, b->id, "taken", 0, &b->taken);
}

/* The account of a cell; *is_new: it holds nothing yet. */
static enum err open_cell(struct tx *tx, int64_t book, int64_t day, int step, int64_t *account,
                          bool *is_new)
{
    char role[REF_TEXT];
    struct ledger_account a;
    snprintf(role, sizeof(role), "d%lld.%d", (long long)day, step);
    enum err e = ledger_account_open(tx, book, role, LEDGER_DEBITS_LE_CREDITS, account);
    if (e == OK)
        e = ledger_account_get(tx->db, *account, tx->arena, &a);
    *is_new = e == OK && a.credits_posted == 0;
    return e;
}

static struct ledger_link link_of(int64_t debit, int64_t credit, const char *reason, struct str ref)
{
    return (struct ledger_link){LEDGER_LINK_POST,
                                {.id = ledger_id_new(),
                                 .debit = debit,
                                 .credit = credit,
                                 .amount = 1,
                                 .reason = reason,
                                 .ref = ref},
                                {{0}}};
}

static enum err move(struct tx *tx, int64_t booking, int64_t space, int64_t day, int from,
                     int until, bool take)
{
    struct ledger_link links[2 * VENUE_STEPS];
    struct book b;
    char text[REF_TEXT];
    size_t n = 0, failed = 0;
    struct str ref =
        str_n(text, (size_t)snprintf(text, sizeof(text), "booking:%lld", (long long)booking));
    if (from >= until)
        return OK;
    enum err e = open_book(tx, space, &b);
    for (int step = from; e == OK && step < until; step++) {
        int64_t cell;
        bool is_new;
        e = open_cell(tx, b.id, day, step, &cell, &is_new);
        if (e == OK && is_new)
            links[n++] = link_of(b.outside, cell, "slot", ref);
        if (e == OK && take)
            links[n++] = link_of(cell, b.taken, "booking", ref);
        else if (e == OK)
            links[n++] = link_of(b.taken, cell, "freed", ref);
    }
    return e != OK ? e : ledger_linked(tx, links, n, &failed);
}

enum err cells_take(struct tx *tx, int64_t booking, int64_t space, int64_t day, int from, int until)
{
    enum err e = move(tx, booking, space, day, from, until, true);
    return e == ERR_SOLD_OUT ? judge_refuse(tx->info, VENUE_NO_TAKEN) : e;
}

enum err cells_give(struct tx *tx, int64_t booking, int64_t space, int64_t day, int from, int until)
{
    return move(tx, booking, space, day, from, until, false);
}
