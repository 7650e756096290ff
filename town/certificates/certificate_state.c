#include "town/certificates/certificate_state.h"

#include <string.h>

const struct certificate_transition certificate_transitions[] = {
    {NULL, "add", "review", CERTIFICATE_AS_MAKER, false},
    {NULL, "issue", "valid", CERTIFICATE_AS_OPERATOR | CERTIFICATE_AS_SYSTEM, false},
    {"review", "approve", "valid", CERTIFICATE_AS_OPERATOR, false},
    {"review", "return", "returned", CERTIFICATE_AS_OPERATOR, true},
    {"review", "edit", "review", CERTIFICATE_AS_MAKER, false},
    {"returned", "edit", "review", CERTIFICATE_AS_MAKER, false},
    {"valid", "revoke", "revoked", CERTIFICATE_AS_OPERATOR, true},
    {"valid", "expire", "expired", CERTIFICATE_AS_SYSTEM, false},
    {"valid", "supersede", "expired", CERTIFICATE_AS_SYSTEM, false},
};
const size_t certificate_transitions_n =
    sizeof(certificate_transitions) / sizeof(certificate_transitions[0]);

enum err certificate_state_next(struct str from, const char *event, unsigned as,
                                const struct certificate_transition **out)
{
    for (size_t i = 0; i < certificate_transitions_n; i++) {
        const struct certificate_transition *t = &certificate_transitions[i];
        bool here = t->from ? str_eq_z(from, t->from) : from.n == 0;
        if (!here || strcmp(t->event, event) != 0)
            continue;
        if (!(t->who & as))
            return ERR_FORBIDDEN;
        *out = t;
        return OK;
    }
    return ERR_CONFLICT;
}
