#include "job/glib_log.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

static GLogWriterOutput complain(GLogLevelFlags level, const GLogField *fields, gsize n,
                                 gpointer arg)
{
    (void)arg;
    for (gsize i = 0; i < n && level <= G_LOG_LEVEL_WARNING; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            fprintf(stderr, "%s\n", (const char *)fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

void glib_log_start(void)
{
    g_log_set_writer_func(complain, NULL, NULL);
}
