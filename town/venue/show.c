/* A show and its room are one thing: planned, moved and ended in one transaction. */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/shows/shows.h"
#include "town/venue/internal.h"

static const struct venue_subject *subjects;
static size_t subjects_n;

enum { USUAL_STEPS = 4, SUBJECT = 32 };

static struct str subject_of(int64_t show, char out[SUBJECT])
{
    return str_n(out, (size_t)snprintf(out, SUBJECT, "show:%lld", (long long)show));
}

/* As long as it was; of a day's end it is cut. */
static struct venue_when when_of(int64_t starts_at, const struct venue_booking *b)
{
    int steps = b->id ? b->when.until - b->when.from : USUAL_STEPS;
    struct venue_when w = {.day = day_of(starts_at)};
    w.from = (int)((starts_at - day_begin_ms(w.day)) / STEP_MS);
    w.until = w.from + steps > VENUE_STEPS ? VENUE_STEPS : w.from + steps;
    return w;
}

static enum err put(struct req *r, struct view *v, int64_t show, int64_t starts_at)
{
    char text[SUBJECT];
    struct venue_booking b = {0};
    struct grid g;
    int64_t typed = -1; /* chosen in a form that comes back */
    if (req_field(r, "space").n && str_to_i64(req_field(r, "space"), &typed) != OK)
        typed = -1;
    enum err e = show ? venue_of_subject(r->db, subject_of(show, text), r->arena, &b) : OK;
    struct venue_when w = when_of(starts_at, &b);
    if (e == OK)
        e = grid_load(r->db, w.day, 0, b.id, r->arena, &g);
    if (e != OK || g.n == 0)
        return e;
    const struct venue_wish wish = {.user = venue_is_base(r) ? 0 : r->who.user_id,
                                    .organisation = r->who.organisation_id};
    struct view *list = view_put_list(view_put_object(v, "rooms"), "choices");
    for (size_t i = 0; i < g.n; i++) {
        int64_t id = row_int(&g.spaces, i, "id");
        bool is_chosen = id == (typed >= 0 ? typed : b.space);
        if (id != b.space && (!space_is_for(&g.spaces, i, &wish) ||
                              (show && (grid_busy(&g.days[i]) & grid_mask(w.from, w.until)))))
            continue;
        struct view *s = view_add_object(list);
        space_put(r, s, &g.spaces, i);
        view_put_bool(s, "is_chosen", is_chosen);
    }
    return OK;
}

static enum err may(struct tx *tx, int64_t space, int64_t user)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_venue_may, ARGS(V_INT(user), V_INT(space)), tx->arena, &rs);
    return e == OK && !row_int(&rs, 0, "may") ? judge_refuse(tx->info, VENUE_NO_YOURS) : e;
}

static enum err book_for(struct tx *tx, struct str subject, const struct shows_new *n,
                         int64_t space, const struct venue_when *w)
{
    int64_t id;
    const struct venue_new b = {.space = space,
                                .when = *w,
                                .subject = subject,
                                .title_zh = n->title_zh,
                                .title_en = n->title_en,
                                .user = n->host_id};
    enum err e = may(tx, space, n->host_id);
    return e != OK ? e : venue_book(tx, &b, &id);
}

static enum err keep(struct tx *tx, int64_t show, const struct shows_new *n, int64_t space)
{
    char text[SUBJECT];
    struct venue_booking b;
    struct str subject = subject_of(show, text);
    enum err e = venue_of_subject(tx->db, subject, tx->arena, &b);
    if (e != OK)
        return e;
    struct venue_when w = when_of(n->starts_at, &b);
    if (space < 0)
        space = b.space;
    if (!b.id)
        return space ? book_for(tx, subject, n, space, &w) : OK;
    if (space == 0)
        return venue_free(tx, b.id, n->host_id, STR_NONE);
    if (space != b.space)
        e = may(tx, space, n->host_id);
    if (e == OK)
        e = db_exec(tx->db, &q_venue_booking_title,
                    ARGS(V_STR(n->title_zh), V_STR(n->title_en), V_INT(b.id)), NULL);
    return e != OK ? e : venue_move(tx, b.id, space, &w, n->host_id, true);
}

static enum err free_room(struct tx *tx, int64_t show)
{
    char text[SUBJECT];
    struct venue_booking b;
    enum err e = venue_of_subject(tx->db, subject_of(show, text), tx->arena, &b);
    if (e != OK || !b.id)
        return e;
    const char *event = venue_begins_ms(&b.when) < tx->now_ms ? "finish" : "cancel";
    return venue_do(tx, b.id, event, VENUE_SYSTEM, 0, STR_NONE);
}

static enum err name(struct tx *tx, int64_t show, struct str *zh, struct str *en)
{
    char text[SUBJECT];
    struct venue_booking b;
    enum err e = venue_of_subject(tx->db, subject_of(show, text), tx->arena, &b);
    if (e != OK || !b.id)
        return e;
    *zh = b.space_zh;
    *en = b.space_en;
    return OK;
}

/* Only the room of a class or an event: when it is they say themselves, and tell who is in it. */
static enum err stays_when(struct tx *tx, const struct rows *b, const struct venue_when *w)
{
    if (row_int(b, 0, "day") == w->day && row_int(b, 0, "from_step") == w->from &&
        row_int(b, 0, "until_step") == w->until)
        return OK;
    tx->info->key = "venue.is_subjects_time";
    return ERR_CONFLICT;
}

void venue_set_subjects(const struct venue_subject *s, size_t n)
{
    subjects = s;
    subjects_n = n;
}

/* Of a class or an event: who has the room is told, and its department tells who comes. */
static enum err tell_subject(struct tx *tx, struct str subject, int64_t actor)
{
    struct venue_booking to;
    enum err e = venue_of_subject(tx->db, subject, tx->arena, &to);
    for (size_t i = 0; e == OK && i < subjects_n; i++) {
        size_t n = strlen(subjects[i].kind);
        int64_t id;
        if (str_starts(subject, subjects[i].kind) && subject.n > n && subject.p[n] == ':' &&
            str_to_i64(str_slice(subject, n + 1, subject.n), &id) == OK)
            return subjects[i].moved(tx, id, &to, actor);
    }
    return e;
}

enum err subject_move(struct tx *tx, int64_t booking, int64_t space, const struct venue_when *w,
                      int64_t actor, bool is_base)
{
    struct rows b;
    int64_t show = 0;
    enum err e = booking_get(tx->db, booking, tx->arena, &b);
    if (e != OK)
        return e;
    struct str subject = row_str(&b, 0, "subject");
    bool is_show = str_starts(subject, "show:") &&
                   str_to_i64(str_slice(subject, strlen("show:"), subject.n), &show) == OK;
    if (subject.n && !is_show)
        e = stays_when(tx, &b, w);
    if (e == OK)
        e = venue_move(tx, booking, space, w, actor, is_base);
    if (e == OK && subject.n)
        e = tell_moved(tx, booking, actor);
    if (e == OK && subject.n && !is_show && row_int(&b, 0, "space_id") != space)
        return tell_subject(tx, subject, actor);
    if (e != OK || !is_show)
        return e;
    return shows_room_moved(tx, show, venue_begins_ms(w) - row_int(&b, 0, "starts_at"), actor);
}

const struct shows_rooms venue_show_rooms = {put, keep, free_room, name, venue_is_named};
