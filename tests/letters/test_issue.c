/* Issuing a letter: figures frozen, numbers given once, the town's seal, and what shows that one of
 * them was touched. */
#include "tests/letters/office.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"
#include "town/signing/signing.h"

static struct fixture fx;
static struct tx *tx;
static char folder[64];
static int64_t lead, co, session;
static int64_t chief, clerk; /* signs; drafts, checks and seals */
static int64_t class_a;

static void begin_try(void)
{
    fx.info = (struct err_info){0};
    assert_ok(db_savepoint(fx.db));
}

/* What is refused is undone, as the writer does it. */
static enum err end_try(enum err e)
{
    if (e)
        db_savepoint_rollback(fx.db);
    else
        assert_ok(db_savepoint_release(fx.db));
    return e;
}
#define T(call) (begin_try(), end_try(call))

static void document(void)
{
    const struct figure_document d = {.name = STR("west_area"),
                                      .kind = FIGURE_NUMBER,
                                      .unit = STR("m2"),
                                      .title_zh = STR("西区面积"),
                                      .title_en = STR("Area of the west"),
                                      .about_zh = STR("规划面积"),
                                      .about_en = STR("As planned"),
                                      .is_public = true};
    assert_ok(figures_document(tx, &d));
}

static void state(int64_t number)
{
    const struct figure_statement s = {.name = STR("west_area"),
                                       .number = number,
                                       .holds_from = STR("2021-01-01"),
                                       .source = STR("规划批复")};
    assert_ok(figures_state(tx, &s));
}

static struct letters_actor as(unsigned bits, int64_t user)
{
    return (struct letters_actor){.as = bits, .user = user, .body = lead};
}

static int64_t class_of(void)
{
    struct rows rs;
    assert_ok(db_select(fx.db, &q_letters_classes, ARGS(V_INT(session)), &fx.arena, &rs));
    return row_int(&rs, 0, "id");
}

