/* Templates: any text compiles or is refused; what compiles never lets a value out of its place. */
#include <stdlib.h>

#include "web/template.h"

static struct str source;

/* The input is the page itself; "part" is a piece that it may include or extend. */
static bool from_input(void *arg, struct str name, struct str *out)
{
    (void)arg;
    if (str_eq_z(name, "main"))
        *out = source;
    else if (str_eq_z(name, "part"))
        *out = STR("<p title=\"{{ p.v }}\">{% block b %}{{ v }}{% end %}</p>");
    else
        return false;
    return true;
}

static struct view *hostile_view(struct arena *a)
{
    struct view *v = view_object(a);
    view_put_z(v, "v", "\x02<\x03\x02\"\x03\x02'\x03\x02>\x03");
    view_put_int(v, "n", 3);
    view_put_money(v, "m", 6950, "CNY");
    view_put_time(v, "at", 1767225600000);
    struct view *list = view_put_list(v, "l");
    for (int i = 0; i < 3; i++)
        view_put_z(view_add_object(list), "v", "\x02<\x03\x02\"\x03");
    view_put_z(view_put_object(v, "p"), "v", "\x02>\x03\x02'\x03");
    return v;
}

/* A value's special characters stand between the marks 0x02 and 0x03, which the page itself may not
 * hold. */
static void check_escaped(const struct buf *out)
{
    for (size_t i = 0; i + 2 < out->n; i++)
        if (out->p[i] == 2 && out->p[i + 2] == 3 && out->p[i + 1] && strchr("<>\"'", out->p[i + 1]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (memchr(p, 2, n))
        return 0;
    struct arena a;
    struct err_info info = {0};
    const struct template *t;
    struct map made;
    map_init(&made);
    arena_init(&a, 16 << 20);
    source = str_n(p, n);
    if (template_compile(&made, STR("main"), from_input, NULL, &t, &a, &info)) {
        if (!info.text && !arena_failed(&a))
            abort();
        templates_free(&made);
        arena_free(&a);
        return 0;
    }
    struct buf out;
    buf_init(&out, 1 << 18);
    enum err e = template_run(t, hostile_view(&a), LANG_EN, &a, &out);
    if (e == OK)
        check_escaped(&out);
    buf_free(&out);
    templates_free(&made);
    arena_free(&a);
    return 0;
}
