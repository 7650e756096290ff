"""Each rule of what buyer and maker write about an order, and of who reads it, broken once (breaking.py): break_talk.py
SOURCE [WORD...]"""
from break_trade import checks
from breaking import main

TALK = ["talk_test_talk"]
SAY, PAGE, LISTS, SQL = (f"town/talk/{name}" for name in ("talk_say.c", "talk_page.c", "talk_lists.c", "talk.sql"))


def over_http(case):
    return [f"talk/test_talk_http.py Talk.test_{case}"]


def writing():
    yield from [
        (SAY, "if (!talk_side_of(w->by.as, side))", "if (!talk_side_of(w->by.as, side) && false)", TALK),
        (SAY, "if (*side == TALK_BUYER && w->by.user_id != t->buyer_id)", "if (false)", TALK),
        (SAY, "if (n < 1 ||", "if (", TALK),
        (SAY, "|| n > TALK_TEXT_MAX)", ")", TALK),
        (SAY, "size_t n = str_characters(w->text);", "size_t n = w->text.n;", TALK),
        (SAY, 'if (row_int(order, 0, "n") >= TALK_MAX)', "if (false)", TALK),
        (SAY, 'if (row_int(order, 0, "n") >= TALK_MAX)', 'if (row_int(order, 0, "n") > TALK_MAX)', TALK),
        (SAY, ">= TALK_OVER_MS ? \"over\" : NULL;", "> TALK_OVER_MS ? \"over\" : NULL;", TALK),
        (SAY, "return is_over && now_ms", "return false && now_ms", TALK),
        (SAY, 'if (!e && row_int(&rs, 0, "here") >= TALK_FAST_MAX)', "if (false)", TALK),
        (SAY, 'if (!e && row_int(&rs, 0, "here") >= TALK_FAST_MAX)', 'if (!e && row_int(&rs, 0, "here") > TALK_FAST_MAX)', TALK),
        (SAY, 'if (!e && row_int(&rs, 0, "n") >= TALK_FAST_ALL)', "if (false)", TALK),
        (SAY, "V_INT(tx->now_ms - TALK_FAST_MS)", "V_INT(0)", TALK),
        (SQL, "count(CASE WHEN order_id = :order_id THEN 1 END) AS here", "count(CASE WHEN order_id >= :order_id THEN 1 END) AS here", TALK),
        (SQL, "FROM talk_words WHERE user_id = :user_id AND at > :since", "FROM talk_words WHERE user_id >= :user_id AND at > :since", TALK),
        (SAY, 'seal_text("talk_words.words", w->text, tx->arena, &sealed);', "OK; sealed = w->text;", TALK),
        (SAY, "    t.n++;\n", "", TALK),
        (PAGE, "return idem_run(tx, &s->key, work, s, &s->outcome);", "return work(tx, s, &s->outcome.subject);",
         over_http("sending_twice_is_one_message")),
        (PAGE, "idem_hash(s->key.hash, parts, 2);", "idem_hash(s->key.hash, parts, 1);", over_http("sending_twice_is_one_message")),
        (PAGE, "return req_idempotency_key(r, &s->key.key);", "s->key.key = str_of(r->id);\n    return OK;",
         over_http("sending_twice_is_one_message")),
        (PAGE, 'e = req_field_text(r, "text", 1, TALK_TEXT_MAX, &s->word.text);', 's->word.text = req_field(r, "text");',
         over_http("what_is_no_message")),
        (PAGE, 'req_field_int(r, "seen", 0, INT64_MAX, seen)', 'req_field_int(r, "seen", -5, INT64_MAX, seen)', over_http("what_is_no_message")),
    ]


