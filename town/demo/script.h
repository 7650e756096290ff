/* What is said in the demo's show: data. */
#ifndef TOWN_DEMO_SCRIPT_H
#define TOWN_DEMO_SCRIPT_H

struct demo_question {
    const char *kind; /* of the product that is shown; NULL: of any */
    const char *asked, *answered;
};
extern const struct demo_question demo_questions[];
extern const int demo_questions_n;
/* What viewers say that wants no answer. */
extern const char *const demo_remarks[];
extern const int demo_remarks_n;

#endif