static int open_house(void **state_)
{
    (void)state_;
    office_open(&fx);
    tx = &fx.tx;
    snprintf(folder, sizeof(folder), "/tmp/guildhall-issue-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_ok(db_commit(fx.db));
    assert_ok(signing_load(fx.db, folder, &fx.arena, &fx.info));
    assert_ok(objects_load(folder, &fx.arena, &fx.info));
    assert_ok(db_begin(fx.db));
    lead = office_body(tx, "economy", "智经信", false);
    co = office_body(tx, "planning", "智规划", false);
    office_body(tx, "desk", "智府办", true);
    chief = office_person(tx, "chief");
    clerk = office_person(tx, "clerk");
    assert_ok(letters_post_set(tx, lead, chief, POST_SIGN, STR("局长")));
    assert_ok(letters_post_set(tx, lead, clerk, POST_DRAFT | POST_CHECK | POST_SEAL, STR("")));
    session = office_session(tx, "s17-5");
    class_a = class_of();
    document();
    state(4809300);
    return 0;
}

static int close_house(void **state_)
{
    char command[128];
    (void)state_;
    signing_forget();
    fixture_free(&fx);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static void write_version_with(int64_t letter, int64_t version, const char *text,
                               const char *attachments, int64_t class_id)
{
    assert_ok(
        db_exec(fx.db, &q_letters_version_add,
                ARGS(V_INT(letter), V_INT(version), V_INT(version - 1), V_Z("letter"),
                     V_Z("对建议的答复"), V_Z("阿棉代表"), V_Z(text), V_Z(attachments),
                     V_Z("市人大常委会，市政府办公室"), V_Z("主动公开"), V_Z(""),
                     class_id ? V_INT(class_id) : V_NULL, V_Z(""), V_INT(tx->now_ms), V_INT(clerk)),
                NULL));
    assert_ok(db_exec(fx.db, &q_letters_version_set, ARGS(V_INT(version), V_INT(letter)), NULL));
}

static void write_version(int64_t letter, int64_t version, const char *text, int64_t class_id)
{
    write_version_with(letter, version, text, "", class_id);
}

static int64_t letter_of(int64_t suggestion)
{
    struct rows rs;
    assert_ok(letter_current(fx.db, suggestion, &fx.arena, &rs));
    return row_int(&rs, 0, "id");
}

/* As the desk, the lead and a co-handler would bring it there. */
static void bring(int64_t id, const char *event, unsigned bits, int64_t user)
{
    struct letters_actor by = as(bits, user);
    assert_ok(letters_do(tx, id, event, &by, STR("因故")));
}

static int64_t handler_of(int64_t suggestion)
{
    struct rows rs;
    assert_ok(
        db_select(fx.db, &q_letters_handlers, ARGS(V_INT(suggestion), V_INT(1)), &fx.arena, &rs));
    return row_int(&rs, 1, "id");
}

/* One that waits for its signature; with a co-handler, for that one's first. */
static int64_t signing_case(int64_t number, const char *text, bool with_co)
{
    struct rows rs;
    int64_t id;
    struct letters_suggestion s = {.session = session,
                                   .number = number,
                                   .title = STR("建议"),
                                   .text = STR("内容"),
                                   .received_day = 18700,
                                   .is_public = true,
                                   .deputies = {{.name = STR("阿棉")}, {.name = STR("阿竹")}},
                                   .deputies_n = 2,
                                   .by = clerk};
    struct letters_actor desk = as(LETTERS_AS_DESK, clerk), drafts = as(LETTERS_AS_LEAD, clerk);
    assert_ok(letters_register(tx, &s, &id));
    bring(id, "examine", LETTERS_AS_DESK, clerk);
    assert_ok(letters_assign(tx, id, lead, &co, with_co ? 1 : 0, &desk, STR("")));
    bring(id, "accept", LETTERS_AS_LEAD, clerk);
    assert_ok(db_select(fx.db, &q_letters_deputies, ARGS(V_INT(id)), &fx.arena, &rs));
    assert_ok(letters_talk(tx, id, row_int(&rs, 0, "id"), day_of(tx->now_ms), STR("visit"),
                           STR("谈过"), &drafts));
    write_version(letter_of(id), 1, text, class_a);
    if (with_co) {
        struct letters_actor other = {LETTERS_AS_CO, clerk, co};
        assert_ok(letters_opinion(tx, id, handler_of(id), STR("同意"), &other));
    }
    bring(id, "submit", LETTERS_AS_DRAFT, clerk);
    bring(id, "pass", LETTERS_AS_CHECK, clerk);
    return id;
}

static enum err sign_it(int64_t id, int64_t version)
{
    struct letters_actor by = as(LETTERS_AS_SIGN | LETTERS_AS_LEAD, chief);
    return T(letters_sign(tx, id, version, &by));
}

static enum err number_it(int64_t id, int64_t n)
{
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    return T(letters_number(tx, id, n, &by));
}

static int64_t number_of(int64_t id)
{
    struct rows rs;
    assert_ok(letter_current(fx.db, id, &fx.arena, &rs));
    return row_null(&rs, 0, "n") ? 0 : row_int(&rs, 0, "n");
}

static enum err seal_it(int64_t id)
{
    struct object_id object;
    struct rows rs;
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    struct str pdf = STR("%PDF-1.7 a letter");
    assert_ok(objects_put(pdf, &object));
    assert_ok(letter_current(fx.db, id, &fx.arena, &rs));
    const struct letters_paper p = {.letter = row_int(&rs, 0, "id"),
                                    .number_id = row_int(&rs, 0, "number_id"),
                                    .bytes = (int64_t)pdf.n,
                                    .sha256 = arena_str(&fx.arena, str_of(object.hex))};
    return T(letters_seal(tx, id, &p, &by));
}

static enum err send_it(int64_t id)
{
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    return T(letters_send(tx, id, &by));
}

static enum err recall_it(int64_t id)
{
    struct letters_actor by = as(LETTERS_AS_SIGN, chief);
    return T(letters_recall(tx, id, STR("数字有误"), &by));
}

static const char *fault_of(int64_t letter)
{
    struct rows row;
    const char *fault;
    assert_ok(issue_row(fx.db, &fx.arena, letter, &row));
    assert_ok(issue_fault(fx.db, &fx.arena, &row, &fault));
    return fault;
}

static char said[400];

static void keep_line(void *arg, const char *line)
{
    (void)arg;
    snprintf(said, sizeof(said), "%s", line);
}

static int violations(void)
{
    int n = 0;
    said[0] = 0;
    assert_ok(letters_check(fx.db, &fx.arena, keep_line, NULL, &n));
    return n;
}

static const char text[] = "西区面积[[west_area|4.81平方公里]]，约[[west_area|约480万平方米]]。";

/* --- signing --- */

static void signing_freezes_each_figure(void **state_)
{
    struct rows rs;
    (void)state_;
    int64_t id = signing_case(1, text, false), letter = letter_of(id);
    assert_ok(sign_it(id, 1));
    assert_ok(db_select(fx.db, &q_letters_figures, ARGS(V_INT(letter)), &fx.arena, &rs));
    assert_int_equal(rs.n, 2);
    assert_int_equal(row_int(&rs, 0, "number"), 4809300);
    assert_true(str_eq_z(row_str(&rs, 0, "printed"), "4.81平方公里"));
    assert_true(str_eq_z(row_str(&rs, 1, "qualifier"), "about"));
    assert_null(fault_of(letter));
    /* What changes later changes now, not then. */
    state(5000000);
    assert_ok(db_select(fx.db, &q_letters_figures, ARGS(V_INT(letter)), &fx.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "number"), 4809300);
    assert_null(fault_of(letter));
    assert_int_equal(violations(), 0);
    /* Two signers at once: the second finds it signed. */
    assert_int_equal(sign_it(id, 1), ERR_CONFLICT);
}

static void what_does_not_hold_is_not_signed(void **state_)
{
    static const char *const bad[] = {"[[west_area|4.9平方公里]]", "[[no_such|1]]", "[[west_area",
                                      "好[[west_area|12家]]", "[[west_area@9999-01-01]]"};
    struct rows rs;
    (void)state_;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t id = signing_case(10 + (int64_t)i, text, false);
        write_version(letter_of(id), 2, bad[i], class_a); /* as if it had changed since */
        assert_int_equal(sign_it(id, 2), ERR_CONFLICT);
        assert_string_equal(fx.info.field, "figures");
        assert_int_equal(fx.info.limit, 1);
        assert_ok(db_select(fx.db, &q_letters_figures, ARGS(V_INT(letter_of(id))), &fx.arena, &rs));
        assert_int_equal(rs.n, 0);
    }
}

static void what_was_not_read_is_not_signed(void **state_)
{
    (void)state_;
    int64_t id = signing_case(1, text, false);
    write_version(letter_of(id), 2, "别的话", class_a);
    assert_int_equal(sign_it(id, 1), ERR_CONFLICT);
    assert_string_equal(fx.info.key, "letters.sign_changed");
    write_version(letter_of(id), 3, "没有类别", 0);
    assert_int_equal(sign_it(id, 3), ERR_CONFLICT);
    assert_string_equal(fx.info.key, "letters.sign_class");
    write_version(letter_of(id), 4, "没有数据", class_a);
    assert_ok(sign_it(id, 4));
}

static void a_co_handler_signs_first(void **state_)
{
    struct letters_actor other = {LETTERS_AS_CO, clerk, 0};
    (void)state_;
    int64_t id = signing_case(1, text, true);
    other.body = co;
    assert_int_equal(sign_it(id, 1), ERR_CONFLICT);
    assert_ok(letters_countersign(tx, id, handler_of(id), &other));
    assert_ok(sign_it(id, 1));
}

static void only_who_may_signs_and_seals(void **state_)
{
    struct letters_actor all = as(~(unsigned)(LETTERS_AS_SIGN | LETTERS_AS_SEAL), clerk);
    (void)state_;
    int64_t id = signing_case(1, text, false);
    assert_int_equal(T(letters_sign(tx, id, 1, &all)), ERR_FORBIDDEN);
    assert_ok(sign_it(id, 1));
    assert_int_equal(T(letters_number(tx, id, 0, &all)), ERR_FORBIDDEN);
    assert_ok(number_it(id, 0));
    assert_int_equal(T(letters_number_void(tx, id, STR("x"), &all)), ERR_FORBIDDEN);
    assert_int_equal(T(letters_recall(tx, id, STR("x"), &all)), ERR_FORBIDDEN);
    assert_int_equal(T(letters_send(tx, id, &all)), ERR_CONFLICT);
}

/* --- numbers --- */

static int64_t signed_case(int64_t number)
{
    int64_t id = signing_case(number, text, false);
    assert_ok(sign_it(id, 0));
    return id;
}

static void a_series_counts_on(void **state_)
{
    (void)state_;
    int64_t one = signed_case(1), two = signed_case(2), three = signed_case(3);
    assert_ok(number_it(one, 0));
    assert_int_equal(number_of(one), 1);
    assert_int_equal(number_it(two, 1), ERR_EXISTS);
    assert_string_equal(fx.info.field, "n");
    assert_string_equal(fx.info.key, "letters.letter_number_taken");
    assert_int_equal(fx.info.limit, 2);
    assert_ok(number_it(two, 2));
    assert_ok(number_it(three, 0));
    assert_int_equal(number_of(three), 3);
    assert_int_equal(number_it(three, 4), ERR_CONFLICT); /* it has one */
    assert_string_not_equal(fx.info.field, "n");
    assert_int_equal(violations(), 0);
}

static void a_series_has_no_gap(void **state_)
{
    static const int64_t gaps[] = {10, 99999, 7, 1};
    (void)state_;
    int64_t one = signed_case(1), two = signed_case(2);
    assert_ok(number_it(one, 8)); /* begun elsewhere */
    for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
        assert_int_equal(number_it(two, gaps[i]), ERR_CONFLICT);
        assert_string_equal(fx.info.field, "n");
        assert_string_equal(fx.info.key, "letters.letter_number_gap");
        assert_int_equal(fx.info.limit, 9);
    }
    assert_ok(number_it(two, 9));
    assert_int_equal(violations(), 0);
}

