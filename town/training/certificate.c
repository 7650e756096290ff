#include "town/training/certificate.h"

#include <time.h>

#include "base/clock.h"
#include "base/enc.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/training/tell.h"

enum { FIRST_YEAR = 1900 };

static void fingerprint(struct arena *arena, struct str number, struct str name,
                        const struct rows *of, size_t row, int64_t issued, int64_t until,
                        char out[CERTIFICATE_FINGERPRINT])
{
    uint8_t hash[SEAL_HASH_BYTES];
    const char *text =
        arena_printf(arena, "%.*s|%.*s|%.*s|%.*s|%lld|%lld|%lld|%lld", STR_ARG(number),
                     STR_ARG(name), STR_ARG(row_str(of, row, "occupation")),
                     STR_ARG(row_str(of, row, "trade")), (long long)row_int(of, row, "level"),
                     (long long)row_int(of, row, "hours"), (long long)issued, (long long)until);
    seal_hash("training.certificate", str_of(text ? text : ""), hash);
    enc_hex(out, hash, (CERTIFICATE_FINGERPRINT - 1) / 2);
}

enum err certificate_name(const struct rows *rs, size_t row, struct arena *arena, struct str *name)
{
    return seal_reveal("training.certificate_name", row_val(rs, row, "name").s, arena, name);
}

enum err certificate_fingerprint(const struct rows *rs, size_t row, struct arena *arena,
                                 char out[CERTIFICATE_FINGERPRINT])
{
    struct str name;
    enum err e = certificate_name(rs, row, arena, &name);
    if (!e)
        fingerprint(arena, row_str(rs, row, "number"), name, rs, row, row_int(rs, row, "issued_at"),
                    row_int(rs, row, "valid_until"), out);
    return e;
}

/* The end of the day on which it ends, so many months on. */
static int64_t months_on(int64_t ms, int64_t months)
{
    struct tm tm;
    day_clock(ms, &tm);
    int64_t month = tm.tm_mon + months;
    struct tm first = {.tm_year = tm.tm_year + (int)(month / 12), .tm_mon = (int)(month % 12)};
    struct tm next = first;
    first.tm_mday = 1;
    next.tm_mon++;
    next.tm_mday = 0; /* the last day of the month */
    time_t last = timegm(&next);
    struct tm ends;
    gmtime_r(&last, &ends);
    first.tm_mday = tm.tm_mday < ends.tm_mday ? tm.tm_mday : ends.tm_mday;
    return day_end_ms((int64_t)timegm(&first) / (24 * 3600));
}

static enum err add(struct tx *tx, const struct training_enrolment *en, const struct rows *run,
                    struct str name, int64_t *id)
{
    struct tm tm;
    struct rows rs;
    struct str sealed;
    char number[NUMBER_TEXT], print[CERTIFICATE_FINGERPRINT];
    day_clock(tx->now_ms, &tm);
    int64_t year = tm.tm_year + FIRST_YEAR;
    enum err e = db_one(tx->db, &q_training_certificate_serial, ARGS(V_INT(year)), tx->arena, &rs);
    int64_t serial = e ? 0 : row_int(&rs, 0, "serial") + 1;
    int64_t until = months_on(tx->now_ms, row_int(run, 0, "valid_months"));
    if (!e && serial > NUMBER_SERIAL_MAX)
        e = ERR_LIMIT;
    if (!e)
        e = seal_text("training.certificate_name", name, tx->arena, &sealed);
    if (e)
        return e;
    number_text(year, serial, number);
    fingerprint(tx->arena, str_of(number), name, run, 0, tx->now_ms, until, print);
    e = db_one(tx->db, &q_training_certificate_add,
               ARGS(V_INT(year), V_INT(serial), V_Z(number), V_INT(en->user), V_INT(en->id),
                    V_INT(row_int(run, 0, "course_id")), V_STR(row_str(run, 0, "occupation")),
                    V_STR(row_str(run, 0, "trade")), V_INT(row_int(run, 0, "level")),
                    V_INT(row_int(run, 0, "hours")), V_BLOB(sealed), V_INT(tx->now_ms),
                    V_INT(until), V_Z(print)),
               tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e ? e : training_tell_certificate(tx, *id);
}

enum err certificate_issue(struct tx *tx, const struct training_enrolment *en, int64_t *id)
{
    struct rows run, person;
    struct str name;
    int64_t made;
    enum err e = db_one(tx->db, &q_training_run, ARGS(V_INT(en->run)), tx->arena, &run);
    if (!e)
        e = db_one(tx->db, &q_training_person, ARGS(V_INT(en->user)), tx->arena, &person);
    if (!e)
        e = seal_reveal("training.name", row_val(&person, 0, "name").s, tx->arena, &name);
    return e ? e : add(tx, en, &run, name, id ? id : &made);
}

enum err certificate_revoke(struct tx *tx, int64_t id, int64_t actor, struct str reason)
{
    int64_t changed;
    enum err e = db_exec(tx->db, &q_training_certificate_revoke,
                         ARGS(V_INT(tx->now_ms), V_INT(actor), V_STR(reason), V_INT(id)), &changed);
    if (!e && !changed)
        return training_refuse(tx, ERR_CONFLICT, "certificate", "training.revoked_before");
    return e ? e : training_tell_revoked(tx, id);
}

const char *certificate_state(const struct rows *rs, size_t row, int64_t now_ms)
{
    if (!row_null(rs, row, "revoked_at"))
        return "revoked";
    return row_int(rs, row, "valid_until") < now_ms ? "expired" : "valid";
}

void certificate_put(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    const char *state = certificate_state(rs, row, clock_wall_ms());
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_str(v, "number", row_str(rs, row, "number"));
    view_put_str(v, "course", training_text(r, rs, row, "title_zh", "title_en"));
    view_put_int(v, "course_id", row_int(rs, row, "course_id"));
    training_put_kind(r, v, rs, row);
    view_put_z(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "training.certificate_", str_of(state)));
    view_put_time(v, "issued_at", row_int(rs, row, "issued_at"));
    view_put_time(v, "valid_until", row_int(rs, row, "valid_until"));
    view_put_str(v, "fingerprint", row_str(rs, row, "fingerprint"));
    if (row_null(rs, row, "revoked_at"))
        return;
    view_put_time(v, "revoked_at", row_int(rs, row, "revoked_at"));
}

enum err training_complete(struct tx *tx, int64_t run, int64_t user)
{
    struct training_enrolment en;
    enum err e = training_enrolment_of(tx, run, user, &en);
    if (!e)
        e = training_move(tx, &en, "complete", TRAINING_ITSELF, 0, STR_NONE);
    return e ? e : certificate_issue(tx, &en, NULL);
}
