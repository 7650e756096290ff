"""Each rule of the hall and of what stands beside it, broken once (breaking.py): break_hall.py SOURCE [WORD...]"""
import re

from breaking import SOURCE, main

PRODUCT, IMPORT, STATE, STOCK, PHOTO, CERTIFICATES, FACTORIES, GONE, KEPT, FLOOR = (
    "hall_test_product", "hall_test_import", "hall_test_import_state", "hall_test_stock", "hall_test_photo",
    "certificates_test_certificates", "factories_test_factories", "gone_test_gone", "web_test_kept", "floor_test_floor")
DESK, PHOTOS, DOCUMENTS, KINDS, SHEETS, KEPT_PAGES = (
    f"hall/test_{name}_http.py" for name in ("hall_desk", "photos", "documents", "kinds", "import", "kept"))
PAPERS, MAKERS, PUBLIC, LABELS, NUMBERS = (
    f"{name}_http.py" for name in ("certificates/test_certificates", "factories/test_factories",
                                   "web/test_public", "floor/test_floor", "figures/test_figures"))
MERGED = [f"{DESK} Desk.test_what_the_second_editor_did_not_touch_is_the_firsts",
          f"{DESK} Desk.test_the_second_editor_sees_what_the_first_changed",
          f"{DESK} Desk.test_each_entry_is_of_who_touched_it",
          f"{DESK} Desk.test_a_variant_with_another_code_is_the_same",
          f"{DESK} Desk.test_of_what_both_touched_the_second_sees_his_own",
          f"{DESK} Desk.test_the_kind_is_of_who_chose_it"]
SUSPENDED = [f"{PAPERS} Certificates.test_goods_of_a_suspended_maker_are_not_sold"]
MUCH = [STATE, f"{SHEETS} Import.test_no_more_than_there_may_be"]
STATES = [STATE, *(f"{SHEETS} Import.test_one_that_{what}" for what in ("is_at_work", "was_not_read_to_its_end"))]
LABELS_N = [f"{LABELS} Floor.{case}" for case in ("test_no_more_than_there_may_be", "test_nothing_to_print_is_said",
                                                  "test_many_are_made_by_a_task")]

# Files.
SAVE, MERGE, FORM, PRODUCT_DESK, WORDS, PHOTO_C, STOCK_C, BUILD, STORE, KEEP, PICTURES = (
    f"town/hall/{name}.c" for name in ("product_save", "product_merge", "product_form", "product_desk", "words",
                                       "photo", "stock", "import_build", "import_store", "import_keep",
                                       "import_pictures"))
IMPORTS = "town/hall/import.sql"
CERTIFICATE, CERTIFICATE_SQL = "town/certificates/certificate_save.c", "town/certificates/certificates.sql"
ENTRY, OFFICE = "town/factories/entry.c", "town/factories/office.c"
GONE_C, GONE_SQL, VIEW = "town/gone/gone.c", "town/gone/gone.sql", "town/gone/migrations/0067_gone.sql"


def saving():
    """A product is saved, or moved, by who may and as it was seen."""
    kind = 'is_other && actor.as == HALL_AS_MAKER && str_eq_z(row_str(&s->old, 0, "status"), "on")'
    yield from [
        (SAVE, kind, "false", [DESK]),
        (SAVE, kind, kind.replace("actor.as == HALL_AS_MAKER && ", ""), [DESK]),
        (SAVE, kind, "is_other && actor.as == HALL_AS_MAKER", [DESK]),
        (SAVE, "s->p->skus_n + left_off(s) > HALL_SKUS_MAX", "s->p->skus_n > HALL_SKUS_MAX", [DESK, IMPORT]),
        (SAVE, "s->p->skus_n + left_off(s) > HALL_SKUS_MAX", "s->p->skus_n + left_off(s) >= HALL_SKUS_MAX", [DESK]),
        (SAVE, 'if (!e && row_int(&s->old, 0, "version") != s->p->version)', "if (false)", [PRODUCT]),
        (SAVE, 'if (version && version != row_int(&old, 0, "version"))', "if (false)", [DESK]),
        (SAVE, "return list_price_fen > price_fen\n", "return list_price_fen > 0\n", [DESK, PRODUCT]),
        (SAVE, 'V_INT((int64_t)(HALL_SKUS_MAX + 1 + row))', "V_INT((int64_t)row + 1)", [PRODUCT, DESK]),
        (SAVE, "return !e && !may ? refuse", "return false ? refuse", [PRODUCT]),
        (SAVE, "if (listeners[i] == fn) /* of a writer before this one */", "if (false)", [PRODUCT]),
        (SAVE, "enum err e = hall_flags_update(tx, product);", "enum err e = OK;", [PRODUCT]),
        (SAVE, "return e ? e : hall_search_index(tx, product);", "return e;",
         ["hall/test_hall_http.py Hall.test_what_a_maker_changes_is_found_at_once"]),
        (FORM, "return k && k->list_price_fen > k->price_fen ?", "return k ?", [DESK]),
    ]


