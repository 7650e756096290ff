/* What GLib has to say goes to stderr: by itself it would look whether that is a journal's socket.
 */
#ifndef JOB_GLIB_LOG_H
#define JOB_GLIB_LOG_H

/* Before the sandbox. */
void glib_log_start(void);

#endif
