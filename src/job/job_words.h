/*
 * What a job may find wrong with its input, by word: both sides know this list, and people are told
 * by the message job.WORD of locales/.
 */
#ifndef JOB_JOB_WORDS_H
#define JOB_JOB_WORDS_H

#include <stddef.h>

#include "base/err.h"

struct job_word {
    const char *word, *key;
    enum err err;
};

extern const struct job_word job_words[];
extern const size_t job_words_n;

/* NULL for a word that is none. */
const struct job_word *job_word_find(const char *word);

#endif