def merging():
    """Of two people's edits what only one of them touched is that one's."""
    sent = "return sent && !sent->word.n ? hall_untouched_number(f->meanwhile, key, sent->amount)\n"
    yield from [
        (MERGE, "there->was = arena_str(arena, was);", "if (!there->was.p) there->was = arena_str(arena, was);", MERGED),
        (MERGE, "return w && str_eq(w->was, sent);", "return w != NULL;", MERGED),
        (MERGE, "return w && str_eq(w->was, sent);", "return (void)sent, w && false;", MERGED),
        (MERGE, "struct str number = str_cut(w->was, ' ', &rest);", "struct str number = w->was; rest = number;", MERGED),
        (MERGE, "return number.n == 0 ? sent == 0 :", "return number.n == 0 ? false :", MERGED),
        (MERGE, "== OK && n == sent;", "== OK;", MERGED),
        (MERGE, "rename_sku(m, code, is, arena);", "(void)rename_sku;", MERGED),
        (MERGE, "            return was;\n", "            return code;\n", MERGED),
        (MERGE, "if (m->now->skus[i].id == id)", "if (false)", MERGED),
        (FORM, "if (hall_untouched(f->meanwhile, d->name, there))", "if (false)", MERGED),
        (FORM, "if (spec_is_untouched(f, a))", "if (false)", MERGED),
        (FORM, sent, sent.replace("sent && !sent->word.n", "sent"), MERGED),
        (FORM, sent, sent.replace("sent && !sent->word.n", "false"), MERGED),
        (FORM, "if (now && hall_untouched(f->meanwhile,", "if (false && hall_untouched(f->meanwhile,", MERGED),
        (FORM, "if (now && hall_untouched_number(f->meanwhile, key, sent))", "if (false)", MERGED),
        (FORM, "return untouched ? now->is_on : k->is_on;", "return k->is_on;", MERGED),
        (FORM, "if (!is_sent)", "if (false)", MERGED),
        (FORM, "as_stored.as_typed = false;", "", MERGED),
        (PRODUCT_DESK, 'if (!e && hall_untouched_number(&meanwhile, "kind", s->p.kind)) {', "if (false) {", MERGED),
        (PRODUCT_DESK, "s->p.version = now.edit.version;", "", MERGED),
        (PRODUCT_DESK, 'e = put_events(r, r->view, "meanwhile", s->p.id, s->p.version);', "", MERGED),
        (PRODUCT_DESK, "if (!e && m->version && m->version != p.edit.version)", "if (false)",
         [f"{DESK} Desk.test_nobody_approves_what_he_has_not_seen"]),
    ]


def words():
    """What was let stand stays so as long as the text does."""
    yield from [
        (WORDS, 'if (!stands_in(text, row_str(flags, i, "word")))', "if (false)", [PRODUCT]),
        (WORDS, 'else if (!row_null(flags, i, "cleared_text") &&', "else if (false &&", [PRODUCT]),
        (WORDS, '!str_eq(row_str(flags, i, "cleared_text"), text))', "true)", [PRODUCT]),
        (WORDS, "if (!is_there(&flags, str_of(field), found[k].word))", "if (true)", [PRODUCT]),
        (WORDS, "if (!is_there(&flags, str_of(field), found[k].word))", "if (flags.n == 0)", [PRODUCT]),
        (WORDS, "stands_at(text, at, word) && !is_exempt(text, at, word.n)", "stands_at(text, at, word)", [PRODUCT]),
        (WORDS, "return !e && changed == 0 ? ERR_CONFLICT : e;", "return e;", [PRODUCT]),
    ]


