#include "town/floor/svg_shape.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "town/floor/svg.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_spaces(const char **p)
{
    while (**p == ' ' || **p == '\t' || **p == '\n' || **p == '\r')
        ++*p;
}

/* Spaces with at most one comma among them. */
static void skip_separator(const char **p)
{
    skip_spaces(p);
    if (**p == ',') {
        ++*p;
        skip_spaces(p);
    }
}

static int exponent(const char **p)
{
    const char *at = *p;
    int n = 0, sign = 1;
    if (*at != 'e' && *at != 'E')
        return 0;
    at++;
    if (*at == '-' || *at == '+')
        sign = *at++ == '-' ? -1 : 1;
    if (!is_digit(*at))
        return 0;
    while (is_digit(*at))
        n = n < 100 ? n * 10 + (*at++ - '0') : (at++, n);
    *p = at;
    return sign * n;
}

/* Not strtod(): that knows hexadecimal, infinity and the locale's comma. */
bool shape_number(const char **p, double *out)
{
    const char *at = *p;
    double value = 0, place = 1;
    bool any = false, minus = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    for (; is_digit(*at); at++, any = true)
        value = value < 1e12 ? value * 10 + (*at - '0') : value;
    if (*at == '.' && (is_digit(at[1]) || any))
        for (at++; is_digit(*at); at++, any = true)
            value += (place /= 10) * (*at - '0');
    if (!any)
        return false;
    int e = exponent(&at);
    value *= e ? pow(10, e) : 1;
    if (!(value <= SVG_UNITS_MAX))
        return false;
    *out = minus ? -value : value;
    skip_separator(&at);
    *p = at;
    return true;
}

bool shape_numbers(const char *text, double *out, size_t max, size_t *n)
{
    const char *p = text;
    skip_spaces(&p);
    for (*n = 0; *p; ++*n) {
        double value;
        if (!shape_number(&p, &value))
            return false;
        if (p[0] == 'p' && p[1] == 'x') {
            p += 2;
            skip_separator(&p);
        }
        if (*n < max)
            out[*n] = value;
    }
    return *n > 0;
}

/* ---- transformations ---- */

struct shape_matrix shape_join(struct shape_matrix o, struct shape_matrix i)
{
    return (struct shape_matrix){o.a * i.a + o.c * i.b,       o.b * i.a + o.d * i.b,
                                 o.a * i.c + o.c * i.d,       o.b * i.c + o.d * i.d,
                                 o.a * i.e + o.c * i.f + o.e, o.b * i.e + o.d * i.f + o.f};
}

static struct shape_matrix moved(double x, double y)
{
    return (struct shape_matrix){1, 0, 0, 1, x, y};
}

/* What a function of that name makes of its n numbers; false when it is none. */
static bool step(struct str name, const double *v, size_t n, struct shape_matrix *out)
{
    double turn = n ? v[0] * M_PI / 180 : 0;
    if (str_eq_z(name, "matrix") && n == 6)
        *out = (struct shape_matrix){v[0], v[1], v[2], v[3], v[4], v[5]};
    else if (str_eq_z(name, "translate") && (n == 1 || n == 2))
        *out = moved(v[0], n == 2 ? v[1] : 0);
    else if (str_eq_z(name, "scale") && (n == 1 || n == 2))
        *out = (struct shape_matrix){v[0], 0, 0, n == 2 ? v[1] : v[0], 0, 0};
    else if (str_eq_z(name, "rotate") && (n == 1 || n == 3)) {
        *out = (struct shape_matrix){cos(turn), sin(turn), -sin(turn), cos(turn), 0, 0};
        if (n == 3)
            *out = shape_join(shape_join(moved(v[1], v[2]), *out), moved(-v[1], -v[2]));
    } else if (str_eq_z(name, "skewX") && n == 1)
        *out = (struct shape_matrix){1, 0, tan(turn), 1, 0, 0};
    else if (str_eq_z(name, "skewY") && n == 1)
        *out = (struct shape_matrix){1, tan(turn), 0, 1, 0, 0};
    else
        return false;
    return true;
}

