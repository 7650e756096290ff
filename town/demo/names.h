/*
 * Invented names of makers. Each is two characters and what the maker makes ("禾坞厨电厂"), with
 * the same in English from the characters' sounds ("Hewu Kitchenware").
 */
#ifndef TOWN_DEMO_NAMES_H
#define TOWN_DEMO_NAMES_H

#include "base/arena.h"
#include "base/str.h"

enum { DEMO_FACTORIES = 218, DEMO_APPLICANTS = 3 };

/* What a maker makes, which also ends its name: kinds that share machines and buyers. */
enum demo_trade { TRADE_KITCHEN, TRADE_BAKING, TRADE_DRINKS, TRADE_AIR, TRADE_CARE, TRADE_LIGHT };
enum { DEMO_TRADES = TRADE_LIGHT + 1, DEMO_TRADE_KINDS = 6 };

struct demo_name { /* in the arena */
    struct str slug, zh, en;
    struct str mark; /* two capital letters, for type numbers */
    enum demo_trade trade;
};

/* The i-th maker, 0 … DEMO_FACTORIES + DEMO_APPLICANTS - 1; each has another name. */
void demo_name(int i, struct arena *arena, struct demo_name *out);
/* Slugs of the kinds of a trade; NULL past the last. */
const char *demo_trade_kind(enum demo_trade trade, int i);

#endif
