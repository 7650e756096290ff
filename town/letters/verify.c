/* What anybody may ask about a letter that they hold: is it one, does it still stand, is this PDF
 * it, and where are its figures from. Reached by the code on its last page. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/enc.h"
#include "store/queries.h"
#include "town/letters/frozen_view.h"
#include "town/letters/issue.h"
#include "town/signing/signing.h"
#include "web/limit.h"

enum { VERIFY_SLOTS = 4096, VERIFY_BURST = 30, VERIFY_EVERY_MS = 2000, PIECE = 64 * 1024 };

static struct limit *asking; /* of an address */

enum err letters_start(void)
{
    asking = limit_new(VERIFY_SLOTS, VERIFY_BURST, VERIFY_EVERY_MS);
    return asking ? OK : ERR_NOMEM;
}

void letters_stop(void)
{
    limit_free(asking);
    asking = NULL;
}

static bool is_code(struct str s)
{
    if (s.n != LETTERS_CODE_LEN)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9'))
            return false;
    return true;
}

enum err verify_find(struct req *r, struct rows *row)
{
    char address[ADDR_TEXT_MAX];
    struct rows found;
    struct str code = req_param(r, "code");
    addr_format_ip(&r->peer, address);
    if (asking && !limit_take(asking, str_of(address), NULL))
        return ERR_LIMIT;
    if (!is_code(code))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_letters_of_code, ARGS(V_STR(code)), r->arena, &found);
    return e ? e : issue_row(r->db, r->arena, row_int(&found, 0, "id"), row);
}

/* --- the page --- */

/* What everybody may know: number, date, who issued it, and whether it stands. */
static void put_head(struct req *r, struct view *v, const struct rows *row, const char *fault)
{
    bool is_recalled = str_eq_z(row_str(row, 0, "state"), "recalled");
    const char *state = fault ? "broken" : is_recalled ? "recalled" : "valid";
    view_put_str(v, "code", row_str(row, 0, "code"));
    view_put_str(v, "number", issue_number(row, r->arena));
    case_put_day(v, "dated", row, 0, "dated_day");
    view_put_str(v, "body", case_text(r, row, 0, "body_zh", "body_en"));
    view_put_z(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "letters.verify_", str_of(state)));
    view_put_bool(v, "is_public", row_int(row, 0, "is_public"));
    view_put_bool(v, "is_sent", !row_null(row, 0, "sent_at"));
    view_put_time(v, "sealed_at", row_int(row, 0, "sealed_at"));
    view_put_str(v, "key", row_str(row, 0, "key_id"));
    if (fault)
        view_put_str(v, "fault", req_text(r, "letters.fault_", str_of(fault)));
    if (!is_recalled)
        return;
    view_put_time(v, "recalled_at", row_int(row, 0, "recalled_at"));
    view_put_str(v, "recalled_day",
                 i18n_time(r->lang, row_int(row, 0, "recalled_at"), "date", r->arena));
}

static enum err put_public(struct req *r, struct view *v, const struct rows *row)
{
    struct rows rs;
    struct str signature = row_str(row, 0, "signature");
    char *hex = arena_alloc(r->arena, 2 * signature.n + 1);
    if (!hex)
        return ERR_NOMEM;
    enc_hex(hex, signature.p, signature.n);
    view_put_str(v, "title", row_str(row, 0, "title"));
    view_put_str(v, "suggestion", row_str(row, 0, "suggestion"));
    view_put_int(v, "suggestion_number", row_int(row, 0, "suggestion_number"));
    view_put_str(v, "session", case_text(r, row, 0, "session_zh", "session_en"));
    view_put_str(v, "signer", row_str(row, 0, "signer_name"));
    view_put_str(v, "signer_title", row_str(row, 0, "signer_title"));
    view_put_time(v, "signed_at", row_int(row, 0, "signed_at"));
    view_put_str(v, "statement", row_str(row, 0, "statement"));
    view_put_z(v, "signature", hex);
    view_put_str(v, "pdf_sha256", row_str(row, 0, "pdf_sha256"));
    view_put_bool(v, "has_paper", str_eq_z(row_str(row, 0, "state"), "sent"));
    if (!row_null(row, 0, "recalled_at"))
        view_put_str(v, "recalled_note", row_str(row, 0, "recalled_note"));
    enum err e =
        db_select(r->db, &q_letters_figures, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    struct view *list = view_put_list(r->view, "figures");
    for (size_t i = 0; !e && i < rs.n; i++)
        e = frozen_put_public(r, view_add_object(list), &rs, i);
    return e;
}

static enum err put(struct req *r, const struct rows *row)
{
    const char *fault;
    enum err e = issue_fault(r->db, r->arena, row, &fault);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "letter");
    put_head(r, v, row, fault);
    return row_int(row, 0, "is_public") ? put_public(r, v, row) : OK;
}

static enum err put_none(struct req *r, enum err e)
{
    if (e != ERR_NOT_FOUND)
        return e;
    view_put_bool(r->view, "is_none", true);
    return req_refuse(r, e, "code", "letters.verify_none");
}

enum err verify_letter(struct req *r)
{
    struct rows row;
    reply_page(r, "letters/verify.html");
    enum err e = verify_find(r, &row);
    return e ? put_none(r, e) : put(r, &row);
}

/* --- is this it --- */

static enum err hash_file(const char *path, char out[ISSUE_SHA256 + 1])
{
    uint8_t piece[PIECE], digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    EVP_MD_CTX *sha = fd < 0 ? NULL : EVP_MD_CTX_new();
    bool ok = sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1;
    while (ok && (got = read(fd, piece, sizeof(piece))) > 0)
        ok = EVP_DigestUpdate(sha, piece, (size_t)got) == 1;
    ok = ok && got == 0 && EVP_DigestFinal_ex(sha, digest, &n) == 1;
    EVP_MD_CTX_free(sha);
    if (fd >= 0)
        close(fd);
    if (ok)
        enc_hex(out, digest, n);
    return ok ? OK : ERR_IO;
}

/* By its bytes alone: it is read, and never opened. */
enum err verify_letter_post(struct req *r)
{
    char hash[ISSUE_SHA256 + 1];
    struct rows row;
    const struct upload *u = req_upload(r, "pdf");
    reply_page(r, "letters/verify.html");
    enum err e = verify_find(r, &row);
    if (e)
        return put_none(r, e);
    e = put(r, &row);
    if (!e && (!u || u->size == 0))
        return req_refuse(r, ERR_INVALID, "pdf", "letters.verify_no_file");
    if (!e)
        e = hash_file(u->path, hash);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "compared");
    view_put_z(v, "sha256", hash);
    view_put_bool(v, "is_same", str_eq_z(row_str(&row, 0, "pdf_sha256"), hash));
    return OK;
}
