#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "io/listen.h"
#include "io/ring.h"
#include "io/tls.h"
#include "job/job.h"
#include "job/job_letter.h"
#include "ledger/ledger_head.h"
#include "live/push.h"
#include "live/record.h"
#include "live/room.h"
#include "store/migrate.h"
#include "store/objects.h"
#include "store/seal.h"
#include "town/pay/pay.h"
#include "town/people/people.h"
#include "notify/mail.h"
#include "notify/notify.h"
#include "notify/sms.h"
#include "town/messages/messages.h"
#include "town/signing/signing.h"
#include "town/town.h"
#include "web/i18n.h"

enum { APP_ARENA_MAX = 16 << 20, DRAIN_MS = 5000, DEMO_SHOW_BYTES = 1 << 30 };

struct app {
    struct config *config; /* borrowed */
    struct arena arena;
    int lock_fd;
    const char *store_url;
    struct writer *writer;
    struct notify *notify;
    struct sms *sms;   /* NULL: nobody can be sent a code */
    struct mail *mail; /* NULL: nor a letter */
    struct loops *loops;
    struct rooms *rooms;
    struct record *record; /* NULL: nothing is recorded */
    struct live *live;
    struct pushes *pushes;
    struct web *web;
    struct tls *tls;
    struct listener *http, *https, *rtmp;
    bool town_started, is_demo;
};

/* ---- the folder and the store ---- */

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *text)
{
    *info = (struct err_info){.code = e, .field = field, .text = text};
    return e;
}

/* The folder, and the system's own words. */
static const char *why(const struct config *config, struct arena *arena, const char *what)
{
    return arena_printf(arena, "%s %s: %s", config->data_dir.p, what, strerror(errno));
}

enum err app_make_data_dir(const struct config *config, struct arena *arena, struct err_info *info)
{
    if (mkdir(config->data_dir.p, 0700) == 0 || errno == EEXIST)
        return OK;
    enum err e = err_from_errno(errno);
    return refuse(info, e, "data", why(config, arena, "cannot be made"));
}

