#include "town/messages/send.h"

bool send_can(enum messages_channel channel)
{
    (void)channel;
    return false;
}

void send_has_news(void)
{
}
