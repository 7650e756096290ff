/* web/template, web/expr, web/html: what a page says, and what does not compile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "web/template.h"

struct file {
    const char *name, *text;
};

static bool from_files(void *arg, struct str name, struct str *out)
{
    for (const struct file *f = arg; f->name; f++)
        if (str_eq_z(name, f->name)) {
            *out = str_of(f->text);
            return true;
        }
    return false;
}

static struct arena arena;
static struct view *root;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    root = view_object(&arena);
    view_put_z(root, "name", "<b>\"A&B's\"</b>");
    view_put_int(root, "n", 12345);
    view_put_int(root, "zero", 0);
    view_put_z(root, "empty", "");
    view_put_bool(root, "yes", true);
    view_put_money(root, "price", 6950, "CNY");
    view_put_time(root, "at", 1767225600000); /* 2026-01-01T00:00:00Z, a Thursday */
    view_put_html(root, "drawing", STR("<svg></svg>"));
    struct view *list = view_put_list(root, "items");
    for (int i = 1; i <= 3; i++) {
        struct view *item = view_add_object(list);
        view_put_int(item, "id", i * 10);
        view_put_str(item, "title", str_of(arena_printf(&arena, "item %d", i)));
    }
    view_put_list(root, "none");
    struct view *user = view_put_object(root, "user");
    view_put_z(user, "name", "李明");
    struct err_info info = {0};
    if (i18n_load_json(LANG_ZH,
                       STR("{\"hi\":\"你好 {name}\",\"n\":\"{count}人\","
                           "\"time.datetime\":\"{year}年{month}{day}日 {hm}\","
                           "\"time.month_1\":\"1月\"}"),
                       &arena, &info) ||
        i18n_load_json(LANG_EN,
                       STR("{\"hi\":\"Hi {name}\","
                           "\"n\":\"{count|one=one viewer|other={count} viewers}\","
                           "\"time.datetime\":\"{day} {month} {year}, {hm}\","
                           "\"time.day\":\"{weekday} {day} {month}\","
                           "\"time.month_1\":\"Jan\",\"time.weekday_4\":\"Thu\"}"),
                       &arena, &info))
        return -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    i18n_free();
    arena_free(&arena);
    return 0;
}

/* Compiles "main" of the files and runs it over the view above; the error's text on a failure. */
static const char *run_files(const struct file *files, enum lang lang)
{
    const struct template *t;
    struct map made;
    struct err_info info = {0};
    map_init(&made);
    enum err e = template_compile(&made, STR("main"), from_files, (void *)files, &t, &arena, &info);
    if (e) {
        templates_free(&made);
        return info.text;
    }
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(template_run(t, root, lang, &arena, &out), OK);
    char *text = arena_strndup(&arena, out.p ? (char *)out.p : "", out.n);
    buf_free(&out);
    templates_free(&made);
    return text;
}

static const char *run(const char *text)
{
    return run_files((struct file[]){{"main", text}, {NULL, NULL}}, LANG_EN);
}

#define SAYS(template_, want) assert_string_equal(run(template_), want)
#define REFUSED(template_, why) assert_non_null(strstr(run(template_), why))

static void values_are_escaped_where_they_stand(void **state)
{
    (void)state;
    SAYS("<p>{{ name }}</p>", "<p>&lt;b&gt;&#34;A&amp;B&#39;s&#34;&lt;/b&gt;</p>");
    SAYS("<p title=\"{{ name }}\">", "<p title=\"&lt;b&gt;&#34;A&amp;B&#39;s&#34;&lt;/b&gt;\">");
    SAYS("<p title='{{ name }}'>", "<p title='&lt;b&gt;&#34;A&amp;B&#39;s&#34;&lt;/b&gt;'>");
    SAYS("{{drawing}}<p title=\"{{ drawing }}\">",
         "<svg></svg><p title=\"&lt;svg&gt;&lt;/svg&gt;\">");
    SAYS("{{ missing }}{{ missing.more }}{{ n.more }}{{ user }}{{ items }}|", "|");
    SAYS("{{ yes }} {{ n }} {{ user.name }} {{ items.count }}", "true 12345 李明 3");
}

