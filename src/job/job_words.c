#include "job/job_words.h"

#include <string.h>

#define WORD(word, err)                                                                            \
    {                                                                                              \
        word, "job." word, err                                                                     \
    }

const struct job_word job_words[] = {
    WORD("request", ERR_SYNTAX), /* a bug of ours */
    WORD("empty", ERR_INVALID),  /* no bytes */
    WORD("read", ERR_INVALID),   /* the descriptor cannot be read */
    WORD("picture_kind", ERR_UNSUPPORTED),
    WORD("picture_pixels", ERR_TOO_LARGE),
    WORD("picture_broken", ERR_INVALID),
    WORD("zip_broken", ERR_INVALID),
    WORD("zip_locked", ERR_UNSUPPORTED), /* encrypted */
    WORD("zip_method", ERR_UNSUPPORTED), /* packed by another method than deflate */
    WORD("zip_files", ERR_TOO_LARGE),    /* too many */
    WORD("zip_bytes", ERR_TOO_LARGE),    /* too much when unpacked */
    WORD("zip_ratio", ERR_TOO_LARGE),    /* unpacks to far more than it is: a bomb */
    WORD("zip_no_file", ERR_NOT_FOUND),
    WORD("sheet_kind", ERR_UNSUPPORTED),      /* neither XLSX nor text */
    WORD("sheet_old_excel", ERR_UNSUPPORTED), /* .xls, or locked by a password */
    WORD("sheet_ods", ERR_UNSUPPORTED),
    WORD("sheet_broken", ERR_INVALID),
    WORD("sheet_dtd", ERR_INVALID), /* XML with entities or a document type */
    WORD("sheet_depth", ERR_TOO_LARGE),
    WORD("sheet_none", ERR_INVALID), /* every sheet is hidden, or there is none */
    WORD("sheet_no_such", ERR_NOT_FOUND),
    WORD("sheet_rows", ERR_TOO_LARGE),
    WORD("sheet_columns", ERR_TOO_LARGE),
    WORD("sheet_cell", ERR_TOO_LARGE),
    WORD("sheet_bytes", ERR_TOO_LARGE),
    WORD("sheet_merges", ERR_TOO_LARGE),
    WORD("sheet_encoding", ERR_INVALID),
    WORD("sheet_quote", ERR_SYNTAX),   /* a quote that nothing closes */
    WORD("letter_glyph", ERR_INVALID), /* a character that no font has */
    WORD("letter_title", ERR_INVALID), /* the text does not begin on the first page */
    WORD("letter_table", ERR_INVALID), /* too many rows or columns, or a row over a page */
    WORD("letter_png", ERR_INVALID),   /* the seal's picture */
    WORD("letter_code", ERR_INVALID),  /* an address that is too long for a code */
    WORD("letter_pages", ERR_TOO_LARGE),
};
const size_t job_words_n = sizeof(job_words) / sizeof(job_words[0]);

const struct job_word *job_word_find(const char *word)
{
    for (size_t i = 0; i < job_words_n; i++)
        if (strcmp(job_words[i].word, word) == 0)
            return &job_words[i];
    return NULL;
}
