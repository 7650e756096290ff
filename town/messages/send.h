/*
 * What goes out of the town: a letter or an SMS is taken under a lease, sent, and recorded, by one
 * thread of each process:
 *
 *   send_take ──▶ send_call ──▶ send_record
 *   (a command)   (no transaction, may block)   (a command)
 *
 * Inside messages.
 */
#ifndef TOWN_MESSAGES_SEND_H
#define TOWN_MESSAGES_SEND_H

#include "town/messages/messages.h"

/* Has this process a sender for it? */
bool send_can(enum messages_channel channel);
void send_has_news(void); /* in a command: something may be due at once */

#endif
