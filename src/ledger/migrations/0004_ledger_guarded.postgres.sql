-- PostgreSQL checks a foreign key row by row and locks what the row refers to: with a rush on one
-- SKU that is the same account twice for every transfer, whose row each batch has changed, and was
-- most of a batch's time. Here the guard asserts the same for a batch as a whole before each commit
-- (ledger.guard_crossing), `guildhall check` for all there is, and triggers keep what is referred to.
ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_debit_fkey;
ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_credit_fkey;
ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_hold_fkey;
ALTER TABLE ledger_holds DROP CONSTRAINT ledger_holds_hold_fkey;
ALTER TABLE ledger_chain DROP CONSTRAINT ledger_chain_seq_fkey;
