#include "web/server.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rnd.h"
#include "web/exchange.h"
#include "web/resources.h"

enum { RATE_SLOTS = 16 * 1024 };

static enum err compile_templates(struct web *w, struct arena *arena, struct err_info *info)
{
    for (size_t i = 0; i < resources_n; i++) {
        struct str name = str_of(resources_table[i].path);
        const struct template *t;
        if (!str_ends(name, ".html"))
            continue;
        enum err e =
            template_compile(&w->templates, name, template_resource, NULL, &t, arena, info);
        if (e)
            return e;
    }
    return OK;
}

static enum err check_pages(struct web *w, struct err_info *info)
{
    for (int i = 0; i < router_count(w->router); i++) {
        const char *page = router_at(w->router, i)->page;
        if (page && !map_get(&w->templates, str_of(page))) {
            *info = (struct err_info){
                .code = ERR_NOT_FOUND, .field = page, .text = "a route's page is not there"};
            return ERR_NOT_FOUND;
        }
    }
    return OK;
}

static enum err add_modules(struct web *w, struct err_info *info)
{
    enum err e = router_add(w->router, &web_static_module, info);
    for (size_t i = 0; i < w->spec.modules_n && e == OK; i++)
        e = router_add(w->router, w->spec.modules[i], info);
    return e;
}

static enum err start_pools(struct web *w)
{
    /* Continuations must never be refused: what they answer for is already committed. Newcomers are
     * counted before they are submitted, so the queue itself may be long. */
    struct pool_spec pages = {.name = "pages",
                              .threads = w->spec.page_threads > 0 ? w->spec.page_threads : 1,
                              .queue_max = 4 * WEB_PAGES_WAITING_MAX,
                              .worker_new = page_worker_new,
                              .worker_free = page_worker_free,
                              .arg = w};
    struct pool_spec heavy = pages, slow = pages;
    heavy.name = "heavy";
    heavy.threads = WEB_HEAVY_THREADS;
    heavy.queue_max = WEB_HEAVY_WAITING_MAX;
    slow.name = "slow";
    slow.threads = WEB_SLOW_THREADS;
    slow.queue_max = WEB_SLOW_WAITING_MAX;
    const struct pool_spec *const specs[] = {
        [WEB_LIGHT] = &pages, [WEB_HEAVY] = &heavy, [WEB_SLOW] = &slow};
    for (int i = WEB_LIGHT; i <= WEB_SLOW; i++)
        if (!(w->pools[i] = pool_start(specs[i])))
            return ERR_NOMEM;
    struct pool_spec sources = {
        .name = "sources", .threads = WEB_SOURCE_THREADS, .queue_max = WEB_SOURCE_WAITING_MAX};
    w->sources = pool_start(&sources);
    w->places = places_new(w->spec.sources_max ? w->spec.sources_max : WEB_SOURCES_MAX,
                           WEB_SOURCES_OF_ADDRESS);
    return w->sources && w->places ? OK : ERR_NOMEM;
}

static enum err build(struct web *w, struct arena *arena, struct err_info *info)
{
    w->router = router_new();
    if (!w->router)
        return ERR_NOMEM;
    enum err e = add_modules(w, info);
    if (e == OK)
        e = compile_templates(w, arena, info);
    if (e == OK)
        e = check_pages(w, info);
    if (e)
        return e;
    w->metrics = calloc((size_t)router_count(w->router) + 1, sizeof(*w->metrics));
    w->rate = limit_new(RATE_SLOTS, WEB_RATE_BURST, 1000 / WEB_RATE_PER_S);
    w->keeps = calloc((size_t)router_count(w->router) + 1, sizeof(*w->keeps));
    w->kept = kept_new();
    w->versions = w->spec.db_url ? version_watch_new(w->spec.db_url) : NULL;
    bool whole = w->metrics && w->rate && w->keeps && w->kept && (w->versions || !w->spec.db_url);
    return whole ? start_pools(w) : ERR_NOMEM;
}

enum err web_new(const struct web_spec *spec, struct web **out, struct arena *arena,
                 struct err_info *info)
{
    struct web *w = calloc(1, sizeof(*w));
    if (!w)
        return ERR_NOMEM;
    w->spec = *spec;
    map_init(&w->templates);
    map_init(&w->args);
    rnd_fill(w->boot, sizeof(w->boot));
    if (spec->spool_dir)
        form_sweep(spec->spool_dir);
    enum err e = build(w, arena, info);
    if (e) {
        web_free(w);
        return e;
    }
    *out = w;
    return OK;
}

void web_loop_arg(struct web *w, const char *module, void *arg)
{
    if (map_put(&w->args, str_of(module), arg) != OK)
        LOG(ERROR, "web.no_memory", L_Z("module", module));
}

void *web_arg(const struct web *w, const char *module)
{
    return module ? map_get(&w->args, str_of(module)) : NULL;
}

const char *web_public_url(const struct web *w)
{
    return w->spec.public_url.n ? w->spec.public_url.p : "";
}

void web_stop(struct web *w)
{
    atomic_store(&w->stopping, true);
    /* A loop may be just past its look at `stopping`: quiet is quiet when it lasts. */
    int64_t end = clock_mono_ms() + WEB_PAGE_MS;
    for (int quiet = 0; quiet < 4 && clock_mono_ms() < end; uv_sleep(5))
        quiet = atomic_load(&w->at_work) > 0 ? 0 : quiet + 1;
    if (atomic_load(&w->at_work) > 0)
        LOG(WARN, "web.stop_late", L_I("at_work", atomic_load(&w->at_work)));
}

void web_free(struct web *w)
{
    if (!w)
        return;
    /* Only here: until the loops have ended, connections that close leave files to be removed. */
    if (w->sources)
        pool_stop(w->sources);
    for (int i = WEB_SLOW; i >= WEB_LIGHT; i--)
        if (w->pools[i])
            pool_stop(w->pools[i]);
    templates_free(&w->templates);
    map_free(&w->args);
    router_free(w->router);
    limit_free(w->rate);
    places_free(w->places);
    version_watch_free(w->versions);
    kept_free(w->kept);
    free(w->keeps);
    free(w->metrics);
    free(w);
}
