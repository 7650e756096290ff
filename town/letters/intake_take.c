/* Taking a register that was read: all of it in one command. */
#include "store/queries.h"
#include "town/day.h"
#include "town/gone/gone.h"
#include "town/letters/intake.h"

static enum err add_handler(struct tx *tx, int64_t suggestion, int64_t body, bool is_lead,
                            int64_t by)
{
    return db_exec(
        tx->db, &q_letters_import_handler,
        ARGS(V_INT(suggestion), V_INT(body), V_INT(is_lead), V_Z(is_lead ? "accepted" : "answered"),
             is_lead ? V_NULL : V_INT(tx->now_ms), is_lead ? V_NULL : V_INT(by), V_INT(tx->now_ms)),
        NULL);
}

static enum err add_ratings(struct tx *tx, int64_t suggestion, const char *rating, int64_t by)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_deputies, ARGS(V_INT(suggestion)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = db_exec(tx->db, &q_letters_rating_add,
                    ARGS(V_INT(suggestion), V_INT(1), V_INT(row_int(&rs, i, "id")), V_Z(rating),
                         V_Z(""), V_Z(""), V_Z(""), V_INT(tx->now_ms), V_INT(by)),
                    NULL);
    return e;
}

/* One that was answered before. */
static enum err add_history(struct tx *tx, int64_t id, const struct intake_row *r,
                            const struct letters_actor *by, const char *about)
{
    enum err e = db_exec(tx->db, &q_letters_import_history,
                         ARGS(V_INT(r->lead), r->class_id ? V_INT(r->class_id) : V_NULL,
                              r->assigned_day ? V_INT(r->assigned_day) : V_NULL, V_INT(r->sent_day),
                              V_INT(id)),
                         NULL);
    if (!e)
        e = add_handler(tx, id, r->lead, true, by->user);
    for (size_t i = 0; !e && i < r->co_n; i++)
        e = add_handler(tx, id, r->co[i], false, by->user);
    if (!e && r->rating)
        e = add_ratings(tx, id, r->rating, by->user);
    const struct letter_step s = {
        .suggestion = id,
        .event = "import",
        .by = {.as = LETTERS_AS_SYSTEM, .user = by->user, .body = by->body},
        .about = about};
    return e ? e : case_step(tx, &s, NULL);
}

static enum err take_row(struct tx *tx, const struct intake_row *r, int64_t session,
                         const struct letters_actor *by, const char *about)
{
    struct letters_suggestion s = r->s;
    int64_t id = 0;
    s.session = session;
    s.by = by->user;
    s.desk = by->body;
    s.words_later = true;
    enum err e = letters_register(tx, &s, &id);
    return !e && r->sent_day ? add_history(tx, id, r, by, about) : e;
}

/* What a row takes is freed after it: hundreds of them are more than a command's arena holds. */
enum err intake_take(struct tx *tx, const struct intake *what, int64_t import, int64_t session,
                     const struct letters_actor *by)
{
    struct arena *arena = tx->arena, row;
    const char *about = arena_printf(arena, "import:%lld", (long long)import);
    enum err e = about ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < what->n; i++) {
        arena_init(&row, INTAKE_ROW_ARENA_MAX);
        tx->arena = &row;
        e = take_row(tx, &what->rows[i], session, by, about);
        tx->arena = arena;
        if (e && tx->info->text)
            tx->info->text = arena_strdup(arena, tx->info->text);
        arena_free(&row);
    }
    return e;
}

enum err intake_prune(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = db_select(
        tx->db, &q_letters_imports_old,
        ARGS(V_INT(tx->now_ms - INTAKE_KEPT_DAYS * DAY_MS), V_INT(INTAKE_PRUNED)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        e = db_exec(tx->db, &q_letters_import_drop, ARGS(V_INT(row_int(&rs, i, "id"))), NULL);
        if (!e)
            e = gone_add(tx, row_str(&rs, i, "file"));
    }
    return e;
}