/* One server a folder: a second one would answer from the same ports and write the same files. */
static enum err lock_data_dir(struct app *a, struct err_info *info)
{
    const char *path = arena_printf(&a->arena, "%s/lock", a->config->data_dir.p);
    a->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (a->lock_fd < 0) {
        enum err e = err_from_errno(errno);
        return refuse(info, e, "data", why(a->config, &a->arena, "cannot be written"));
    }
    if (flock(a->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return refuse(info, ERR_EXISTS, "data", "another guildhall serves from this data folder");
    return OK;
}

/* A SQLite file is marked by being opened to be written, so that another program's is known before.
 * What cannot be opened is for the writing connection to tell of. */
static enum err look_at_owner(const struct config *config, struct arena *arena,
                              struct err_info *info)
{
    struct db *db;
    int recorded;
    if (!str_starts(config->store_url, "sqlite:"))
        return OK;
    if (db_open(config->store_url.p, DB_INSPECT, &db, arena, info) != OK) {
        *info = (struct err_info){0};
        return OK;
    }
    enum err e = migrate_recorded(db, arena, info, &recorded);
    db_close(db);
    return e;
}

enum err app_migrate(const struct config *config, struct arena *arena, struct err_info *info)
{
    struct db *db;
    int applied = 0;
    enum err e = look_at_owner(config, arena, info);
    if (e == OK)
        e = db_open(config->store_url.p, DB_WRITE, &db, arena, info);
    if (e != OK)
        return e;
    e = migrate_up(db, arena, info, &applied);
    if (e == OK)
        e = seal_agree(db, arena, info);
    if (e == OK)
        e = signing_load(db, config->data_dir.p, arena, info);
    db_close(db);
    if (e == OK && applied > 0)
        LOG(INFO, "store.migrated", L_I("migrations", applied));
    return e;
}

static enum err open_store(struct app *a, struct err_info *info)
{
    enum err e = app_make_data_dir(a->config, &a->arena, info);
    if (e == OK)
        e = lock_data_dir(a, info);
    if (e == OK)
        e = seal_load(a->config->data_dir.p, &a->arena, info);
    if (e == OK)
        e = ledger_head_load(a->config->data_dir.p, &a->arena, info);
    if (e == OK)
        e = objects_load(a->config->data_dir.p, &a->arena, info);
    if (e == OK)
        e = app_migrate(a->config, &a->arena, info);
    if (e == OK)
        e = writer_open(a->store_url, &a->writer, &a->arena, info);
    if (e != OK)
        return e;
    struct notify_spec notify = {.webhook_url = a->config->webhook_url.p,
                                 .data_dir = a->config->data_dir.p,
                                 .store_url = a->store_url,
                                 .writer = a->writer};
    town_prepare(a->writer);
    e = notify_start(&notify, &a->notify, &a->arena, info);
    return e ? e : writer_start(a->writer);
}

/* ---- live and web ---- */

static bool is_any(const struct addr *addr)
{
    char ip[ADDR_TEXT_MAX];
    addr_format_ip(addr, ip);
    return strcmp(ip, "0.0.0.0") == 0 || strcmp(ip, "::") == 0;
}

/* What people paste into an encoder: the public host, or the address itself when it is one. */
static struct str rtmp_url(struct app *a)
{
    const struct config *c = a->config;
    char text[ADDR_TEXT_MAX];
    if (!is_any(&c->rtmp) || c->public_url.n == 0) {
        app_rtmp_text(a, text);
        return str_of(arena_printf(&a->arena, "rtmp://%s/live", text));
    }
    ptrdiff_t scheme = str_find(c->public_url, ':');
    struct str rest,
        host = str_cut(str_slice(c->public_url, (size_t)scheme + 3, c->public_url.n), '/', &rest);
    if (host.p[0] != '[')
        host = str_cut(host, ':', &rest);
    return str_of(arena_printf(&a->arena, "rtmp://%.*s:%d/live", STR_ARG(host),
                               addr_port(listener_addr(a->rtmp))));
}

static void put_metrics(void *arg, struct buf *out)
{
    struct app *a = arg;
    struct writer_stats w;
    live_metrics(a->live, out);
    push_metrics(a->pushes, out);
    writer_stats(a->writer, &w);
    buf_printf(out,
               "# HELP guildhall_writer_batches_total Commits of the writer.\n"
               "# TYPE guildhall_writer_batches_total counter\n"
               "guildhall_writer_batches_total %llu\n"
               "# HELP guildhall_writer_commands_total Commands run.\n"
               "# TYPE guildhall_writer_commands_total counter\n"
               "guildhall_writer_commands_total %llu\n"
               "# HELP guildhall_writer_failed_total Commands that were refused or failed.\n"
               "# TYPE guildhall_writer_failed_total counter\n"
               "guildhall_writer_failed_total %llu\n",
               (unsigned long long)w.batches, (unsigned long long)w.commands,
               (unsigned long long)w.failed);
    buf_printf(out,
               "# HELP guildhall_writer_batch_max Largest batch so far.\n"
               "# TYPE guildhall_writer_batch_max gauge\n"
               "guildhall_writer_batch_max %llu\n"
               "# HELP guildhall_writer_commit_seconds_total Time spent in commits.\n"
               "# TYPE guildhall_writer_commit_seconds_total counter\n"
               "guildhall_writer_commit_seconds_total %.6f\n"
               "# HELP guildhall_writer_queued Commands waiting.\n"
               "# TYPE guildhall_writer_queued gauge\n"
               "guildhall_writer_queued %d\n"
               "# HELP guildhall_store_away Whether the database could not be reached at last.\n"
               "# TYPE guildhall_store_away gauge\n"
               "guildhall_store_away %d\n"
               "# HELP guildhall_store_refuses Whether the last change was lost: a full disk, or "
               "the store refuses or is damaged.\n"
               "# TYPE guildhall_store_refuses gauge\n"
               "guildhall_store_refuses %d\n",
               (unsigned long long)w.batch_max, (double)w.commit_us_total / 1e6, w.queued,
               writer_is_away(a->writer), writer_refusal(a->writer) != OK || db_is_damaged());
    notify_metrics(a->notify, out);
    sms_metrics(a->sms, out);
    pay_metrics(out);
}

static enum err open_web(struct app *a, struct err_info *info)
{
    const struct config *c = a->config;
    const char *spool = arena_printf(&a->arena, "%s/spool", c->data_dir.p);
    if (mkdir(spool, 0700) != 0 && errno != EEXIST)
        return refuse(info, err_from_errno(errno), "data", "the spool folder cannot be made");
    struct web_spec spec = {.loops = a->loops,
                            .writer = a->writer,
                            .db_url = a->store_url,
                            .spool_dir = spool,
                            .page_threads = (int)c->page_threads,
                            .modules = town_modules,
                            .modules_n = town_modules_n,
                            .identify = people_identify,
                            .frame = town_frame,
                            .public_parts = town_public_parts,
                            .login_path = "/login",
                            .public_url = c->public_url,
                            .site_name_zh = c->site_name,
                            .site_name_en = c->site_name_en,
                            .is_demo = a->is_demo,
                            .proxies = c->proxies,
                            .proxies_n = c->proxies_n,
                            .metrics = put_metrics,
                            .metrics_arg = a};
    return web_new(&spec, &a->web, &a->arena, info);
}

/* The demo prints its codes, unless it is told where to send them. */
static enum err open_sms(struct app *a, struct err_info *info)
{
    struct str gateway = a->config->sms_gateway;
    if (gateway.n == 0 && a->is_demo && addr_is_loopback(&a->config->http))
        gateway = STR("log");
    if (gateway.n == 0)
        return OK;
    enum err e = sms_start(gateway.p, a->config->data_dir.p, &a->sms, &a->arena, info);
    if (e == OK)
        people_codes_by(sms_send, a->sms);
    return e;
}

static enum err send_mail(void *mail, const struct messages_letter *l, char why[MESSAGES_WHY_MAX])
{
    const struct mail_letter letter = {l->id, l->to, l->from_name, l->subject, l->text, l->at_ms};
    int status;
    enum err e = mail_send(mail, &letter, &status);
    if (e && status == MAIL_NO_TLS)
        snprintf(why, MESSAGES_WHY_MAX, "tls");
    else if (e && status)
        snprintf(why, MESSAGES_WHY_MAX, "SMTP %d", status);
    return e;
}

static enum err send_sms(void *sms, const struct messages_letter *l, char why[MESSAGES_WHY_MAX])
{
    (void)why;
    return sms_text(sms, l->id, l->to, l->text, lang_tag(l->lang));
}

/* So does it with letters. */
static enum err open_mail(struct app *a, struct err_info *info)
{
    const struct config *c = a->config;
    struct str url = c->smtp, from = c->smtp_from;
    if (url.n == 0 && a->is_demo && addr_is_loopback(&c->http))
        url = STR("log"), from = STR("town@town.example");
    enum err e = OK;
    if (url.n)
        e = mail_new(url.p, from.p, c->smtp_ca.p, c->data_dir.p, &a->mail, &a->arena, info);
    const struct messages_out out = {.mail = a->mail ? send_mail : NULL,
                                     .mail_arg = a->mail,
                                     .sms = a->sms ? send_sms : NULL,
                                     .sms_arg = a->sms,
                                     .public_url = c->public_url,
                                     .site_zh = c->site_name,
                                     .site_en = c->site_name_en};
    if (e == OK)
        messages_go_out(&out);
    return e;
}

static enum err open_record(struct app *a, struct err_info *info)
{
    struct record_spec spec = {.folder =
                                   arena_printf(&a->arena, "%s/recordings", a->config->data_dir.p),
                               .wants = town_records,
                               .room_bytes = RECORD_ROOM_BYTES};
    if (a->config->no_recording)
        return OK;
    enum err e = spec.folder ? record_start(&spec, &a->record) : ERR_NOMEM;
    return e == OK ? OK : refuse(info, e, "data", "the folder of recordings cannot be made");
}

static enum err open_live(struct app *a, struct err_info *info)
{
    int64_t loops = a->config->loops;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (loops == 0)
        loops = cores > 0 ? cores : 1;
    ring_set_process_limit((size_t)a->config->ring_memory_mib << 20);
    a->loops = loops_start((int)loops);
    if (!a->loops)
        return ERR_NOMEM;
    struct live_spec spec = {.loops = a->loops,
                             .record = a->record,
                             .open_publish = a->config->open_publish,
                             .may_play = town_may_play,
                             .hooks = *town_live_hooks()};
    a->rooms = rooms_new(a->loops);
    a->live = live_new(&spec);
    if (!a->rooms || !a->live)
        return ERR_NOMEM;
    town_set_live(a->live);
    const struct push_spec pushes = {.live = a->live,
                                     .loops = a->loops,
                                     .ca_file = a->config->push_ca.p,
                                     .allow_private = a->config->push_private};
    enum err e = push_start(&pushes, &a->pushes, &a->arena, info);
    if (e != OK)
        info->field = "push-ca";
    return e;
}

static enum err listen_on(struct app *a, const char *name, const struct addr *addr, struct tls *tls,
                          int64_t max, conn_accept_fn *accept, void *arg, struct listener **out,
                          struct err_info *info)
{
    struct listen_spec spec = {.name = name,
                               .addr = *addr,
                               .tls = tls,
                               .limits = {(int)max, (int)a->config->client_conns_max, true},
                               .accept = accept,
                               .arg = arg};
    char text[ADDR_TEXT_MAX];
    enum err e = listener_open(a->loops, &spec, out, info);
    addr_format(addr, text);
    if (e != OK && info->text)
        info->text = arena_printf(&a->arena, "%s: %s", text, info->text);
    return e;
}

static enum err open_listeners(struct app *a, struct err_info *info)
{
    const struct config *c = a->config;
    enum err e = listen_on(a, "rtmp", &c->rtmp, NULL, c->rtmp_conns_max, live_accept_rtmp, a->live,
                           &a->rtmp, info);
    if (e != OK)
        return e;
    e = open_sms(a, info);
    if (e == OK)
        e = open_mail(a, info);
    if (e != OK)
        return e;
    struct town_env env = {a->writer, a->rooms, a->store_url, rtmp_url(a), a->pushes};
    e = town_start(&env, &a->arena, info);
    a->town_started = e == OK;
    if (e == OK)
        e = open_web(a, info);
    if (e == OK && c->https_on)
        e = tls_open(c->tls_cert.p, c->tls_key.p, &a->tls, &a->arena, info);
    if (e == OK && c->https_on)
        e = listen_on(a, "https", &c->https, a->tls, c->http_conns_max, web_accept, a->web,
                      &a->https, info);
    if (e == OK) /* last: whoever gets an answer from /healthz finds the others open */
        e = listen_on(a, "http", &c->http, NULL, c->http_conns_max, web_accept, a->web, &a->http,
                      info);
    return e;
}

/* ---- start, wait, stop ---- */

enum err app_start(struct config *config, enum err (*fill)(struct app *app, struct err_info *info),
                   struct app **out, struct err_info *info)
{
    struct app *a = calloc(1, sizeof(*a));
    if (!a)
        return ERR_NOMEM;
    arena_init(&a->arena, APP_ARENA_MAX);
    a->config = config;
    a->lock_fd = -1;
    a->store_url = config->store_url.p;
    job_set_program(config->job_program.p);
    if (!job_program_ok()) /* all but uploads works without */
        LOG(ERROR, "job.program_missing", L_S("setting", config->job_program));
    if (job_letter_set_fonts(config->letter_fonts.p) != OK)
        LOG(ERROR, "letter.fonts_not_understood", L_S("setting", config->letter_fonts));
    enum err e = i18n_load(&a->arena, info); /* first: goods are searched by their words, too */
    a->is_demo = fill != NULL;
    const struct town_settings town = {.data_dir = config->data_dir.p,
                                       .public_url = config->public_url,
                                       .test_cashier = a->is_demo || config->test_cashier};
    if (e == OK)
        e = town_load(&town, &a->arena, info);
    if (e == OK)
        e = open_store(a, info);
    if (e == OK && fill)
        e = fill(a, info);
    if (e == OK)
        e = open_record(a, info);
    if (e == OK)
        e = open_live(a, info);
    if (e == OK)
        e = open_listeners(a, info);
    if (e == OK) {
        LOG(INFO, "app.serving", L_Z("store", db_public_url(a->store_url, &a->arena)));
        *out = a;
        return OK;
    }
    if (info->text) /* it may lie in the arena that goes */
        info->text = arena_strdup(&config->arena, info->text);
    app_stop(a);
    return e;
}

static void reload(struct app *a, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    arena_init(&arena, APP_ARENA_MAX);
    enum err e = config_reload(a->config, argc, argv, &info);
    if (e == OK)
        log_set_level(a->config->log_level);
    if (e == OK && a->tls)
        e = tls_reload(a->tls, &arena, &info);
    if (e == OK)
        LOG(INFO, "app.reloaded", L_I("pid", getpid()));
    else
        LOG(ERROR, "app.reload_refused", L_Z("setting", info.field), L_Z("why", info.text));
    arena_free(&arena);
}

void app_wait(struct app *app, int argc, char **argv)
{
    sigset_t set;
    int signal;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    while (sigwait(&set, &signal) == 0 && signal == SIGHUP)
        reload(app, argc, argv);
    LOG(INFO, "app.leaving", L_I("signal", signal));
}

/* Also takes back a start that failed half way. */
void app_stop(struct app *a)
{
    listener_close(a->http);
    listener_close(a->https);
    listener_close(a->rtmp);
    if (a->web)
        web_stop(a->web);
    push_rest(a->pushes);
    if (a->loops)
        loops_stop(a->loops, DRAIN_MS);
    push_stop(a->pushes);
    people_codes_by(NULL, NULL);
    mail_cut(a->mail);
    sms_cut(a->sms);
    town_rest();
    messages_go_out(NULL);
    mail_free(a->mail);
    sms_stop(a->sms);
    notify_stop(a->notify);
    if (a->writer) /* before the town: each commit tells it of stock */
        writer_stop(a->writer);
    notify_free(a->notify);
    if (a->town_started)
        town_stop();
    if (a->web)
        web_free(a->web);
    if (a->loops)
        loops_free(a->loops);
    push_free(a->pushes);
    if (a->live)
        live_free(a->live);
    record_stop(a->record);
    if (a->rooms)
        rooms_free(a->rooms);
    tls_free(a->tls);
    if (a->lock_fd >= 0)
        close(a->lock_fd);
    arena_free(&a->arena);
    free(a);
}

/* ---- what others ask ---- */

struct config *app_config(struct app *app)
{
    return app->config;
}

struct writer *app_writer(struct app *app)
{
    return app->writer;
}

struct arena *app_arena(struct app *app)
{
    return &app->arena;
}

const char *app_store_url(struct app *app)
{
    return app->store_url;
}

bool app_has_codes(struct app *app)
{
    return app->sms != NULL;
}

void app_http_text(struct app *app, char out[ADDR_TEXT_MAX])
{
    addr_format(listener_addr(app->http), out);
}

void app_rtmp_text(struct app *app, char out[ADDR_TEXT_MAX])
{
    addr_format(listener_addr(app->rtmp), out);
}
