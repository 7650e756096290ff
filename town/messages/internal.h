/* What the files of messages have in common. */
#ifndef TOWN_MESSAGES_INTERNAL_H
#define TOWN_MESSAGES_INTERNAL_H

#include "town/messages/messages.h"

enum {
    NOTICES_PAGE = 30,
    NOTICES_COUNTED_MAX = 99, /* as many unseen ones are counted for the bell */
    ROUTE_EVERY_MS = 500,
    ROUTE_SLICE = 200, /* due notices whose ways are decided at a time */
    PRUNE_EVERY_MS = 60 * 1000,
    PRUNE_SLICE = 500,
    URGENT_LATE_MS = 10 * 60 * 1000, /* an urgent one is worth nothing any more after so long */
    MINUTES_A_DAY = 24 * 60,
    QUIET_FROM = 22 * 60, /* where somebody has not said otherwise */
    QUIET_UNTIL = 8 * 60,
};

/* --- kinds (messages.c) --- */

/* NULL: no department has it (any more). */
const struct messages_kind *messages_kind_of(struct str name);
/* Every group once, in the order of registration; NULL at the end. */
const char *messages_group_at(size_t i);
/* What a group's kinds go out by unless somebody has said otherwise. */
unsigned messages_group_channels(const char *group);

/* --- words.c --- */

/* A notice's arguments as they are kept: {"title":{"zh":"…","en":"…"},"at":{"time":1764…}}. */
enum err words_pack(const struct messages_new *m, struct arena *arena, struct str *out) MUST_CHECK;
/* The line of a kind in a language, and the paragraph that goes on, or nothing. */
struct str words_line(enum lang lang, struct str kind, struct str args, struct arena *arena);
struct str words_more(enum lang lang, struct str kind, struct str args, struct arena *arena);

/* --- route.c --- */

/* Is it somebody's quiet time: when it ends, else the moment itself. */
int64_t route_after_quiet(int64_t at_ms, int64_t quiet_from, int64_t quiet_until);
bool route_is_late(const struct messages_kind *kind, int64_t due_ms, int64_t until_ms,
                   int64_t now_ms);
/* Jobs: sends for what is due; what is old goes. */
enum err route_due(struct tx *tx, void *unused) MUST_CHECK;
enum err route_prune(struct tx *tx, void *unused) MUST_CHECK;

/* --- pages --- */

handler_fn notices_page, notices_seen_post, notice_seen_post; /* notices.c */
handler_fn settings_page, settings_post, mail_post, mail_code_post,
    mail_remove_post; /* settings.c */
handler_fn log_page;  /* log.c */

#endif
