/* What the crew of a show does: move the card, change prices, order the run, cut off, end it. */
#include "town/shows/internal.h"
#include "town/yuan.h"
#include "store/queries.h"

enum { PRICE_FEN_MAX = 100000000 }; /* a million yuan */

/* One command for all that the crew does to one item or to the show. */
enum act {
    ACT_CARD,
    ACT_NEXT,
    ACT_PRICE,
    ACT_SHELF,
    ACT_NOTE,
    ACT_ADD,
    ACT_MOVE,
    ACT_END,
    ACT_KEY,
    ACT_CUT,
    ACT_RESUME,
    ACT_REHEARSE
};

struct crew {
    struct command cmd;
    enum act act;
    int64_t show, item, value, actor; /* value: a price, or on (1) and off (0) */
    int64_t from;   /* the item that the desk had before it; -1: it does not say */
    int64_t before; /* where to move to: before this item; 0: to the end */
    bool is_base;
    struct str sku_code, note, note_en;
    int64_t now_ms, was; /* out; was: the price before, for undoing */
};

static const struct {
    const char *name;
    unsigned grant;
} acts[] = {
    [ACT_CARD] = {"shows.card", SHOW_CARDS},
    [ACT_NEXT] = {"shows.next", SHOW_CARDS},
    [ACT_PRICE] = {"shows.price", SHOW_PRICES},
    [ACT_SHELF] = {"shows.shelf", SHOW_CARDS},
    [ACT_NOTE] = {"shows.note", SHOW_CARDS},
    [ACT_ADD] = {"shows.add", SHOW_CARDS},
    [ACT_MOVE] = {"shows.move", SHOW_CARDS},
    [ACT_END] = {"shows.end", SHOW_PICTURE},
    [ACT_KEY] = {"shows.key", SHOW_PICTURE},
    [ACT_CUT] = {"shows.cut", SHOW_PICTURE},
    [ACT_RESUME] = {"shows.resume", SHOW_PICTURE},
    [ACT_REHEARSE] = {"shows.rehearse", SHOW_PICTURE},
};

static enum err event(struct crew *c, struct tx *tx, const char *kind, int64_t value)
{
    const struct show_event ev = {.show = c->show,
                                  .actor = c->actor,
                                  .kind = kind,
                                  .item = c->item,
                                  .value = value,
                                  .note = c->note};
    return shows_event_add(tx, &ev);
}

static enum err run_next(struct crew *c, struct tx *tx)
{
    struct rows show, rs;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
    /* Two desks that press it at the same card mean one step. */
    int64_t now = e || row_null(&show, 0, "card_item_id") ? 0 : row_int(&show, 0, "card_item_id");
    if (e == OK && c->from >= 0 && c->from != now) {
        tx->info->key = "shows.card_moved";
        return ERR_CONFLICT;
    }
    if (e == OK && now == 0)
        e = db_one(tx->db, &q_shows_item_first, ARGS(V_INT(c->show)), tx->arena, &rs);
    else if (e == OK)
        e = db_one(tx->db, &q_shows_item_after, ARGS(V_INT(c->show), V_INT(now)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND) {
        tx->info->key = "shows.no_next";
        return ERR_CONFLICT;
    }
    if (e != OK)
        return e;
    c->item = row_int(&rs, 0, "id");
    return shows_card(tx, c->show, c->item, c->actor);
}

static enum err has_ended(struct tx *tx)
{
    tx->info->key = "shows.has_ended";
    return ERR_CONFLICT;
}

/* The item of the path must be the show's, and the show must not be over. */
static enum err check_item(struct crew *c, struct tx *tx, struct rows *item)
{
    enum err e = db_one(tx->db, &q_shows_item, ARGS(V_INT(c->item)), tx->arena, item);
    if (e == OK && row_int(item, 0, "show_id") != c->show)
        return ERR_NOT_FOUND;
    if (e == OK && str_eq_z(row_str(item, 0, "status"), "ended"))
        return has_ended(tx);
    return e;
}

static enum err run_price(struct crew *c, struct tx *tx)
{
    struct rows item;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_item_price, ARGS(V_INT(c->value), V_INT(c->item)), NULL);
    if (e == OK)
        c->was = row_int(&item, 0, "price_fen");
    return e != OK ? e : event(c, tx, "price", c->value);
}

