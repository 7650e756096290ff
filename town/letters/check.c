/* The rules of letters, for `guildhall check`. */
#include <stdio.h>

#include "store/queries.h"
#include "town/letters/issue.h"

enum { CHECK_EVENTS = 1000, CHECK_ARENA_MAX = 4 * 1024 * 1024, LINE_BYTES = 200 };

static const struct rule {
    const struct query *query;
    const char *what; /* of the suggestion: "rating", by its id; NULL: itself */
    const char *violation;
} rules[] = {
    {&q_letters_check_untold, NULL, "nothing says that it was registered"},
    {&q_letters_check_merged, NULL, "what it is merged into takes none"},
    {&q_letters_check_lead, NULL, "it is handled by nobody"},
    {&q_letters_check_days, NULL, "its days do not go with its state"},
    {&q_letters_check_class, NULL, "its class is another session's"},
    {&q_letters_check_unanswered, NULL, "it is answered without a letter"},
    {&q_letters_check_letter_sent, "letter", "it was sent, and nothing says so"},
    {&q_letters_check_rated, "rating", "there was nothing to rate"},
    {&q_letters_check_promised, "promise", "it does not go with what was answered"},
};

struct voice {
    void (*say)(void *arg, const char *line);
    void *arg;
    int *violations;
};

static void speak(const struct voice *v, const char *line)
{
    *v->violations += 1;
    v->say(v->arg, line);
}

static void tell(const struct voice *v, int64_t suggestion, const char *violation)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof(line), "suggestion %lld: %s", (long long)suggestion, violation);
    speak(v, line);
}

static enum err check_rule(struct db *db, struct arena *arena, const struct rule *rule,
                           const struct voice *v)
{
    struct rows rs;
    enum err e = db_select(db, rule->query, ARGS(V_INT(LETTERS_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char line[LINE_BYTES];
        if (!rule->what) {
            tell(v, row_int(&rs, i, "id"), rule->violation);
            continue;
        }
        snprintf(line, sizeof(line), "suggestion %lld: %s %lld: %s",
                 (long long)row_int(&rs, i, "suggestion_id"), rule->what,
                 (long long)row_int(&rs, i, "id"), rule->violation);
        speak(v, line);
    }
    return e;
}

/* May an event lead there, whoever did it. What is not in the table only adds to the story. */
static bool is_step(struct str from, struct str event, struct str to)
{
    bool is_known = false;
    for (size_t i = 0; i < letters_table.n; i++) {
        const struct transition *t = &letters_table.rows[i];
        if (!str_eq_z(event, t->event))
            continue;
        is_known = true;
        if (str_eq_z(from, t->from ? t->from : "") && str_eq_z(to, t->to))
            return true;
    }
    return !is_known && from.n && str_eq(from, to);
}

struct story { /* of the suggestion that is looked at */
    int64_t suggestion, event;
    char state[32]; /* where its events have taken it */
    char now[32];   /* where it says that it is */
    bool is_told;
};

static void copy(char out[32], struct str s)
{
    snprintf(out, 32, "%.*s", STR_ARG(s));
}

static void story_ends(struct story *s, const struct voice *v)
{
    if (s->suggestion && !s->is_told && strcmp(s->state, s->now) != 0)
        tell(v, s->suggestion, "it is not where its last event took it");
}

static void story_goes_on(struct story *s, const struct rows *rs, size_t i, const struct voice *v)
{
    int64_t id = row_int(rs, i, "suggestion_id");
    if (id != s->suggestion) {
        story_ends(s, v);
        *s = (struct story){.suggestion = id};
        copy(s->now, row_str(rs, i, "state"));
    }
    if (!s->is_told &&
        !is_step(str_of(s->state), row_str(rs, i, "event"), row_str(rs, i, "to_state"))) {
        tell(v, id, "its events do not follow each other");
        s->is_told = true;
    }
    s->event = row_int(rs, i, "id");
    copy(s->state, row_str(rs, i, "to_state"));
}

static enum err check_stories(struct db *db, const struct voice *v)
{
    struct story s = {0};
    struct rows rs = {.n = CHECK_EVENTS};
    enum err e = OK;
    while (!e && rs.n == CHECK_EVENTS) {
        struct arena own;
        arena_init(&own, CHECK_ARENA_MAX);
        e = db_select(db, &q_letters_check_story,
                      ARGS(V_INT(s.suggestion), V_INT(s.event), V_INT(CHECK_EVENTS)), &own, &rs);
        for (size_t i = 0; !e && i < rs.n; i++)
            story_goes_on(&s, &rs, i, v);
        arena_free(&own);
    }
    if (!e)
        story_ends(&s, v);
    return e;
}

enum err letters_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    const struct voice v = {say, arg, violations};
    enum err e = check_stories(db, &v);
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++)
        e = check_rule(db, arena, &rules[i], &v);
    return e ? e : issue_check(db, arena, say, arg, violations);
}