static void kinds_have_their_formats(void **state)
{
    (void)state;
    struct file f[] = {{"main", "{{ price }} {{ price.fen }} {{ price.currency }} {{ at }}"}, {0}};
    assert_string_equal(run_files(f, LANG_ZH), "¥69.50 6950 CNY 2026年1月1日 08:00");
    assert_string_equal(run_files(f, LANG_EN), "¥69.50 6950 CNY 1 Jan 2026, 08:00");
    SAYS("{{ price | decimal }} {{ n | number }} {{ n | percent }} {{ at | time \"hm\" }}",
         "69.50 12,345 123.45% 08:00");
    SAYS("{{ price | amount }} {{ user.name | amount }}", "69.50 李明");
    SAYS("{{ at | time \"iso\" }} {{ at | time \"day\" }}", "2026-01-01T00:00:00Z Thu 1 Jan");
    SAYS("{{ user.name | first }}{{ \"ab\" | upper }}{{ \"ab\" | first | upper }}", "李ABA");
    SAYS("<a href=\"/s?q={{ \"a b&c/d\" | url }}\">", "<a href=\"/s?q=a%20b%26c%2Fd\">");
    SAYS("<a data-x=\"{{ user | json }}\">", "<a data-x=\"{&#34;name&#34;:&#34;李明&#34;}\">");
    SAYS("<link href=\"{{ \"css/none.css\" | asset }}\">", "<link href=\"/assets/css/none.css\">");
}

static void conditions(void **state)
{
    (void)state;
    SAYS("{% if yes %}a{% else %}b{% end %}", "a");
    SAYS("{% if not yes %}a{% elif n == 12345 %}b{% else %}c{% end %}", "b");
    SAYS("{% if zero %}a{% elif empty %}b{% elif none %}c{% elif missing %}d{% end %}", "");
    SAYS("{% if user and items %}a{% end %}{% if zero or missing or n %}b{% end %}", "ab");
    SAYS("{% if zero and yes or yes %}a{% end %}{% if yes or yes and zero %}b{% end %}", "ab");
    SAYS("{% if user.name == \"李明\" and not zero %}a{% end %}", "a");
    SAYS("{% if missing == \"\" %}a{% end %}{% if n != \"12345\" %}b{% end %}", "ab");
    SAYS("{% if n > 12344 and n < 12346 %}a{% end %}{% if n > 12345 %}b{% end %}", "a");
    SAYS("{% if not not yes %}a{% end %}{% if zero == -0 %}b{% end %}", "ab");
}

static void loops(void **state)
{
    (void)state;
    SAYS("{% for p in items %}{{ loop.index }}:{{ p.title }}"
         "{% if not loop.last %}, {% end %}{% empty %}none{% end %}",
         "1:item 1, 2:item 2, 3:item 3");
    SAYS("{% for p in none %}x{% empty %}nothing{% end %}", "nothing");
    SAYS("{% for p in missing %}x{% end %}.", ".");
    SAYS("{% for a in items %}{% for b in items %}{% if loop.first %}{{ a.id }}{% end %}{% end %}"
         "{% if loop.last %}!{% end %}{% end %}",
         "102030!");
}

static void texts_come_from_the_locales(void **state)
{
    (void)state;
    struct file f[] = {{"main", "{% t \"hi\" name=user.name %} {% t \"n\" count=n %}"}, {0}};
    assert_string_equal(run_files(f, LANG_ZH), "你好 李明 12,345人");
    assert_string_equal(run_files(f, LANG_EN), "Hi 李明 12,345 viewers");
    SAYS("{% t \"n\" count=1 %} {% t \"hi\" name=name %} {% t \"no.such\" %}",
         "one viewer Hi &lt;b&gt;&#34;A&amp;B&#39;s&#34;&lt;/b&gt; no.such");
    SAYS("<p title=\"{% t \"hi\" name=\"\"%}\">", "<p title=\"Hi \">");
}