static enum err run_shelf(struct crew *c, struct tx *tx)
{
    struct rows item;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_item_shelf, ARGS(V_INT(c->value), V_INT(c->item)), NULL);
    /* What is taken off the shelf is no longer shown either. */
    if (e == OK && !c->value && row_int(&item, 0, "card_item_id") == c->item)
        e = shows_card(tx, c->show, 0, c->actor);
    return e != OK ? e : event(c, tx, "shelf", c->value);
}

/* What the host wants to say of it; the crew reads it, viewers do not. */
static enum err run_note(struct crew *c, struct tx *tx)
{
    struct rows item;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_item_note,
                    ARGS(V_STR(c->note), V_STR(c->note_en), V_INT(c->item)), NULL);
    return e != OK ? e : event(c, tx, "note", 0);
}

/* Codes and models are; who types them on a phone need not. */
static struct str in_capitals(struct arena *arena, struct str typed)
{
    char *text = arena_strndup(arena, typed.p, typed.n);
    for (size_t i = 0; text && i < typed.n; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] -= 'a' - 'A';
    return text ? str_n(text, typed.n) : typed;
}

static enum err run_add(struct crew *c, struct tx *tx)
{
    struct rows show, sku;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && str_eq_z(row_str(&show, 0, "status"), "ended"))
        return has_ended(tx);
    if (e == OK)
        e = db_one(tx->db, &q_shows_sku_by_code,
                   ARGS(V_STR(c->sku_code), V_STR(in_capitals(tx->arena, c->sku_code))), tx->arena,
                   &sku);
    if (e == ERR_NOT_FOUND) {
        tx->info->field = "sku";
        tx->info->key = "shows.no_such_sku";
        return ERR_INVALID;
    }
    if (e != OK)
        return e;
    int64_t price = c->value ? c->value : row_int(&sku, 0, "price_fen");
    e = shows_item_add(tx, c->show, row_int(&sku, 0, "id"), price, c->note, c->note, &c->item);
    return e != OK ? e : event(c, tx, "added", price);
}

/* The run numbered anew, with the item before another one or at the end. */
static enum err run_move(struct crew *c, struct tx *tx)
{
    struct rows item, rs;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_select(tx->db, &q_shows_item_ids, ARGS(V_INT(c->show)), tx->arena, &rs);
    bool found = c->before == 0;
    for (size_t i = 0; e == OK && i < rs.n; i++)
        found |= row_int(&rs, i, "id") == c->before;
    if (e == OK && (!found || c->before == c->item))
        return ERR_NOT_FOUND;
    int64_t position = 0;
    for (size_t i = 0; e == OK && i <= rs.n; i++) {
        int64_t id = i < rs.n ? row_int(&rs, i, "id") : 0;
        if (id == c->before) /* the end is 0, too */
            e = db_exec(tx->db, &q_shows_item_place, ARGS(V_INT(++position), V_INT(c->item)), NULL);
        if (e == OK && id && id != c->item)
            e = db_exec(tx->db, &q_shows_item_place, ARGS(V_INT(++position), V_INT(id)), NULL);
    }
    return e != OK ? e : event(c, tx, "moved", c->before);
}

static enum err run_end(struct crew *c, struct tx *tx)
{
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_shows_set_ended, ARGS(V_INT(tx->now_ms), V_INT(c->show)), &changed);
    if (e == OK && changed == 0)
        return has_ended(tx);
    if (e == OK)
        e = shows_remind_no_more(tx, c->show);
    if (e == OK)
        e = shows_room_free(tx, c->show);
    return e != OK ? e : event(c, tx, "ended", 0);
}

/* Cut off, the picture is gone for everybody and its encoder is refused, until it is let in again.
 * The show goes on: talk, cards and orders stay. */
