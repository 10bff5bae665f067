/*
 * demo_data.h — the sample database of the demo: customers and order lines as an ERP system may
 * hold them, the same on each run, with a few rows that are wrong in instructive ways.
 */

#ifndef COMMAND_DEMO_DATA_H
#define COMMAND_DEMO_DATA_H

#include "base/err.h"

/* Tables customer and order_line in a new SQLite file. ERR_SOURCE when it cannot be written. */
int demo_data_make(const char *path, struct err *err);

/* Give the customer without a name one, as somebody would who read why the row failed. */
int demo_data_correct(const char *path, struct err *err);

/* All customers of the database as customers.csv in `folder`, as another system would deliver them.
 */
int demo_data_deliver(const char *path, const char *folder, struct err *err);

/* What is in there, and what an org must say to it. */
#define DEMO_CUSTOMERS 1200    /* rows */
#define DEMO_CUSTOMERS_BAD 7   /* rows an org refuses */
#define DEMO_CUSTOMERS_TWICE 1 /* rows whose number another row has: updates, not creates */
#define DEMO_LINES 3500
#define DEMO_LINES_BAD 9
#define DEMO_LINES_TWICE 0

#endif
