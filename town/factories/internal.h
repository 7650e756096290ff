/* What the files of this department share. */
#ifndef TOWN_FACTORIES_INTERNAL_H
#define TOWN_FACTORIES_INTERNAL_H

#include "town/factories/state.h"

/* ---- entry.c: fields as one table, and an entry as it is kept ---- */

struct factory_field_kind {
    const char *name; /* of the input; locales: factories.field_NAME, factories.hint_NAME */
    size_t max;       /* characters */
    bool is_lines;    /* a text of several lines */
    bool is_sealed;   /* personal data: shown masked, and empty means as it is */
    bool is_reviewed; /* once approved, only the base changes it */
    bool is_first;    /* needed already when registering; the others before review */
};
extern const struct factory_field_kind factory_fields[FACTORY_FIELDS];
extern const enum factory_field factory_fields_order[FACTORY_FIELDS]; /* on pages */

struct factory_loaded { /* strings in the arena */
    int64_t id, version, created_at, approved_at;
    struct str state, slug;
    struct factory_entry entry; /* contact and phone are revealed: mask before showing */
};
enum err factory_load(struct db *db, struct arena *arena, int64_t id,
                      struct factory_loaded *out) MUST_CHECK;
/* "138****1234", "苏*"; of a field that is not sealed: itself. */
struct str factory_masked(enum factory_field f, struct str plain, struct arena *arena);
/* The message key of what is wrong with a value, or NULL; *limit goes into its text. Empty is not
 * wrong here. */
const char *factory_fault(enum factory_field f, struct str value, int64_t *limit);
/* The first field that a review needs and the entry has not; FACTORY_FIELDS when it is whole. */
enum factory_field factory_missing(const struct factory_entry *f, enum factory_field from);

/* ---- members.c ---- */

enum {
    FACTORY_MEMBERS_MAX = 50,
    FACTORY_INVITATIONS_DAY_MAX = 20, /* of one factory in a day: logins are not for trying out */
};
/* "owner", "clerk"; 0 for another word. */
unsigned factory_role(struct str name);
enum err factory_invite(struct tx *tx, int64_t id, struct str login, struct str role,
                        int64_t by) MUST_CHECK;
/* "accept" or "decline" by who was asked, "withdraw" by an owner of the factory. */
enum err factory_answer(struct tx *tx, int64_t invitation, struct str answer,
                        int64_t by) MUST_CHECK;
/* Refuses to leave a factory without an owner: ERR_CONFLICT. */
enum err factory_member_remove(struct tx *tx, int64_t id, int64_t user, int64_t by) MUST_CHECK;
enum err factory_member_role(struct tx *tx, int64_t id, int64_t user, struct str role,
                             int64_t by) MUST_CHECK;
/* What somebody is to a factory as its member, 0 for nothing; that the base's people are operators
 * of each (town/hand.h) is theirs to add who ask for a page. */
enum err factory_as_of(struct db *db, struct arena *arena, int64_t id, int64_t user,
                       unsigned *as) MUST_CHECK;
enum err factory_event(struct tx *tx, int64_t id, const char *event, struct str from,
                       const char *to, int64_t actor, int64_t version, struct str note,
                       int64_t *event_id) MUST_CHECK;

/* ---- pages ---- */

enum {
    FACTORY_EVENTS_SHOWN = 100,
    FACTORY_QUEUE_PAGE = 50,
    FACTORY_NOTE_MAX = 300,
    FACTORY_PURPOSE_MIN = 4,
    FACTORY_PURPOSE_MAX = 120
};
/* view.c: members of the pages */
enum err factory_put_entry(struct req *r, struct view *v,
                           const struct factory_loaded *f) MUST_CHECK;
enum err factory_put_events(struct req *r, struct view *v, const char *member, int64_t id,
                            int64_t after_version) MUST_CHECK;
enum err factory_put_members(struct req *r, struct view *v, int64_t id) MUST_CHECK;
enum err factory_put_openings(struct req *r, struct view *v, int64_t id) MUST_CHECK;
/* moves, may_edit; to: where their forms post. */
void factory_put_moves(struct req *r, struct view *v, struct str state, unsigned as,
                       const char *to);
struct str factory_text(struct req *r, const char *prefix, struct str name);

handler_fn factories_page_register, factories_do_register, factories_page_edit, factories_do_edit,
    factories_page_code; /* form.c */
handler_fn factories_page_own, factories_do_own_move, factories_do_invite, factories_do_answer,
    factories_do_member; /* own.c */
handler_fn factories_page_queue, factories_page_one, factories_do_move, factories_do_open,
    factories_get_licence, factories_get_own_licence; /* office.c */

#endif
