/* Routes, lines of what waits, the jobs: see letters.h. */
#include "store/queries.h"
#include "town/letters/internal.h"

const struct web_module letters_module = {.name = "letters"};

void letters_prepare(struct writer *w)
{
    workdays_on_changed(due_calendar_changed);
    writer_every(w, LETTERS_LAPSE_MS, "letters.lapse", letters_lapse, NULL);
}
