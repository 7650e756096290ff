/*
 * A paper (job/job_paper.h) as the answer to a request: drawn, then sent as a PDF to keep. Drawing
 * takes a second or two: for routes that are WEB_SLOW.
 */
#ifndef TOWN_PAPER_H
#define TOWN_PAPER_H

#include "job/job_paper.h"
#include "web/web.h"

/* Draws and frees the paper in any case. filename: ASCII, "slips.pdf". Errors: as job_paper(). */
enum err paper_reply(struct req *r, struct paper *p, const char *filename) MUST_CHECK;
/* What stands at the foot of each: the town's name and when it was drawn. In the arena. */
struct str paper_foot(struct req *r);

#endif
