#include "command.h"

#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "store/seal.h"
#include "town/people/people.h"

enum {
    ARENA_MAX = 64 << 20,
    BATCH_MAX = 100000,
    BATCH_SLICE = 1000, /* people of one command: a batch must not hold the writer for long */
    LOGIN_STEM_MAX = PEOPLE_LOGIN_MAX - 6, /* room for the number */
};

struct new_user {
    struct command cmd;
    struct people_user user;
    struct str organisation;
    struct str made; /* a password that was made here, to be told once they are added */
    bool password_stdin;
    int64_t batch; /* 0: one, with a password */
    int64_t first; /* of this command's slice of the batch */
    int64_t id;    /* out */
    struct str tokens[BATCH_SLICE];
};

/* ---- the writer's side ---- */

static enum err add_one(struct new_user *n, struct tx *tx, int64_t organisation)
{
    enum err e = people_user_add(tx, &n->user, &n->id);
    return e == OK && organisation ? people_membership_add(tx, n->id, organisation) : e;
}

static enum err add_slice(struct new_user *n, struct tx *tx, int64_t organisation)
{
    struct str stem = n->user.login;
    enum err e = OK;
    for (int64_t i = 0; e == OK && i < BATCH_SLICE && n->first + i <= n->batch; i++) {
        n->user.login =
            str_of(arena_printf(tx->arena, "%.*s%lld", STR_ARG(stem), (long long)(n->first + i)));
        e = add_one(n, tx, organisation);
        if (e == OK)
            e = people_session_add(tx, n->id, &n->tokens[i]);
    }
    n->user.login = stem;
    return e;
}

static enum err run_new_user(struct command *cmd, struct tx *tx)
{
    struct new_user *n = (struct new_user *)cmd;
    int64_t organisation = 0;
    enum err e = OK;
    if (n->organisation.n)
        e = people_organisation_find(tx->db, tx->arena, n->organisation, &organisation);
    if (e != OK) {
        tx->info->field = "organisation";
        return e;
    }
    return n->batch ? add_slice(n, tx, organisation) : add_one(n, tx, organisation);
}

/* ---- the command line's ---- */

/* The first line of standard input, or a fresh one. */
static enum err get_password(struct new_user *n, struct arena *arena, struct str *password)
{
    char line[256];
    uint8_t bytes[12];
    if (!n->password_stdin) {
        rnd_fill(bytes, sizeof(bytes));
        *password = n->made = enc_base64url(arena, bytes, sizeof(bytes));
        return OK;
    }
    if (!fgets(line, sizeof(line), stdin))
        return ERR_EOF;
    *password = arena_str(arena, str_n(line, strcspn(line, "\r\n")));
    explicit_bzero(line, sizeof(line));
    return OK;
}

static enum err refuse(struct err_info *info, const char *field, const char *text)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = field, .text = text};
    return ERR_INVALID;
}

static enum err read_options(struct new_user *n, int argc, char **argv, struct err_info *info)
{
    for (int i = 0; i < argc; i++) {
        struct str word = str_of(argv[i]), value = str_of(i + 1 < argc ? argv[i + 1] : NULL);
        if (str_eq_z(word, "--password-stdin")) {
            n->password_stdin = true;
            continue;
        }
        if (str_eq_z(word, "--login"))
            n->user.login = value;
        else if (str_eq_z(word, "--name"))
            n->user.name = value;
        else if (str_eq_z(word, "--organisation"))
            n->organisation = value;
        else if (str_eq_z(word, "--role"))
            n->user.roles |= people_role(value);
        else if (!str_eq_z(word, "--batch"))
            return refuse(info, argv[i], "is no option of user add");
        else if (str_to_i64(value, &n->batch) != OK || n->batch < 1 || n->batch > BATCH_MAX)
            return refuse(info, "--batch", "a number from 1 to 100000 is needed");
        i++;
    }
    return OK;
}

static enum err check_options(struct new_user *n, struct err_info *info)
{
    if (n->user.name.n == 0)
        n->user.name = n->user.login;
    if (!people_login_ok(n->user.login) || (n->batch && n->user.login.n > LOGIN_STEM_MAX))
        return refuse(info, "--login",
                      "3 to 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter (26 with "
                      "--batch)");
    if (n->user.roles == 0)
        return refuse(info, "--role", "one of buyer, host, factory, operator, admin is needed");
    if ((n->user.roles & people_role(STR("factory"))) && n->organisation.n == 0)
        return refuse(info, "--organisation", "a factory's clerk needs the factory's short name");
    if (!str_is_utf8(n->user.name))
        return refuse(info, "--name", "is not UTF-8");
    if (n->batch && n->password_stdin)
        return refuse(info, "--batch", "its people have no passwords");
    return OK;
}

