#include "wire_cut.h"

#include <libpq-fe.h>

#include <sys/socket.h>

#include "base/str.h"

static struct {
    enum wire_cut cut;
    int64_t nth, countdown;
    int times;
} plan;

void wire_plan(enum wire_cut cut, int64_t nth, int times)
{
    plan.cut = cut;
    plan.nth = plan.countdown = nth;
    plan.times = times;
}

/* What becomes of the request at hand. */
static enum wire_cut next(const char *sql)
{
    bool is_meant =
        plan.nth == WIRE_AT_COMMIT ? str_ends(str_of(sql), "COMMIT") : --plan.countdown <= 0;
    if (plan.cut == WIRE_HOLDS || !is_meant)
        return WIRE_HOLDS;
    enum wire_cut cut = plan.cut;
    plan.countdown = plan.nth;
    if (--plan.times == 0)
        plan.cut = WIRE_HOLDS;
    return cut;
}

static void cut(const PGconn *conn)
{
    if (PQsocket(conn) >= 0)
        shutdown(PQsocket(conn), SHUT_RDWR);
}

PGresult *__real_PQexec(PGconn *conn, const char *sql);
PGresult *__wrap_PQexec(PGconn *conn, const char *sql);
PGresult *__real_PQprepare(PGconn *conn, const char *name, const char *sql, int n,
                           const Oid *types);
PGresult *__wrap_PQprepare(PGconn *conn, const char *name, const char *sql, int n,
                           const Oid *types);
PGresult *__real_PQexecPrepared(PGconn *conn, const char *name, int n, const char *const *values,
                                const int *lengths, const int *formats, int format);
PGresult *__wrap_PQexecPrepared(PGconn *conn, const char *name, int n, const char *const *values,
                                const int *lengths, const int *formats, int format);

/* After the answer: what libpq gives instead of it when the connection was lost before it came. */
static PGresult *without_answer(PGconn *conn, PGresult *answer)
{
    PQclear(answer);
    cut(conn);
    return __real_PQexec(conn, "SELECT 1");
}

#define THROUGH(conn, sql, call)                                                                   \
    do {                                                                                           \
        enum wire_cut cut_ = next(sql);                                                            \
        if (cut_ == WIRE_CUT_BEFORE)                                                               \
            cut(conn);                                                                             \
        PGresult *answer_ = (call);                                                                \
        return cut_ == WIRE_CUT_AFTER ? without_answer((conn), answer_) : answer_;                 \
    } while (0)

PGresult *__wrap_PQexec(PGconn *conn, const char *sql)
{
    THROUGH(conn, sql, __real_PQexec(conn, sql));
}

PGresult *__wrap_PQprepare(PGconn *conn, const char *name, const char *sql, int n, const Oid *types)
{
    THROUGH(conn, sql, __real_PQprepare(conn, name, sql, n, types));
}

PGresult *__wrap_PQexecPrepared(PGconn *conn, const char *name, int n, const char *const *values,
                                const int *lengths, const int *formats, int format)
{
    THROUGH(conn, "", __real_PQexecPrepared(conn, name, n, values, lengths, formats, format));
}
