#include "job/ean.h"

#include <string.h>

enum { DIGIT_MODULES = 7, GUARD = 3, CENTRE = 5 };

/* Set A of each digit, left module first. C is its complement, B is C read backwards. */
static const unsigned char set_a[10] = {0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B};
/* Which of the six digits on the left are of set B: what the first digit says. */
static const unsigned char parity[10] = {0x00, 0x0B, 0x0D, 0x0E, 0x13,
                                         0x19, 0x1C, 0x15, 0x16, 0x1A};

static bool is_checked(const char *digits, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += (digits[i] - '0') * ((n - i) % 2 == 0 ? 3 : 1);
    return sum % 10 == 0;
}

static bool read_digits(struct str gtin, struct ean *e)
{
    const char *from = gtin.p;
    if (gtin.n != 8 && gtin.n != 12 && gtin.n != 13 && (gtin.n != 14 || from[0] != '0'))
        return false;
    for (size_t i = 0; i < gtin.n; i++)
        if (from[i] < '0' || from[i] > '9')
            return false;
    e->digits_n = gtin.n == 8 ? 8 : 13;
    if (gtin.n == 12)
        e->digits[0] = '0';
    if (gtin.n == 14)
        from++;
    size_t at = gtin.n == 12 ? 1 : 0;
    memcpy(e->digits + at, from, (size_t)e->digits_n - at);
    return is_checked(e->digits, e->digits_n);
}

static void put(struct ean *e, unsigned bits, int n)
{
    for (int i = n - 1; i >= 0; i--)
        e->is_dark[e->modules++] = bits >> i & 1;
}

static unsigned backwards(unsigned bits)
{
    unsigned out = 0;
    for (int i = 0; i < DIGIT_MODULES; i++)
        out |= (bits >> i & 1) << (DIGIT_MODULES - 1 - i);
    return out;
}

bool ean_encode(struct str gtin, struct ean *out)
{
    struct ean e = {0};
    if (!read_digits(gtin, &e))
        return false;
    int half = e.digits_n == 13 ? 6 : 4, first = e.digits_n == 13 ? 1 : 0;
    unsigned sets = first ? parity[e.digits[0] - '0'] : 0;
    put(&e, 0x5, GUARD);
    for (int i = 0; i < half; i++) {
        unsigned a = set_a[e.digits[first + i] - '0'];
        bool is_b = sets >> (half - 1 - i) & 1;
        put(&e, is_b ? backwards(~a & 0x7F) : a, DIGIT_MODULES);
    }
    put(&e, 0xA, CENTRE);
    for (int i = 0; i < half; i++)
        put(&e, ~(unsigned)set_a[e.digits[first + half + i] - '0'] & 0x7F, DIGIT_MODULES);
    put(&e, 0x5, GUARD);
    *out = e;
    return true;
}

bool ean_is_guard(const struct ean *e, int module)
{
    int centre = (e->modules - CENTRE) / 2;
    return module < GUARD || module >= e->modules - GUARD ||
           (module >= centre && module < centre + CENTRE);
}

int ean_quiet_left(const struct ean *e)
{
    return e->digits_n == 13 ? EAN_QUIET_LEFT : EAN_QUIET_RIGHT;
}
