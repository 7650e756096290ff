/* From wishes to a preview, from a preview to timetables, and filling up what was freed. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

/* --- the problem --- */

enum { WISHES_PAGE = 9000 }; /* below DB_ROWS_MAX */

static int index_of(const int64_t *ids, int n, int64_t id)
{
    int low = 0, high = n; /* they rise */
    while (low < high) {
        int mid = (low + high) / 2;
        if (ids[mid] < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && ids[low] == id ? low : -1;
}

static enum err load_parties(struct db *db, int64_t event, struct arena *arena,
                             struct event_problem *out)
{
    struct rows rs;
    size_t most = SCHEDULE_SIDE_MAX * 2;
    enum err e = db_select(db, &q_events_plan_parties, ARGS(V_INT(event), V_INT(most)), arena, &rs);
    if (e)
        return e;
    out->left = arena_array(arena, rs.n + 1, sizeof(*out->left));
    out->right = arena_array(arena, rs.n + 1, sizeof(*out->right));
    out->lefts = arena_array(arena, rs.n + 1, sizeof(*out->lefts));
    out->rights = arena_array(arena, rs.n + 1, sizeof(*out->rights));
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++) {
        struct str state = row_str(&rs, i, "state");
        bool is_in = str_eq_z(state, "in") || str_eq_z(state, "here");
        const struct schedule_party who = {.free =
                                               is_in ? (uint64_t)row_int(&rs, i, "free_slots") : 0,
                                           .most = is_in ? (int)row_int(&rs, i, "most") : 0};
        bool is_left = str_eq_z(row_str(&rs, i, "side"), "factory");
        int *n = is_left ? &out->p.lefts : &out->p.rights;
        (is_left ? out->left : out->right)[*n] = row_int(&rs, i, "id");
        (is_left ? out->lefts : out->rights)[(*n)++] = who;
    }
    return OK;
}

static void put_wish(const struct event_problem *b, uint8_t *left, uint8_t *right, int64_t party,
                     int64_t other, int64_t hearts, bool at_least)
{
    int l = index_of(b->left, b->p.lefts, party), r = index_of(b->right, b->p.rights, other);
    uint8_t *side = left;
    if (l < 0) {
        l = index_of(b->left, b->p.lefts, other);
        r = index_of(b->right, b->p.rights, party);
        side = right;
    }
    if (l < 0 || r < 0)
        return;
    uint8_t *cell = &side[l * b->p.rights + r];
    if (!at_least || *cell == 0)
        *cell = hearts < 0 ? SCHEDULE_NEVER : (uint8_t)hearts;
}

/* Hearts; and who wants to see a maker's products wishes the maker at least a little. */
static enum err load_wishes(struct db *db, int64_t event, struct arena *arena,
                            struct event_problem *out)
{
    size_t pairs = (size_t)out->p.lefts * (size_t)out->p.rights;
    uint8_t *left = arena_array(arena, pairs, 1), *right = arena_array(arena, pairs, 1);
    struct rows rs = {.n = WISHES_PAGE};
    enum err e = left && right ? OK : ERR_NOMEM;
    for (int64_t skip = 0; !e && rs.n == WISHES_PAGE; skip += WISHES_PAGE) {
        e = db_select(db, &q_events_wishes, ARGS(V_INT(event), V_INT(WISHES_PAGE), V_INT(skip)),
                      arena, &rs);
        for (size_t i = 0; !e && i < rs.n; i++)
            put_wish(out, left, right, row_int(&rs, i, "party_id"), row_int(&rs, i, "other_id"),
                     row_int(&rs, i, "hearts"), false);
    }
    if (!e)
        e = db_select(db, &q_events_product_wishes, ARGS(V_INT(event), V_INT(WISHES_PAGE)), arena,
                      &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        put_wish(out, left, right, row_int(&rs, i, "party_id"), row_int(&rs, i, "other_id"), 1,
                 true);
    out->p.left_wish = left;
    out->p.right_wish = right;
    return e;
}

static enum err load_held(struct db *db, int64_t event, struct arena *arena,
                          struct event_problem *out)
{
    struct rows rs;
    enum err e = db_select(db, &q_events_meetings, ARGS(V_INT(event), V_INT(EVENTS_MEETINGS_MAX)),
                           arena, &rs);
    if (e)
        return e;
    out->held = arena_array(arena, rs.n + 1, sizeof(*out->held));
    if (!out->held)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        out->held[out->p.held_n++] = (struct schedule_meeting){
            .left = index_of(out->left, out->p.lefts, row_int(&rs, i, "factory_id")),
            .right = index_of(out->right, out->p.rights, row_int(&rs, i, "agency_id")),
            .slot = (int)row_int(&rs, i, "slot"),
            .table = (int)row_int(&rs, i, "table_n") - 1};
    out->p.held = out->held;
    return OK;
}

/* Nobody is free in what has begun. */
static void close_slots(struct event_problem *out, int64_t now_ms)
{
    uint64_t open = 0;
    for (int slot = 0; slot < out->p.slots; slot++)
        if (events_slot_ms(&out->event, slot) > now_ms)
            open |= UINT64_C(1) << slot;
    for (int l = 0; l < out->p.lefts; l++)
        out->lefts[l].free &= open;
    for (int r = 0; r < out->p.rights; r++)
        out->rights[r].free &= open;
}

enum err event_problem_load(struct db *db, int64_t event, bool held, int64_t now_ms,
                            struct arena *arena, struct err_info *info, struct event_problem *out)
{
    *out = (struct event_problem){0};
    enum err e = db_one(db, &q_events_get, ARGS(V_INT(event)), arena, &out->event);
    if (e)
        return e;
    out->p.slots = (int)row_int(&out->event, 0, "slots");
    out->p.tables = (int)row_int(&out->event, 0, "tables_n");
    e = load_parties(db, event, arena, out);
    if (!e && (!out->p.lefts || !out->p.rights)) {
        *info = (struct err_info){
            .code = ERR_CONFLICT, .field = "parties", .key = "events.plan_nobody"};
        return ERR_CONFLICT;
    }
    out->p.left = out->lefts;
    out->p.right = out->rights;
    if (!e)
        e = load_wishes(db, event, arena, out);
    if (!e && held)
        e = load_held(db, event, arena, out);
    if (!e && held)
        close_slots(out, now_ms);
    return e;
}

enum err event_solve(struct event_problem *problem, struct arena *arena, struct event_preview *out)
{
    struct schedule_plan greedy;
    enum err e = schedule_greedy(&problem->p, arena, &greedy);
    *out = (struct event_preview){.problem = *problem, .greedy = e ? 0 : greedy.objective};
    return e ? e
             : schedule_solve(&problem->p, (uint64_t)row_int(&problem->event, 0, "id"),
                              SCHEDULE_ROUNDS, arena, &out->plan);
}

/* --- the preview --- */

enum err event_draft_write(struct tx *tx, const struct event_preview *p, int64_t actor)
{
    struct rows row;
    const struct event_problem *b = &p->problem;
    int64_t event = row_int(&b->event, 0, "id");
    enum err e = event_step(tx, event, "plan", EVENTS_BASE, actor, STR_NONE, &row);
    if (!e && row_int(&row, 0, "version") != row_int(&b->event, 0, "version"))
        return events_refuse(tx, ERR_CONFLICT, "version", "events.plan_old");
    if (!e)
        e = db_exec(tx->db, &q_events_draft_drop, ARGS(V_INT(event)), NULL);
    for (int i = 0; !e && i < p->plan.n; i++) {
        const struct schedule_meeting *m = &p->plan.meetings[i];
        e = db_exec(tx->db, &q_events_draft_add,
                    ARGS(V_INT(event), V_INT(m->slot), V_INT(m->table + 1), V_INT(b->left[m->left]),
                         V_INT(b->right[m->right])),
                    NULL);
    }
    return e ? e
             : db_exec(tx->db, &q_events_draft_is,
                       ARGS(V_INT(p->plan.objective), V_INT(p->greedy), V_INT(event)), NULL);
}

enum err events_plan(struct tx *tx, int64_t event, int64_t actor)
{
    struct event_problem problem;
    struct event_preview preview;
    enum err e =
        event_problem_load(tx->db, event, false, tx->now_ms, tx->arena, tx->info, &problem);
    if (!e)
        e = event_solve(&problem, tx->arena, &preview);
    return e ? e : event_draft_write(tx, &preview, actor);
}

/* --- timetables --- */

static enum err add_meeting(struct tx *tx, int64_t event, int64_t slot, int64_t table,
                            int64_t factory, int64_t agency, int64_t actor)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_events_meeting_add,
                        ARGS(V_INT(event), V_INT(slot), V_INT(table), V_INT(factory), V_INT(agency),
                             V_INT(tx->now_ms)),
                        tx->arena, &rs);
    return e ? e
             : meeting_step(tx, row_int(&rs, 0, "id"), STR(""), "publish", EVENTS_SYSTEM, actor,
                            STR_NONE);
}