static void a_first_number_that_was_wrong_binds_nobody(void **state_)
{
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    (void)state_;
    int64_t one = signed_case(1), two = signed_case(2), three = signed_case(3);
    assert_ok(number_it(one, 80));
    assert_ok(letters_number_void(tx, one, STR("编错了"), &by));
    assert_ok(number_it(one, 5));
    assert_ok(letters_number_void(tx, one, STR("又错了"), &by));
    assert_ok(number_it(one, 8));
    assert_ok(number_it(two, 9));
    assert_int_equal(number_it(three, 80), ERR_CONFLICT);
    assert_int_equal(number_it(three, 4), ERR_CONFLICT);
    assert_ok(number_it(three, 0)); /* never left the house */
    assert_int_equal(number_of(three), 5);
}

static void a_number_that_never_left_is_given_again(void **state_)
{
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    (void)state_;
    int64_t one = signed_case(1), two = signed_case(2);
    assert_ok(number_it(one, 0));
    assert_int_equal(T(letters_number_void(tx, one, STR_NONE, &by)), ERR_INVALID);
    assert_ok(T(letters_number_void(tx, one, STR("编错了"), &by)));
    assert_int_equal(number_of(one), 0);
    assert_int_equal(violations(), 0);
    assert_ok(number_it(two, 0));
    assert_int_equal(number_of(two), 1);
    assert_ok(number_it(one, 0));
    assert_int_equal(number_of(one), 2);
    assert_int_equal(violations(), 0);
    /* Recalled before it was sent: so is its number. */
    assert_ok(seal_it(two));
    assert_ok(recall_it(two));
    int64_t three = signed_case(3);
    assert_ok(number_it(three, 0));
    assert_int_equal(number_of(three), 1);
    assert_int_equal(violations(), 0);
}

