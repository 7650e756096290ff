"""Each rule of the list of words, of what is held, of complaints and warnings broken once (breaking.py): break_house.py SOURCE
[WORD...]"""
import re

from breaking import SOURCE, main

MATCH, COMPLAINT = ["house_test_match"], ["house_test_complaint"]
(FOLD, MATCHER, LIST, WORDS, PAGE, DEEDS, OWN, DESK, VIEW, PATROL, REVIEW, SQL, WALL) = (
    f"town/house/{name}" for name in ("fold.c", "match.c", "list.c", "words.c", "words_page.c", "complaint.c", "complaint_page.c",
                                      "complaint_desk.c", "complaint_view.c", "patrol.c", "review.c", "complaints.sql", "patrol.sql"))
STEP = re.compile(r'^    \{(?:NULL|"\w+"), "\w+", "\w+", ([A-Z_ |]+)(, true)?\},\n', re.M)


def words(case):
    return [f"house/test_words_http.py Words.test_{case}"]


def house(case):
    return [f"house/test_complaints_http.py House.test_{case}"]


def patrol(case):
    return [f"house/test_patrol_http.py Patrol.test_{case}"]


def matching():
    yield from [
        (FOLD, ".gap = passed > HOUSE_GAP_MAX ?", ".gap = passed >= HOUSE_GAP_MAX ?", MATCH),
        (FOLD, ".gap = passed > HOUSE_GAP_MAX ?", ".gap = passed > HOUSE_GAP_MAX + 1 ?", MATCH),
        (FOLD, "            across_signs |= !blank;\n", "", MATCH),
        (FOLD, "(plain == c && STR_POINT_IN(c, signs))", "STR_POINT_IN(c, signs)", MATCH),
        (FOLD, "if (p->at[i].from == p->at[i - 1].from)", "if (false)", MATCH),
        (FOLD, "if (!group.n || !str_is_utf8(group))", "if (!str_is_utf8(group))", MATCH),
        (MATCHER, "return text.n >= NUMBER_DIGITS_MIN &&", "return text.n >= NUMBER_DIGITS_MIN - 1 &&", MATCH),
        (MATCHER, "return text.n >= NUMBER_DIGITS_MIN &&", "return text.n > NUMBER_DIGITS_MIN &&", MATCH),
        (MATCHER, "if (text.p[i] != '#' && !is_digit((unsigned char)text.p[i]))", "if (false)", MATCH),
        (MATCHER, "str_characters(text) > HOUSE_TERM_MAX)", "str_characters(text) >= HOUSE_TERM_MAX)", MATCH),
        (MATCHER, "return n >= HOUSE_TERM_MIN ?", "return n >= 1 ?", MATCH),
        (MATCHER, "struct house_matcher *m = n > HOUSE_TERMS_MAX ? NULL :", "struct house_matcher *m = n > HOUSE_TERMS_MAX + 1 ? NULL :", MATCH),
        (MATCHER, "if (m->numbers_n == HOUSE_NUMBERS_MAX)", "if (m->numbers_n == HOUSE_NUMBERS_MAX - 1)", MATCH),
        (MATCHER, "return is_ascii(a) && is_ascii(b) && is_digit(a) == is_digit(b);", "return is_ascii(a) && is_ascii(b);", MATCH),
        (MATCHER, "return !(t->whole_begin && from > 0 && is_torn(k, from - 1)) &&", "return", MATCH),
        (MATCHER, "!(t->whole_end && is_torn(k, from + t->n - 1));", "true;", MATCH),
        (MATCHER, "k->out[i].is_guess &= guess;", ";", MATCH),
        (MATCHER, "if (certain && k->exempt_until[from] < until)", "if (k->exempt_until[from] < until)", MATCH),
        (MATCHER, "!certain || across_signs(k, from, until)", "!certain", MATCH),
        (MATCHER, "!certain || across_signs(k, from, until)", "across_signs(k, from, until)", MATCH),
        (MATCHER, "if (k->exempt_until[from] < until)\n        put_found", "put_found", MATCH),
        (MATCHER, "if (k->letters[i].gap == HOUSE_FAR)\n            at = 0;", "", MATCH),
        (MATCHER, "    spread(&k);\n", "    if (false)\n        spread(&k);\n", MATCH),
        (MATCHER, "until - from >= t->text.n &&", "until - from > t->text.n &&", MATCH),
        (MATCHER, "begins_so(k, t->text, from))", "true)", MATCH),
        (MATCHER, "k->letters[until].gap <= HOUSE_BLANK)", "k->letters[until].gap <= HOUSE_SIGNS)", MATCH),
        (LIST, "if (found[i].term->class == HOUSE_BLOCKED && !found[i].is_guess)", "if (found[i].term->class == HOUSE_BLOCKED)", MATCH),
        (LIST, "bool newer = !list.now || version > list.version;", "bool newer = true;", MATCH),
    ]


