-- Whether a phone is its account's: anybody may type a number when they register.
ALTER TABLE users ADD COLUMN phone_proven_at INTEGER; -- a code sent there came back then