def photos():
    yield from [
        (PHOTO_C, 'if (!transition_may(&hall_transitions, status, "edit", actor.as))', "if (false)",
         [f"{PHOTOS} Photos.test_in_review_they_stay"]),
        (PHOTO_C, "if (!hall_photo_is_there(p))", "if (false)", [PHOTO]),
        (PHOTO_C, 'row_int(&rs, 0, "same") > 0', "false", [f"{PHOTOS} Photos.test_a_good_one_is_three_sizes_in_two_forms"]),
        (PHOTO_C, 'if (row_int(&rs, 0, "n") >= HALL_PHOTOS_MAX)', "if (false)", [PHOTO, PHOTOS]),
    ]


def by_version():
    """Who moves an entry or a certificate has seen it as it is."""
    papers = [f"{PAPERS} Certificates.test_nobody_approves_what_he_has_not_seen"]
    yield from [
        (ENTRY, "if (version && version != old.version)", "if (false)", SUSPENDED),
        (OFFICE, 'if (e == OK && req_field(r, "version").n)', "if (false)", SUSPENDED),
        (CERTIFICATE, 'if (!e && version && version != row_int(&rs, 0, "version"))', "if (false)", papers),
        (CERTIFICATE, 'if (!e && row_int(&rs, 0, "version") != c->version)', "if (false)", [CERTIFICATES]),
    ]


def weighing():
    """What a product lacks is weighed again by whatever changes it."""
    rule = [f"{KINDS} Kinds.test_a_rule_weighs_what_stands_there"]
    again = "return e ? e : weigh_all(tx, &q_certificates_goods_of_kind, kind);"
    yield from [
        (CERTIFICATE, "if (is_suspended)", "if (false)", SUSPENDED),
        (CERTIFICATE_SQL, "AND f.state = 'suspended') THEN 1", "AND f.state = 'x') THEN 1", SUSPENDED),
        (CERTIFICATE, "factories_on_moved(weigh_maker);", "(void)weigh_maker;", SUSPENDED),
        (CERTIFICATE, "hall_on_saved(certificate_weigh);", "", [PAPERS, KINDS]),
        (ENTRY, "return e != OK || !told_of_moved ? e : told_of_moved(tx, id);", "return e;", SUSPENDED),
        (CERTIFICATE, f"        {again}\n    }}", "        return e;\n    }", rule),
        (CERTIFICATE, f"        return ERR_NOT_FOUND;\n    {again}", "        return ERR_NOT_FOUND;\n    return e;", rule),
        (CERTIFICATE, "while (!e && rs.n == WEIGH_SLICE)", "while (false)", rule + [CERTIFICATES]),
        (CERTIFICATE, "return e ? e : hall_search_index(tx, product);", "return e;", [PAPERS, KINDS, CERTIFICATES]),
        ("town/factories/factories.sql", "ORDER BY e.id DESC LIMIT 1) = 'approved'\n\n-- name: factories.figure_approved_rows",
         "ORDER BY e.id DESC LIMIT 1) IN ('approved', 'suspended')\n\n-- name: factories.figure_approved_rows",
         [NUMBERS, MAKERS, FACTORIES]),
    ]


def public():
    """Only public pages have an address in each language."""
    yield from [
        ("src/web/exchange.c", "if (x->early == OK && !language_may(x))", "if (false)", [PUBLIC]),
        ("src/web/language.c", '(route && str_eq_z(str_of(route->method), "GET") &&', "(route &&", [PUBLIC]),
        ("src/web/language.c", "&& is_public(x->web, x->req.path));", ");", [PUBLIC]),
    ]