static void a_number_that_left_is_void_for_good(void **state_)
{
    struct rows rs;
    (void)state_;
    int64_t one = signed_case(1), first = letter_of(one), two = signed_case(2);
    assert_ok(number_it(one, 0));
    assert_ok(seal_it(one));
    assert_ok(send_it(one));
    assert_ok(db_select(fx.db, &q_letters_sendings, ARGS(V_INT(first)), &fx.arena, &rs));
    assert_int_equal(rs.n, 4); /* two deputies, two copies */
    assert_ok(recall_it(one));
    assert_int_not_equal(letter_of(one), first);
    assert_int_equal(number_it(two, 1), ERR_EXISTS);
    assert_ok(number_it(two, 0));
    assert_int_equal(number_of(two), 2);
    assert_null(fault_of(first)); /* recalled, and still what it was */
    assert_int_equal(violations(), 0);
}

/* --- the seal, and what is touched --- */

static int64_t sealed_letter(int64_t number)
{
    int64_t id = signed_case(number);
    assert_ok(number_it(id, 0));
    assert_ok(seal_it(id));
    return letter_of(id);
}

static void what_was_drawn_is_what_is_sealed(void **state_)
{
    struct letters_actor by = as(LETTERS_AS_SEAL, clerk);
    const struct letters_paper other = {.letter = 99, .number_id = 1, .bytes = 1};
    (void)state_;
    int64_t id = signed_case(1);
    assert_int_equal(seal_it(id), ERR_CONFLICT); /* it has no number */
    assert_ok(number_it(id, 0));
    assert_int_equal(T(letters_seal(tx, id, &other, &by)), ERR_CONFLICT);
    assert_string_equal(fx.info.key, "letters.seal_changed");
    signing_forget();
    assert_ok(signing_trust("/nonexistent", &fx.arena, &fx.info));
    assert_int_equal(seal_it(id), ERR_CONFLICT);
    assert_string_equal(fx.info.key, "letters.seal_no_key");
    assert_ok(signing_trust(folder, &fx.arena, &fx.info));
    assert_ok(seal_it(id));
    assert_int_equal(seal_it(id), ERR_CONFLICT);
}

