/* Routes, states and the check: see relay.h. */
#include "town/relay/relay.h"

#include <stdio.h>

#include "store/queries.h"
#include "town/relay/internal.h"

static const struct transition rows[] = {
    {NULL, "add", "off", RELAY_CREW, false},      {"off", "on", "on", RELAY_CREW, false},
    {"on", "off", "off", RELAY_CREW, false},      {"on", "again", "on", RELAY_CREW, false},
    {"off", "remove", "gone", RELAY_CREW, false}, {"on", "remove", "gone", RELAY_CREW, false},
};
const struct transition_table relay_table = TRANSITION_TABLE(rows);

static const struct route routes[] = {
    {"GET", "/shows/{id}/relay", relay_page, NULL, "relay/targets.html", WHO_MEMBER, CSRF_SAFE, 0,
     false},
    {"POST", "/shows/{id}/relay", relay_add, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, false},
    {"POST", "/shows/{id}/relay/{target}", relay_change, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0,
     false},
};
const struct web_module relay_module = {"relay", routes, sizeof(routes) / sizeof(routes[0]),
                                        "shows"};

/* One line for each row that a query finds. */
struct saying {
    void (*say)(void *arg, const char *line);
    void *arg;
    int *violations;
};

static void say_each(const struct saying *s, const struct rows *found, const char *format)
{
    for (size_t i = 0; i < found->n; i++) {
        char line[100];
        snprintf(line, sizeof(line), format, (long long)row_int(found, i, "id"));
        s->say(s->arg, line);
        (*s->violations)++;
    }
}

enum err relay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    struct rows found;
    const struct saying s = {say, arg, violations};
    *violations = 0;
    enum err e = db_select(db, &q_relay_check, ARGS(V_INT(RELAY_CHECK_SAYS)), arena, &found);
    if (e == OK) {
        say_each(&s, &found, "target %lld: its state is not that of its last event");
        e = db_select(db, &q_relay_check_many,
                      ARGS(V_INT(RELAY_TARGETS_MAX), V_INT(RELAY_CHECK_SAYS)), arena, &found);
    }
    if (e == OK)
        say_each(&s, &found, "show %lld has more targets than are allowed");
    return e;
}
