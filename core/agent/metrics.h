/* metrics.h — GET /metrics: counts of the home as OpenMetrics text, for Prometheus and its kin. */

#ifndef AGENT_METRICS_H
#define AGENT_METRICS_H

#include "agent/internal.h"
#include "base/buf.h"

#define METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* What the listener itself has seen. */
struct listener_counts {
	int64_t answers[6]; /* by the first digit of the status */
	int64_t refused;    /* wrong or missing credentials */
};

int metrics_write(struct buf *out, struct agent *agent, const struct listener_counts *counts,
	struct err *err);

#endif
