#include "town/settle/cut.h"

#include <stdbool.h>

static enum err check(const int64_t *nets, size_t lines, const struct cut_claim *claims,
                      size_t claims_n, int64_t most_bp, size_t parties)
{
    int64_t sum = 0, taken[CUT_LINES_MAX] = {0};
    if (lines > CUT_LINES_MAX || parties > CUT_PARTIES_MAX || most_bp < 0 || most_bp > CUT_WHOLE_BP)
        return ERR_INVALID;
    for (size_t i = 0; i < lines; i++) {
        if (nets[i] < 0 || nets[i] > CUT_FEN_MAX - sum)
            return ERR_INVALID;
        sum += nets[i];
    }
    for (size_t i = 0; i < claims_n; i++) {
        const struct cut_claim *c = &claims[i];
        if (c->line >= lines || c->party >= parties || c->bp < 0 ||
            c->bp > CUT_WHOLE_BP - taken[c->line])
            return ERR_INVALID;
        taken[c->line] += c->bp;
    }
    return OK;
}

/* `total` in proportion to the wants, which come to `wanted`: each rounded down, and the fen that
 * are then missing to those who lost most by it. Sums stay below 10^15 · 10^4 · 10^15 < 2^127. */
static void apportion(int64_t total, const __int128 *wants, __int128 wanted, int64_t *fen,
                      size_t parties)
{
    bool one_more[CUT_PARTIES_MAX] = {false};
    int64_t given = 0;
    for (size_t i = 0; i < parties; i++)
        given += fen[i] = wanted ? (int64_t)(total * wants[i] / wanted) : 0;
    for (; given < total; given++) {
        size_t best = parties;
        for (size_t i = 0; i < parties; i++)
            if (!one_more[i] &&
                (best == parties || total * wants[i] % wanted > total * wants[best] % wanted))
                best = i;
        one_more[best] = true;
        fen[best]++;
    }
}

enum err cut(const int64_t *nets, size_t lines, const struct cut_claim *claims, size_t claims_n,
             int64_t most_bp, int64_t *fen, size_t parties)
{
    __int128 wants[CUT_PARTIES_MAX] = {0}, wanted = 0, net = 0; /* wants: in 1/10000 fen */
    enum err e = check(nets, lines, claims, claims_n, most_bp, parties);
    if (e)
        return e;
    for (size_t i = 0; i < lines; i++)
        net += nets[i];
    for (size_t i = 0; i < claims_n; i++) {
        __int128 want = (__int128)nets[claims[i].line] * claims[i].bp;
        wants[claims[i].party] += want;
        wanted += want;
    }
    int64_t total = (int64_t)(wanted / CUT_WHOLE_BP);
    int64_t cap = (int64_t)(net * most_bp / CUT_WHOLE_BP);
    apportion(total < cap ? total : cap, wants, wanted, fen, parties);
    return OK;
}