static enum err prepare(struct config *config, struct new_user *n, struct arena *arena,
                        struct err_info *info)
{
    struct str password;
    enum err e = app_make_data_dir(config, arena, info);
    if (e == OK)
        e = seal_load(config->data_dir.p, arena, info);
    if (e == OK)
        e = app_migrate(config, arena, info);
    if (e != OK)
        return e;
    n->user.password_hash = STR("!"); /* no password has this hash */
    if (n->batch)
        return OK;
    e = get_password(n, arena, &password);
    if (e == OK && (e = people_hash_password(password, arena, &n->user.password_hash)) != OK)
        *info = (struct err_info){.field = "password", .text = "8 to 128 bytes are needed"};
    return e;
}

/* The store's refusals in the words of the command line. */
static void say_why(enum err e, struct err_info *info)
{
    if (e == ERR_EXISTS)
        refuse(info, "--login", "somebody has this name already");
    else if (e == ERR_NOT_FOUND)
        refuse(info, "--organisation", "there is no factory of this short name");
}

static enum err add_all(struct writer *w, struct new_user *n, struct arena *arena,
                        struct err_info *info)
{
    enum err e = OK;
    for (n->first = 1; e == OK && n->first <= (n->batch ? n->batch : 1); n->first += BATCH_SLICE) {
        struct arena own;
        arena_init(&own, ARENA_MAX);
        n->cmd = (struct command){.name = "people.add", .run = run_new_user, .arena = &own};
        e = writer_call(w, &n->cmd);
        if (e != OK)
            *info = n->cmd.info;
        if (e != OK)
            say_why(e, info);
        if (info->text)
            info->text = arena_strdup(arena, info->text);
        for (int64_t i = 0; e == OK && i < BATCH_SLICE && n->first + i <= n->batch; i++)
            printf("%.*s\n", STR_ARG(n->tokens[i]));
        arena_free(&own);
    }
    return e;
}

/* `work` with a writer of our own, beside a running town. */
static enum err with_writer(struct config *config, struct new_user *n, struct arena *arena,
                            struct err_info *info,
                            enum err (*work)(struct writer *w, struct new_user *n,
                                             struct arena *arena, struct err_info *info))
{
    struct writer *w;
    enum err e = prepare(config, n, arena, info);
    if (e == OK)
        e = writer_open(config->store_url.p, &w, arena, info);
    if (e != OK)
        return e;
    e = writer_start(w);
    if (e == OK)
        e = work(w, n, arena, info);
    writer_stop(w);
    return e;
}

int command_user_add(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    static struct new_user n; /* too large for a stack */
    arena_init(&arena, ARENA_MAX);
    enum err e = read_options(&n, argc, argv, &info);
    if (e == OK)
        e = check_options(&n, &info);
    if (e == OK)
        e = with_writer(config, &n, &arena, &info, add_all);
    int status = e == OK ? 0 : main_fail(&info, e);
    if (e == OK && n.made.n)
        printf("password: %.*s\n", STR_ARG(n.made));
    if (e == OK && !n.batch)
        printf("user %lld added\n", (long long)n.id);
    arena_free(&arena);
    return status;
}

/* ---- another password ---- */

static enum err run_password(struct command *cmd, struct tx *tx)
{
    struct new_user *n = (struct new_user *)cmd;
    bool is_disabled;
    enum err e = people_user_find(tx->db, tx->arena, n->user.login, &n->id, &is_disabled);
    if (e == OK && is_disabled)
        return refuse(tx->info, "--login", "is disabled: no password lets them in");
    return e != OK ? e : people_password_set(tx, n->id, n->user.password_hash, 0);
}

static enum err set_password(struct writer *w, struct new_user *n, struct arena *arena,
                             struct err_info *info)
{
    n->cmd = (struct command){.name = "people.password", .run = run_password, .arena = arena};
    enum err e = writer_call(w, &n->cmd);
    if (e != OK)
        *info = n->cmd.info;
    if (e == ERR_NOT_FOUND)
        refuse(info, "--login", "nobody has this name");
    return e;
}

static enum err read_login(struct new_user *n, int argc, char **argv, struct err_info *info)
{
    for (int i = 0; i < argc; i++) {
        struct str word = str_of(argv[i]);
        if (str_eq_z(word, "--password-stdin"))
            n->password_stdin = true;
        else if (!str_eq_z(word, "--login"))
            return refuse(info, argv[i], "is no option of user password");
        else if (i + 1 == argc)
            return refuse(info, "--login", "a value is needed: whose password?");
        else
            n->user.login = str_of(argv[++i]);
    }
    return n->user.login.n ? OK : refuse(info, "--login", "is needed: whose password?");
}

int command_user_password(struct config *config, int argc, char **argv)
{
    struct err_info info = {0};
    struct arena arena;
    static struct new_user n; /* too large for a stack */
    arena_init(&arena, ARENA_MAX);
    enum err e = read_login(&n, argc, argv, &info);
    if (e == OK)
        e = with_writer(config, &n, &arena, &info, set_password);
    int status = e == OK ? 0 : main_fail(&info, e);
    if (e == OK && n.made.n)
        printf("password: %.*s\n", STR_ARG(n.made));
    arena_free(&arena);
    return status;
}
