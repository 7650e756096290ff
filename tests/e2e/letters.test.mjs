// Suggestion 248 in a browser, one account a body: registered, assigned, opinions, a talk, a draft with live figures, checked,
// countersigned, signed with a second factor, numbered, sealed, sent, rated; the paper measured and verified by its code.
