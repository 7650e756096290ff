/* A plan that somebody uploads: a refusal, or a drawing of nothing but what is on the list. */
#include <stdlib.h>

#include "town/floor/plan.h"
#include "town/floor/svg.h"

/* Tags open with a known name and close again; no attribute's value leads anywhere. */
static void look(struct str body)
{
    static const char *const never[] = {"<s", "<i",   "<a",      "<u",  "<f",   "<!",
                                        "<?", "url(", "script:", " on", " href"};
    int depth = 0;
    bool in_tag = false;
    for (size_t i = 0; i < body.n; i++) {
        char c = body.p[i];
        if (c == '<' && in_tag)
            abort();
        if (c == '<') {
            in_tag = true;
            depth += i + 1 < body.n && body.p[i + 1] == '/' ? -1 : 1;
        }
        for (size_t k = 0; k < sizeof(never) / sizeof(never[0]) && in_tag; k++) {
            size_t n = __builtin_strlen(never[k]);
            if (i + n <= body.n && __builtin_memcmp(body.p + i, never[k], n) == 0)
                abort();
        }
        if (c == '>')
            in_tag = false;
        if (depth < 0)
            abort();
    }
    if (in_tag || depth != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena arena;
    struct svg_plan plan;
    struct err_info info = {0};
    struct buf out;
    arena_init(&arena, 16 << 20);
    if (svg_clean(str_n(p, n), &arena, &plan, &info) == OK) {
        struct plan_stand stands[SVG_MARKS_MAX];
        for (size_t i = 0; i < plan.marks_n; i++) {
            if (!svg_is_code(plan.marks[i].code) || plan.marks[i].box.width <= 0)
                abort();
            stands[i] = (struct plan_stand){.code = plan.marks[i].code,
                                            .href = STR("/floor/1/x"),
                                            .label = STR("x"),
                                            .words = STR("x"),
                                            .box = plan.marks[i].box};
        }
        look(plan.body);
        buf_init(&out, PLAN_MAX);
        plan_draw(
            &(struct plan_drawing){
                .body = plan.body, .box = plan.box, .stands = stands, .n = plan.marks_n},
            &out);
        buf_free(&out);
    } else if (!info.key) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