def listing():
    cannot, back = words("what_a_list_cannot_have"), words("the_list_goes_out_and_comes_back")
    yield from [
        (WORDS, "if (house_class_of(w->class, &class))", "(void)class;\n    if (false)", MATCH),
        (WORDS, "if (house_term_check(house_list_fold(), w->word))", "if (false)", cannot),
        (WORDS, "row_int(&rs, 0, \"n\") >= HOUSE_WORDS_MAX)", "row_int(&rs, 0, \"n\") > HOUSE_WORDS_MAX)", MATCH),
        (WORDS, "row_int(&rs, 0, \"numbers\") >= HOUSE_NUMBERS_MAX)", "row_int(&rs, 0, \"numbers\") > HOUSE_NUMBERS_MAX)", MATCH),
        (WORDS, "if (!e && rs.n)\n        return refuse(tx, ERR_EXISTS,", "if (false)\n        return refuse(tx, ERR_EXISTS,", MATCH),
        (WORDS, "if (e || row_int(&rs, 0, \"version\"))", "if (e)", MATCH),
        (PAGE, "return req_field_text(r, \"why\", 2,", "return req_field_text(r, \"why\", 0,", cannot),
        (PAGE, "HOUSE_NOTE_MAX, &w->note) : OK;", "HOUSE_NOTE_MAX + 1, &w->note) : OK;", cannot),
        (WORDS, "if (!house_rule_ok(w->rule))", "if (false)", cannot),
        (PAGE, "if (d->n == most)", "if (d->n == most - 1)", words("so_many_lines_at_once")),
        (PAGE, "size_t most = rows ? HOUSE_WORDS_MAX : HOUSE_WORDS_AT_ONCE;", "size_t most = HOUSE_WORDS_MAX;", cannot),
        (PAGE, "if (q.p[i] == '!' || q.p[i] == '%' || q.p[i] == '_')", "if (q.p[i] == '!' || q.p[i] == '_')", cannot),
        (PAGE, "str_characters(text) > TRY_MAX)", "str_characters(text) > TRY_MAX + 1)", cannot),
        (PAGE, "if (e || (is_head && !first))", "if (e)", back),
        (PAGE, "if (w->word.n && w->word.p[0] == '\\'')", "if (false)", back),
        (PAGE, "str_characters(note) > HOUSE_NOTE_MAX ||", "", back),
        (PAGE, "if (known == HOUSE_EXEMPT)\n        w->rule = STR(\"exempt\");", "", words("an_exempt_phrase_has_its_own_rule")),
        (PAGE, "if (d->skips)", "if (false)", back),
        (PAGE, "return house_list_follow(r->db, r->arena);", "return OK;", words("a_change_holds_for_the_next_message")),
    ]


