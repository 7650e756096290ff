#include "town/messages/contact.h"

#include <sodium.h>
#include <string.h>

#include "base/enc.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/messages/internal.h"

/* --- addresses --- */

static bool is_of(struct str s, const char *signs)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == 0 || !strchr(signs, c)))
            return false;
    }
    return s.n > 0;
}

/* No part between dots is empty, nor begins or ends with a hyphen. */
static bool are_labels(struct str s, const char *signs, size_t *n)
{
    for (*n = 0; s.n; ++*n) {
        bool last = str_find(s, '.') < 0;
        struct str label = str_cut(s, '.', &s);
        if (!is_of(label, signs) || label.n > 63 || (!last && s.n == 0))
            return false;
        if (strchr(signs, '!') == NULL && (label.p[0] == '-' || label.p[label.n - 1] == '-'))
            return false;
    }
    return *n > 0;
}

bool contact_mail_ok(struct str mail)
{
    size_t n;
    struct str domain, local = str_cut(mail, '@', &domain);
    return mail.n <= CONTACT_MAIL_MAX && local.n <= CONTACT_LOCAL_MAX &&
           are_labels(local, "!#$%&'*+/=?^_`{|}~-", &n) && are_labels(domain, "-", &n) && n >= 2;
}

struct str contact_masked(struct str mail, struct arena *arena)
{
    struct str domain, local = str_cut(mail, '@', &domain);
    return str_of(arena_printf(arena, "%.1s***@%.*s", local.n ? local.p : "", STR_ARG(domain)));
}

static enum err reveal(const struct rows *rs, const char *column, const char *purpose,
                       struct arena *arena, struct str *out)
{
    *out = STR_NONE;
    return row_null(rs, 0, column) ? OK : seal_reveal(purpose, row_str(rs, 0, column), arena, out);
}

enum err contact_load(struct db *db, struct arena *arena, int64_t user, struct contact *out)
{
    struct rows rs;
    *out = (struct contact){.quiet_from = QUIET_FROM, .quiet_until = QUIET_UNTIL};
    enum err e = db_select(db, &q_messages_contact, ARGS(V_INT(user)), arena, &rs);
    if (e || rs.n == 0)
        return e;
    out->lang = row_str(&rs, 0, "lang");
    out->quiet_from = row_int(&rs, 0, "quiet_from");
    out->quiet_until = row_int(&rs, 0, "quiet_until");
    e = reveal(&rs, "mail", "notice_contacts.mail", arena, &out->mail);
    return e ? e : reveal(&rs, "wanted", "notice_contacts.wanted", arena, &out->wanted);
}

/* --- proving one --- */

/* With whose and what it proves: a code is worth nothing elsewhere. */
static struct str code_hash(int64_t user, struct str mail, struct str code, struct arena *arena)
{
    uint8_t hash[SEAL_HASH_BYTES];
    const char *text =
        arena_printf(arena, "%lld\n%.*s\n%.*s", (long long)user, STR_ARG(mail), STR_ARG(code));
    if (!text)
        return STR_NONE;
    seal_hash("notices.code", str_of(text), hash);
    return arena_str(arena, str_n(hash, sizeof(hash)));
}

/* One more for a person or an address, in lower case: servers hardly ever tell cases apart. */
static enum err count(struct tx *tx, const char *what, struct str of, int64_t *again_ms)
{
    uint8_t hash[SEAL_HASH_BYTES];
    struct rows rs;
    char *text = arena_strndup(tx->arena, of.p, of.n);
    for (char *p = text; p && *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    seal_hash(what, str_of(text), hash);
    struct str key = str_n(hash, sizeof(hash));
    enum err e =
        text ? db_select(tx->db, &q_messages_codes, ARGS(V_BLOB(key)), tx->arena, &rs) : ERR_NOMEM;
    if (e)
        return e;
    int64_t window = tx->now_ms, sent = 0;
    if (rs.n && tx->now_ms - row_int(&rs, 0, "window_at") < CONTACT_WINDOW_MS)
        window = row_int(&rs, 0, "window_at"), sent = row_int(&rs, 0, "sent");
    *again_ms = rs.n ? row_int(&rs, 0, "sent_at") + CONTACT_AGAIN_MS : 0;
    if (tx->now_ms < *again_ms)
        return ERR_LIMIT;
    *again_ms = window + CONTACT_WINDOW_MS;
    return sent >= CONTACT_CODES_MAX
               ? ERR_LIMIT
               : db_exec(tx->db, &q_messages_codes_put,
                         ARGS(V_BLOB(key), V_INT(tx->now_ms), V_INT(window), V_INT(sent + 1)),
                         NULL);
}

enum err contact_want(struct tx *tx, int64_t user, struct str mail, struct str code,
                      const char *lang, int64_t *again_ms)
{
    struct str sealed, hash = code_hash(user, mail, code, tx->arena);
    const char *who = arena_printf(tx->arena, "%lld", (long long)user);
    enum err e = hash.n && who ? count(tx, "notices.person", str_of(who), again_ms) : ERR_NOMEM;
    if (!e)
        e = count(tx, "notices.mail", mail, again_ms);
    if (!e)
        e = seal_text("notice_contacts.wanted", mail, tx->arena, &sealed);
    return e ? e
             : db_exec(tx->db, &q_messages_want,
                       ARGS(V_INT(user), V_BLOB(sealed), V_BLOB(hash),
                            V_INT(tx->now_ms + CONTACT_CODE_MS), V_Z(lang), V_INT(QUIET_FROM),
                            V_INT(QUIET_UNTIL)),
                       NULL);
}

static bool is_right_code(struct tx *tx, const struct rows *rs, int64_t user, struct str mail,
                          struct str code)
{
    struct str kept = row_str(rs, 0, "code_hash"), typed = code_hash(user, mail, code, tx->arena);
    return tx->now_ms < row_int(rs, 0, "code_until") &&
           row_int(rs, 0, "code_tries") < CONTACT_CODE_TRIES && kept.n == SEAL_HASH_BYTES &&
           typed.n == kept.n && enc_equal(kept.p, typed.p, kept.n);
}

enum err contact_prove(struct tx *tx, int64_t user, struct str code, bool *is_right)
{
    struct rows rs;
    struct str mail, sealed;
    *is_right = false;
    enum err e = db_select(tx->db, &q_messages_contact, ARGS(V_INT(user)), tx->arena, &rs);
    if (!e && (rs.n == 0 || row_null(&rs, 0, "wanted")))
        e = ERR_NOT_FOUND;
    if (!e)
        e = seal_reveal("notice_contacts.wanted", row_str(&rs, 0, "wanted"), tx->arena, &mail);
    if (e)
        return e;
    if (!is_right_code(tx, &rs, user, mail, code))
        return db_exec(tx->db, &q_messages_code_tried, ARGS(V_INT(user)), NULL);
    *is_right = true;
    e = seal_text("notice_contacts.mail", mail, tx->arena, &sealed);
    return e ? e
             : db_exec(tx->db, &q_messages_proven,
                       ARGS(V_BLOB(sealed), V_INT(tx->now_ms), V_INT(user)), NULL);
}

enum err contact_forget(struct tx *tx, int64_t user)
{
    return db_exec(tx->db, &q_messages_forget, ARGS(V_INT(user)), NULL);
}

enum err contact_save(struct tx *tx, int64_t user, const char *lang, int64_t quiet_from,
                      int64_t quiet_until)
{
    return db_exec(tx->db, &q_messages_contact_save,
                   ARGS(V_INT(user), V_Z(lang), V_INT(quiet_from), V_INT(quiet_until)), NULL);
}
