/* service.h — what a service manager is told (sd_notify); nothing where there is none. */

#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

void service_ready(void);
void service_stopping(void);

/* The loop goes round: the watchdog may rest. At most once a second is passed on. */
void service_alive(void);

#endif