def importing():
    """A task that is another's writes nothing; an import is in the state that each step is for."""
    yield from [
        (STORE, "enum err e = import_mine(s->w, tx);", "enum err e = OK;", [IMPORT, STATE]),
        (STORE, "enum err e = import_mine(t->w, tx);", "enum err e = OK;", [IMPORT, STATE]),
        (PICTURES, "enum err e = import_mine(w->work, tx);", "enum err e = OK;", [IMPORT, STATE]),
        (STORE, 'if (e || !str_eq_z(row_str(&rs, 0, "status"), "reading"))', "if (e)", [IMPORT, STATE]),
        (STORE, 'if (e || str_eq_z(row_str(&rs, 0, "status"), "taken"))', "if (e)", [IMPORT, STATE]),
        (STORE, "default: return NULL;", 'default: return "hall.import_unreadable";', [IMPORT, STATE]),
        (STORE, 'case ERR_TIMEOUT: return "hall.import_slow";', "", [IMPORT, STATE]),
        (STORE, 'return info->key ? info->key : "hall.import_unreadable";', "return info->key;", [IMPORT, STATE]),
        (STORE, 'return info->key ? info->key : "hall.import_unreadable";', 'return "hall.import_unreadable";', [IMPORT, STATE]),
        (STORE, "return e == ERR_INVALID || e == ERR_EXISTS ||", "return e == ERR_EXISTS ||", [IMPORT, STATE]),
        (STORE, "e == ERR_CONFLICT || e == ERR_FORBIDDEN;", "e == ERR_FORBIDDEN;", [IMPORT, STATE]),
        (STORE, ".key = info->key ? info->key : err_message_key(why)};", ".key = err_message_key(why)};", [IMPORT, STATE]),
        (STORE, "return e || row_null(&rs, 0, \"zip\") ? e : gone_add", "return true ? e : gone_add", [IMPORT, STATE]),
        (BUILD, "k->gtin = hall_gtin(arena_str(b->arena, gtin), b->arena);", "k->gtin = arena_str(b->arena, gtin);", [IMPORT]),
        (BUILD, 'if (!e && rs.n && row_int(&rs, 0, "id") != sku)', "if (false)", [IMPORT]),
        (BUILD, 'if (!e && rs.n && row_int(&rs, 0, "id") != sku)', "if (!e && rs.n && !sku)", [IMPORT]),
        (KEEP, "if (!e && suspended)", "if (false)", MUCH),
        (KEEP, "e = tasks_may_add(db, arena, ask->actor, info);", "", MUCH),
        (KEEP, "bool too_many = ask->is_new &&", "bool too_many = false &&", MUCH),
        (KEEP, "bool too_many = ask->is_new &&", "bool too_many =", MUCH),
        (KEEP, "if (too_many || row_int(&rs, 0, \"bytes\") > IMPORT_KEPT_BYTES - ask->bytes)", "if (too_many)", MUCH),
        (KEEP, "> IMPORT_KEPT_BYTES - ask->bytes)", "> IMPORT_KEPT_BYTES)", MUCH),
        (KEEP, "return !e && changed == 0 ? ERR_CONFLICT : e;", "return e;", [IMPORT, STATE]),
    ]
    text = (SOURCE / IMPORTS).read_text()
    for query in re.findall(r"-- name: hall\.import\w* *\n.*?(?=\n--|\n\n|\Z)", text, re.S):
        for guard in (r" AND status = 'reading'", r" AND status NOT IN \([^)]*\)",
                      r" AND NOT EXISTS \(\s*SELECT 1 FROM tasks.*?\)\)"):
            if re.search(guard, query, re.S):
                yield IMPORTS, query, re.sub(guard, "", query, flags=re.S), STATES


def gone():
    """A file stays while a row names it, and a day beyond."""
    yield from [
        ("src/store/objects.c", "if ((int64_t)st.st_mtim.tv_sec * 1000 >= before_ms)", "if (false)", [GONE]),
        (GONE_C, "enum err e = is_named ? OK :", "enum err e = false ? OK :", [GONE]),
        (GONE_C, "return gone_add(tx, object);", "return db_exec(tx->db, &q_gone_forget, ARGS(V_STR(object)), NULL);",
         [GONE]),
        (GONE_SQL, "WHERE g.gone_at < :before", "WHERE g.gone_at < :before + 86400000", [GONE]),
        (GONE_SQL, "DO UPDATE SET gone_at = excluded.gone_at", "DO NOTHING", [GONE]),
    ]
    for line in re.findall(r"\nUNION ALL SELECT [^;\n]*", (SOURCE / VIEW).read_text()):
        yield VIEW, line, "", [GONE]


