/*
 * The states of a certificate, as one table (from, event, to, who may).
 *
 *            add             approve
 *   (nothing) ──▶ review ───────────▶ valid ── expire (its last day has passed) ──▶ expired
 *                  ▲  │ return          │ revoke
 *           send   │  ▼                 ▼
 *                returned             revoked
 *
 * What is expired or revoked is not mended but replaced: a new certificate names the one it
 * replaces, which stays as it was. One that is renewed before its end under the same number takes
 * the other's place at once (`supersede`); under another number both count until the old one ends.
 * The base issues its own (the quality mark): `issue` is valid at once.
 */
#ifndef TOWN_CERTIFICATES_CERTIFICATE_STATE_H
#define TOWN_CERTIFICATES_CERTIFICATE_STATE_H

#include "town/transition.h"

enum certificate_as {
    CERTIFICATE_AS_MAKER = 1,
    CERTIFICATE_AS_OPERATOR = 2,
    CERTIFICATE_AS_SYSTEM = 4
};

extern const struct transition_table certificate_transitions; /* who: enum certificate_as */

#endif
