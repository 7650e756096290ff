/* Bodies, people and a session of the tests of letters. */
#ifndef TESTS_LETTERS_OFFICE_H
#define TESTS_LETTERS_OFFICE_H

#include "tests/store/fixture.h"

#include "base/clock.h"
#include "base/log.h"
#include "town/letters/letters.h"
#include "town/people/people.h"

static inline void office_open(struct fixture *fx)
{
    log_set_level(LOG_NONE);
    messages_stop();
    messages_register(letters_kinds, letters_kinds_n);
    fixture_in_memory(fx);
    fx->tx.now_ms = clock_wall_ms();
}

static inline int64_t office_person(struct tx *tx, const char *login)
{
    int64_t id;
    const struct people_user u = {.login = str_of(login),
                                  .name = str_of(login),
                                  .password_hash = STR("!"),
                                  .roles = ROLE_BUYER};
    assert_ok(people_user_add(tx, &u, &id));
    return id;
}

static inline int64_t office_body(struct tx *tx, const char *slug, const char *short_name,
                                  bool is_desk)
{
    int64_t id;
    const struct letters_body b = {.slug = str_of(slug),
                                   .name_zh = str_of(short_name),
                                   .name_en = str_of(slug),
                                   .short_name = str_of(short_name),
                                   .mark = STR("某局文件"),
                                   .is_desk = is_desk};
    assert_ok(letters_body_add(tx, &b, &id));
    return id;
}

/* With a rule and the class "A". */
static inline int64_t office_session(struct tx *tx, const char *slug)
{
    int64_t id;
    const struct letters_session s = {.slug = str_of(slug),
                                      .name_zh = STR("十七届五次"),
                                      .name_en = STR("Fifth session"),
                                      .opened_day = 18600};
    assert_ok(letters_session_add(tx, &s, &id));
    const struct letters_rule rule = {.session = id,
                                      .from_day = 18600,
                                      .reply_months = 3,
                                      .most_months = 6,
                                      .co_months = 1,
                                      .decline_days = 7,
                                      .decline_workdays = true,
                                      .again_months = 2,
                                      .again_most = 2,
                                      .form_workdays = 20,
                                      .source = STR("规则")};
    assert_ok(letters_rule_add(tx, &rule));
    assert_ok(letters_class_add(tx, id, STR("A"), STR("已解决"), STR("Solved"), false));
    return id;
}

#endif
