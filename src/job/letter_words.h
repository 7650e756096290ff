/* Words that the layout itself sets (GB/T 9704-2012 fixes them, in Chinese), and those by which a
 * text is read. */
#ifndef JOB_LETTER_WORDS_H
#define JOB_LETTER_WORDS_H

#define LETTER_WORD_SIGNER "签发人："
#define LETTER_WORD_ATTACHMENT "附件"
#define LETTER_WORD_COPIES "抄送："
#define LETTER_WORD_PRINTED "印发"
#define LETTER_WORD_DRAFT "草稿 DRAFT"
#define LETTER_WORD_NUMERALS "一二三四五六七八九十百"
/* A title goes on in a new line before one of these rather than elsewhere. */
#define LETTER_WORD_STARTS "第《“关和与及建提"

#endif
