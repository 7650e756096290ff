/* Inside letters/: how a paper says what is no text of its authors. Formats of the standard,
 * whatever language a page is in. */
#ifndef TOWN_LETTERS_PAPER_WORDS_H
#define TOWN_LETTERS_PAPER_WORDS_H

#define PAPER_SERIES "%.*s〔%lld〕" /* short name of the body, year */
#define PAPER_NUMBER PAPER_SERIES "%lld号"
#define PAPER_DAY "%.4s年%lld月%lld日"
#define PAPER_CLASS "类别标记：%.*s"
#define PAPER_CODE "扫码核验本函真伪，\n查看所引数据的依据" /* beside the code */

#endif
