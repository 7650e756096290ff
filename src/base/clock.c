#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t system_read(clockid_t id, int64_t per_second)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * per_second + ts.tv_nsec / (1000000000 / per_second);
}

static int64_t system_wall_ms(void *state)
{
    (void)state;
    return system_read(CLOCK_REALTIME, 1000);
}

static int64_t system_mono_us(void *state)
{
    (void)state;
    return system_read(CLOCK_MONOTONIC, 1000000);
}

static const struct clock_source system_source = {system_wall_ms, system_mono_us, NULL};
static const struct clock_source *source = &system_source;

void clock_install(const struct clock_source *replacement)
{
    source = replacement ? replacement : &system_source;
}

int64_t clock_wall_ms(void)
{
    return source->wall_ms(source->state);
}

int64_t clock_mono_us(void)
{
    return source->mono_us(source->state);
}
