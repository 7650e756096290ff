/* What the files of this department share. */
#ifndef TOWN_REPLAY_INTERNAL_H
#define TOWN_REPLAY_INTERNAL_H

#include "live/record.h"
#include "town/replay/replay.h"
#include "town/shows/shows.h"

enum { REPLAY_PATH_MAX = 1024 };

/* replay.c */
const char *replay_folder(void);      /* of all recordings */
struct record *replay_recorder(void); /* NULL: nothing is recorded here */
/* The name of a show's recording, in the arena; and in a buffer. */
struct str replay_name(int64_t show, char out[SHOWS_ROOM_NAME]);
/* The path parameter as a number of a row; ERR_NOT_FOUND. */
enum err replay_id(struct req *r, int64_t *id) MUST_CHECK;
/* Is it kept, or being made? ERR_NOT_FOUND once it is being removed: then nobody has it. */
enum err replay_is_kept(struct req *r, int64_t show) MUST_CHECK;
/* Is its newest segment of the picture that is on air now, not of one before it? */
bool replay_is_fresh(int64_t show);
/* May the visitor see all of the show's replay now? OK, or ERR_NOT_FOUND. `crew`: only its crew
 * may, whatever its state. */
enum err replay_may(struct req *r, int64_t show, bool crew, bool *is_public) MUST_CHECK;
/* "4:07", "1:04:07". */
const char *replay_length(struct arena *a, int64_t ms);

/* shelf.c */
struct replay_index {
    struct record_index x; /* never changed */
};
/* Of a show's recording, in this folder; ERR_NOT_FOUND. Blocks when it is not at hand. */
enum err replay_index_of(int64_t show, const struct replay_index **out) MUST_CHECK;
void replay_index_done(const struct replay_index *index); /* each once; NULL is fine */
void replay_index_forget(void);                           /* all that nobody uses */

/* follow.c */
enum err replay_event(struct tx *tx, int64_t show, const struct transition *t, int64_t actor,
                      struct str why) MUST_CHECK;

/* playlist.c */
/* Segments [from, to) of an index as a playlist; `ended`: nothing more comes. */
struct block *replay_playlist(const struct record_index *x, size_t from, size_t to, bool ended);
handler_fn replay_on_index, replay_on_file, replay_on_talk, replay_on_clip_index,
    replay_on_clip_file, replay_on_thumb;

/* film.c */
/* A file of a recording, as it lies there. */
enum err replay_file(struct str stream, bool is_init, uint32_t number,
                     struct source **out) MUST_CHECK;
/* Segments of one init, end to end, as one MP4: their clocks are made one, the length and a table
 * of contents are written before them. n > 0. Reads files. */
enum err replay_film(struct str stream, const struct record_entry *entries, size_t n,
                     struct source **out) MUST_CHECK;
/* The run of one init that begins at entry `from`: how many entries it has. */
size_t replay_run(const struct record_index *x, size_t from, size_t end);

/* thumb.c */
struct replay_frame {             /* one to be made; the caller releases jpeg */
    struct block *init, *segment; /* borrowed; or NULL, and then of a file: */
    struct str stream;
    struct record_entry entry;
    struct block *jpeg; /* out; NULL: none could be made */
};
/* At most JOB_FRAMES_MAX, in one job; blocking. */
void replay_frames(struct replay_frame *frames, size_t n);
/* Files beside a recording: "cover", or "clip-N"; written whole or not at all. */
bool replay_thumb_write(struct str stream, const char *name, const struct block *jpeg);
enum err replay_thumb_read(struct str stream, const char *name, struct block **out) MUST_CHECK;
void replay_thumb_show(int64_t show, struct block *jpeg, int64_t at_ms); /* takes the block */
void replay_thumbs_forget(const int64_t *shows, size_t n);               /* all but these */

/* page.c */
enum err replay_part(struct req *r, const struct rows *show) MUST_CHECK;
enum err replay_cover_part(struct req *r, struct view *show, int64_t id) MUST_CHECK;
handler_fn replay_page_clip;

/* desk.c */
handler_fn replay_page_desk, replay_do_hold, replay_do_lift;

/* sweep.c */
/* Removes files here of recordings that are removed: ERR_AGAIN when some are left. */
enum err replay_sweep(struct db *db) MUST_CHECK;

/* work.c */
enum err replay_work_start(struct writer *w, const char *store_url, struct arena *arena,
                           struct err_info *info) MUST_CHECK;
void replay_work_stop(void);

#endif
