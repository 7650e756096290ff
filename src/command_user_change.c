/* user change: roles given and taken, an account disabled and enabled again, a second factor whose
 * device is lost taken off, beside a running town. */
#include "command.h"

#include <stdio.h>

#include "app.h"
#include "store/seal.h"
#include "store/writer.h"
#include "town/people/people.h"

enum { ARENA_MAX = 8 << 20 };

struct change {
    struct command cmd;
    struct str login;
    unsigned give, take;
    bool disable, enable, second_off;
};

static enum err refuse(struct err_info *info, const char *field, const char *text)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = field, .text = text};
    return ERR_INVALID;
}

static enum err run_change(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    int64_t user;
    bool is_disabled;
    enum err e = people_user_find(tx->db, tx->arena, c->login, &user, &is_disabled);
    for (unsigned role = ROLE_BUYER; e == OK && role <= ROLE_OFFICER; role <<= 1) {
        if (c->give & role)
            e = people_role_set(tx, user, role, true);
        else if (c->take & role)
            e = people_role_set(tx, user, role, false);
    }
    if (e == OK && (c->disable || c->enable))
        e = people_disable(tx, user, c->disable);
    if (e == OK && c->second_off && (e = people_second_lift(tx, user)) == ERR_NOT_FOUND) {
        tx->info->field = "--second-factor";
        e = ERR_CONFLICT;
    }
    return e;
}

static enum err read_words(struct change *c, int argc, char **argv, struct err_info *info)
{
    for (int i = 0; i < argc; i++) {
        struct str word = str_of(argv[i]), value = str_of(i + 1 < argc ? argv[i + 1] : NULL);
        if (str_eq_z(word, "--disable")) {
            c->disable = true;
            continue;
        }
        if (str_eq_z(word, "--enable")) {
            c->enable = true;
            continue;
        }
        bool gives = str_eq_z(word, "--give");
        if (str_eq_z(word, "--login"))
            c->login = value;
        else if (str_eq_z(word, "--second-factor")) {
            if (!str_eq_z(value, "off"))
                return refuse(info, argv[i], "off is all that can be said; its owner sets it up");
            c->second_off = true;
        } else if (!gives && !str_eq_z(word, "--take"))
            return refuse(info, argv[i], "is no option of user change");
        else if (!people_role(value))
            return refuse(info, argv[i], "one of buyer, host, factory, operator, admin is needed");
        else
            *(gives ? &c->give : &c->take) |= people_role(value);
        i++;
    }
    return OK;
}

static enum err check_words(const struct change *c, struct err_info *info)
{
    if (!c->login.n)
        return refuse(info, "--login", "is needed: whose?");
    if (c->give & c->take || (c->disable && c->enable))
        return refuse(info, "--take", "and --give, --disable and --enable exclude each other");
    if (c->give & ROLE_FACTORY)
        return refuse(info, "--give", "a factory's owner lets its clerks in, on its page");
    return c->give || c->take || c->disable || c->enable || c->second_off
               ? OK
               : refuse(info, "--login",
                        "what is to change? --give, --take, --disable, --enable, --second-factor");
}

static enum err write_change(struct config *config, struct change *c, struct arena *arena,
                             struct err_info *info)
{
    struct writer *w;
    enum err e = app_make_data_dir(config, arena, info);
    if (e == OK)
        e = seal_load(config->data_dir.p, arena, info);
    if (e == OK)
        e = app_migrate(config, arena, info);
    if (e == OK)
        e = writer_open(config->store_url.p, &w, arena, info);
    if (e != OK)
        return e;
    e = writer_start(w);
    if (e == OK && (e = writer_call(w, &c->cmd)) != OK)
        *info = c->cmd.info;
    writer_stop(w);
    if (e == ERR_CONFLICT)
        return refuse(info, "--second-factor", "there is none");
    return e == ERR_NOT_FOUND ? refuse(info, "--login", "nobody has this name") : e;
}

int command_user_change(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    struct change c = {
        .cmd = {.name = "people.change", .run = run_change, .arena = &arena},
    };
    arena_init(&arena, ARENA_MAX);
    enum err e = read_words(&c, argc, argv, &info);
    if (e == OK)
        e = check_words(&c, &info);
    if (e == OK)
        e = write_change(config, &c, &arena, &info);
    int status = e == OK ? 0 : main_fail(&info, e);
    arena_free(&arena);
    return status;
}
