/*
 * The program as one object: everything that `serve` and `demo` start, in order, and end in the
 * reverse order.
 *
 *   lock ▸ keys ▸ migrations ▸ writer ▸ (fill) ▸ loops ▸ rooms, live ▸ town ▸ web ▸ listeners
 */
#ifndef APP_H
#define APP_H

#include "config.h"
#include "live/live.h"
#include "store/writer.h"
#include "web/server.h"

struct app;

/* `fill` runs with the writer and no other thread but it: the demo's data. May be NULL. */
enum err app_start(struct config *config, enum err (*fill)(struct app *app, struct err_info *info),
                   struct app **out, struct err_info *info) MUST_CHECK;
void app_wait(struct app *app, int argc, char **argv); /* until SIGTERM or SIGINT; SIGHUP reloads */
void app_stop(struct app *app);

struct config *app_config(struct app *app);
struct writer *app_writer(struct app *app);
struct arena *app_arena(struct app *app);
const char *app_store_url(struct app *app);
bool app_has_codes(struct app *app); /* people can be sent codes to their phones */
/* As the listeners really are (port 0 is resolved): "127.0.0.1:8080". */
void app_http_text(struct app *app, char out[ADDR_TEXT_MAX]);
void app_rtmp_text(struct app *app, char out[ADDR_TEXT_MAX]);

/* Makes the data folder when it is not there. */
enum err app_make_data_dir(const struct config *config, struct arena *arena,
                           struct err_info *info) MUST_CHECK;
/* Brings the database up to date. */
enum err app_migrate(const struct config *config, struct arena *arena,
                     struct err_info *info) MUST_CHECK;

#endif