enum err event_fill(struct tx *tx, int64_t event, int64_t actor)
{
    struct rows row;
    enum err e = event_step(tx, event, "fill", EVENTS_BASE, actor, STR_NONE, &row);
    return e ? e : event_refill(tx, event, actor, NULL);
}

enum err event_publish(struct tx *tx, int64_t event, int64_t actor)
{
    struct rows row, rs;
    enum err e = event_step(tx, event, "publish", EVENTS_BASE, actor, STR_NONE, &row);
    if (!e && row_int(&row, 0, "draft_version") != row_int(&row, 0, "version"))
        return events_refuse(tx, ERR_CONFLICT, "version", "events.plan_old");
    if (!e)
        e = db_select(tx->db, &q_events_drafts, ARGS(V_INT(event), V_INT(EVENTS_MEETINGS_MAX)),
                      tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = add_meeting(tx, event, row_int(&rs, i, "slot"), row_int(&rs, i, "table_n"),
                        row_int(&rs, i, "factory_id"), row_int(&rs, i, "agency_id"), actor);
    if (!e)
        e = tell_near(tx, event, true);
    return e ? e : tell_all(tx, event, "event.published", false);
}

static bool is_held(const struct schedule_problem *p, const struct schedule_meeting *m)
{
    for (int i = 0; i < p->held_n; i++)
        if (p->held[i].left == m->left && p->held[i].slot == m->slot)
            return true;
    return false;
}

/* Who was freed or got a further meeting hears of it, once. */
static enum err tell_changed(struct tx *tx, const struct event_problem *b,
                             const struct schedule_plan *plan, const struct freed *freed)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_events_takers,
                           ARGS(V_INT(row_int(&b->event, 0, "id")), V_INT(EVENTS_PARTIES_MAX)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t party = row_int(&rs, i, "id");
        bool changed = false;
        for (size_t k = 0; freed && k < freed->n; k++)
            changed |= freed->parties[k] == party;
        for (int k = 0; k < plan->n; k++) {
            const struct schedule_meeting *m = &plan->meetings[k];
            if (b->left[m->left] == party || b->right[m->right] == party)
                changed |= !is_held(&b->p, m);
        }
        if (changed)
            e = tell_party(tx, &b->event, party, row_int(&rs, i, "organisation_id"),
                           "event.changed");
    }
    return e;
}

enum err event_refill(struct tx *tx, int64_t event, int64_t actor, const struct freed *freed)
{
    struct event_problem b;
    struct schedule_plan plan = {0};
    enum err e = event_problem_load(tx->db, event, true, tx->now_ms, tx->arena, tx->info, &b);
    bool is_empty = e == ERR_CONFLICT; /* one side is gone: there is nobody to offer */
    if (is_empty) {
        *tx->info = (struct err_info){0};
        e = OK;
    }
    if (!e && !is_empty)
        e = schedule_solve(&b.p, (uint64_t)event, EVENTS_REFILL_ROUNDS, tx->arena, &plan);
    for (int i = 0; !e && i < plan.n; i++) {
        const struct schedule_meeting *m = &plan.meetings[i];
        if (!is_held(&b.p, m))
            e = add_meeting(tx, event, m->slot, m->table + 1, b.left[m->left], b.right[m->right],
                            actor);
    }
    return e ? e : tell_changed(tx, &b, &plan, freed);
}
