/* measure.c — CPU time from the kernel's account, memory by looking now and then. */

#include "base/base.h"
#include "base/clock.h"
#include "bench/measure.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What a process and its children hold in memory, in kB: what is nobody else's, and of program
 * files in memory the most that one of them has. Their share in those (Pss) would depend on what
 * else runs on this machine.
 */
struct memory {
	long own, files;
};

static void add_process(struct memory *memory, pid_t pid)
{
	long resident = 0, own = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "Rss: %ld", &resident);
		sscanf(line, "Anonymous: %ld", &own);
	}
	if (file)
		fclose(file);
	memory->own += own;
	if (resident - own > memory->files)
		memory->files = resident - own;
}

static void add_tree(struct memory *memory, pid_t pid)
{
	char path[64], text[4096];

	add_process(memory, pid);
	for (int thread = 0; thread < 64; thread++) {
		char *at = text;
		size_t len;
		FILE *file;

		/* Children belong to the thread that made them; thread ids follow the first one. */
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid + thread);
		file = fopen(path, "re");
		if (!file)
			continue;
		len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
		text[len] = '\0';
		for (long child; (child = strtol(at, &at, 10)) > 0;)
			add_tree(memory, (pid_t)child);
	}
}

pid_t measure_start(char *const argv[], bool silent)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (silent) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
	}
	execvp(argv[0], argv);
	_exit(127);
}

bool measure(struct measured *out, char *const argv[], bool silent)
{
	int64_t from = clock_mono_us();
	struct rusage usage;
	int status;
	pid_t pid;

	*out = (struct measured){ 0 };
	pid = measure_start(argv, silent);
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		struct memory memory = { 0 };

		add_tree(&memory, pid);
		if (memory.own + memory.files > out->memory_kb)
			out->memory_kb = memory.own + memory.files;
		clock_sleep(20);
	}
	out->wall = (double)(clock_mono_us() - from) / 1e6;
	out->cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
