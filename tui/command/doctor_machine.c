/* doctor_machine.c — the machine under all of it: libraries, clock, disk, database drivers. */

#include "base/base.h"
#include "http/client.h"
#include "http/server.h"
#include "source/reader.h"
#include "tui/command/doctor.h"

#include <json-c/json_c_version.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/disk.h"
#include "base/file.h"

void doctor_library_versions(struct buf *out)
{
	buf_addf(out, "agentboard %s\n", PACKAGE_VERSION);
	buf_addf(out, "%s\n", http_client_version());
	buf_addf(out, "libmicrohttpd/%s\n", http_server_version());
	buf_addf(out, "sqlite/%s\n", sqlite3_libversion());
	buf_addf(out, "libsodium/%s\n", sodium_version_string());
	buf_addf(out, "json-c/%s\n", json_c_version());
}

void doctor_versions(struct doctor *doctor)
{
	const char *curl = http_client_version();
	size_t curl_len = strcspn(curl, " ");

	/* Of curl and what it stands on, only the first two count here: itself and TLS. */
	curl_len += curl[curl_len] ? 1 + strcspn(curl + curl_len + 1, " ") : 0;
	doctor_tell(doctor, VERDICT_OK, ERR_NONE, "versions", NULL,
		"agentboard %s, %.*s sqlite/%s libmicrohttpd/%s libsodium/%s json-c/%s",
		PACKAGE_VERSION, (int)curl_len, curl, sqlite3_libversion(), http_server_version(),
		sodium_version_string(), json_c_version());
}

/* ---- clock ---- */

#define EARLIEST_MS INT64_C(1767225600000) /* 2026-01-01: nobody ran this before */
#define FUTURE_MS 60000			   /* files may be so much younger than now */
#define SET_CLOCK "set the clock, and let the machine keep it: timedatectl set-ntp true"

/* The time of the last change of NAME in the data folder, ms UTC, 0 = no such file. */
static int64_t changed_ms(const struct home *home, const char *name)
{
	char *path = file_join(home->data, name);
	struct stat st;
	int64_t ms = 0;

	if (path && stat(path, &st) == 0)
		ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	free(path);
	return ms;
}

void doctor_clock(struct doctor *doctor)
{
	static const char *const written[] = { "store.db", "store.db-wal", "agent.log" };
	char now_text[CLOCK_TEXT_MAX], then_text[CLOCK_TEXT_MAX];
	int64_t now = clock_now();

	clock_iso(now_text, now);
	if (now < EARLIEST_MS) {
		doctor_tell(doctor, VERDICT_FAIL, ERR_CONFIG, "clock", SET_CLOCK,
			"it says %s, before this program was written", now_text);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		int64_t then = changed_ms(doctor->env->home, written[i]);

		if (then <= now + FUTURE_MS)
			continue;
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "clock", SET_CLOCK,
			"it says %s, but %s was written at %s: it was set back", now_text,
			written[i], clock_iso(then_text, then));
		return;
	}
	doctor_tell(doctor, VERDICT_OK, ERR_NONE, "clock", NULL, "%s", now_text);
}

/* ---- disk ---- */

#define DISK_FAIL_BYTES (INT64_C(64) << 20)
#define DISK_WARN_FILES 1000

/* The folder itself, or the nearest above it that exists; "" when out of memory. */
static void existing_folder(char *out, size_t size, const char *folder)
{
	text_copy(out, size, folder);
	while (out[0] && out[1] && !file_exists(out)) {
		char *slash = strrchr(out, '/');

		if (!slash)
			break;
		slash[slash == out] = '\0';
	}
}

void doctor_disk(struct doctor *doctor)
{
	static const char advice[] =
		"make room, or move the home to a larger disk: runs pause below "
		"disk_floor of agent.cfg";
	char folder[4096], size[TEXT_SIZE_MAX], floor[TEXT_SIZE_MAX];
	struct disk_room room;
	struct err err = ERR_INIT;
	int64_t wanted =
		doctor->disk_floor > DISK_FAIL_BYTES ? doctor->disk_floor : DISK_FAIL_BYTES;

	existing_folder(folder, sizeof(folder), doctor->env->home->data);
	if (disk_room(&room, folder, &err) != 0) {
		doctor_tell(doctor, VERDICT_FAIL, ERR_STORE, "disk",
			"make the folder readable for this user", "%s", err.text);
		return;
	}
	text_size_about(size, room.bytes);
	text_size_exact(floor, doctor->disk_floor);
	if (room.bytes < wanted || room.files == 0)
		doctor_tell(doctor, VERDICT_FAIL, ERR_STORE, "disk", advice,
			"%s free in %s, disk_floor is %s, room for %" PRId64 " files", size, folder,
			floor, room.files);
	else if (room.bytes < 2 * wanted || room.files < DISK_WARN_FILES)
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "disk", advice,
			"%s free in %s, disk_floor is %s, room for %" PRId64 " files", size, folder,
			floor, room.files);
	else
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "disk", NULL,
			"%s free in %s, disk_floor is %s", size, folder, floor);
}

/* ---- ODBC ---- */

static void join(struct buf *out, const struct text_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", names->items[i]);
	if (names->count == 0)
		buf_add_str(out, "none");
}

void doctor_odbc(struct doctor *doctor)
{
	struct text_list drivers = { NULL, 0 }, sources = { NULL, 0 };
	struct buf text = BUF_INIT(8192);
	struct err err = ERR_INIT;
	int rc = source_odbc_drivers(&drivers, &err);

	if (rc == 0)
		rc = source_odbc_data_sources(&sources, &err);
	buf_add_str(&text, "drivers: ");
	join(&text, &drivers);
	buf_add_str(&text, "; data sources: ");
	join(&text, &sources);
	if (rc < 0)
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "ODBC",
			"install unixODBC: apt install unixodbc", "%s", err.text);
	else if (drivers.count == 0 && doctor->databases)
		doctor_tell(doctor, VERDICT_FAIL, ERR_SOURCE, "ODBC",
			"install the driver of your database, like libsqliteodbc, odbc-postgresql, "
			"odbc-mariadb or tdsodbc; `odbcinst -q -d` lists them",
			"%s", buf_str(&text));
	else
		doctor_tell(doctor, VERDICT_OK, ERR_NONE, "ODBC", NULL, "%s", buf_str(&text));
	text_list_free(&drivers);
	text_list_free(&sources);
	buf_free(&text);
}