static enum err run_cut(struct crew *c, struct tx *tx)
{
    bool cut = c->act == ACT_CUT;
    int64_t changed;
    struct rows show;
    if (cut && c->is_base && !c->note.n) { /* who is cut off is told why */
        *tx->info = (struct err_info){.field = "why", .key = "shows.cut_needs_why"};
        return ERR_INVALID;
    }
    enum err e =
        db_exec(tx->db, &q_shows_cut,
                ARGS(cut ? V_INT(tx->now_ms) : V_NULL, cut && c->note.n ? V_STR(c->note) : V_NULL,
                     V_INT(cut && c->is_base), V_INT(c->show), V_INT(c->is_base)),
                &changed);
    if (e == OK && changed == 0) {
        e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
        if (e != OK || str_eq_z(row_str(&show, 0, "status"), "ended"))
            return e != OK ? e : has_ended(tx);
        tx->info->key = "shows.cut_by_base";
        return ERR_CONFLICT;
    }
    return e != OK ? e : event(c, tx, cut ? "cut" : "resumed", 0);
}

/* A picture that goes on after a rehearsal is on air: as the encoder's admission, so its end. */
static enum err may_end_rehearsal(const struct crew *c, struct tx *tx)
{
    struct rows show;
    bool may = true;
    if (c->value || !shows_has_picture(c->show))
        return OK;
    enum err e = db_one(tx->db, &q_shows_key_of, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK)
        e = shows_gate(tx->db, tx->arena, row_int(&show, 0, "host_id"), tx->now_ms, &may);
    if (e == OK && !may) {
        tx->info->key = "shows.check_no_record";
        return ERR_CONFLICT;
    }
    return e;
}

static enum err run_rehearse(struct crew *c, struct tx *tx)
{
    int64_t changed;
    enum err e = may_end_rehearsal(c, tx);
    if (e != OK)
        return e;
    e = db_exec(tx->db, &q_shows_rehearse, ARGS(V_INT(c->value), V_INT(c->show)), &changed);
    if (e == OK && changed == 0) {
        tx->info->key = "shows.not_planned";
        return ERR_CONFLICT;
    }
    return e != OK ? e : event(c, tx, "rehearsal", c->value);
}

static enum err run_act(struct crew *c, struct tx *tx)
{
    switch (c->act) {
    case ACT_CARD: return shows_card(tx, c->show, c->item, c->actor);
    case ACT_NEXT: return run_next(c, tx);
    case ACT_PRICE: return run_price(c, tx);
    case ACT_SHELF: return run_shelf(c, tx);
    case ACT_NOTE: return run_note(c, tx);
    case ACT_ADD: return run_add(c, tx);
    case ACT_MOVE: return run_move(c, tx);
    case ACT_END: return run_end(c, tx);
    case ACT_CUT:
    case ACT_RESUME: return run_cut(c, tx);
    case ACT_REHEARSE: return run_rehearse(c, tx);
    case ACT_KEY: return shows_key_renew(tx, c->show, c->actor);
    }
    return ERR_INTERNAL;
}

static enum err run_crew(struct command *cmd, struct tx *tx)
{
    struct crew *c = (struct crew *)cmd;
    c->now_ms = tx->now_ms;
    enum err e = shows_still_may(tx, c->show, c->actor, acts[c->act].grant, c->is_base);
    if (e == OK)
        e = run_act(c, tx);
    bool plan =
        c->act == ACT_PRICE || c->act == ACT_SHELF || c->act == ACT_NOTE || c->act == ACT_ADD;
    if (e == OK && plan) /* what was checked is not what is shown now */
        e = db_exec(tx->db, &q_shows_changed, ARGS(V_INT(tx->now_ms), V_INT(c->show)), NULL);
    return e;
}

/* ---- told to the room, in the order of the commits ---- */

static void tell_item(struct crew *c, const char *what)
{
    struct view *v = view_object(c->cmd.arena);
    view_put_z(v, "type", what);
    view_put_int(v, "item", c->item);
    if (c->act == ACT_PRICE)
        view_put_money(v, "price", c->value, "CNY");
    if (c->act == ACT_SHELF)
        view_put_bool(v, "on_shelf", c->value != 0);
    shows_tell(c->show, v, NULL);
}