/* Whoever may write the database can do this; the guard of the table is only against slips. */
static void touch(const char *sql)
{
    assert_ok(db_script(fx.db, sql));
}

static void unguard(void)
{
    touch(fixture_server() ? "ALTER TABLE letter_figures DISABLE TRIGGER USER"
                           : "DROP TRIGGER letter_figures_never_change;"
                             "DROP TRIGGER letter_figures_never_go");
}

static void a_touched_figure_is_found(void **state_)
{
    static const char *const changes[] = {
        "UPDATE letter_figures SET number = 4809301 WHERE position = 1",
        "UPDATE letter_figures SET printed = '4.82平方公里' WHERE position = 1",
        "UPDATE letter_figures SET is_public = 0 WHERE position = 2",
        "UPDATE letter_figures SET evidence_n = evidence_n + 1 WHERE position = 2",
        "DELETE FROM letter_figures WHERE position = 2"};
    (void)state_;
    int64_t letter = sealed_letter(1);
    assert_null(fault_of(letter));
    assert_int_equal(violations(), 0);
    unguard();
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        assert_ok(db_savepoint(fx.db));
        touch(changes[i]);
        assert_string_equal(fault_of(letter), "figures");
        assert_int_equal(violations(), 1);
        assert_non_null(strstr(said, "frozen figures"));
        db_savepoint_rollback(fx.db);
    }
    /* Even with a digest to match: that one was signed. */
    struct rows rs;
    char digest[ISSUE_SHA256 + 1];
    touch(changes[0]);
    assert_ok(db_select(fx.db, &q_letters_figures, ARGS(V_INT(letter)), &fx.arena, &rs));
    assert_ok(issue_digest(&rs, digest));
    touch(arena_printf(&fx.arena, "UPDATE letters SET figures_sha256 = '%s'", digest));
    assert_string_equal(fault_of(letter), "statement");
}

static void a_touched_row_is_found(void **state_)
{
    static const char *const changes[][2] = {
        {"UPDATE letters SET signer_name = '别人'", "statement"},
        {"UPDATE letters SET dated_day = dated_day + 1", "statement"},
        {"UPDATE letter_numbers SET n = 7", "statement"},
        {"UPDATE letters SET statement = statement || 'x'", "statement"},
        {"UPDATE letters SET key_id = '2'", "signature"},
        {"UPDATE letters SET key_id = 'x'", "signature"}};
    (void)state_;
    int64_t letter = sealed_letter(1);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        assert_ok(db_savepoint(fx.db));
        touch(changes[i][0]);
        assert_string_equal(fault_of(letter), changes[i][1]);
        assert_int_equal(violations(), 1);
        db_savepoint_rollback(fx.db);
    }
    assert_null(fault_of(letter));
}

static void a_touched_paper_is_found(void **state_)
{
    struct rows row;
    (void)state_;
    int64_t letter = sealed_letter(1);
    assert_ok(issue_row(fx.db, &fx.arena, letter, &row));
    const char *path = objects_path(row_str(&row, 0, "pdf_sha256"), &fx.arena);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fputs("%PDF-1.7 b", f);
    fclose(f);
    assert_string_equal(fault_of(letter), "paper");
    assert_int_equal(violations(), 1);
    assert_non_null(strstr(said, "paper is not the one"));
    assert_int_equal(unlink(path), 0);
    assert_string_equal(fault_of(letter), "paper_missing");
    assert_int_equal(violations(), 1);
}

static void numbers_that_are_wrong_are_found(void **state_)
{
    static const char *const changes[] = {
        "UPDATE letter_numbers SET void_at = 1, may_reuse = 1",
        "UPDATE letters SET state = 'signed', number_id = NULL WHERE sealed_at IS NULL",
        "UPDATE letters SET number_id = NULL WHERE sealed_at IS NULL"};
    (void)state_;
    int64_t id = signed_case(1);
    assert_ok(number_it(id, 0));
    assert_int_equal(violations(), 0);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        assert_ok(db_savepoint(fx.db));
        touch(changes[i]);
        assert_true(violations() >= 1);
        db_savepoint_rollback(fx.db);
    }
}

/* --- what it is found by --- */

