/* What comes from outside into training: a question of a pasted sheet, a certificate's number as
 * somebody typed it. */
#include <stdlib.h>
#include <string.h>

#include "town/training/number.h"
#include "town/training/question.h"

static void need(bool ok)
{
    if (!ok)
        abort();
}

static void question(struct str sheet)
{
    struct str cells[QUESTION_COLUMNS];
    struct question q;
    for (int i = 0; i < QUESTION_COLUMNS; i++)
        cells[i] = str_cut(sheet, '\n', &sheet);
    if (question_read(cells, &q))
        return;
    bool truth = strcmp(q.kind, "truth") == 0;
    need(q.text_zh.n && q.text_en.n && str_is_utf8(q.text_zh) && str_is_utf8(q.text_en));
    need(q.right > 0 && (truth ? q.n == 0 && q.right <= 2 : q.n >= 2 && q.right < 1 << q.n));
    need(strcmp(q.kind, "single") != 0 || (q.right & (q.right - 1)) == 0);
    for (int i = 0; i < q.n; i++)
        need(q.options[i].zh.n && q.options[i].en.n);
}

/* What is read is a number in its one form: reading that gives it again. */
static void number(struct str typed)
{
    char once[NUMBER_TEXT], again[NUMBER_TEXT];
    if (number_read(typed, once))
        need(number_read(str_of(once), again) && strcmp(once, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    question(str_n(p, n));
    number(str_n(p, n));
    return 0;
}