static void files_build_on_each_other(void **state)
{
    (void)state;
    struct file f[] = {
        {"main",
         "{# page #}{% extends \"mid\" %}\n{% block main %}M{% block in %}i{% end %}{% end %}"},
        {"mid", "{% extends \"layout\" %}{% block title %}{{ n }}{% end %}"
                "{% block main %}never{% end %}"},
        {"layout", "<title>{% block title %}T{% end %}</title>{% block main %}D{% end %}"
                   "{% block foot %}F{% end %}{% include \"card\" with p=user q=\"x\" %}{{ p }}"},
        {"card", "[{{ p.name }}{{ q }}{{ n }}]"},
        {0},
    };
    assert_string_equal(run_files(f, LANG_EN), "<title>12345</title>MiF[李明x12345]");
}

/* A frame is compiled once, for all that extend it. */
static void blocks_are_filled_by_the_most_derived(void **state)
{
    (void)state;
    struct file f[] = {
        {"main", "{% extends \"mid\" %}{% block in %}<b>{{ n }}</b>{% end %}"
                 "{% block cls %}x{{ n }}{% end %}"},
        {"mid",
         "{% extends \"layout\" %}{% block main %}{% for i in items %}"
         "[{% block in %}never{% end %}{% block own %}{{ i.name }}{% end %}]{% end %}{% end %}"},
        {"layout", "<p class=\"{% block cls %}{% end %}\">{% include \"part\" %}</p>"},
        {"part", "{% if n %}{% block main %}D{% end %}{% end %}"},
        {0},
    };
    const char *page = run_files(f, LANG_EN);
    assert_non_null(strstr(page, "<p class=\"x12345\">[<b>12345</b>"));
    assert_null(strstr(page, "never"));
    f[0].text = "{% extends \"layout\" %}{% block foot %}{% end %}";
    assert_string_equal(run_files(f, LANG_EN), "main:1: what it extends has no block of that name");
    f[0].text = "{% extends \"layout\" %}{% block main %}<b {% end %}";
    assert_string_equal(run_files(f, LANG_EN),
                        "main:1: the body of a block must end where it began in the page");
    f[0].text = "{% extends \"layout\" %}{% block cls %}{{ n }}\">{% end %}";
    assert_string_equal(run_files(f, LANG_EN),
                        "main:1: the body of a block must end where it began in the page");
    f[0].text = "{% extends \"layout\" %}{% block main %}{{ | }}{% end %}";
    assert_non_null(strstr(run_files(f, LANG_EN), "main:1: "));
}

