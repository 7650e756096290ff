/*
 * Settings. One typed table (config.c) drives parsing, defaults, bounds, help, reload and display.
 * A setting has one name everywhere: `--log-level debug` on the command line, GUILDHALL_LOG_LEVEL
 * in the environment, `log-level = debug` in the file. Stronger first: command line, environment,
 * file (--config), default.
 *
 * Strings live as long as the struct config's arena.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "io/addr.h"

enum { CONFIG_PROXIES_MAX = 16 };

struct config {
    struct arena arena;
    struct str config_file, data_dir, store_url;
    struct addr http, https, rtmp;
    bool https_on;
    struct str tls_cert, tls_key, public_url, webhook_url, sms_gateway, smtp, smtp_from, smtp_ca,
        site_name, site_name_en, job_program, letter_fonts;
    int64_t loops; /* 0: one a core */
    int64_t page_threads, ring_memory_mib, http_conns_max, rtmp_conns_max, client_conns_max;
    struct addr_cidr proxies[CONFIG_PROXIES_MAX];
    size_t proxies_n;
    int durability; /* enum db_durability */
    struct str push_ca;
    bool open_publish, test_cashier, no_recording, push_private;
    enum log_level log_level;
};

/* Reads file, environment and the arguments after the command's name. Arguments that are no
 * settings (commands' own) are left in argv, in order, and counted in *argc. */
enum err config_load(struct config *c, int *argc, char **argv, struct err_info *info) MUST_CHECK;
/* The file and the environment once more, under the same arguments (SIGHUP): takes over what may
 * change at run time, says in the log what would need a restart. */
enum err config_reload(struct config *running, int argc, char **argv,
                       struct err_info *info) MUST_CHECK;
void config_free(struct config *c);
void config_help(FILE *out); /* the settings, one a line */

#endif
