/* GET /suggestions/similar, and a part of other pages: what was suggested before, and answered. */
#include "store/queries.h"
#include "town/letters/internal.h"

enum {
    SIMILAR_WORDS = 32, /* of a title; as many as letters.similar has */
    SIMILAR_SHOWN = 5,
    SIMILAR_COMMON = 1000, /* a word that more suggestions have says nothing */
};

enum err similar_put(struct req *r, struct str title, int64_t but, bool is_desk)
{
    struct val args[SIMILAR_WORDS + 6];
    struct words w;
    struct rows rs;
    words_init(&w, WORDS_MAX);
    enum err e = words_of(r->arena, str_head(title, 4 * LETTERS_TITLE_MAX), 1, &w);
    words_free(&w);
    for (size_t i = 0; i < SIMILAR_WORDS; i++)
        args[i] = !e && i < w.n ? V_STR(w.word[i].text) : V_Z("");
    args[SIMILAR_WORDS] = V_INT(SIMILAR_COMMON + 1);
    args[SIMILAR_WORDS + 1] = V_INT(SIMILAR_COMMON);
    args[SIMILAR_WORDS + 2] = V_INT(is_desk);
    args[SIMILAR_WORDS + 3] = V_INT(r->who.user_id);
    args[SIMILAR_WORDS + 4] = V_INT(but);
    args[SIMILAR_WORDS + 5] = V_INT(SIMILAR_SHOWN);
    if (!e)
        e = db_select(r->db, &q_letters_similar, args, SIMILAR_WORDS + 6, r->arena, &rs);
    struct view *list = view_put_list(r->view, "similar");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        case_put(r, v, &rs, i);
        view_put_bool(v, "may_open", row_int(&rs, i, "may_open"));
        if (!row_null(&rs, i, "reply_id"))
            view_put_int(v, "reply", row_int(&rs, i, "reply_id"));
    }
    return e;
}

enum err letters_similar(struct req *r)
{
    struct letters_who who;
    enum err e = letters_who(r, &who);
    if (!e && !who.is_officer)
        e = ERR_FORBIDDEN;
    view_put_bool(r->view, "was_asked", true);
    return e ? e : similar_put(r, str_trim(req_query(r, "q")), 0, who.is_desk);
}
