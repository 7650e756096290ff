#include "town/house/list.h"

#include <pthread.h>

#include "base/buf.h"
#include "store/queries.h"
#include "town/house/house.h"
#include "web/resources.h"

enum { FOLD_ARENA_MAX = 1 << 20, WHY_MAX = 400 };

const char *const house_classes[3] = {
    [HOUSE_EXEMPT] = "exempt", [HOUSE_FLAGGED] = "flagged", [HOUSE_BLOCKED] = "blocked"};

static struct {
    pthread_mutex_t lock; /* held for a moment: to take the pointer, or to put another */
    struct house_matcher *now;
    int64_t version;
    struct arena arena; /* the fold's */
    struct house_fold *fold;
} list = {.lock = PTHREAD_MUTEX_INITIALIZER};

enum err house_class_of(struct str name, enum house_class *out)
{
    for (int i = 0; i < 3; i++)
        if (str_eq_z(name, house_classes[i])) {
            *out = (enum house_class)i;
            return OK;
        }
    return ERR_NOT_FOUND;
}

enum err house_list_open(struct err_info *info)
{
    const struct resource *r = resource_find(STR("house/data/fold.json"));
    if (list.fold)
        return OK;
    arena_init(&list.arena, FOLD_ARENA_MAX);
    enum err e = r ? house_fold_read(resource_bytes(r), &list.arena, &list.fold) : ERR_NOT_FOUND;
    if (e) {
        list.fold = NULL;
        *info = (struct err_info){.code = e, .field = "fold.json", .text = "unreadable"};
    }
    return e;
}

const struct house_fold *house_list_fold(void)
{
    return list.fold;
}

struct house_matcher *house_list_hold(void)
{
    pthread_mutex_lock(&list.lock);
    struct house_matcher *m = list.now ? house_matcher_keep(list.now) : NULL;
    pthread_mutex_unlock(&list.lock);
    return m;
}

enum err house_list_put(const struct house_term *terms, size_t n, int64_t version)
{
    struct house_matcher *made, *other;
    enum err e = house_matcher_make(list.fold, terms, n, &made);
    if (e)
        return e;
    pthread_mutex_lock(&list.lock);
    bool newer = !list.now || version > list.version;
    other = newer ? list.now : made;
    if (newer) {
        list.now = made;
        list.version = version;
    }
    pthread_mutex_unlock(&list.lock);
    house_matcher_drop(other);
    return OK;
}

static bool has_version(int64_t version)
{
    pthread_mutex_lock(&list.lock);
    bool has = list.now && list.version >= version;
    pthread_mutex_unlock(&list.lock);
    return has;
}

enum err house_list_follow(struct db *db, struct arena *arena)
{
    struct rows rs;
    enum err e = db_one(db, &q_house_version, NO_ARGS, arena, &rs);
    int64_t version = e ? 0 : row_int(&rs, 0, "version");
    if (e || has_version(version))
        return e;
    e = db_select(db, &q_house_words, ARGS(V_INT(HOUSE_WORDS_MAX)), arena, &rs);
    struct house_term *terms = e ? NULL : arena_array(arena, rs.n + 1, sizeof(*terms));
    if (!terms)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; !e && i < rs.n; i++) {
        terms[i] =
            (struct house_term){.text = row_str(&rs, i, "word"), .rule = row_str(&rs, i, "rule")};
        e = house_class_of(row_str(&rs, i, "class"), &terms[i].class);
    }
    return e ? e : house_list_put(terms, rs.n, version);
}

void house_list_close(void)
{
    pthread_mutex_lock(&list.lock);
    struct house_matcher *m = list.now;
    list.now = NULL;
    list.version = 0;
    pthread_mutex_unlock(&list.lock);
    house_matcher_drop(m);
    if (list.fold)
        arena_free(&list.arena);
    list.fold = NULL;
}

/* --- judging --- */

enum shows_verdict house_verdict(const struct house_found *found, size_t n)
{
    enum shows_verdict verdict = SHOWS_FINE;
    for (size_t i = 0; i < n; i++) {
        if (found[i].term->class == HOUSE_BLOCKED && !found[i].is_guess)
            return SHOWS_REFUSED;
        verdict = SHOWS_HELD; /* a guess is for somebody to look at */
    }
    return verdict;
}

static struct str words_of(const struct house_found *found, size_t n, struct arena *arena)
{
    struct buf b;
    buf_init(&b, WHY_MAX);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_str(&b, STR(" · "));
        buf_str(&b, found[i].term->text);
    }
    struct str why = arena_str(arena, str_head(str_n(b.p, b.n), WHY_MAX));
    buf_free(&b);
    return why;
}

enum shows_verdict house_judge(struct str text, struct arena *arena, struct str *why)
{
    struct house_found found[HOUSE_FOUND_MAX];
    struct house_matcher *m = house_list_hold();
    if (!m)
        return SHOWS_FINE;
    size_t n = house_match(m, text, arena, found, HOUSE_FOUND_MAX);
    enum shows_verdict verdict = house_verdict(found, n);
    if (n)
        *why = words_of(found, n, arena);
    house_matcher_drop(m);
    return verdict;
}