def kept():
    """A kept page is of the last commit, and for strangers."""
    yield from [
        ("src/web/kept.c", "p && version_same(p->version, version) &&", "p &&", [KEPT_PAGES]),
        ("src/web/kept.c", "&& clock_mono_ms() < p->until_ms;", ";", [KEPT]),
        ("src/web/kept.c", "while (k->counts.bytes > KEPT_BYTES_MAX)", "while (false)", [KEPT]),
        ("src/web/kept.c", "if (page->plain->n > KEPT_PAGE_MAX)", "if (false)", [KEPT]),
        ("src/web/kept.c", "p->copy.plain == page->plain && !p->copy.packed", "!p->copy.packed", [KEPT]),
        ("src/web/page.c", "|| r->who.user_id || x->is_bearer ||", "||", [KEPT_PAGES]),
        ("src/web/page.c", '|| req_cookie(r, "flash").n ||', "||", [KEPT_PAGES]),
        ("src/web/page.c", "(uint8_t)r->lang, r->json", "0, r->json", [KEPT_PAGES]),
        ("src/web/page.c", "(uint8_t)r->lang, r->json", "(uint8_t)r->lang, 0", [KEPT_PAGES]),
        ("src/web/page.c", "{req_public_url(r), r->path_raw}", "{r->path_raw}", [KEPT_PAGES]),
    ]


def floor():
    place, sheet, page = (f"town/floor/{name}.c" for name in ("place", "sheet", "sheet_page"))
    yield from [
        (page, "if (rs.n > JOB_LABELS_MAX)\n        key =", "if (false)\n        key =", LABELS_N),
        (page, "if (!e && (rs.n == 0 || rs.n > JOB_LABELS_MAX)) {", "if (!e && rs.n == 0) {", LABELS_N),
        (page, "if (!e && (rs.n == 0 || rs.n > JOB_LABELS_MAX)) {", "if (!e && rs.n > JOB_LABELS_MAX) {", LABELS_N),
        (page, "return rs.n <= SHEET_DIRECT_MAX ?", "return true ?", LABELS_N),
        (sheet, "V_INT(JOB_LABELS_MAX + 1)", "V_INT(JOB_LABELS_MAX)", LABELS_N),
        (place, "if (!e && (*number < 1 || *number > FLOOR_HALLS_MAX))", "if (false)", [FLOOR]),
        (place, 'if (!e && row_int(&rs, 0, "n") >= FLOOR_STANDS_MAX)', "if (false)", [FLOOR]),
        (place, 'if (!e && row_int(&rs, 0, "n") >= FLOOR_ON_STAND_MAX)', "if (false)", [FLOOR]),
        ("town/floor/label.c", "if (i + 2 < code.n && *product > INT64_MAX / BASE - BASE)", "if (false)", [FLOOR]),
        ("town/floor/label.c", "plain[0] != '0' && ", "", [FLOOR]),
    ]


def doors():
    """A scan is for its maker and the base; a document of what is not on show is for its own people."""
    yield from [
        ("town/figures/figures.c", "figures_get_scan, NULL, NULL, ROLE_OPERATOR,", "figures_get_scan, NULL, NULL, WHO_ANYONE,",
         [NUMBERS]),
        ("town/factories/factories.c", "factories_get_licence, NULL, NULL, ROLE_OPERATOR,",
         "factories_get_licence, NULL, NULL, WHO_ANYONE,", [MAKERS]),
        ("town/factories/factories.c", "factories_get_own_licence, NULL, NULL, ROLE_FACTORY,",
         "factories_get_own_licence, NULL, NULL, WHO_ANYONE,", [MAKERS]),
        ("town/certificates/certificates.c", "certificate_get_scan, NULL, NULL, WHO,",
         "certificate_get_scan, NULL, NULL, WHO_ANYONE,", [PAPERS]),
        ("town/hall/document.c", '!str_eq_z(row_str(&d, 0, "status"), "on") &&', "false &&", [DOCUMENTS]),
        ("town/hall/document.c", '!hall_hand(r, row_int(&d, 0, "organisation_id"))', "true", [DOCUMENTS]),
        ("town/scan/scan.c", "memcmp(head, pdf_head, sizeof(head)) == 0;", "true;", [DOCUMENTS]),
        ("town/scan/scan.c", "if (u->size > SCAN_BYTES_MAX)", "if (false)", [DOCUMENTS]),
    ]


def stock():
    yield from [
        (STOCK_C, "if (listeners[i].fn == fn && listeners[i].arg == arg)", "if (false)", [STOCK]),
        (STOCK_C, "if (listeners[i].fn == fn && listeners[i].arg == arg)", "if (listeners[i].fn == fn)", [STOCK]),
    ]


def table():
    for part in (saving, merging, words, photos, by_version, weighing, public, importing, gone, kept, floor, doors,
                 stock):
        yield from part()


if __name__ == "__main__":
    main(table)
