/* A figure's days as a line: drawn here, so that the page needs no script. */
#include <stdio.h>

#include "town/figures/internal.h"

/* The drawing's own units; the page stretches it. A line has its width in pixels all the same
 * (vector-effect in the style sheet). */
enum { WIDTH = 600, HEIGHT = 140, MARGIN = 8, CHART_MAX = 16 * 1024, POINT_PARTS = 100 };

struct frame {
    int64_t first_day, days, low, high;
};

/* Hundredths of a unit keep long histories smooth. */
static int64_t x_of(const struct frame *f, int64_t day)
{
    return (day - f->first_day) * WIDTH * POINT_PARTS / f->days;
}

static int64_t y_of(const struct frame *f, int64_t value)
{
    long double share = (long double)(value - f->low) / (long double)(f->high - f->low);
    return (int64_t)((HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)) * POINT_PARTS);
}

static void put_at(struct buf *b, char command, int64_t x, int64_t y)
{
    buf_printf(b, "%c%lld.%02lld %lld.%02lld", command, (long long)(x / POINT_PARTS),
               (long long)(x % POINT_PARTS), (long long)(y / POINT_PARTS),
               (long long)(y % POINT_PARTS));
}

static struct frame frame_of(const struct figures_point *p, size_t n, int64_t goal)
{
    struct frame f = {p[0].day, p[n - 1].day - p[0].day, p[0].value, p[0].value};
    for (size_t i = 1; i < n; i++) {
        f.low = p[i].value < f.low ? p[i].value : f.low;
        f.high = p[i].value > f.high ? p[i].value : f.high;
    }
    if (goal > 0 && goal <= f.high * 3) { /* a goal far off would press the line flat */
        f.high = goal > f.high ? goal : f.high;
        f.low = goal < f.low ? goal : f.low;
    }
    if (f.low > 0 && f.low < f.high / 2)
        f.low = 0; /* what has grown from little is seen to have */
    if (f.low == f.high) {
        f.low = f.low > 0 ? 0 : f.low;
        f.high += f.low == f.high;
    }
    f.days = f.days > 0 ? f.days : 1;
    return f;
}

/* Steps: a value holds until the day of the next one. */
static void put_steps(struct buf *b, const struct frame *f, const struct figures_point *p, size_t n)
{
    put_at(b, 'M', x_of(f, p[0].day), y_of(f, p[0].value));
    for (size_t i = 1; i < n; i++) {
        put_at(b, 'L', x_of(f, p[i].day), y_of(f, p[i - 1].value));
        put_at(b, 'L', x_of(f, p[i].day), y_of(f, p[i].value));
    }
}

struct str figures_chart(const struct figures_point *points, size_t n, int64_t goal,
                         struct arena *arena, int64_t *low, int64_t *high)
{
    struct buf b;
    if (n < 2)
        return STR_NONE;
    struct frame f = frame_of(points, n, goal);
    *low = f.low;
    *high = f.high;
    buf_init(&b, CHART_MAX);
    buf_printf(&b, "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
               WIDTH, HEIGHT);
    buf_z(&b, "<path class=\"area\" d=\"");
    put_steps(&b, &f, points, n);
    buf_printf(&b, "L%d %dL0 %dZ\"/><path class=\"line\" d=\"", WIDTH, HEIGHT, HEIGHT);
    put_steps(&b, &f, points, n);
    buf_z(&b, "\"/>");
    if (goal > 0 && goal >= f.low && goal <= f.high) {
        buf_z(&b, "<path class=\"goal\" d=\"");
        put_at(&b, 'M', 0, y_of(&f, goal));
        buf_printf(&b, "H%d\"/>", WIDTH);
    }
    buf_z(&b, "</svg>");
    struct str out = buf_ok(&b) ? arena_str(arena, str_n(b.p, b.n)) : STR_NONE;
    buf_free(&b);
    return out;
}
