/* What the demo's bodies wrote: the texts of suggestion 248, its opinions, and the reply. */
#ifndef TOWN_DEMO_REPLY_H
#define TOWN_DEMO_REPLY_H

#include "store/writer.h"

extern const char reply_suggestion_text[], reply_talk[];
extern const char *const reply_opinions[3];

/* The draft of the reply to suggestion 248, with every figure as a token. */
enum err reply_draft(struct tx *tx, int64_t suggestion, int64_t by) MUST_CHECK;
/* A draft of a few lines. */
enum err reply_short_draft(struct tx *tx, int64_t suggestion, int64_t by,
                           const char *title) MUST_CHECK;
/* One that is being written: the look over it finds something. */
enum err reply_half_draft(struct tx *tx, int64_t suggestion, int64_t by) MUST_CHECK;

#endif
