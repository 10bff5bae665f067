/* measure.h — what a program and its children need, from their start to their end. */

#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stdbool.h>
#include <sys/types.h>

struct measured {
	double cpu, wall; /* seconds */
	long memory_kb;	  /* at the peak */
};

/* Start a program that is found as the shell does; `silent`: what it says is thrown away. */
pid_t measure_start(char *const argv[], bool silent);

/* Start it and wait for its end. False: it failed. */
bool measure(struct measured *out, char *const argv[], bool silent);

#endif