def marks():
    new, long = over_http("what_is_new_to_each_side"), over_http("a_long_talk_has_pages_and_a_full_one_says_so")
    yield from [
        (SAY, "if (seen > t->last_id)\n        seen = t->last_id;", "", TALK),
        (SAY, "if (seen <= t->seen[side])\n        return OK;", "", TALK),
        (SAY, "w->seen ? w->seen : t.last_id", "t.last_id", TALK),
        (SAY, "if (t.unread[side] == 0)", "if (true)", TALK),
        (SAY, "t.unread[TALK_SIDES - 1 - side]++;", "t.unread[side]++;", TALK),
        (SAY, "if (side == TALK_FACTORY || t.n >= TALK_MAX)", "if (side == TALK_FACTORY)", TALK),
        (SAY, "if (side == TALK_FACTORY || t.n >= TALK_MAX)", "if (t.n >= TALK_MAX)", TALK),
        (SAY, "    else if (!t.waits_since)\n", "    else\n", TALK),
        (SAY, "if (!e && !talk_side_of(as, &side))", "if (!talk_side_of(as, &side) && false)", TALK),
        (SQL, "    AND ({over_at} IS NULL OR {over_at} > :until - 2592000000)\n", "", TALK),
        (SQL, "WHERE t.factory_id = :organisation AND", "WHERE t.factory_id >= :organisation - 1 AND", TALK),
        (PAGE, 'e = req_field_int(r, "seen", 1, INT64_MAX, &o->seen);', 'e = req_field_int(r, "seen", -9, INT64_MAX, &o->seen);', new),
        (PAGE, 'view_put_bool(v, "is_read", id <= row_int(order, 0, columns[TALK_SIDES - 1 - own]));', 'view_put_bool(v, "is_read", true);', new),
        (LISTS, "bool buyer = own == TALK_BUYER;", "bool buyer = true;", new),
        (LISTS, "if (e == OK && r->who.roles & ROLE_FACTORY && r->who.organisation_id)", "if (false)",
         over_http("every_page_says_how_much_is_new")),
        ("src/web/page.c", "if (!is_page || !r->who.user_id || !r->db", "if (is_page || !r->who.user_id || !r->db",
         over_http("every_page_says_how_much_is_new")),
        (SQL, "WHERE order_id = :order_id AND id < :before ORDER BY id DESC", "WHERE order_id = :order_id AND id <= :before ORDER BY id DESC", long),
        (PAGE, "if (e == OK && text.n && str_to_i64(text, &before) != OK)", "if (str_to_i64(text, &before) != OK && false)", long),
        (SQL, "t.waits_since IS NOT NULL AND ({over_at} IS NULL OR {over_at} > :since)", "(t.waits_since IS NOT NULL OR :since > 0)", long),
        (SQL, "CASE WHEN x.waits = 1 THEN t.waits_since END, CASE WHEN x.waits = 1 THEN t.order_id END,\n    t.last_id DESC", "t.last_id DESC",
         over_http("the_longest_wait_is_first")),
    ]


def readers():
    whose, base = over_http("whose_it_is"), over_http("the_base_reads_only_where_there_is_a_dispute_and_says_what_for")
    yield from [
        (PAGE, "return *as ? OK : ERR_NOT_FOUND;", "return OK;", whose),
        (PAGE, 'if (hand_is_maker(r, row_int(order, 0, "factory_id")))', "if (r->who.roles & ROLE_FACTORY)", whose),
        (SQL, "WHERE t.factory_id = :factory_id AND {waits}", "WHERE t.factory_id > 0 * :factory_id AND {waits}", whose),
        (LISTS, "if (!r->who.organisation_id)", "if (false)", over_http("a_maker_without_a_factory_sees_nobodys")),
        (PAGE, "if (e == OK && !talk_side_of(as, &side))\n        e = ERR_FORBIDDEN; /* the base reads */", "(void)side;", base),
        (PAGE, "if (e == OK && !talk_side_of(o->as, &side))", "if (!talk_side_of(o->as, &side) && false)", base),
        (PAGE, "if (e == OK && !may)", "if (false)", base),
        (PAGE, "*opened = e == OK && row_int(&rs, 0, \"n\") > 0;", "*opened = true;", base),
        (SQL, "WHERE order_id = :order_id AND user_id = :user_id AND at > :since\n", "WHERE order_id = :order_id AND user_id > 0 * :user_id AND at > :since\n", base),
        (PAGE, "before, opened ? TALK_PAGE : 0, &next);", "before, TALK_PAGE, &next);", base),
        (LISTS, "may && opened ? PART_WORDS : 0", "PART_WORDS", base),
        ("town/talk/talk.c", '"/orders/{id}/talk/open", talk_open_post, NULL, NULL, BASE,', '"/orders/{id}/talk/open", talk_open_post, NULL, NULL, WHO_MEMBER,', base),
        (PAGE, 'req_field_text(r, "purpose", 2, TALK_PURPOSE_MAX, &o->purpose);', 'req_field_text(r, "purpose", 0, 10 * TALK_PURPOSE_MAX, &o->purpose);', base),
        (SAY, "if (!e && !disputed)", "if (false)", TALK),
        ("town/claims/claims.sql", "FROM claims WHERE order_id = :order_id AND status = 'disputed'", "FROM claims WHERE order_id = :order_id", TALK),
        ("town/claims/claims.sql", "FROM claims WHERE order_id = :order_id AND status = 'disputed'", "FROM claims WHERE :order_id > 0 AND status = 'disputed'", TALK),
        ("town/talk/migrations/0104_talk_openings.sql", "BEFORE UPDATE ON talk_openings", "BEFORE UPDATE OF at ON talk_openings", TALK),
        ("town/talk/migrations/0104_talk_openings.sql", "BEFORE DELETE ON talk_openings\n", "BEFORE DELETE ON talk_openings WHEN old.at < 0\n", TALK),
    ]


def table():
    for part in (writing, marks, readers):
        yield from part()
    yield from checks("town/talk/talk_check.c", "talk_", TALK)


if __name__ == "__main__":
    main(table)
