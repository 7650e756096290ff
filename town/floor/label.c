#include "town/floor/label.h"

#include <string.h>

#include "store/queries.h"
#include "town/day.h"
#include "town/floor/place.h"
#include "web/limit.h"

enum { BASE = 32, CHECK = 31, DIGITS_MAX = FLOOR_LABEL_CODE_MAX - 3 };

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* ---- codes ---- */

/* Of prime modulus and with rising weights: one wrong digit and two that changed places show. */
static int check_of(const char *code, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = (sum + (int)(i + 2) * (int)(strchr(digits, code[i]) - digits)) % CHECK;
    return sum;
}

void floor_label_code(int64_t product, int64_t hall, char out[FLOOR_LABEL_CODE_MAX])
{
    char backwards[DIGITS_MAX + 1];
    size_t n = 0, at = 0;
    for (; product > 0 && n < DIGITS_MAX; product /= BASE)
        backwards[n++] = digits[product % BASE];
    while (n > 0)
        out[at++] = backwards[--n];
    out[at++] = digits[hall % BASE];
    out[at] = digits[check_of(out, at)];
    out[at + 1] = 0;
}

/* As it was typed from a label: O is 0, I and L are 1. */
static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c + 32);
    if (c == 'o')
        c = '0';
    if (c == 'i' || c == 'l')
        c = '1';
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool floor_label_read(struct str code, int64_t *product, int64_t *hall)
{
    char plain[FLOOR_LABEL_CODE_MAX];
    if (code.n < 3 || code.n >= FLOOR_LABEL_CODE_MAX)
        return false;
    *product = 0;
    for (size_t i = 0; i < code.n; i++) {
        int d = digit(code.p[i]);
        if (d < 0)
            return false;
        plain[i] = digits[d];
        if (i + 2 < code.n && *product > INT64_MAX / BASE - BASE)
            return false;
        if (i + 2 < code.n)
            *product = *product * BASE + d;
        else if (i + 2 == code.n)
            *hall = d;
    }
    return plain[0] != '0' && *hall <= FLOOR_HALLS_MAX &&
           plain[code.n - 1] == digits[check_of(plain, code.n - 1)];
}

/* ---- visits ---- */

enum err floor_visit(struct tx *tx, int64_t product, int64_t stand)
{
    int64_t changed;
    int64_t day = day_begin_ms(day_of(tx->now_ms));
    enum err e = db_exec(tx->db, &q_floor_visit_more,
                         ARGS(V_INT(product), V_INT(stand), V_INT(day)), &changed);
    if (e || changed)
        return e;
    return db_exec(tx->db, &q_floor_visit_add,
                   ARGS(V_INT(product), stand ? V_INT(stand) : V_NULL, V_INT(day)), NULL);
}

/* ---- what does not count ---- */

static struct limit *same, *crowd;

enum err floor_scans_start(void)
{
    floor_scans_stop();
    same = limit_new(FLOOR_SCAN_ADDRESSES, 1, FLOOR_SCAN_SAME_MS);
    crowd = limit_new(FLOOR_SCAN_ADDRESSES, FLOOR_SCAN_BURST, FLOOR_SCAN_EVERY_MS);
    return same && crowd ? OK : ERR_NOMEM;
}

void floor_scans_stop(void)
{
    limit_free(same);
    limit_free(crowd);
    same = crowd = NULL;
}

bool floor_scan_counts(const struct addr *peer, int64_t product)
{
    uint8_t key[16 + sizeof(product)];
    addr_client_key(peer, key);
    memcpy(key + 16, &product, sizeof(product));
    return same && limit_take(same, str_n(key, sizeof(key)), NULL) &&
           limit_take(crowd, str_n(key, 16), NULL);
}
