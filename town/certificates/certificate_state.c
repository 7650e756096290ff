#include "town/certificates/certificate_state.h"

static const struct transition rows[] = {
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
const struct transition_table certificate_transitions = TRANSITION_TABLE(rows);
