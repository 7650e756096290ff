/*
 * The two providers that are no service: the test cashier, which believes whoever presses its
 * button and does at once what it is told, and the bank, where persons do everything. Payments at
 * neither are opened by a call.
 */
#include "base/clock.h"
#include "town/pay/internal.h"

static bool any_channel(void *conf, enum pay_channel c)
{
    (void)conf;
    return c == PAY_NATIVE;
}

static enum err test_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                               struct arena *arena, struct err_info *info)
{
    (void)conf, (void)arena, (void)info;
    *out = (struct pay_news){.of = what->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
                             .is = PAY_IS_DONE,
                             .number = what->number,
                             .merchant = what->merchant,
                             .provider_no = what->number,
                             .amount_fen = what->amount_fen,
                             .at_ms = clock_wall_ms()};
    return OK;
}

const struct pay_provider pay_test_provider = {.name = "test",
                                               .parts_max = PAY_PARTS_MAX,
                                               .has_channel = any_channel,
                                               .carry_out = test_carry_out};

const struct pay_provider pay_bank_provider = {
    .name = "bank", .parts_max = PAY_PARTS_MAX, .has_channel = any_channel};
