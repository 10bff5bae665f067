/* service.h — what systemd is told (sd_notify), where it asks and its library was there. */

#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

void service_ready(void);
void service_stopping(void);

/* The loop goes round: the watchdog may rest. A quarter of its patience ($WATCHDOG_USEC) lies
 * between two words, however often this is called. */
void service_alive(void);

#endif
