#include "town/messages/send.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/messages/contact.h"
#include "town/messages/internal.h"

static struct messages_out out; /* set before the thread runs */

void messages_go_out(const struct messages_out *by)
{
    out = by ? *by : (struct messages_out){0};
}

bool send_can(enum messages_channel channel)
{
    return channel == MESSAGES_MAIL ? out.mail != NULL : out.sms != NULL;
}

/* --- taking --- */

static enum err skip(struct tx *tx, int64_t id, const char *why)
{
    return db_exec(tx->db, &q_messages_send_skip, ARGS(V_Z(why), V_INT(tx->now_ms), V_INT(id)),
                   NULL);
}

/* ERR_NOT_FOUND: there is none, or it is proven no more. */
static enum err address_of(struct tx *tx, const struct rows *rs, size_t i,
                           enum messages_channel channel, struct str *to)
{
    bool mail = channel == MESSAGES_MAIL;
    if (row_null(rs, i, mail ? "proven_at" : "phone_proven_at"))
        return ERR_NOT_FOUND;
    return seal_reveal(mail ? "notice_contacts.mail" : "users.phone",
                       row_str(rs, i, mail ? "mail" : "phone_sealed"), tx->arena, to);
}

/* The text of a letter: the line, what more there is to say, where it leads, why one gets it. */
static struct str letter_text(enum lang lang, struct str line, struct str more, struct str link,
                              struct arena *arena)
{
    struct str site = lang == LANG_EN ? out.site_en : out.site_zh, url = out.public_url;
    const struct i18n_arg args[] = {{"site", site}};
    struct str foot = i18n_text(lang, STR("messages.mail_foot"), args, 1, arena);
    const char *where = "", *settings = "";
    if (url.n) {
        where = arena_printf(arena, "\n\n%.*s%.*s", STR_ARG(url), STR_ARG(link));
        settings = arena_printf(arena, "\n%.*s/messages/settings", STR_ARG(url));
    }
    return str_of(arena_printf(arena, "%.*s%s%.*s%s\n\n--\n%.*s%s\n", STR_ARG(line),
                               more.n ? "\n\n" : "", STR_ARG(more), where, STR_ARG(foot),
                               settings));
}

static enum err write_letter(struct tx *tx, const struct rows *rs, size_t i, struct send_job *job)
{
    struct arena *a = tx->arena;
    struct str kind = row_str(rs, i, "kind"), args = row_str(rs, i, "args");
    enum lang lang = LANG_ZH;
    if (!row_null(rs, i, "lang"))
        lang = str_eq_z(row_str(rs, i, "lang"), "en") ? LANG_EN : LANG_ZH;
    struct messages_letter *l = &job->letter;
    l->id = arena_printf(a, "notice-%lld", (long long)job->id);
    l->lang = lang;
    l->at_ms = tx->now_ms;
    l->from_name = lang == LANG_EN ? out.site_en : out.site_zh;
    l->subject = words_line(lang, kind, args, a);
    l->text = job->channel == MESSAGES_SMS
                  ? l->subject
                  : letter_text(lang, l->subject, words_more(lang, kind, args, a),
                                row_str(rs, i, "link"), a);
    return arena_failed(a) ? ERR_NOMEM : OK;
}

static int64_t next_ms(const struct tx *tx, const struct rows *rs, size_t i)
{
    int64_t from = QUIET_FROM, until = QUIET_UNTIL;
    if (!row_null(rs, i, "quiet_from"))
        from = row_int(rs, i, "quiet_from"), until = row_int(rs, i, "quiet_until");
    return route_after_quiet(tx->now_ms, from, until);
}

/* Puts it into the batch, or says why it will not be sent, or not yet. */
static enum err take(struct tx *tx, const struct rows *rs, size_t i, struct send_batch *batch)
{
    int64_t id = row_int(rs, i, "id"), next = next_ms(tx, rs, i);
    const struct messages_kind *kind = messages_kind_of(row_str(rs, i, "kind"));
    struct send_job *job = &batch->jobs[batch->n];
    *job = (struct send_job){.id = id,
                             .tries = (int)row_int(rs, i, "tries") + 1,
                             .channel = str_eq_z(row_str(rs, i, "channel"), "mail") ? MESSAGES_MAIL
                                                                                    : MESSAGES_SMS};
    if (!row_null(rs, i, "disabled_at"))
        return skip(tx, id, "disabled");
    if (route_is_late(kind, row_int(rs, i, "due_at"), row_int(rs, i, "until_at"), tx->now_ms))
        return skip(tx, id, "late");
    if (kind && !kind->is_urgent && next > tx->now_ms)
        return db_exec(tx->db, &q_messages_send_later, ARGS(V_INT(next), V_INT(id)), NULL);
    enum err e = address_of(tx, rs, i, job->channel, &job->letter.to);
    if (e == ERR_NOT_FOUND)
        return skip(tx, id, "no_address");
    if (!e)
        e = write_letter(tx, rs, i, job);
    if (!e) /* of another process's settings: that one may take it sooner than we come back */
        e = db_exec(
            tx->db, &q_messages_send_taken,
            ARGS(V_INT(send_can(job->channel)), V_INT(tx->now_ms + SEND_LEASE_MS), V_INT(id)),
            NULL);
    if (!e && send_can(job->channel))
        batch->n++;
    return e;
}

