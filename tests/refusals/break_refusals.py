"""Each refusal of the ledger, the writer and the hall's stock, broken once (breaking.py):
break_refusals.py SOURCE [WORD...]"""
import re

from breaking import SOURCE, main

(REFUSALS, LEDGER, LINKED, SET, CHAIN, STATEMENT, ORDER, STOCK, WRITER, DB) = (
    "ledger_test_ledger_refusals", "ledger_test_ledger", "ledger_test_ledger_linked",
    "ledger_test_ledger_set", "ledger_test_ledger_chain", "ledger_test_ledger_statement",
    "trade_test_order", "hall_test_stock",
    "store_test_writer", "store_test_db")
ON_LEDGER = [REFUSALS, LEDGER, LINKED, SET, CHAIN]

# Files.
L_SET, L_TRANSFER, L_LEDGER, L_GUARD, L_STATEMENT, L_CHECK = (
    f"src/ledger/{name}" for name in ("ledger_set.c", "ledger_transfer.c", "ledger.c",
                                      "ledger_guard.c", "ledger_statement.c", "ledger_check.c"))
L_TABLES, L_CHAIN_TABLES = ("src/ledger/migrations/0002_ledger.sql",
                            "src/ledger/migrations/0003_ledger_chain.sql")
IDEM, WRITER_C, DB_C, SQLITE = (f"src/store/{name}.c" for name in ("idem", "writer", "db", "sqlite"))
STOCK_C = "town/hall/stock.c"


def same_fields():
    """A repeat with another of these is not the same transfer."""
    whole = ("p->kind == kind && p->debit == t->debit && p->credit == t->credit &&\n"
             "           p->amount == t->amount && p->timeout_ms == t->timeout_ms &&\n"
             "           str_eq_z(p->reason, t->reason) && str_eq(p->ref, t->ref)")
    for part in re.split(r"\s*&&\s*", whole):
        yield L_SET, whole, whole.replace(part, "true"), ON_LEDGER


def sound_fields():
    """Each of these makes balances that cannot be."""
    for part in ("a->debits_pending < 0", "a->debits_posted < 0", "a->credits_pending < 0",
                 "a->credits_posted < 0",
                 "__builtin_add_overflow(a->debits_pending, a->debits_posted, &debits)",
                 "__builtin_add_overflow(a->credits_pending, a->credits_posted, &credits)"):
        yield L_SET, part, f"({part}, false)" if "overflow" in part else "false", ON_LEDGER
    yield L_SET, "debits > a->credits_posted", "false", ON_LEDGER
    yield L_SET, "credits > a->debits_posted)", "false)", ON_LEDGER


def triggers():
    """What is written stays as it is."""
    for file in (L_TABLES, L_CHAIN_TABLES):
        text = (SOURCE / file).read_text()
        for trigger in re.findall(r"CREATE TRIGGER.*?\nEND;", text, re.S):
            yield file, trigger, "", ON_LEDGER


def rules(file, name, tests):
    """Each rule of a table of queries, replaced by one of the others."""
    text = (SOURCE / file).read_text()
    queries = re.findall(r"\{(&q_" + name + r"\w+),", text)
    for i, query in enumerate(queries):
        yield file, "{" + query + ",", "{" + queries[i - 1] + ",", tests