static size_t found_by(const char *word)
{
    struct rows rs;
    assert_ok(db_select(fx.db, &q_letters_replies,
                        ARGS(V_INT(0), V_INT(0), V_INT(0), V_INT(0), V_Z(word), V_Z(""), V_Z(""),
                             V_Z(""), V_INT(9), V_INT(0)),
                        &fx.arena, &rs));
    return rs.n;
}

static void number_seal_and_send(int64_t id)
{
    assert_ok(number_it(id, 0));
    assert_ok(seal_it(id));
    assert_ok(send_it(id));
}

static int64_t sent_case(int64_t number, const char *words)
{
    int64_t id = signing_case(number, words, false);
    assert_ok(sign_it(id, 0));
    number_seal_and_send(id);
    return id;
}

static void a_reply_is_found_by_what_it_says(void **state_)
{
    (void)state_;
    int64_t id = sent_case(1, text);
    assert_int_equal(found_by("西区"), 1);
    assert_int_equal(found_by("平方"), 1); /* of a figure as it is printed */
    assert_int_equal(found_by("答复"), 1); /* of its title */
    assert_int_equal(found_by("内容"), 0); /* of the suggestion's text */
    assert_ok(recall_it(id));
    assert_int_equal(found_by("西区"), 0);
}

static int64_t words_that_wait(void)
{
    struct rows rs;
    assert_ok(db_select(fx.db, &q_letters_reply_words_due, ARGS(V_INT(9)), &fx.arena, &rs));
    return (int64_t)rs.n;
}

/* A list of projects with 9,000 pairs of characters, no two the same, and one project after them.
 */
static void all_of_a_long_attachment_is_found(void **state_)
{
    enum { PAIRS = 9000 };
    struct buf b;
    (void)state_;
    buf_init(&b, 4 * PAIRS);
    buf_z(&b, "# 项目清单\n");
    for (uint32_t c = 0x4E00; c <= 0x4E00 + PAIRS; c++)
        buf_printf(&b, "%c%c%c", (int)(0xE0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3F)),
                   (int)(0x80 | (c & 0x3F)));
    buf_z(&b, "\n榫卯工坊");
    buf_u8(&b, 0);
    assert_true(buf_ok(&b));
    int64_t id = signing_case(1, text, false);
    write_version_with(letter_of(id), 2, text, (const char *)b.p, class_a);
    buf_free(&b);
    assert_ok(sign_it(id, 2));
    number_seal_and_send(id);
    assert_int_equal(found_by("西区"), 1); /* of the text, at once */
    assert_int_equal(found_by("榫卯"), 0);
    assert_int_equal(words_that_wait(), 1);
    assert_ok(reply_words_due(tx, NULL));
    assert_int_equal(found_by("榫卯"), 0);
    assert_ok(reply_words_due(tx, NULL));
    assert_int_equal(found_by("榫卯"), 1);
    assert_int_equal(words_that_wait(), 0);
}

static void words_of_former_replies_are_kept_later(void **state_)
{
    (void)state_;
    for (int64_t i = 1; i <= 3; i++)
        sent_case(i, text);
    touch("DELETE FROM letter_words; INSERT INTO letter_words_due (letter_id) SELECT id FROM "
          "letters");
    unguard(); /* one that is broken keeps no other waiting */
    touch("DELETE FROM letter_figures WHERE letter_id = (SELECT min(id) FROM letters)");
    assert_int_equal(found_by("西区"), 0);
    assert_ok(reply_words_due(tx, NULL));
    assert_ok(reply_words_due(tx, NULL));
    assert_int_equal(found_by("西区"), 2);
    assert_ok(reply_words_due(tx, NULL)); /* nothing is left to do */
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(signing_freezes_each_figure),
        CASE(what_does_not_hold_is_not_signed),
        CASE(what_was_not_read_is_not_signed),
        CASE(a_co_handler_signs_first),
        CASE(only_who_may_signs_and_seals),
        CASE(a_series_counts_on),
        CASE(a_series_has_no_gap),
        CASE(a_first_number_that_was_wrong_binds_nobody),
        CASE(a_number_that_never_left_is_given_again),
        CASE(a_number_that_left_is_void_for_good),
        CASE(what_was_drawn_is_what_is_sealed),
        CASE(a_touched_figure_is_found),
        CASE(a_touched_row_is_found),
        CASE(a_touched_paper_is_found),
        CASE(numbers_that_are_wrong_are_found),
        CASE(a_reply_is_found_by_what_it_says),
        CASE(all_of_a_long_attachment_is_found),
        CASE(words_of_former_replies_are_kept_later),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
