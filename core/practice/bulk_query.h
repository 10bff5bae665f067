/* bulk_query.h — query jobs of Bulk API 2.0, the part that the worker runs. */

#ifndef PRACTICE_BULK_QUERY_H
#define PRACTICE_BULK_QUERY_H

#include "practice/bulk.h"

/* Find the records; takes the org's lock itself. */
void bulk_query_run(struct practice *org, struct bulk_job *job);

#endif
