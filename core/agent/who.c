/* who.c — who is at the keyboard: the system user, and where the SSH line comes from. */

#include "base/base.h"
#include "agent/agent.h"
#include "base/text.h"

#include <pwd.h>
#include <unistd.h>

void agent_user_name(char *out, size_t size, uid_t uid)
{
	char space[4096];
	struct passwd entry;
	struct passwd *found = NULL;

	if (getpwuid_r(uid, &entry, space, sizeof(space), &found) == 0 && found)
		text_copy(out, size, entry.pw_name);
	else
		snprintf(out, size, "uid %lu", (unsigned long)uid);
}

/* The environment is the caller's own word: keep only what an address or a name is made of. */
static void plain_copy(char *out, size_t size, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.:%_-";
	size_t len = text ? strspn(text, allowed) : 0;

	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), text ? text : "");
}

void agent_who(char *out, size_t size)
{
	char name[64];
	char sudo[40];
	char ssh[64];

	agent_user_name(name, sizeof(name), getuid());
	plain_copy(sudo, sizeof(sudo), getuid() == 0 ? getenv("SUDO_USER") : NULL);
	plain_copy(ssh, sizeof(ssh), getenv("SSH_CONNECTION"));
	if (*sudo && *ssh)
		snprintf(out, size, "%s (sudo %s, ssh %s)", name, sudo, ssh);
	else if (*sudo || *ssh)
		snprintf(out, size, "%s (%s %s)", name, *sudo ? "sudo" : "ssh", *sudo ? sudo : ssh);
	else
		text_copy(out, size, name);
}
