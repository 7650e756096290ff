/* Changes of the list: each is a row of the list and an event, in one transaction. */
#include <jansson.h>

#include "store/queries.h"
#include "town/house/internal.h"
#include "web/resources.h"

const char *const house_rules[] = {"outside", "gambling",    "fraud",    "illegal",
                                   "abuse",   "superlative", "absolute", "medical",
                                   "other",   "exempt",      NULL};

bool house_rule_ok(struct str rule)
{
    for (size_t i = 0; house_rules[i]; i++)
        if (str_eq_z(rule, house_rules[i]))
            return true;
    return false;
}

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static enum err event(struct tx *tx, const char *what, const struct house_word *w)
{
    return db_exec(tx->db, &q_house_word_event_add,
                   ARGS(V_INT(tx->now_ms), w->actor ? V_INT(w->actor) : V_NULL, V_Z(what),
                        V_STR(w->word), V_STR(w->class), V_STR(w->rule), V_STR(w->note),
                        V_STR(w->why)),
                   NULL);
}

static enum err check(struct tx *tx, const struct house_word *w)
{
    enum house_class class;
    if (house_class_of(w->class, &class))
        return refuse(tx, ERR_INVALID, "class", "house.class_unknown", 0);
    if (!house_rule_ok(w->rule))
        return refuse(tx, ERR_INVALID, "rule", "house.rule_unknown", 0);
    if (house_term_check(house_list_fold(), w->word))
        return refuse(tx, ERR_INVALID, "words", "house.word_bad", HOUSE_TERM_MAX);
    return OK;
}

/* Numbers are compared one by one with what is said: there are few of them. */
static enum err check_room(struct tx *tx, const struct house_word *w)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_house_words_n, NO_ARGS, tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= HOUSE_WORDS_MAX)
        return refuse(tx, ERR_LIMIT, "words", "house.words_full", HOUSE_WORDS_MAX);
    if (!e && memchr(w->word.p, '#', w->word.n) && row_int(&rs, 0, "numbers") >= HOUSE_NUMBERS_MAX)
        return refuse(tx, ERR_LIMIT, "words", "house.words_full", HOUSE_NUMBERS_MAX);
    return e;
}

enum err house_word_add(struct tx *tx, const struct house_word *w)
{
    struct rows rs;
    enum err e = check(tx, w);
    if (!e)
        e = check_room(tx, w);
    if (!e)
        e = db_select(tx->db, &q_house_word_of, ARGS(V_STR(w->word)), tx->arena, &rs);
    if (!e && rs.n)
        return refuse(tx, ERR_EXISTS, "words", "house.word_exists", 0);
    if (!e)
        e = db_exec(tx->db, &q_house_word_add,
                    ARGS(V_STR(w->word), V_STR(w->class), V_STR(w->rule), V_STR(w->note)), NULL);
    return e ? e : event(tx, "add", w);
}

enum err house_word_change(struct tx *tx, int64_t id, const struct house_word *w)
{
    struct rows rs;
    struct house_word to = *w;
    enum err e = db_one(tx->db, &q_house_word, ARGS(V_INT(id)), tx->arena, &rs);
    if (e)
        return e;
    to.word = row_str(&rs, 0, "word");
    e = check(tx, &to);
    if (!e)
        e = db_exec(tx->db, &q_house_word_change,
                    ARGS(V_STR(to.class), V_STR(to.rule), V_STR(to.note), V_INT(id)), NULL);
    return e ? e : event(tx, "change", &to);
}

enum err house_word_remove(struct tx *tx, int64_t id, const struct house_word *w)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_house_word, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e)
        e = db_exec(tx->db, &q_house_word_remove, ARGS(V_INT(id)), NULL);
    if (e)
        return e;
    const struct house_word was = {row_str(&rs, 0, "word"),
                                   row_str(&rs, 0, "class"),
                                   row_str(&rs, 0, "rule"),
                                   row_str(&rs, 0, "note"),
                                   w->why,
                                   w->actor};
    return event(tx, "remove", &was);
}

/* --- the program's own --- */

static struct str member(const json_t *object, const char *name)
{
    return str_of(json_string_value(json_object_get(object, name)));
}

static enum err seed_group(struct tx *tx, const json_t *group)
{
    const json_t *words = json_object_get(group, "words");
    enum err e = OK;
    for (size_t i = 0; !e && i < json_array_size(words); i++) {
        const struct house_word w = {.word = str_of(json_string_value(json_array_get(words, i))),
                                     .class = member(group, "class"),
                                     .rule = member(group, "rule")};
        e = house_word_add(tx, &w);
    }
    return e;
}

enum err house_words_seed(struct tx *tx)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_house_version, NO_ARGS, tx->arena, &rs);
    if (e || row_int(&rs, 0, "version"))
        return e;
    const struct resource *r = resource_find(STR("house/data/words.json"));
    json_t *all = r ? json_loadb(resource_bytes(r).p, resource_bytes(r).n, 0, NULL) : NULL;
    if (!all)
        return refuse(tx, ERR_SYNTAX, "words.json", NULL, 0);
    for (size_t i = 0; !e && i < json_array_size(all); i++)
        e = seed_group(tx, json_array_get(all, i));
    json_decref(all);
    return e;
}