def table():
    yield from [
        # malformed
        (L_SET, 'memcmp(id->b, zero.b, sizeof(zero.b)) ? OK', 'id ? OK', ON_LEDGER),
        (L_SET, "t->amount <= 0 ||", "t->amount < 0 ||", ON_LEDGER),
        (L_SET, "t->amount <= 0 ||", "t->amount == 0 ||", ON_LEDGER),
        (L_SET, "t->amount > LEDGER_AMOUNT_MAX)", "t->amount > LEDGER_AMOUNT_MAX + 1)", ON_LEDGER),
        (L_SET, "t->timeout_ms < 0 ||", "", ON_LEDGER),
        (L_SET, "t->timeout_ms > LEDGER_AMOUNT_MAX ||", "", ON_LEDGER),
        (L_SET, "(kind == LEDGER_POSTED && t->timeout_ms != 0)", "false", ON_LEDGER),
        (L_SET, "!t->reason || !t->reason[0] ||", "!t->reason ||", ON_LEDGER),
        (L_SET, "!t->reason || !t->reason[0] ||", "!(t->reason ? t->reason : \"x\")[0] ||",
         ON_LEDGER),
        (L_SET, "strlen(t->reason) > LEDGER_REASON_MAX", "strlen(t->reason) > LEDGER_REASON_MAX + 1",
         ON_LEDGER),
        (L_SET, "t->ref.n > LEDGER_REF_MAX", "t->ref.n > LEDGER_REF_MAX + 1", ON_LEDGER),
        (L_SET, "if (t->debit == t->credit)", "if (false)", ON_LEDGER),
        # used, unknown, closed, beyond
        (L_SET, "if (p)\n        return is_same(p, t, kind) ? OK", "if (p)\n        return true ? OK",
         ON_LEDGER),
        (L_SET, "if (!*out)\n        return ledger_refuse(info, ERR_INVALID, field, 0);",
         "if (!*out)\n        return ledger_refuse(info, ERR_NOT_FOUND, field, 0);", ON_LEDGER),
        (L_SET, "if (is_sound(&(*out)->now))", "if (true)", ON_LEDGER),
        (L_SET, "if (d->book != c->book)", "if (false)", ON_LEDGER),
        (L_SET, "if ((d->flags | c->flags) & LEDGER_CLOSED)", "if (c->flags & LEDGER_CLOSED)",
         ON_LEDGER),
        (L_SET, "if ((d->flags | c->flags) & LEDGER_CLOSED)", "if (d->flags & LEDGER_CLOSED)",
         ON_LEDGER),
        (L_SET, "if (sum_overflows(d->debits_pending, d->debits_posted, amount) ||", "if (",
         ON_LEDGER),
        (L_SET, "amount) ||\n        sum_overflows(c->credits_pending, c->credits_posted, amount))",
         "amount))", ON_LEDGER),
        (L_SET, "if ((d->flags & LEDGER_DEBITS_LE_CREDITS) && amount > left)", "if (false)",
         ON_LEDGER),
        (L_SET, "&& amount > left)", "&& amount > left + 1)", ON_LEDGER),
        (L_SET, "if ((c->flags & LEDGER_CREDITS_LE_DEBITS) && amount > room)",
         "if (false && room)", ON_LEDGER),
        (L_SET, "&& amount > room)", "&& amount > room + 1)", ON_LEDGER),
        (L_SET, 'ERR_SOLD_OUT, "amount", left)', 'ERR_SOLD_OUT, "amount", 0)', ON_LEDGER),
        (L_SET, 'ERR_SOLD_OUT, "amount", room)', 'ERR_SOLD_OUT, "amount", 0)', ON_LEDGER),
        (L_SET, "map_remove(&s->past, ledger_id_str(&en->id));", "", ON_LEDGER),
        # resolving
        (L_TRANSFER, "if (!e && amount < 0)", "if (false)", ON_LEDGER),
        (L_TRANSFER, "enum err e = ledger_check_id(&id, tx->info);", "enum err e = OK;", ON_LEDGER),
        (L_TRANSFER, "past->kind == r->kind && str_eq(", "str_eq(", ON_LEDGER),
        (L_TRANSFER, "past->kind == r->kind && str_eq(past->hold_id, ledger_id_str(&r->hold_id))",
         "past->kind == r->kind", ON_LEDGER),
        (L_TRANSFER, "if (same && r->kind == LEDGER_POST)", "if (false)", ON_LEDGER),
        (L_TRANSFER, 'ERR_NOT_FOUND, "hold", 0)', 'ERR_INVALID, "hold", 0)', ON_LEDGER),
        (L_TRANSFER, "if (r->hold->kind != LEDGER_HOLD)", "if (false)", ON_LEDGER),
        (L_TRANSFER, "== LEDGER_EXPIRE ? ERR_EXPIRED : ERR_CONFLICT", "? ERR_CONFLICT : ERR_CONFLICT",
         ON_LEDGER),
        (L_TRANSFER, "== LEDGER_EXPIRE ? ERR_EXPIRED : ERR_CONFLICT", "? ERR_EXPIRED : ERR_EXPIRED",
         ON_LEDGER),
        (L_TRANSFER, "if (r->kind == LEDGER_POST && is_due(r->hold, tx->now_ms))", "if (false)",
         ON_LEDGER),
        (L_TRANSFER, "if (r->kind == LEDGER_POST && is_due(", "if (is_due(", ON_LEDGER + [ORDER]),
        (L_TRANSFER, "now_ms >= hold->at_ms + hold->timeout_ms",
         "now_ms > hold->at_ms + hold->timeout_ms", ON_LEDGER),
        (L_TRANSFER, "if (r->amount > r->hold->amount)", "if (false)", ON_LEDGER),
        (L_TRANSFER, 'ERR_INVALID, "amount", r->hold->amount)', 'ERR_INVALID, "amount", 0)',
         ON_LEDGER),
        # linked
        (L_TRANSFER, "if (n == 0 || n > LEDGER_LINKS_MAX)", "if (n > LEDGER_LINKS_MAX)", ON_LEDGER),
        (L_TRANSFER, "if (n == 0 || n > LEDGER_LINKS_MAX)", "if (n == 0)", ON_LEDGER),
        (L_TRANSFER, "if (!e && i > 0 && existed != known)", "if (false)", ON_LEDGER),
        (L_TRANSFER, 'return ledger_refuse(tx->info, ERR_INVALID, "links", 0);', "return OK;",
         ON_LEDGER),
        (L_TRANSFER, "if (e)\n        db_savepoint_rollback(tx->db);",
         "if (e && db_savepoint_release(tx->db) != OK)\n        return e;", ON_LEDGER),
        (L_TRANSFER, "*failed = i;", "*failed = 0;", ON_LEDGER),
        # accounts
        (L_LEDGER, "if (flags & ~FLAGS_ALL)", "if (false)", ON_LEDGER),
        (L_LEDGER, "else if (!e && (row_int", "else if (false && (row_int", ON_LEDGER),
        (L_LEDGER, "return !e && changed == 0 ? ERR_NOT_FOUND : e;", "return e;", ON_LEDGER),
        (L_STATEMENT, "return ERR_CORRUPT;", "return OK;", [STATEMENT]),
        (L_STATEMENT, "return ERR_INVALID;", "return OK;", [STATEMENT]),
        # keys
        (IDEM, "if (!str_eq(seen->hash, str_n(key->hash, IDEM_HASH_BYTES)))", "if (false)",
         [WRITER]),
        (IDEM, "if (!seen->answered)", "if (false)", [WRITER]),
        (IDEM, "if (!is_final(o->result)) {", "if (false) {", [WRITER]),
        (IDEM, "if (!is_final(out->result))", "if (false)", [WRITER]),
        (IDEM, "out->amount = tx->info->limit;", "", [WRITER]),
        (IDEM, "        db_savepoint_rollback(tx->db);\n        if (!is_final",
         "        e = db_savepoint_release(tx->db);\n        if (!is_final", [WRITER]),
        # the writer
        (WRITER_C, "e = ERR_CLOSED;", "e = OK;", [WRITER]),
        (WRITER_C, "w->queued >= WRITER_QUEUE_MAX", "w->queued > WRITER_QUEUE_MAX", [WRITER]),
        (WRITER_C, "        if (e)\n            db_savepoint_rollback(w->db);", "", [WRITER]),
        (WRITER_C, "if (!db_in_transaction(w->db))", "if (false)", [WRITER, DB]),
        (WRITER_C, "w->broken = e == ERR_DISK_FULL || e == ERR_BUSY ? e : ERR_STORE;", "", [WRITER]),
        (WRITER_C, "enum err e = w->broken;\n    if (!e) {", "enum err e = OK;\n    if (!e) {",
         [WRITER]),
        (WRITER_C, "enum err e = lost ? lost : w->results[i++];", "enum err e = w->results[i++];",
         [WRITER]),
        (SQLITE, "if (!sqlite3_stmt_readonly(*slot) && sqlite3_get_autocommit(db->handle)) {",
         "if (false) {", [DB, WRITER]),
        (DB_C, "if (db->spoiled)\n        return still_spoiled(db, q->name);", "", [DB]),
        # stock
        (STOCK_C, "if (pieces == 0 ||", "if (", [STOCK]),
        (STOCK_C, "pieces > HALL_STOCK_PIECES_MAX ||", "", [STOCK]),
        (STOCK_C, "pieces < -HALL_STOCK_PIECES_MAX)", "false)", [STOCK]),
    ]
    yield from same_fields()
    yield from sound_fields()
    yield from triggers()
    yield from rules(L_GUARD, "ledger_guard", [CHAIN, LEDGER])
    yield from rules(L_CHECK, "ledger_", [LEDGER, CHAIN])


if __name__ == "__main__":
    main(table)
