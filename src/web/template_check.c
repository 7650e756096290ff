/*
 * template-check: compiles every template among the program's resources, looks each text key up in
 * both locales and compares the locales. Prints a line for each fault; exits 1 when there is one.
 */
#include <stdio.h>

#include "web/i18n.h"
#include "web/resources.h"
#include "web/template.h"

struct check {
    struct map made;
    const char *template_name;
    int faults;
};

static void say(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

static void see_key(void *arg, struct str key)
{
    struct check *c = arg;
    for (int i = 0; i < LANG_COUNT_; i++) {
        if (i18n_has((enum lang)i, key))
            continue;
        fprintf(stderr, "%s: locales/%s.json has no \"%.*s\"\n", c->template_name,
                lang_tag((enum lang)i), STR_ARG(key));
        c->faults++;
    }
}

static void check_template(struct check *c, const char *name, struct arena *arena)
{
    const struct template *t;
    struct err_info info = {0};
    c->template_name = name;
    if (template_compile(&c->made, str_of(name), template_resource, NULL, &t, arena, &info)) {
        fprintf(stderr, "%s\n", info.text ? info.text : name);
        c->faults++;
        return;
    }
    template_keys(t, see_key, c);
}

int main(void)
{
    struct arena arena;
    struct err_info info = {0};
    arena_init(&arena, 64 * 1024 * 1024);
    struct check c = {0};
    map_init(&c.made);
    if (i18n_load(&arena, &info)) {
        fprintf(stderr, "%s: %s\n", info.field ? info.field : "locales",
                info.text ? info.text : err_name(info.code));
        c.faults++;
    } else {
        c.faults += i18n_check(say, NULL, &arena);
    }
    int templates = 0;
    for (size_t i = 0; i < resources_n; i++) {
        const char *path = resources_table[i].path;
        if (str_ends(str_of(path), ".html")) {
            check_template(&c, path, &arena);
            templates++;
        }
    }
    printf("%d templates, %d faults\n", templates, c.faults);
    templates_free(&c.made);
    i18n_free();
    arena_free(&arena);
    return c.faults ? 1 : 0;
}
