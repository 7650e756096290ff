/*
 * A template as a form: name, is_default, free_from (yuan), free_pieces; of each zone Z
 * zZ_first_pieces, zZ_first_fee (yuan), zZ_next_pieces, zZ_next_fee, zZ_always; of each province
 * with code C pC: a zone's number, "0" or empty for everywhere else, "no" when nothing is sent
 * there. A zone whose prices are all empty is none.
 */
#include <stdio.h>

#include "town/freight/internal.h"
#include "town/region.h"
#include "town/yuan.h"

enum { NAME_MAX_CHARS = 40, FIELD_NAME = 24 };

static const char *zone_field(struct req *r, int zone, const char *what)
{
    const char *name = arena_printf(r->arena, "z%d_%s", zone, what);
    return name ? name : "";
}

static enum err read_fen(struct req *r, const char *field, int64_t *fen)
{
    if (yuan_typed(str_trim(req_field(r, field)), fen) != OK || *fen > FREIGHT_FEN_MAX)
        return req_refuse(r, ERR_INVALID, field, "freight.fee_bad");
    return OK;
}

static enum err read_pieces(struct req *r, const char *field, int64_t *pieces)
{
    if (req_field_int(r, field, 1, FREIGHT_PIECES_MAX, pieces) != OK)
        return req_refuse(r, ERR_INVALID, field, "freight.pieces_bad");
    return OK;
}

static enum err read_zone(struct req *r, int zone, struct freight_zone *z)
{
    const char *first_pieces = zone_field(r, zone, "first_pieces"),
               *first_fee = zone_field(r, zone, "first_fee"),
               *next_pieces = zone_field(r, zone, "next_pieces"),
               *next_fee = zone_field(r, zone, "next_fee");
    *z = (struct freight_zone){.is_always = req_field(r, zone_field(r, zone, "always")).n > 0};
    if (zone > 0 && str_trim(req_field(r, first_fee)).n + str_trim(req_field(r, next_fee)).n == 0)
        return OK;
    z->is_set = true;
    enum err e = read_pieces(r, first_pieces, &z->first_pieces);
    if (e == OK)
        e = read_fen(r, first_fee, &z->first_fen);
    if (e == OK)
        e = read_pieces(r, next_pieces, &z->next_pieces);
    return e == OK ? read_fen(r, next_fee, &z->next_fen) : e;
}

static enum err read_place(struct req *r, const struct region *region, struct freight_template *t)
{
    const char *field = arena_printf(r->arena, "p%d", region->code);
    int64_t zone = 0;
    if (!field)
        return ERR_NOMEM;
    struct str text = str_trim(req_field(r, field));
    if (str_eq_z(text, "no"))
        zone = FREIGHT_REFUSED;
    else if (text.n && (str_to_i64(text, &zone) != OK || zone < 0 || zone >= FREIGHT_ZONES_MAX))
        return req_refuse(r, ERR_INVALID, field, "freight.zone_bad");
    if (zone > 0 && !t->zones[zone].is_set)
        return req_refuse(r, ERR_INVALID, field, "freight.zone_without_price");
    t->places[region->code] = (int8_t)zone;
    t->has_places = t->has_places || zone != 0;
    return OK;
}

static enum err read_free(struct req *r, struct freight_template *t)
{
    struct str from = str_trim(req_field(r, "free_from")),
               pieces = str_trim(req_field(r, "free_pieces"));
    if (from.n && (yuan_typed(from, &t->free_fen) != OK || t->free_fen == 0))
        return req_refuse(r, ERR_INVALID, "free_from", "freight.fee_bad");
    return pieces.n ? read_pieces(r, "free_pieces", &t->free_pieces) : OK;
}

enum err freight_form_read(struct req *r, struct freight_draft *out)
{
    int64_t id = out->t.id;
    out->t = (struct freight_template){.id = id};
    out->is_default = req_field(r, "is_default").n > 0;
    enum err e = req_field_text(r, "name", 1, NAME_MAX_CHARS, &out->name);
    for (int i = 0; e == OK && i < FREIGHT_ZONES_MAX; i++)
        e = read_zone(r, i, &out->t.zones[i]);
    if (e == OK)
        e = read_free(r, &out->t);
    for (size_t i = 0; e == OK && i < regions_n; i++)
        e = read_place(r, &regions[i], &out->t);
    return e;
}

/* --- drawing it: what was typed, or what is kept --- */

static void put_typed(struct req *r, struct view *v, const char *member, const char *field,
                      bool is_kept, struct str kept)
{
    struct str typed = req_field(r, field);
    view_put_str(v, member, typed.n ? typed : is_kept ? kept : STR(""));
}

static struct str yuan_of(struct req *r, int64_t fen)
{
    char text[YUAN_TEXT];
    yuan_text(fen, text);
    struct str s = str_of(text);
    if (str_ends(s, ".00"))
        s.n -= 3;
    return arena_str(r->arena, s);
}

static struct str number_of(struct req *r, int64_t n)
{
    return str_of(arena_printf(r->arena, "%lld", (long long)n));
}

static void put_zone(struct req *r, struct view *zones, int i, const struct freight_zone *z)
{
    struct view *v = view_add_object(zones);
    view_put_int(v, "zone", i);
    view_put_str(v, "letter", str_n(&"ABCDEF"[i], 1));
    put_typed(r, v, "first_pieces", zone_field(r, i, "first_pieces"), true,
              number_of(r, z->is_set ? z->first_pieces : 1));
    put_typed(r, v, "first_fee", zone_field(r, i, "first_fee"), z->is_set,
              yuan_of(r, z->first_fen));
    put_typed(r, v, "next_pieces", zone_field(r, i, "next_pieces"), true,
              number_of(r, z->is_set ? z->next_pieces : 1));
    put_typed(r, v, "next_fee", zone_field(r, i, "next_fee"), z->is_set, yuan_of(r, z->next_fen));
    view_put_bool(v, "is_always", z->is_always || req_field(r, zone_field(r, i, "always")).n > 0);
}

static void put_place(struct req *r, struct view *places, const struct region *region,
                      const struct freight_template *t)
{
    struct view *v = view_add_object(places);
    char field[FIELD_NAME];
    int zone = t->places[region->code];
    snprintf(field, sizeof(field), "p%d", region->code);
    view_put_int(v, "code", region->code);
    view_put_z(v, "name", r->lang == LANG_ZH ? region->short_zh : region->name_en);
    put_typed(r, v, "zone", arena_strdup(r->arena, field), true,
              zone == FREIGHT_REFUSED ? STR("no") : number_of(r, zone));
}

void freight_put_draft(struct req *r, const struct freight_draft *d)
{
    struct view *v = r->view;
    const struct freight_template *t = &d->t;
    view_put_int(v, "id", t->id);
    put_typed(r, v, "name", "name", true, d->name);
    view_put_bool(v, "is_default", d->is_default);
    put_typed(r, v, "free_from", "free_from", t->free_fen > 0, yuan_of(r, t->free_fen));
    put_typed(r, v, "free_pieces", "free_pieces", t->free_pieces > 0, number_of(r, t->free_pieces));
    struct view *zones = view_put_list(v, "zones"), *places = view_put_list(v, "places");
    for (int i = 0; i < FREIGHT_ZONES_MAX; i++)
        put_zone(r, zones, i, &t->zones[i]);
    for (size_t i = 0; i < regions_n; i++)
        put_place(r, places, &regions[i], t);
}
