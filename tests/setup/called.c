/* called.c — runs commands in this process, their output in memory. */

#include "setup/called.h"
#include "setup/suites.h"

#include "base/file.h"
#include "config/files.h"

void called_open(struct called *called, bool key)
{
	struct err err = ERR_INIT;

	memset(called, 0, sizeof(*called));
	called->root = test_folder();
	called->env.program = test_program;
	ck_ok(home_find(&called->env.home, called_path(called, "home"), &err), &err);
	ck_ok(home_make(called->env.home, &err), &err);
	ck_ok(files_catalog(&called->env.catalog, called->env.home, NULL, &err), &err);
	if (key)
		ck_ok(command_unseal(&called->env, true, &err), &err);
}

void called_close(struct called *called)
{
	files_catalog_free(&called->env.catalog);
	keyring_free(called->env.keyring);
	home_free(called->env.home);
	free(called->out);
	free(called->errout);
}

const char *called_path(const struct called *called, const char *path)
{
	static char full[1024];

	snprintf(full, sizeof(full), "%s/%s", called->root, path);
	return full;
}

int called_run(struct called *called, const char *line)
{
	char words[512];
	char paths[4][1024];
	char *argv[16];
	int argc = 0, used = 0;
	int code;

	free(called->out);
	free(called->errout);
	called->env.json = called->env.printed = false;
	called->env.out = open_memstream(&called->out, &called->out_len);
	called->env.errout = open_memstream(&called->errout, &called->errout_len);
	text_copy(words, sizeof(words), line);
	for (char *at = words, *next; at && argc < 16; at = next) {
		next = strchr(at, ' ');
		if (next)
			*next++ = '\0';
		if (text_starts(at, "ROOT/") && used < 4) {
			text_copy(paths[used], sizeof(paths[used]), called_path(called, at + 5));
			at = paths[used++];
		}
		argv[argc++] = at;
	}
	code = command_main(&called->env, argc, argv);
	fclose(called->env.out);
	fclose(called->env.errout);
	return code;
}

void called_save(struct called *called, const struct connection *connection)
{
	const struct catalog *catalog = &called->env.catalog;
	struct err err = ERR_INIT;

	ck_ok(catalog->save_connection(catalog->self, connection, &err), &err);
}

void called_save_interface(struct called *called, const struct interface *interface)
{
	const struct catalog *catalog = &called->env.catalog;
	struct err err = ERR_INIT;

	ck_ok(catalog->save_interface(catalog->self, interface, &err), &err);
}
