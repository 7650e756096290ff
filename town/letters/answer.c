/* Talks with deputies, their answers, and what was promised to them. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

static const char *const hows[] = {"visit", "meeting", "phone", "letter"};
static const char *const ratings[] = {"satisfied", "basically", "not"};

static bool is_one_of(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(s, words[i]))
            return true;
    return false;
}

static struct str text(struct str s)
{
    return s.n ? s : STR("");
}

static bool is_state(const struct rows *row, const char *state)
{
    return str_eq_z(row_str(row, 0, "state"), state);
}

/* --- talks --- */

enum err letters_talk(struct tx *tx, int64_t suggestion, int64_t deputy, int64_t day,
                      struct str how, struct str words, const struct letters_actor *by)
{
    struct rows row, who;
    if (!(by->as & LETTERS_AS_LEAD))
        return ERR_FORBIDDEN;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_one(tx->db, &q_letters_deputy, ARGS(V_INT(deputy), V_INT(suggestion)), tx->arena,
                   &who);
    if (e == ERR_NOT_FOUND)
        return case_refuse(tx, ERR_INVALID, "deputy", "letters.deputy_bad", 0);
    if (e)
        return e;
    if (!is_one_of(how, hows, sizeof(hows) / sizeof(hows[0])))
        return case_refuse(tx, ERR_INVALID, "how", "letters.how_bad", 0);
    if (day > day_of(tx->now_ms) || day < row_int(&row, 0, "received_day"))
        return case_refuse(tx, ERR_INVALID, "day", "letters.talk_day", 0);
    if (!is_state(&row, "drafting") && !is_state(&row, "checking") && !is_state(&row, "sent"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    e = db_exec(tx->db, &q_letters_talk_add,
                ARGS(V_INT(suggestion), V_INT(row_int(&row, 0, "round")), V_INT(deputy), V_INT(day),
                     V_STR(how), V_STR(words), V_INT(tx->now_ms), V_INT(by->user)),
                NULL);
    const struct letter_step s = {.suggestion = suggestion, .event = "talk", .by = *by};
    return e ? e : case_note(tx, &s);
}

/* --- answers --- */

/* Once everybody has answered, the round is rated. */
static enum err look_whether_all(struct tx *tx, int64_t suggestion, int64_t round)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_letters_rated, ARGS(V_INT(round), V_INT(suggestion)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "answered") < row_int(&rs, 0, "deputies"))
        return e;
    const struct letter_step s = {
        .suggestion = suggestion, .event = "rated", .by = {.as = LETTERS_AS_SYSTEM}};
    return case_step(tx, &s, NULL);
}

