/* demo_data.c — makes up customers and order lines, always the same ones. */

#include "base/base.h"
#include "tui/command/demo_data.h"

#include "base/buf.h"
#include "base/file.h"

#include <sqlite3.h>

static const char *const schema =
	"PRAGMA journal_mode = DELETE;"
	"CREATE TABLE customer (id INTEGER PRIMARY KEY, cust_no TEXT NOT NULL, name TEXT, street "
	"TEXT,"
	" zip TEXT, city TEXT, country TEXT, email TEXT, state TEXT, industry TEXT,"
	" credit_limit NUMERIC(12,2), since DATE, changed_at TIMESTAMP);"
	"CREATE TABLE order_line (order_no TEXT PRIMARY KEY, cust_no TEXT NOT NULL, product TEXT,"
	" quantity INTEGER, price NUMERIC(12,2), shipped BOOLEAN, status TEXT, ship_date DATE,"
	" changed_at TIMESTAMP);"
	"BEGIN";

static const char *const sql_customer =
	"INSERT INTO customer (cust_no, name, street, zip, city, country, email, state, industry,"
	" credit_limit, since, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char *const sql_line =
	"INSERT INTO order_line (order_no, cust_no, product, quantity, price, shipped, status,"
	" ship_date, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

/* ---- words ---- */

static const char *const families[] = { "Weber", "Lindqvist", "Moreau", "Okafor", "Tanaka", "Rossi",
	"Novak", "Brandt", "García", "Larsen", "Petrov", "Dubois", "Keller", "Santos", "O'Brien",
	"Jansen", "Kowalski", "Schäfer", "Nguyen", "Haddad", "Fischer", "Marchetti", "Berg",
	"Yılmaz", "Novotná", "Silva", "Hofmann", "Laurent", "Virtanen", "Papadakis" };
static const char *const trades[] = { "Logistics", "Maschinenbau", "Textiles", "Foods", "Optics",
	"Software", "Pharma", "Elektro", "Furniture", "Marine", "Printing", "Tools", "Packaging",
	"Energy", "Instruments", "Coffee", "Steel", "Glass", "Toys", "Seeds" };
static const char *const forms[] = { "GmbH", "Ltd", "S.A.", "AB", "Inc", "B.V.", "S.p.A.", "Oy",
	"KG", "& Sons" };
static const char *const streets[] = { "Hauptstraße", "Mill Lane", "Rue de la Gare", "Hafenweg",
	"Via Roma", "Calle Mayor", "Storgatan", "Industrieweg", "Station Road", "Am Markt" };
static const struct {
	const char *city, *country, *zip;
} places[] = {
	{ "Hamburg", "Germany", "20457" },
	{ "München", "Germany", "80331" },
	{ "Zürich", "Switzerland", "8001" },
	{ "Wien", "Austria", "1010" },
	{ "Lyon", "France", "69002" },
	{ "Göteborg", "Sweden", "411 03" },
	{ "Rotterdam", "Netherlands", "3011 AA" },
	{ "Sheffield", "United Kingdom", "S1 2BJ" },
	{ "Torino", "Italy", "10121" },
	{ "Kraków", "Poland", "31-042" },
	{ "Porto", "Portugal", "4000-322" },
	{ "Tampere", "Finland", "33100" },
	{ "Portland", "United States", "97205" },
	{ "Toronto", "Canada", "M5V 2T6" },
};
static const char *const industries[] = { "Manufacturing", "Retail", "Technology", "Energy",
	"Transportation", "Healthcare", "Construction" };
static const char *const states[] = { "Active", "Active", "Active", "Active", "On Hold", "Closed" };
static const struct {
	const char *name;
	int cents;
} products[] = {
	{ "Bearing 6204-2RS", 389 },
	{ "Hydraulic hose 1/2\" 3 m", 4250 },
	{ "Safety relay 24 V", 11890 },
	{ "Cable gland M20, pack of 50", 2795 },
	{ "Stainless bolt M8x40, pack of 100", 1849 },
	{ "Pressure sensor 0-16 bar", 15900 },
	{ "Gear oil ISO 220, 20 l", 9900 },
	{ "Servo drive 750 W", 64900 },
	{ "Filter element 10 µm", 3120 },
	{ "Emergency stop button", 2475 },
	{ "V-belt SPA 1250", 1210 },
	{ "Solenoid valve 5/2", 5640 },
};
static const char *const order_states[] = { "New", "New", "Packed", "Shipped", "Shipped" };

/* ---- what is wrong with some ---- */

