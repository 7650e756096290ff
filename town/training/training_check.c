/* What must always hold of courses: see training.h. */
#include <stdio.h>

#include "store/queries.h"
#include "store/seal.h"
#include "town/training/certificate.h"
#include "town/training/draw.h"
#include "town/training/exam.h"

enum { PAPERS_LOOKED = 500 };

struct voice {
    void (*say)(void *arg, const char *line);
    void *arg;
    int *violations;
};

static void tell(const struct voice *v, const char *format, int64_t id)
{
    char line[120];
    snprintf(line, sizeof(line), format, (long long)id);
    v->say(v->arg, line);
    (*v->violations)++;
}

/* The paper that the seed draws is the one that was asked. */
static enum err check_papers(struct db *db, struct arena *arena, const struct voice *v)
{
    struct rows exams, items;
    enum err e = db_select(db, &q_training_check_papers, ARGS(V_INT(PAPERS_LOOKED)), arena, &exams);
    for (size_t i = 0; !e && i < exams.n; i++) {
        struct draw_question *paper = NULL;
        size_t n = 0;
        int64_t id = row_int(&exams, i, "id");
        e = exam_draw(db, arena, row_int(&exams, i, "bank_id"), row_int(&exams, i, "started_at"),
                      row_int(&exams, i, "seed"), row_int(&exams, i, "n"), &paper, &n);
        if (!e)
            e = db_select(db, &q_training_exam_items, ARGS(V_INT(id)), arena, &items);
        bool same = !e && items.n == n;
        for (size_t k = 0; same && k < n; k++)
            same = row_int(&items, k, "question_id") == paper[k].id &&
                   str_eq_z(row_str(&items, k, "options"), paper[k].order);
        if (!e && !same)
            tell(v, "exam %lld: its seed does not draw its paper", id);
    }
    return e;
}

static enum err check_certificates(struct db *db, struct arena *arena, const struct voice *v)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_training_check_certificates, ARGS(V_INT(PAPERS_LOOKED)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char print[CERTIFICATE_FINGERPRINT], number[NUMBER_TEXT];
        if (!seal_newest()) /* a check beside the town has no keys */
            return OK;
        enum err opened = certificate_fingerprint(&rs, i, arena, print);
        if (opened == ERR_NOMEM)
            return opened;
        if (opened || !str_eq_z(row_str(&rs, i, "fingerprint"), print) ||
            !number_read(row_str(&rs, i, "number"), number))
            tell(v, "certificate %lld: it is not what was issued", row_int(&rs, i, "id"));
    }
    return e;
}

enum err training_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *format;
    } checks[] = {
        {&q_training_check_seats, "run %lld: the seats taken are not those of who is enrolled"},
        {&q_training_check_states, "enrolment %lld: its state is not what its events say"},
        {&q_training_check_waiting, "run %lld: somebody waits beside a free seat"},
        {&q_training_check_exams, "exam %lld: its points are not those of its answers"},
        {&q_training_check_late, "exam %lld: an answer came after its time"},
        {&q_training_check_attendance, "session %lld: who was there is not what its events say"}};
    const struct voice v = {say, arg, violations};
    enum err e = OK;
    *violations = 0;
    for (size_t c = 0; !e && c < sizeof(checks) / sizeof(checks[0]); c++) {
        struct rows found;
        e = db_select(db, checks[c].query, ARGS(V_INT(TRAINING_CHECK_SAYS)), arena, &found);
        for (size_t i = 0; !e && i < found.n; i++)
            tell(&v, checks[c].format, row_int(&found, i, "id"));
    }
    if (!e)
        e = check_papers(db, arena, &v);
    return e ? e : check_certificates(db, arena, &v);
}
