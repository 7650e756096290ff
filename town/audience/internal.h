/* What the files of this department share. */
#ifndef TOWN_AUDIENCE_INTERNAL_H
#define TOWN_AUDIENCE_INTERNAL_H

#include "town/audience/audience.h"
#include "town/audience/source.h"

/* ---- count.c ---- */

enum beacon_kind { BEACON_SEEN, BEACON_START, BEACON_OPEN };
enum open_origin { OPEN_CARD, OPEN_TRAY, OPEN_FLASH, OPEN_ORIGINS };
extern const char *const audience_origin_names[OPEN_ORIGINS];

struct beacon {
    int64_t show, at_ms, item; /* item: of an open */
    char visitor[AUDIENCE_VISITOR + 1];
    enum beacon_kind kind;
    enum open_origin origin;
    bool is_member;
    struct audience_from from; /* of a start */
};
/* Leaves it for the next flush; false when too many wait. Any thread. */
bool audience_leave(const struct beacon *b);
void audience_forget(void);
/* Jobs of the writer. */
enum err audience_flush(struct tx *tx, void *arg) MUST_CHECK;
enum err audience_sample(struct tx *tx, void *arg) MUST_CHECK;
struct rooms *audience_rooms(void);

/* ---- pages ---- */

handler_fn audience_on_visit;                          /* beacon.c */
handler_fn audience_page_makers;                       /* makers.c */
handler_fn audience_page_desk;                         /* pace.c */
handler_fn audience_page_report, audience_report_xlsx; /* report.c, report_sheet.c */
enum err audience_desk_part(struct req *r, struct view *v, int64_t show,
                            unsigned grants) MUST_CHECK;
enum err audience_limits_start(void) MUST_CHECK; /* beacon.c */
void audience_limits_stop(void);
/* "3:12", "1:04:07" */
const char *audience_length(struct arena *a, int64_t seconds);

#endif
