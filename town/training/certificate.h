/*
 * Certificates: valid until their last day, or expired, or revoked.
 *
 * The fingerprint is a keyed hash over number, name, occupation, trade, level, hours, first and
 * last moment: the paper bears it, the verification page says it, and `guildhall check` makes it
 * again. It is keyed so that nobody finds the name by trying.
 */
#ifndef TOWN_TRAINING_CERTIFICATE_H
#define TOWN_TRAINING_CERTIFICATE_H

#include "town/training/internal.h"
#include "town/training/number.h"

enum { CERTIFICATE_FINGERPRINT = 33 };

/* Of an enrolment that is completed, once. *id may be NULL. */
enum err certificate_issue(struct tx *tx, const struct training_enrolment *en,
                           int64_t *id) MUST_CHECK;
enum err certificate_revoke(struct tx *tx, int64_t id, int64_t actor, struct str reason) MUST_CHECK;
/* "valid", "expired", "revoked" */
const char *certificate_state(const struct rows *rs, size_t row, int64_t now_ms);
/* Of a row of training.certificate. ERR_CORRUPT when the name cannot be opened. */
enum err certificate_fingerprint(const struct rows *rs, size_t row, struct arena *arena,
                                 char out[CERTIFICATE_FINGERPRINT]) MUST_CHECK;
enum err certificate_name(const struct rows *rs, size_t row, struct arena *arena,
                          struct str *name) MUST_CHECK;
/* number, course, kind …, state, issued_at, valid_until, revoked {at, reason}, fingerprint */
void certificate_put(struct req *r, struct view *v, const struct rows *rs, size_t row);

#endif