static void url_attributes_lead_where_they_should(void **state)
{
    (void)state;
    view_put_z(root, "js", "javascript:alert(1)");
    view_put_z(root, "tab", "/\t/evil.example");
    view_put_z(root, "slashes", "//evil.example");
    view_put_z(root, "back", "/\\evil.example");
    view_put_z(root, "http", "https://town.example/a?b=c&d");
    view_put_z(root, "path", "/hall/products/小锅");
    view_put_z(root, "relative", "hall");
    SAYS("<a href=\"{{ js }}\">", "<a href=\"#\">");
    SAYS("<img src=\"{{ tab }}\"><form action=\"{{ slashes }}\"><video poster=\"{{ back }}\">",
         "<img src=\"#\"><form action=\"#\"><video poster=\"#\">");
    SAYS("<a href=\"{{ http }}\"><a href='{{ path }}'><button formaction=\"{{ relative }}\">",
         "<a href=\"https://town.example/a?b=c&amp;d\"><a href='/hall/products/小锅'>"
         "<button formaction=\"#\">");
    SAYS("<a href=\"/{{ slashes }}\"><a href=\"/{{ relative }}\"><a href=\"/x{{ slashes }}\">",
         "<a href=\"/\"><a href=\"/hall\"><a href=\"/x//evil.example\">");
    SAYS("<a href=\"?page={{ n }}\"><a HREF=\"{{ js }}\"><a hx-get=\"{{ js }}\">",
         "<a href=\"?page=12345\"><a HREF=\"#\"><a hx-get=\"#\">");
    SAYS("<a href=\"{% if yes %}/a{% else %}/b{% end %}\">", "<a href=\"/a\">");
    SAYS("<p data-url=\"{{ js }}\">", "<p data-url=\"javascript:alert(1)\">");
    REFUSED("<a href=\"java{{ js }}\">", "where a URL leads");
    REFUSED("<a href=\"javascript:{{ n }}\">", "scheme");
    REFUSED("<a href=\" JavaScript:x\">", "scheme");
    REFUSED("<a href=javascript:x>", "scheme");
    REFUSED("<a href=\"{% if yes %}java{% end %}{{ js }}\">", "where a URL leads");
    REFUSED("<a href=\"{% if yes %}{{ path }}{% end %}{{ js }}\">", "where a URL leads");
    SAYS("<a href=\"mailto:{{ relative }}\">", "<a href=\"mailto:hall\">");
}

static void places_that_take_no_value(void **state)
{
    (void)state;
    REFUSED("<p class={{ n }}>", "without quotes");
    REFUSED("<p class=a{{ n }}>", "without quotes");
    REFUSED("<script>var a = \"{{ n }}\";</script>", "script");
    REFUSED("<SCRIPT type=\"module\">{{ n }}</SCRIPT>", "script");
    REFUSED("<style>{{ n }}</style>", "script or style");
    REFUSED("<script></scr{% if n %}{% end %}ipt>{{ n }}", "script");
    REFUSED("<!-- {{ n }} -->", "comment");
    REFUSED("<{{ n }}>", "name of a tag");
    REFUSED("<h{{ n }}>", "name of a tag");
    REFUSED("<p {{ n }}>", "name of a tag");
    REFUSED("<p da{{ n }}=\"x\">", "name of a tag");
    REFUSED("<p onclick=\"f({{ n }})\">", "runs code");
    REFUSED("<p ONLOAD=\"{% t \"hi\" %}\">", "runs code");
    REFUSED("<p hx-on:click=\"{{ n }}\">", "runs code");
    REFUSED("<p style=\"width:{{ n }}px\">", "runs code");
    REFUSED("<iframe srcdoc=\"{{ n }}\">", "runs code");
    SAYS("<script>if (a < b) {}</script>{{ n }}<style>p { }</style >{{ n }}",
         "<script>if (a < b) {}</script>12345<style>p { }</style >12345");
    SAYS("<!-- a -- > b --><p>1 < 2 {{ n }}", "<!-- a -- > b --><p>1 < 2 12345");
    SAYS("<!DOCTYPE html><br/><input disabled>{{ n }}",
         "<!DOCTYPE html><br/><input disabled>12345");
}

static void branches_meet_in_one_place(void **state)
{
    (void)state;
    SAYS("<option{% if yes %} selected{% end %} value=\"{{ n }}\">",
         "<option selected value=\"12345\">");
    SAYS("<option {% if yes %}selected{% end %}>{{ n }}", "<option selected>12345");
    SAYS("<p class=\"a{% if yes %} b{% end %}\">", "<p class=\"a b\">");
    SAYS("<p{% if zero %} id=\"x\"{% else %} id=\"{{ n }}\"{% end %}>", "<p id=\"12345\">");
    SAYS("{% for p in items %}<i id=\"{{ p.id }}\"></i>{% end %}",
         "<i id=\"10\"></i><i id=\"20\"></i><i id=\"30\"></i>");
    REFUSED("{% if yes %}<p title=\"{% end %}{{ n }}", "different places");
    REFUSED("{% if yes %}<script>{% end %}{{ n }}", "different places");
    REFUSED("{% for p in items %}<p title=\"{% end %}", "must end where it began");
    REFUSED("<p {% if yes %}on{% end %}click=\"x\">", "a space is missing");
    REFUSED("<scr{% if yes %}{% end %}ipt>", "a space is missing");
    REFUSED("<p title=\"x\"id=\"y\">", "a space is missing");
    REFUSED("<p title=\"x", "ends inside a tag");
    REFUSED("<{% if yes %}p{% end %}>", "written out");
}