/* To the desks: who cut the picture off, and why. */
static void tell_desks(struct crew *c, const char *what)
{
    struct view *v = view_object(c->cmd.arena);
    view_put_z(v, "type", what);
    view_put_str(v, "note", c->note);
    view_put_bool(v, "base", c->is_base);
    shows_tell_crew(c->show, v);
}

static void tell_end(struct crew *c)
{
    char name[SHOWS_ROOM_NAME];
    tell_item(c, "ended");
    shows_set_rehearsing(c->show, false);
    shows_cut_picture(c->show);
    room_close(shows_env.rooms, shows_stream_name(c->show, name));
    room_close(shows_env.rooms, shows_crew_room(c->show, name));
}

/* To who watches: what the base stopped does not come back by itself. */
static void tell_stopped(struct crew *c)
{
    struct view *v = view_object(c->cmd.arena);
    view_put_z(v, "type", "stopped");
    shows_tell(c->show, v, NULL);
}

static void tell_rehearsal(struct crew *c)
{
    shows_set_rehearsing(c->show, c->value != 0);
    tell_desks(c, "rehearsal");
    if (c->value || !shows_has_picture(c->show))
        return;
    struct view *v = view_object(c->cmd.arena); /* who waited through it sees the picture now */
    view_put_z(v, "type", "state");
    view_put_bool(v, "on_air", true);
    shows_tell(c->show, v, NULL);
    shows_note_live(c->show);
}

static void tell_crew(struct command *cmd)
{
    struct crew *c = (struct crew *)cmd;
    switch (c->act) {
    case ACT_CARD:
    case ACT_NEXT: shows_tell_card(c->show, c->item, c->now_ms); break;
    case ACT_PRICE: tell_item(c, "price"); break;
    case ACT_SHELF: tell_item(c, "shelf"); break;
    case ACT_NOTE:
    case ACT_ADD:
    case ACT_MOVE: tell_item(c, "items"); break;
    case ACT_END: tell_end(c); break;
    case ACT_KEY: break;
    case ACT_CUT:
        shows_cut_picture(c->show);
        tell_desks(c, "cut");
        if (c->is_base)
            tell_stopped(c);
        break;
    case ACT_RESUME: tell_desks(c, "resumed"); break;
    case ACT_REHEARSE: tell_rehearsal(c); break;
    }
}

/* ---- requests ---- */

/* What was typed into the plan stays there, with why it was not taken. */
static enum err refused(struct req *r, const struct crew *c, enum err result)
{
    struct err_info info = r->info;
    const char *plan = arena_printf(r->arena, "/shows/%lld/plan", (long long)c->show);
    if (r->json || !plan || strcmp(req_next(r, "next", ""), plan) != 0)
        return result;
    view_put_str(r->view, "add_code", c->sku_code);
    view_put_int(r->view, "refused_item", c->item);
    enum err e = shows_page_plan(r);
    reply_page(r, "shows/plan.html");
    r->info = info;
    return e != OK ? e : result;
}

static enum err crew_done(struct req *r, struct command *cmd, enum err result)
{
    struct crew *c = (struct crew *)cmd;
    if (result == ERR_EXISTS)
        result = req_refuse(r, ERR_EXISTS, "sku", "shows.sku_in_show");
    if (result != OK)
        return refused(r, c, result);
    if (c->item)
        view_put_int(r->view, "item", c->item);
    if (c->act == ACT_PRICE)
        view_put_int(r->view, "was_fen", c->was);
    const char *desk = arena_printf(r->arena, "/shows/%lld/desk", (long long)c->show);
    reply_redirect(r, req_next(r, "next", desk));
    return OK;
}

static enum err crew_begin(struct req *r, enum act act, struct crew **out)
{
    struct rows show;
    enum err e = shows_need(r, &show, acts[act].grant);
    if (e != OK)
        return e;
    struct crew *c = ARENA_NEW(r->arena, struct crew);
    if (!c)
        return ERR_NOMEM;
    *c = (struct crew){.cmd = {.name = acts[act].name, .run = run_crew, .committed = tell_crew},
                       .act = act,
                       .show = row_int(&show, 0, "id"),
                       .from = -1,
                       .is_base = shows_is_base(r),
                       .actor = r->who.user_id};
    *out = c;
    return OK;
}

