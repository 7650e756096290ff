#include "town/people/form.h"

struct view *form_wrong(struct req *r)
{
    struct view *fields = view_put_object(r->view, "wrong");
    view_page_only(r->view, "wrong");
    return fields;
}

void form_say(struct req *r, struct view *fields, enum err e, const char *field, const char *key)
{
    view_put_str(fields, field, i18n_text(r->lang, str_of(key), NULL, 0, r->arena));
    if (!fields || fields->count == 1)
        (void)req_refuse(r, e, field, key);
}
