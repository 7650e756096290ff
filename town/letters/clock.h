/*
 * When something is due, and how that is reckoned: pure functions of the day on which it began, the
 * rule in force on that day, the calendar of workdays, and more time that was granted. Each answers
 * with its steps, so that a page can show the derivation line by line.
 *
 *   reply    assigned + months, moved to the next workday when it ends on none; then the last day
 *            granted, at most assigned + most_months
 *   accept   n workdays or calendar days after the assignment
 *   co       assigned + co_months, moved as the reply
 *   form     n workdays after the reply was sent
 *
 * A rule that is changed later, or begins later, changes no clock that runs. A calendar that is
 * announced later does: what was provisional is reckoned again.
 */
#ifndef TOWN_LETTERS_CLOCK_H
#define TOWN_LETTERS_CLOCK_H

#include "town/workdays/workdays.h"

enum { CLOCK_STEPS_MAX = 40 };

enum clock_what { CLOCK_REPLY, CLOCK_AGAIN, CLOCK_ACCEPT, CLOCK_CO, CLOCK_FORM };

struct clock_rule { /* as letter_rules has it */
    int64_t from_day, reply_months, most_months, co_months, decline_days, again_months,
        form_workdays;
    bool decline_workdays;
    struct str source;
};

enum clock_step_kind {
    STEP_BEGIN,       /* day: when it began */
    STEP_RULE,        /* day: since when the rule holds; text: where it stands */
    STEP_MONTHS,      /* n months later: day */
    STEP_DAYS,        /* n calendar days later: day */
    STEP_WORKDAYS,    /* the nth workday: day */
    STEP_HOLIDAY,     /* day is not counted, text: its name */
    STEP_MAKE_UP,     /* day is a weekend and is counted, text: for what */
    STEP_WEEKENDS,    /* n days of weekends are not counted */
    STEP_MOVED,       /* ends on no workday, so on the next: day */
    STEP_EXTENDED,    /* granted until day */
    STEP_CAPPED,      /* at most n months in all: day */
    STEP_PROVISIONAL, /* n: the year whose holidays are not announced */
};

struct clock_step {
    enum clock_step_kind kind;
    int64_t day, n;
    struct str zh, en;
};
struct clock_result {
    int64_t day;
    bool is_provisional;
    size_t n;
    struct clock_step steps[CLOCK_STEPS_MAX];
};

/* extended_day: the last day that was granted, 0: none. */
void clock_reckon(enum clock_what what, const struct clock_rule *rule, const struct workdays *w,
                  int64_t begin_day, int64_t extended_day, struct clock_result *out);

#endif