def states():
    """Each step of a complaint: gone, anybody's, and without the words that it wants."""
    anybody, tests = "COMPLAINT_BY | COMPLAINT_BASE | COMPLAINT_SYSTEM", COMPLAINT + house("a_guest_complains_and_reads_the_answer_by_number_and_code")
    for row in STEP.finditer((SOURCE / DEEDS).read_text()):
        whole, who, note = row.group(0), row.group(1), row.group(2)
        if '"make"' in whole:
            continue  # nobody looks it up: it is how a complaint begins
        yield DEEDS, whole, "", tests
        yield DEEDS, whole, whole.replace(f", {who}", f", {anybody}"), tests
        if note:
            yield DEEDS, whole, whole.replace(", true}", "}"), tests


def complaints():
    much, none, guest = house("pressed_twice_is_one_and_much_is_too_much"), house("what_is_no_complaint"), house("a_guest_complains_and_reads_the_answer_by_number_and_code")
    base, seller, late = house("only_the_base_sees_them_and_the_contact_for_a_purpose"), house("a_seller_is_one_of_the_show"), house("what_is_late_stands_out")
    yield from [
        (DEEDS, "row_int(&rs, 0, \"n\") >= COMPLAINT_OF_PEER_MAX)", "row_int(&rs, 0, \"n\") > COMPLAINT_OF_PEER_MAX)", much),
        (DEEDS, "row_int(&rs, 0, \"n\") >= COMPLAINT_OF_USER_MAX)", "row_int(&rs, 0, \"n\") > COMPLAINT_OF_USER_MAX)", much),
        (DEEDS, "V_INT(tx->now_ms - COMPLAINT_LATELY_MS)", "V_INT(0)", much),
        (DEEDS, "if (!e && !kind_ok(c->kind))", "if (false)", none),
        (DEEDS, "return refuse(tx, ERR_INVALID, \"message\", \"shows.no_such_message\", 0);", "e = OK;", none),
        (DEEDS, "return refuse(tx, ERR_INVALID, \"seller\", \"house.seller_unknown\", 0);", "e = OK;", seller),
        (DEEDS, "if (t->needs_note && !d->words.n)", "if (false)", guest),
        (DEEDS, "at.again >= AGAIN_MAX)", "at.again > AGAIN_MAX)", COMPLAINT),
        (DEEDS, "        t->due = now_ms + COMPLAINT_ANSWER_DAYS * DAY_MS;\n", "", COMPLAINT),
        (DEEDS, "&q_house_complaint_forget_openings,", "", COMPLAINT),
        (DEEDS, "letters[hash[i] % (sizeof(letters) - 1)]", "letters[0]", COMPLAINT),
        (SQL, "WHERE id = :message AND show_id = :show AND status IN ('shown', 'retracted')", "WHERE id = :message AND show_id = :show", none),
        (SQL, "WHERE id = :message AND show_id = :show AND status IN ('shown', 'retracted')", "WHERE id = :message AND :show > 0 AND status = 'shown'", none),
        (SQL, "WHERE i.show_id = :show AND p.organisation_id = :factory LIMIT 1", "WHERE :show > 0 AND p.organisation_id = :factory LIMIT 1", seller),
        (SQL, "answered_at <= :until ORDER BY id", "answered_at < :until ORDER BY id", COMPLAINT),
        (SQL, "WHERE closed_at <= :until", "WHERE closed_at < :until", COMPLAINT),
        (SQL, "status IN ('answered', 'rejected') AND answered_at <= :until", "answered_at <= :until", COMPLAINT),
        (OWN, "return r->who.user_id && row_int(rs, 0, \"user_id\") == r->who.user_id;", "return row_int(rs, 0, \"user_id\") == r->who.user_id;", guest),
        (OWN, "right.n && code.n == right.n && enc_equal(code.p, right.p, code.n)", "right.n && code.n >= right.n && enc_equal(code.p, right.p, right.n)", guest),
        (OWN, "if (is_own(r, rs))\n        return OK;", "return OK;", guest),
        (OWN, "return *ms > now + MINUTE_MS ||", "return", none),
        (OWN, "*ms < now - COMPLAINT_KEPT_DAYS * DAY_MS\n", "false\n", none),
        (OWN, "hour > 23 ||", "hour > 24 ||", none),
        (OWN, "minute > 59)", "minute > 60)", none),
        (OWN, "complaint_words(r, \"words\", COMPLAINT_WORDS_MIN, COMPLAINT_WORDS_MAX, &c->words);", "complaint_words(r, \"words\", 1, COMPLAINT_WORDS_MAX, &c->words);", none),
        (OWN, "complaint_words(r, \"words\", COMPLAINT_WORDS_MIN, COMPLAINT_WORDS_MAX, &c->words);", "complaint_words(r, \"words\", COMPLAINT_WORDS_MIN, COMPLAINT_WORDS_MAX + 1, &c->words);", none),
        (OWN, "COMPLAINT_CONTACT_MAX, &c->contact);", "COMPLAINT_CONTACT_MAX + 1, &c->contact);", none),
        (OWN, "const struct str parts[] = {str_of(of), m->what.kind, m->what.words, m->what.contact};", "const struct str parts[] = {str_of(of), m->what.kind, STR(\"\"), m->what.contact};", much),
        (OWN, "if (!again && !str_eq_z(req_field(r, \"do\"), \"close\"))", "if (false)", guest),
        (OWN, "return complaint_put_whole(r, v, rs, false);", "return complaint_put_whole(r, v, rs, true);", guest),
        (VIEW, "(unsigned char)text.p[i] < 0x20 && !strchr(\"\\n\\r\\t\", text.p[i])", "false", none),
        (VIEW, "row_int(rs, i, \"look_due_at\") < now)", "false)", late),
        (DESK, "if (!e && has && row_int(&found, 0, \"n\")) {", "if (!e && has) {", base),
        (SQL, "user_id = :user AND at > :since\n\n-- name: house.complaint_openings", "user_id = :user AND :since > 0\n\n-- name: house.complaint_openings", base),
        (SQL, "WHERE complaint_id = :complaint AND user_id = :user AND at", "WHERE complaint_id = :complaint AND :user > 0 AND at", base),
        (DESK, "|| strcmp(d->what.event, \"make\") == 0)", ")", base),
        (DESK, "e = req_field_text(r, \"purpose\", 2,", "e = req_field_text(r, \"purpose\", 0,", base),
        (REVIEW, "bool ended = str_eq_z(row_str(&rs, i, \"status\"), \"ended\");", "bool ended = false;", house("what_is_held_is_let_through_from_the_review")),
    ]


