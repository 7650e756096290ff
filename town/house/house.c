/* Routes, start and stop: see house.h. */
#include "town/house/house.h"

#include "base/log.h"
#include "store/queries.h"
#include "town/house/complaint_view.h"
#include "town/house/internal.h"
#include "town/shows/shows.h"

#define BASE (ROLE_OPERATOR | ROLE_ADMIN)
static const struct route routes[] = {
    {"GET", "/house/words", house_words_page, NULL, "house/words.html", BASE, CSRF_SAFE, 0},
    {"POST", "/house/words", house_words_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/house/words/history", house_words_history, NULL, "house/history.html", BASE,
     CSRF_SAFE, 0},
    {"GET", "/house/words.csv", house_words_export, NULL, NULL, BASE, CSRF_SAFE, 0, WEB_SLOW},
    {"POST", "/house/words/paste", house_words_paste, NULL, NULL, BASE, CSRF_TOKEN, 256 * 1024},
    {"GET", "/house/patrol", house_patrol_page, NULL, "house/patrol.html", BASE, CSRF_SAFE, 0},
    {"POST", "/house/patrol/{id}/warn", house_warn_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/warnings/{warning}/seen", house_warning_seen_post, NULL, NULL, WHO_MEMBER,
     CSRF_TOKEN, 0},
    {"GET", "/house/review", house_review_page, NULL, "house/review.html", BASE, CSRF_SAFE, 0},
    {"GET", "/house/complaints", complaints_desk, NULL, "house/complaints.html", BASE, CSRF_SAFE,
     0},
    {"GET", "/house/complaints/{id}", complaint_desk_page, NULL, "house/case.html", BASE, CSRF_SAFE,
     0},
    {"POST", "/house/complaints/{id}", complaint_desk_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/house/complaints/{id}/open", complaint_open_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/complain", complaint_form_page, NULL, "house/complain.html", WHO_ANYONE,
     CSRF_SAFE, 0},
    {"POST", "/shows/{id}/complaints", complaint_form_post, NULL, NULL, WHO_ANYONE, CSRF_TOKEN, 0},
    {"GET", "/complaints", complaints_mine, NULL, "house/mine.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/complaints/{id}", complaint_page, NULL, "house/complaint.html", WHO_ANYONE, CSRF_SAFE,
     0},
    {"POST", "/complaints/{id}", complaint_post, NULL, NULL, WHO_ANYONE, CSRF_TOKEN, 0},
    {"POST", "/house/words/{id}", house_word_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
};

const struct web_module house_module = {.name = "house",
                                        .routes = routes,
                                        .routes_n = sizeof(routes) / sizeof(routes[0]),
                                        .nav = "shows"};

/* On the writer's thread: what another process has changed. A batch that is lost afterwards leaves
 * readers with what was to be, until the next one is committed. */
static enum err follow(struct tx *tx, void *arg)
{
    (void)arg;
    return house_list_fold() ? house_list_follow(tx->db, tx->arena) : OK;
}

void house_prepare(struct writer *w)
{
    writer_every(w, HOUSE_FOLLOW_MS, "house.follow", follow, NULL);
    writer_every(w, COMPLAINT_SWEEP_MS, "house.complaint_sweep", complaint_sweep, NULL);
}

static enum err run_seed(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    enum err e = house_words_seed(tx);
    return e ? e : house_list_follow(tx->db, tx->arena);
}

enum err house_start(struct writer *w, struct arena *arena, struct err_info *info)
{
    enum err e = house_list_open(info);
    if (e)
        return e;
    struct command seed = {.name = "house.seed", .run = run_seed, .arena = arena};
    shows_part(house_desk_part);
    e = writer_call(w, &seed);
    if (e)
        *info = seed.info;
    else
        shows_talk_judge(house_judge);
    return e;
}

void house_stop(void)
{
    house_list_close();
}
