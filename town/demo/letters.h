/*
 * Suggestions of the demo: bodies with an account each, the sessions of 2021 and of this year with
 * their rules, the calendar of workdays, suggestion 248 of 2021 from its registration to what it
 * promised, and others in every state.
 */
#ifndef TOWN_DEMO_LETTERS_H
#define TOWN_DEMO_LETTERS_H

#include "store/writer.h"

/* After the figures. tx->now_ms is set as it goes on and is now_ms again at the end. */
enum err fill_letters(struct tx *tx) MUST_CHECK;

#endif
