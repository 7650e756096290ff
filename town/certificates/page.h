/* Inside certificates/: what its pages share. */
#ifndef TOWN_CERTIFICATES_PAGE_H
#define TOWN_CERTIFICATES_PAGE_H

#include "town/certificates/certificates.h"

/* What the visitor is to a maker's certificate: enum certificate_as, 0 for nothing. */
unsigned certificate_as_of(const struct req *r, int64_t organisation);

handler_fn certificate_page_new, certificate_page, certificate_do_add, certificate_do_save,
    certificate_do_move, certificate_get_scan; /* certificate_page.c */

#endif
