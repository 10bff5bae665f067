/* walk.c — what is typed, and what must have come of it. */

#include "base/base.h"
#include "screens/walk.h"

#include "base/file.h"

void walk_destination(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "n");
	pty_wait(fx->pty, "SQLite3");
	pty_type(fx->pty, "new-orders\tERP orders\t\t\t\t/srv/erp/orders.db\t\t\t\r");
	pty_wait(fx->pty, "step 2 of 4");
	pty_type(fx->pty, KEY_RIGHT "\t"); /* Salesforce calls it */
	pty_wait(fx->pty, "skyvva");
}

void walk_check_saved(struct fixture *fx, bool draft)
{
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;
	struct connection connection;
	char *path = file_join(fx->home->connections, "new-orders.cfg");

	connection_init(&connection);
	ck_ok(fx->catalog.connection(fx->catalog.self, &connection, "new-orders", &err), &err);
	ck_assert_str_eq(connection.description, "ERP orders");
	ck_assert_int_eq(connection.type, CONNECTION_AGENT_DATABASE);
	ck_assert_str_eq(connection.source.odbc, "Driver={SQLite3};Database=/srv/erp/orders.db");
	ck_assert_str_eq(connection.agent.host, "https://18.158.217.193");
	ck_assert_int_eq(connection.agent.port, 9055);
	ck_assert_str_eq(connection.agent.username, "skyvva");
	ck_assert_str_eq(connection.salesforce.grant_type, "client_credentials");
	ck_assert_str_eq(connection.salesforce.domain, "https://acme.my.salesforce.com");
	ck_assert_int_eq(connection.salesforce.consumer_secret.kind, SECRET_SEALED);
	ck_assert_int_eq(connection.draft, draft);
	connection_free_fields(&connection);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_ptr_null(strstr(buf_str(&text), WALK_SECRET));
	ck_assert_ptr_null(strstr(buf_str(pty_raw(fx->pty)), WALK_SECRET));
	buf_free(&text);
	free(path);
}