static void faults_name_their_line(void **state)
{
    (void)state;
    SAYS("a\nb\n{% nonsense %}", "main:3: unknown tag");
    SAYS("{% if yes %}", "main:1: end is missing");
    SAYS("{% end %}", "main:1: there is nothing to end here");
    SAYS("{% if %}{% end %}", "main:1: a value is expected");
    SAYS("{% if a b %}{% end %}", "main:1: something follows that does not belong here");
    SAYS("{% if a == %}{% end %}", "main:1: a value is expected");
    SAYS("{% if a %}{% else %}{% else %}{% end %}", "main:1: end is expected");
    SAYS("{% for a %}{% end %}", "main:1: for NAME in LIST is expected");
    SAYS("{{ a | nosuch }}", "main:1: unknown filter");
    SAYS("{{ \"a }}", "main:1: a tag is not closed");
    SAYS("{{ a", "main:1: a tag is not closed");
    SAYS("\n{% include \"gone\" %}", "main:2: there is no template of that name");
    SAYS("{% extends \"gone\" %}", "gone:1: there is no template of that name");
    SAYS("x{% extends \"main\" %}", "main:1: extends must come first");
    SAYS("{% t hi %}", "main:1: t needs a key in quotes");
    SAYS("{% t \"hi\" a %}", "main:1: name=value is expected");
    SAYS("{{ 99999999999999999999 }}", "main:1: a value is expected");
}

static void endless_files_are_refused(void **state)
{
    (void)state;
    SAYS("{% include \"main\" %}", "main:1: nested too deeply");
    SAYS("{% extends \"main\" %}", "main:1: nested too deeply");
    struct file f[] = {
        {"main", "{% extends \"layout\" %}{% block a %}{% block a %}{% end %}{% end %}"},
        {"layout", "{% block a %}{% end %}"},
        {0},
    };
    assert_string_equal(run_files(f, LANG_EN), "main:1: a block of that name stands above");
    struct buf big;
    buf_init(&big, 8 << 20);
    for (int i = 0; i < 30; i++)
        buf_z(&big, "{% if n %}");
    buf_u8(&big, 0);
    REFUSED((char *)big.p, "nested too deeply");
    buf_clear(&big);
    for (int i = 0; i < TEMPLATE_OPS_MAX + 1; i++)
        buf_z(&big, "{{ n }}");
    buf_u8(&big, 0);
    REFUSED((char *)big.p, "too large");
    buf_free(&big);
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    struct file f[] = {{"main", "{% for a in items %}{{ name }}{% end %}"}, {0}};
    const struct template *t;
    struct map made;
    struct err_info info = {0};
    map_init(&made);
    assert_int_equal(template_compile(&made, STR("main"), from_files, f, &t, &arena, &info), OK);
    struct buf out;
    buf_init(&out, 40);
    assert_int_equal(template_run(t, root, LANG_EN, &arena, &out), ERR_NOMEM);
    buf_free(&out);
    templates_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(values_are_escaped_where_they_stand),
        T(kinds_have_their_formats),
        T(conditions),
        T(loops),
        T(texts_come_from_the_locales),
        T(files_build_on_each_other),
        T(blocks_are_filled_by_the_most_derived),
        T(url_attributes_lead_where_they_should),
        T(places_that_take_no_value),
        T(branches_meet_in_one_place),
        T(faults_name_their_line),
        T(endless_files_are_refused),
        T(a_full_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