enum flaw {
	FLAW_NONE,
	FLAW_NO_NAME,
	FLAW_LONG_ZIP, /* somebody typed a whole address into it */
	FLAW_STATE,    /* no value of the restricted picklist */
	FLAW_EMAIL,
	FLAW_TWICE, /* has the number of another customer */
	FLAW_NO_CUSTOMER,
	FLAW_REFUSED_CUSTOMER, /* whose own row an org refuses */
};

struct flawed {
	int row;
	enum flaw flaw;
};

static const struct flawed flawed_customers[] = {
	{ 113, FLAW_NO_NAME },
	{ 287, FLAW_LONG_ZIP },
	{ 402, FLAW_STATE },
	{ 555, FLAW_EMAIL },
	{ 701, FLAW_TWICE },
	{ 842, FLAW_NO_NAME },
	{ 967, FLAW_STATE },
	{ 1131, FLAW_LONG_ZIP },
};

static const struct flawed flawed_lines[] = {
	{ 77, FLAW_NO_CUSTOMER },
	{ 512, FLAW_REFUSED_CUSTOMER },
	{ 513, FLAW_REFUSED_CUSTOMER },
	{ 1204, FLAW_STATE },
	{ 1777, FLAW_NO_NAME },
	{ 2048, FLAW_NO_CUSTOMER },
	{ 2511, FLAW_REFUSED_CUSTOMER },
	{ 2890, FLAW_STATE },
	{ 3333, FLAW_NO_CUSTOMER },
};

#define REFUSED_CUSTOMER 842

static enum flaw flaw_of(const struct flawed *list, size_t count, int row)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].row == row)
			return list[i].flaw;
	}
	return FLAW_NONE;
}

static enum flaw customer_flaw(int row)
{
	return flaw_of(flawed_customers, ARRAY_SIZE(flawed_customers), row);
}

/* ---- rows ---- */

/* xorshift64: the same numbers on every machine. */
static unsigned pick(uint64_t *seed, size_t count)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed % count);
}

static void bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(stmt, at);
}