def wall():
    warned, runs, none = patrol("a_warning_stays_until_the_desk_has_seen_it"), patrol("what_runs_is_on_the_wall"), patrol("what_is_no_warning")
    yield from [
        (PATROL, "if (!e && str_eq_z(row_str(&rs, 0, \"status\"), \"ended\")) {", "if (false) {", none),
        (PATROL, "req_field_text(r, \"words\", 2, WARNING_MAX, &w->words);", "req_field_text(r, \"words\", 2, WARNING_MAX + 1, &w->words);", none),
        (PATROL, "if (!e && row_int(&rs, 0, \"show_id\") != w->show)", "if (false)", warned),
        (PATROL, "return e || w->was_seen ? e", "return e ? e", warned),
        (PATROL, "if (!e && !is_of_crew(r, host))", "if (false)", warned),
        (PATROL, "if (!grants)\n        return OK;", "", warned),
        (WALL, "WHERE show_id = :show AND seen_at IS NULL ORDER BY", "WHERE show_id = :show ORDER BY", warned),
        (WALL, "WHERE s.status = 'live' OR (s.status = 'planned' AND s.is_rehearsal = 1)", "WHERE s.status <> 'ended'", runs),
        (WALL, "WHERE s.status = 'live' OR (s.status = 'planned' AND s.is_rehearsal = 1)", "WHERE s.status = 'live'", runs),
    ]


def table():
    for part in (matching, listing, states, complaints, wall):
        yield from part()


if __name__ == "__main__":
    main(table)