bool shape_transform(const char *text, struct shape_matrix *out)
{
    const char *p = text;
    *out = SHAPE_SAME;
    for (skip_separator(&p); *p; skip_separator(&p)) {
        const char *name = p;
        double v[6];
        size_t n = 0;
        struct shape_matrix m;
        while (isalpha((unsigned char)*p))
            p++;
        struct str word = str_n(name, (size_t)(p - name));
        skip_spaces(&p);
        if (*p++ != '(')
            return false;
        for (skip_spaces(&p); *p != ')'; n++)
            if (n == 6 || !shape_number(&p, &v[n]))
                return false;
        p++;
        if (!step(word, v, n, &m))
            return false;
        *out = shape_join(*out, m);
    }
    return isfinite(out->a + out->b + out->c + out->d + out->e + out->f);
}

/* ---- bounds ---- */

void shape_point(struct shape_bounds *b, const struct shape_matrix *m, double px, double py)
{
    double x = m->a * px + m->c * py + m->e, y = m->b * px + m->d * py + m->f;
    if (!b || !isfinite(x) || !isfinite(y))
        return;
    if (!b->is_any)
        *b = (struct shape_bounds){x, y, x, y, true};
    b->left = fmin(b->left, x);
    b->right = fmax(b->right, x);
    b->top = fmin(b->top, y);
    b->bottom = fmax(b->bottom, y);
}

/* How many numbers a command of a path takes each time; -1: it is none. */
static int numbers_of(char command)
{
    static const char commands[] = "MLTHVCSQAZ";
    static const int counts[] = {2, 2, 2, 1, 1, 6, 4, 4, 7, 0};
    const char *at = command ? strchr(commands, toupper((unsigned char)command)) : NULL;
    return at ? counts[at - commands] : -1;
}

struct pen {
    const struct shape_matrix *m;
    struct shape_bounds *bounds;
    double x, y, start_x, start_y;
};

static void draw(struct pen *pen, char command, const double *v, int n)
{
    bool is_relative = command >= 'a';
    double from_x = is_relative ? pen->x : 0, from_y = is_relative ? pen->y : 0;
    char c = (char)toupper((unsigned char)command);
    if (c == 'Z') {
        pen->x = pen->start_x;
        pen->y = pen->start_y;
        return;
    }
    if (c == 'H')
        pen->x = from_x + v[0];
    else if (c == 'V')
        pen->y = from_y + v[0];
    else if (c == 'A') {
        pen->x = from_x + v[5];
        pen->y = from_y + v[6];
    } else {
        for (int i = 0; i + 1 < n; i += 2)
            shape_point(pen->bounds, pen->m, from_x + v[i], from_y + v[i + 1]);
        pen->x = from_x + v[n - 2];
        pen->y = from_y + v[n - 1];
    }
    shape_point(pen->bounds, pen->m, pen->x, pen->y);
    if (c == 'M') {
        pen->start_x = pen->x;
        pen->start_y = pen->y;
    }
}

/* A flag of an arc is one digit, and may stand without anything before the next number. */
static bool flag(const char **p, double *out)
{
    if (**p != '0' && **p != '1')
        return false;
    *out = *(*p)++ - '0';
    skip_separator(p);
    return true;
}

static bool read_numbers(const char **p, char command, int n, double *v)
{
    for (int i = 0; i < n; i++) {
        bool is_flag = toupper((unsigned char)command) == 'A' && (i == 3 || i == 4);
        if (is_flag ? !flag(p, &v[i]) : !shape_number(p, &v[i]))
            return false;
    }
    return true;
}

bool shape_path(const char *d, const struct shape_matrix *m, struct shape_bounds *bounds)
{
    struct pen pen = {.m = m, .bounds = bounds};
    const char *p = d;
    char command = 0;
    skip_spaces(&p);
    if (*p && *p != 'M' && *p != 'm')
        return false;
    while (*p) {
        double v[7];
        bool again = !isalpha((unsigned char)*p);
        if (!again)
            command = *p++;
        else if (command == 'M' || command == 'm') /* further points are lines */
            command = command == 'M' ? 'L' : 'l';
        int n = numbers_of(command);
        skip_spaces(&p);
        if (n < 0 || (again && n == 0) || !read_numbers(&p, command, n, v))
            return false;
        draw(&pen, command, v, n);
    }
    return true;
}
