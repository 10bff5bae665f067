/* message_jump.c — a message knows its run, its interface and its record: ways there. */

#include "base/base.h"
#include "tui/board/message_jump.h"

#include "base/text.h"
#include "tui/board/history.h"
#include "tui/board/interfaces.h"

void message_jump_run(struct board *board, const struct message *msg)
{
	if (msg)
		history_open(board, msg->interface, msg->run);
}

void message_jump_interface(struct board *board, const struct message *msg)
{
	char name[65];

	if (!msg)
		return;
	text_copy(name, sizeof(name), msg->interface); /* the page that has it may close */
	if (board_find_interface(board, name) < 0) {
		board_say(board, STYLE_WARN, "There is no interface '%s' any more", name);
		return;
	}
	board_show_tab(board, 1);
	interfaces_select(board, name);
}

void message_copy(struct board *board, const char *what, const char *text)
{
	if (screen_clipboard(board->screen, text))
		board_say(board, STYLE_OK,
			"%s is on the clipboard, if your terminal allows (OSC 52)", what);
	else
		board_say(board, STYLE_WARN,
			"%s is longer than a terminal's clipboard takes (%d kB)", what,
			SCREEN_CLIPBOARD_MAX / 1024);
}

/* The org of the connection that its interface goes over now. */
static const char *domain_of(const struct board *board, const char *interface)
{
	int place = board_find_interface(board, interface);
	int over = place < 0 ? -1
			     : board_find_connection(board,
				       board->catalog->interfaces[place].interface.connection);

	return over < 0 ? NULL : board->catalog->connections[over].connection.salesforce.domain;
}

void message_copy_link(struct board *board, const struct message *msg)
{
	const char *domain = msg ? domain_of(board, msg->interface) : NULL;
	char link[512];

	if (!msg)
		return;
	if (!msg->salesforce_id[0] || text_empty(domain)) {
		board_say(board, STYLE_WARN,
			!msg->salesforce_id[0] ? "It has no Salesforce Id: there is no record yet"
					       : "The connection of its interface names no org");
		return;
	}
	snprintf(link, sizeof(link), "%.*s/%s",
		(int)(strlen(domain) - (domain[strlen(domain) - 1] == '/')), domain,
		msg->salesforce_id);
	message_copy(board, link, link);
}