enum err shows_do_card(struct req *r)
{
    struct crew *c;
    bool next = str_eq_z(req_field(r, "item"), "next");
    enum err e = crew_begin(r, next ? ACT_NEXT : ACT_CARD, &c);
    if (e == OK && !next)
        e = req_field_int(r, "item", 0, INT64_MAX, &c->item);
    if (e == OK && req_field(r, "from").n)
        e = req_field_int(r, "from", 0, INT64_MAX, &c->from);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

/* Talking points; an empty English one is the Chinese one. */
static enum err read_notes(struct req *r, struct crew *c)
{
    enum err e = req_field_text(r, "note", 0, SHOWS_NOTE_MAX, &c->note);
    if (e == OK && req_field(r, "note_en").n)
        e = req_field_text(r, "note_en", 0, SHOWS_NOTE_MAX, &c->note_en);
    return e;
}

/* As a form has it that needs no script. */
static enum err read_yuan(struct req *r, int64_t *fen)
{
    if (yuan_typed(req_field(r, "price"), fen) != OK || *fen < 1 || *fen > PRICE_FEN_MAX)
        return req_refuse(r, ERR_INVALID, "price", "shows.price_bad");
    return OK;
}

enum err shows_do_item(struct req *r)
{
    struct crew *c = NULL;
    int64_t item;
    bool yuan = req_field(r, "price").n > 0, price = yuan || req_field(r, "price_fen").n > 0;
    bool note = !price && req_field(r, "on_shelf").n == 0;
    enum err e = crew_begin(r, price ? ACT_PRICE : note ? ACT_NOTE : ACT_SHELF, &c);
    if (e == OK && str_to_i64(req_param(r, "item"), &item) != OK)
        e = ERR_NOT_FOUND;
    if (e == OK && note)
        e = read_notes(r, c);
    else if (e == OK && yuan)
        e = read_yuan(r, &c->value);
    else if (e == OK)
        e = price ? req_field_int(r, "price_fen", 1, PRICE_FEN_MAX, &c->value)
                  : req_field_int(r, "on_shelf", 0, 1, &c->value);
    if (e != OK)
        return c ? refused(r, c, e) : e;
    c->item = item;
    return web_write(r, &c->cmd, crew_done);
}

enum err shows_do_item_add(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_ADD, &c);
    if (e == OK)
        e = req_field_text(r, "sku", 1, 64, &c->sku_code);
    if (e == OK && req_field(r, "price_fen").n > 0)
        e = req_field_int(r, "price_fen", 1, PRICE_FEN_MAX, &c->value);
    if (e == OK && req_field(r, "note").n > 0)
        e = req_field_text(r, "note", 0, 200, &c->note);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

enum err shows_do_end(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_END, &c);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

enum err shows_do_key(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_KEY, &c);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

/* POST /shows/{id}/items/{item}/move: before (an item; 0: the end) */
enum err shows_do_move(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_MOVE, &c);
    if (e == OK && str_to_i64(req_param(r, "item"), &c->item) != OK)
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = req_field_int(r, "before", 0, INT64_MAX, &c->before);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

/* POST /shows/{id}/cut: on (1; 0 lets the picture in again), why */
enum err shows_do_cut(struct req *r)
{
    struct crew *c;
    int64_t on = 1;
    enum err e = req_field(r, "on").n ? req_field_int(r, "on", 0, 1, &on) : OK;
    if (e == OK)
        e = crew_begin(r, on ? ACT_CUT : ACT_RESUME, &c);
    if (e == OK && req_field(r, "why").n)
        e = req_field_text(r, "why", 1, SHOWS_NOTE_MAX, &c->note);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

/* POST /shows/{id}/rehearse: on */
enum err shows_do_rehearse(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_REHEARSE, &c);
    if (e == OK)
        e = req_field_int(r, "on", 0, 1, &c->value);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}