enum err send_take(struct tx *tx, struct send_batch *batch)
{
    struct rows rs;
    *batch = (struct send_batch){0};
    enum err e = db_select(tx->db, &q_messages_sends_due,
                           ARGS(V_INT(tx->now_ms), V_INT(SEND_BATCH)), tx->arena, &rs);
    batch->taken = e ? 0 : rs.n;
    for (size_t i = 0; !e && i < rs.n; i++)
        e = take(tx, &rs, i, batch);
    return e;
}

/* --- sending --- */

static bool is_nobody_there(enum err e)
{
    return e == ERR_IO || e == ERR_TIMEOUT;
}

static enum err call(enum messages_channel channel, const struct messages_letter *l, char *why)
{
    why[0] = 0;
    return channel == MESSAGES_MAIL ? out.mail(out.mail_arg, l, why) : out.sms(out.sms_arg, l, why);
}

void send_call(struct send_batch *batch)
{
    unsigned silent = 0;
    for (size_t i = 0; i < batch->n; i++) {
        struct send_job *job = &batch->jobs[i];
        if (silent & job->channel)
            continue;
        job->is_asked = true;
        job->answer = call(job->channel, &job->letter, job->why);
        if (is_nobody_there(job->answer))
            silent |= job->channel;
        if (job->answer)
            LOG(WARN, "messages.not_sent", L_I("send", job->id), L_I("tries", job->tries),
                L_ERR(job->answer), L_Z("why", job->why));
    }
}

enum err send_code_now(const char *to, const char *code, enum lang lang, struct arena *arena)
{
    char why[MESSAGES_WHY_MAX];
    struct str site = lang == LANG_EN ? out.site_en : out.site_zh;
    const struct i18n_arg args[] = {
        {"code", str_of(code)},
        {"site", site},
        {"minutes", str_of(arena_printf(arena, "%d", CONTACT_CODE_MS / 60000))}};
    const struct messages_letter l = {
        .id = arena_printf(arena, "code-%016llx", (unsigned long long)rnd_u64()),
        .to = str_of(to),
        .from_name = site,
        .subject = i18n_text(lang, STR("messages.code_subject"), args, 3, arena),
        .text = i18n_text(lang, STR("messages.code_text"), args, 3, arena),
        .lang = lang,
        .at_ms = clock_wall_ms()};
    if (!out.mail)
        return ERR_NOT_FOUND;
    enum err e = arena_failed(arena) ? ERR_NOMEM : OK;
    for (int i = 0; !e && i < SEND_CODE_TRIES; i++) {
        e = call(MESSAGES_MAIL, &l, why);
        if (!is_nobody_there(e))
            break;
        e = i + 1 < SEND_CODE_TRIES ? OK : e;
    }
    if (e)
        LOG(WARN, "messages.code_not_sent", L_ERR(e), L_Z("why", why));
    return e;
}

/* --- recording --- */

static int64_t pause_ms(int tries)
{
    int64_t ms = SEND_PAUSE_MS;
    for (int i = 1; i < tries && ms < SEND_PAUSE_MAX_MS; i++)
        ms *= 2;
    return ms < SEND_PAUSE_MAX_MS ? ms : SEND_PAUSE_MAX_MS;
}

/* Only of the attempt that we made: another process may have taken it up since, or it was dropped.
 */
static enum err record(struct tx *tx, const struct send_job *job)
{
    const char *status = job->answer == OK ? "sent" : "failed";
    bool again =
        is_nobody_there(job->answer) || job->answer == ERR_BUSY || job->answer == ERR_NOMEM;
    if (!job->is_asked)
        return db_exec(tx->db, &q_messages_send_back,
                       ARGS(V_INT(tx->now_ms + SEND_PAUSE_MS), V_INT(job->id), V_INT(job->tries)),
                       NULL);
    if (again && job->tries < SEND_TRIES_MAX)
        return db_exec(tx->db, &q_messages_send_again,
                       ARGS(V_INT(tx->now_ms + pause_ms(job->tries)), V_Z(job->why), V_INT(job->id),
                            V_INT(job->tries)),
                       NULL);
    const char *why = job->answer == OK ? ""
                      : job->why[0]     ? job->why
                      : again           ? "no_answer"
                                        : "refused";
    return db_exec(
        tx->db, &q_messages_send_ended,
        ARGS(V_Z(status), V_Z(why), V_INT(tx->now_ms), V_INT(job->id), V_INT(job->tries)), NULL);
}

enum err send_record(struct tx *tx, const struct send_batch *batch)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < batch->n; i++)
        e = record(tx, &batch->jobs[i]);
    return e;
}