static enum err may_rate(struct tx *tx, const struct rows *row, const struct rows *who,
                         const struct letters_rating *rating, const struct letters_actor *by)
{
    bool is_his = by->as & LETTERS_AS_DEPUTY && row_int(who, 0, "user_id") == by->user;
    if (!is_his && !(by->as & LETTERS_AS_DESK))
        return ERR_FORBIDDEN;
    if (!is_one_of(rating->rating, ratings, sizeof(ratings) / sizeof(ratings[0])))
        return case_refuse(tx, ERR_INVALID, "rating", "letters.rating_bad", 0);
    if (!is_his && !rating->words.n && !rating->scan_sha256.n)
        return case_refuse(tx, ERR_INVALID, "words", "letters.form_needed", 0);
    if (!is_state(row, "sent") && !is_state(row, "rated"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.rate_not_now", 0);
    return OK;
}

/* An answer may be changed as long as nothing followed from it; the same one again is no change. */
enum err letters_rate(struct tx *tx, int64_t suggestion, const struct letters_rating *rating,
                      const struct letters_actor *by)
{
    struct rows row, who, before;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_one(tx->db, &q_letters_deputy, ARGS(V_INT(rating->deputy), V_INT(suggestion)),
                   tx->arena, &who);
    if (e == ERR_NOT_FOUND)
        return case_refuse(tx, ERR_INVALID, "deputy", "letters.deputy_bad", 0);
    if (!e)
        e = may_rate(tx, &row, &who, rating, by);
    int64_t round = e ? 0 : row_int(&row, 0, "round");
    if (!e)
        e = db_select(tx->db, &q_letters_rating_of,
                      ARGS(V_INT(suggestion), V_INT(round), V_INT(rating->deputy),
                           V_INT(LETTERS_RATINGS_MAX + 1)),
                      tx->arena, &before);
    if (!e && before.n && str_eq(row_str(&before, 0, "rating"), rating->rating))
        return case_refuse(tx, ERR_CONFLICT, "rating", "letters.rating_same", 0);
    if (!e && before.n >= LETTERS_RATINGS_MAX)
        return case_refuse(tx, ERR_LIMIT, "rating", "letters.rating_often", LETTERS_RATINGS_MAX);
    if (!e)
        e = db_exec(tx->db, &q_letters_rating_add,
                    ARGS(V_INT(suggestion), V_INT(round), V_INT(rating->deputy),
                         V_STR(rating->rating), V_STR(text(rating->words)),
                         V_STR(text(rating->scan_name)), V_STR(text(rating->scan_sha256)),
                         V_INT(tx->now_ms), V_INT(by->user)),
                    NULL);
    const struct letter_step s = {
        .suggestion = suggestion, .event = "rate", .by = *by, .note = rating->rating};
    if (!e)
        e = case_note(tx, &s);
    return e || is_state(&row, "rated") ? e : look_whether_all(tx, suggestion, round);
}

/* --- promises --- */

enum err letters_promise(struct tx *tx, int64_t suggestion, struct str words, int64_t body,
                         int64_t due_day, const struct letters_actor *by, int64_t *id)
{
    struct rows row, rs;
    if (!(by->as & (LETTERS_AS_LEAD | LETTERS_AS_DESK)))
        return ERR_FORBIDDEN;
    enum err e = case_row(tx, suggestion, &row);
    if (e)
        return e;
    if (!is_state(&row, "sent") && !is_state(&row, "rated") && !is_state(&row, "closed"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.promise_not_now", 0);
    if (due_day < day_of(tx->now_ms))
        return case_refuse(tx, ERR_INVALID, "due", "letters.day_past", 0);
    e = db_select(tx->db, &q_letters_body, ARGS(V_INT(body)), tx->arena, &rs);
    if (!e && rs.n == 0)
        return case_refuse(tx, ERR_INVALID, "body", "letters.body_bad", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_promise_add,
                   ARGS(V_INT(suggestion), V_STR(words), V_INT(body), V_INT(due_day),
                        V_INT(tx->now_ms), V_INT(by->user)),
                   tx->arena, &rs);
    if (e)
        return e;
    *id = row_int(&rs, 0, "id");
    const struct letter_step s = {.suggestion = suggestion,
                                  .event = "promise",
                                  .by = *by,
                                  .about = arena_printf(tx->arena, "promise:%lld", (long long)*id)};
    return case_note(tx, &s);
}

/* The last one that is open takes a closed case with it. */
static enum err look_whether_followed(struct tx *tx, int64_t suggestion)
{
    struct rows row, rs;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_one(tx->db, &q_letters_promises_open, ARGS(V_INT(suggestion)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "n_open") || !is_state(&row, "closed"))
        return e;
    const struct letter_step s = {
        .suggestion = suggestion, .event = "follow", .by = {.as = LETTERS_AS_SYSTEM}};
    return case_step(tx, &s, NULL);
}

enum err letters_promise_over(struct tx *tx, int64_t suggestion, int64_t promise, bool is_done,
                              const struct letters_actor *by, struct str note)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_letters_promise, ARGS(V_INT(promise), V_INT(suggestion)), tx->arena, &rs);
    if (e)
        return e;
    bool is_own = by->body == row_int(&rs, 0, "organisation_id");
    if (!is_own && !(by->as & (LETTERS_AS_LEAD | LETTERS_AS_DESK)))
        return ERR_FORBIDDEN;
    if (!str_eq_z(row_str(&rs, 0, "state"), "open"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    if (note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.note_needed", 0);
    e = db_exec(tx->db, &q_letters_promise_over,
                ARGS(V_Z(is_done ? "done" : "dropped"), V_INT(tx->now_ms), V_INT(by->user),
                     V_STR(note), V_INT(promise)),
                NULL);
    const struct letter_step s = {.suggestion = suggestion,
                                  .event = is_done ? "promise_done" : "promise_dropped",
                                  .by = *by,
                                  .about =
                                      arena_printf(tx->arena, "promise:%lld", (long long)promise),
                                  .note = note};
    if (!e)
        e = case_note(tx, &s);
    return e ? e : look_whether_followed(tx, suggestion);
}
