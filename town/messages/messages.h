/*
 * messages: what the town tells its people, by one small service: in the app, by e-mail, by SMS.
 *
 *   a command ── messages_tell() ──▶ notice, due now or later ──▶ the person's list in the app
 *                                       └─ when due ─▶ a send a channel ─▶ waiting ─▶ sent
 *                                                                          │  ▲ └──▶ failed
 *                                                       quiet hours, retry ┴──┘
 *
 * A department registers its kinds (a static table) and tells people in its own transaction: what
 * was rolled back is told to nobody. Every notice is in the app; whether it also goes out by e-mail
 * or SMS is for the kind's defaults and the person's preferences, a group of kinds at a time. Quiet
 * hours hold back e-mail and SMS, but of urgent kinds.
 *
 * Texts in locales/ of the department, both languages: messages.KIND ('.' as '_') is the line in
 * the app, in the subject and in the SMS, with the arguments' names as placeholders;
 * messages.KIND_more, if there is one, a paragraph for the e-mail.
 *
 *   GET  /messages               before           POST /messages/seen          until
 *   POST /messages/{id}/seen     open
 *   GET  /messages/settings                       POST /messages/settings      GROUP.mail,
 * GROUP.sms, POST /messages/mail          mail                                          lang,
 * quiet_from, quiet_until POST /messages/mail/code     code             POST /messages/mail/remove
 *   GET  /messages/log           status, channel, kind, before          (the base)
 */
#ifndef TOWN_MESSAGES_MESSAGES_H
#define TOWN_MESSAGES_MESSAGES_H

#include "store/writer.h"
#include "web/web.h"

extern const struct web_module messages_module;

enum {
    MESSAGES_ARGS_MAX = 6,
    MESSAGES_ABOUT_MAX = 64,  /* bytes */
    MESSAGES_LINK_MAX = 200,  /* bytes */
    MESSAGES_VALUE_MAX = 400, /* bytes of one argument's text */
    MESSAGES_KINDS_MAX = 96,
    MESSAGES_KEPT_DAYS = 180, /* a notice and its sends, after it was due */
    MESSAGES_CHECK_SAYS = 20,
    MESSAGES_WHY_MAX = 40, /* bytes, with the NUL, of what a server said */
};

enum messages_channel { MESSAGES_APP = 1, MESSAGES_MAIL = 2, MESSAGES_SMS = 4 };

struct messages_kind {
    const char *name;  /* "booking.near" */
    const char *group; /* what people switch on and off: "bookings", "courses", "events", "samples",
                          "shows" …: a text messages.group_GROUP in the department's locales */
    unsigned channels; /* enum messages_channel, if the person has not said otherwise */
    bool is_urgent;    /* goes out in quiet hours too, and is dropped unsent when it is late */
};
/* Borrowed for ever; town/town.c calls it before the writer's first command. */
void messages_register(const struct messages_kind *kinds, size_t n);

struct messages_arg {
    const char *name;
    struct str zh, en; /* a text; en empty: as zh */
    int64_t time_ms;   /* or a time, shown in the reader's habit, when not 0 */
};
struct messages_new {
    int64_t user;
    const char *kind;
    struct str about; /* "booking:7": what it is about */
    struct str link;  /* a path of this site */
    int64_t due_ms;   /* 0: now. In the past: now */
    int64_t until_ms; /* not sent out after it, which is in the app all the same; 0: whenever */
    struct messages_arg args[MESSAGES_ARGS_MAX]; /* ends with the first without a name */
};
/* Told once for (user, kind, about): told again before it was due, the newer takes its place; told
 * again afterwards, it is a new one. Holds no more personal data than the reader may see. */
enum err messages_tell(struct tx *tx, const struct messages_new *m) MUST_CHECK;
/* The same to each of them, m->user apart; nobody else is told it who would have been: a show with
 * many who wait for it begins at another time. */
enum err messages_tell_all(struct tx *tx, const struct messages_new *m, const int64_t *users,
                           size_t n) MUST_CHECK;
/* Whatever is not due yet about that, for anybody, is not told: the booking was cancelled or moved.
 * What was due already stays in the app, and goes out no more where it has not gone out yet. */
enum err messages_drop(struct tx *tx, struct str about) MUST_CHECK;
/* Of one person only. */
enum err messages_drop_for(struct tx *tx, struct str about, int64_t user) MUST_CHECK;

/* ---- for town/town.c and src/app.c ---- */

/* What goes out of the town, to an address or a phone. */
struct messages_letter {
    const char *id;                    /* the same at each attempt */
    struct str to, from_name, subject; /* subject: of a letter */
    struct str text;
    enum lang lang;
    int64_t at_ms;
};
/* Blocks, a dozen seconds at most; on one thread. OK: taken over. ERR_IO, ERR_TIMEOUT: nobody is
 * there, or answers; ERR_BUSY: another time; anything else: never. why: some letters about it. */
typedef enum err messages_send_fn(void *arg, const struct messages_letter *l,
                                  char why[MESSAGES_WHY_MAX]);
struct messages_out {
    messages_send_fn *mail, *sms; /* NULL: there is none */
    void *mail_arg, *sms_arg;
    struct str public_url, site_zh, site_en;
};
/* Who sends, before messages_run(); the strings are borrowed. NULL: nobody any more, after
 * messages_rest(). */
void messages_go_out(const struct messages_out *by);

void messages_prepare(struct writer *w);
/* The thread that sends. Senders are cut before messages_rest(), which then waits for nobody. */
enum err messages_run(struct writer *w, const char *store_url, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
void messages_rest(void);
void messages_stop(void); /* forgets the kinds, for tests */
/* For web_spec.frame: `new_notices`, how many one has not seen. */
enum err messages_frame(struct req *r) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err messages_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg,
                        int *violations) MUST_CHECK;

#endif