/* One value more, made like printf. */
static void bind_printed(sqlite3_stmt *stmt, int at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void bind_printed(sqlite3_stmt *stmt, int at, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bind_text(stmt, at, text);
}

static void bind_customer(sqlite3_stmt *stmt, int row, uint64_t *seed)
{
	enum flaw flaw = customer_flaw(row);
	const char *family = families[pick(seed, ARRAY_SIZE(families))];
	const char *trade = trades[pick(seed, ARRAY_SIZE(trades))];
	const char *form = forms[pick(seed, ARRAY_SIZE(forms))];
	unsigned place = pick(seed, ARRAY_SIZE(places));
	int number = flaw == FLAW_TWICE ? row - 1 : row;

	bind_printed(stmt, 1, "CUST-%05d", number);
	bind_printed(stmt, 2, "%s %s %s", family, trade, form);
	if (flaw == FLAW_NO_NAME)
		bind_text(stmt, 2, NULL);
	bind_printed(
		stmt, 3, "%s %u", streets[pick(seed, ARRAY_SIZE(streets))], 1 + pick(seed, 120));
	bind_text(stmt, 4,
		flaw == FLAW_LONG_ZIP ? "20457 Hamburg, 2nd floor, gate B" : places[place].zip);
	bind_text(stmt, 5, places[place].city);
	bind_text(stmt, 6, places[place].country);
	bind_printed(stmt, 7,
		flaw == FLAW_EMAIL ? "purchasing at cust-%d" : "purchasing@cust-%d.example",
		number);
	bind_text(stmt, 8, flaw == FLAW_STATE ? "Dormant" : states[pick(seed, ARRAY_SIZE(states))]);
	bind_text(stmt, 9, industries[pick(seed, ARRAY_SIZE(industries))]);
	bind_printed(stmt, 10, "%u.00", (1 + pick(seed, 200)) * 500);
	bind_printed(stmt, 11, "20%02u-%02u-%02u", 5 + pick(seed, 20), 1 + pick(seed, 12),
		1 + pick(seed, 28));
	bind_printed(stmt, 12, "2026-10-%02u %02u:%02u:00", 1 + pick(seed, 30), pick(seed, 24),
		pick(seed, 60));
}

/* A customer that an org has taken. */
static int good_customer(uint64_t *seed)
{
	int row;

	do {
		row = 1 + (int)pick(seed, DEMO_CUSTOMERS);
	} while (customer_flaw(row) != FLAW_NONE);
	return row;
}

static void bind_line(sqlite3_stmt *stmt, int row, uint64_t *seed)
{
	enum flaw flaw = flaw_of(flawed_lines, ARRAY_SIZE(flawed_lines), row);
	unsigned product = pick(seed, ARRAY_SIZE(products));
	const char *state = order_states[pick(seed, ARRAY_SIZE(order_states))];
	int customer = good_customer(seed);
	bool shipped = strcmp(state, "Shipped") == 0;

	if (flaw == FLAW_NO_CUSTOMER)
		customer = 99000 + row % 100;
	else if (flaw == FLAW_REFUSED_CUSTOMER)
		customer = REFUSED_CUSTOMER;
	bind_printed(stmt, 1, "ORD-%06d", row);
	bind_printed(stmt, 2, "CUST-%05d", customer);
	bind_text(stmt, 3, flaw == FLAW_NO_NAME ? NULL : products[product].name);
	sqlite3_bind_int(stmt, 4, 1 + (int)pick(seed, 40));
	bind_printed(
		stmt, 5, "%d.%02d", products[product].cents / 100, products[product].cents % 100);
	sqlite3_bind_int(stmt, 6, shipped);
	bind_text(stmt, 7, flaw == FLAW_STATE ? "Lost" : state);
	bind_text(stmt, 8, NULL);
	if (shipped)
		bind_printed(stmt, 8, "2026-11-%02u", 1 + pick(seed, 20));
	bind_printed(stmt, 9, "2026-11-%02u %02u:%02u:%02u", 1 + pick(seed, 22), pick(seed, 24),
		pick(seed, 60), pick(seed, 60));
}

typedef void bind_row(sqlite3_stmt *stmt, int row, uint64_t *seed);

static int insert_rows(sqlite3 *db, const char *sql, bind_row *bind, int count, uint64_t seed)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	for (int row = 1; rc == SQLITE_OK && row <= count; row++) {
		bind(stmt, row, &seed);
		if (sqlite3_step(stmt) != SQLITE_DONE)
			rc = SQLITE_ERROR;
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int close_db(sqlite3 *db, int rc, const char *path, struct err *err)
{
	int result = rc == SQLITE_OK ? 0
				     : err_set(err, ERR_SOURCE, "could not write %s: %s", path,
					       db ? sqlite3_errmsg(db) : "out of memory");

	sqlite3_close(db);
	return result;
}

int demo_data_make(const char *path, struct err *err)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open(path, &db);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = insert_rows(db, sql_customer, bind_customer, DEMO_CUSTOMERS, 2463534242u);
	if (rc == SQLITE_OK)
		rc = insert_rows(db, sql_line, bind_line, DEMO_LINES, 88172645463325252u);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return close_db(db, rc, path, err);
}

int demo_data_correct(const char *path, struct err *err)
{
	static const char sql[] =
		"UPDATE customer SET name = 'Brandt Optics GmbH',"
		" changed_at = '2026-11-23 12:00:00' WHERE cust_no = 'CUST-00113'";
	sqlite3 *db = NULL;
	int rc = sqlite3_open(path, &db);

	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db, 5000);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	return close_db(db, rc, path, err);
}

/* Every text in quotes, a NULL as nothing. */
static void add_value(struct buf *out, const char *text)
{
	if (!text)
		return;
	buf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static int add_customers(struct buf *out, sqlite3 *db)
{
	static const char sql[] = "SELECT cust_no, name, street, zip, city, country, email, state,"
				  " industry, credit_limit, since FROM customer ORDER BY id";
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	for (int i = 0; rc == SQLITE_OK && i < sqlite3_column_count(stmt); i++)
		buf_addf(out, "%s%s", i ? "," : "", sqlite3_column_name(stmt, i));
	while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
		buf_add_char(out, '\n');
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			if (i)
				buf_add_char(out, ',');
			add_value(out, (const char *)sqlite3_column_text(stmt, i));
		}
	}
	buf_add_char(out, '\n');
	return rc == SQLITE_OK ? sqlite3_finalize(stmt) : rc;
}

int demo_data_deliver(const char *path, const char *folder, struct err *err)
{
	struct buf text = BUF_INIT(16u << 20);
	char *file = file_join(folder, "customers.csv");
	sqlite3 *db = NULL;
	int rc = sqlite3_open(path, &db);

	if (rc == SQLITE_OK)
		rc = add_customers(&text, db);
	rc = close_db(db, rc, path, err);
	if (rc == 0 && !file)
		rc = err_nomem(err);
	if (rc == 0)
		rc = buf_check(&text, "customers.csv", err);
	if (rc == 0)
		rc = file_write(file, text.data, text.len, 0640, err);
	free(file);
	buf_free(&text);
	return rc;
}
