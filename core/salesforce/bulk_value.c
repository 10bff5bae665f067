/* bulk_value.c — what a cell comes to, however it is written. */

#include "base/base.h"
#include "salesforce/bulk_value.h"

#define DIGITS 15 /* of a number that survive being a double on the other side */

/* sign, digits without zeros around them, exponent */
struct number {
	bool minus;
	char digits[DIGITS];
	int kept;
	int exponent;
};

static const char *take_digits(struct number *number, const char *at, const char *end)
{
	bool point = false, any = false, rounds_up = false;
	int cut = 0;

	for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		any = true;
		if (number->kept == DIGITS) {
			if (cut++ == 0)
				rounds_up = *at >= '5';
			number->exponent += !point;
		} else {
			number->exponent -= point;
			if (number->kept || *at != '0')
				number->digits[number->kept++] = *at;
		}
	}
	for (int i = number->kept - 1; rounds_up && i >= 0; i--) {
		rounds_up = number->digits[i] == '9';
		number->digits[i] = rounds_up ? '0' : (char)(number->digits[i] + 1);
	}
	if (rounds_up) { /* 99...9 became 100...0 */
		number->digits[0] = '1';
		number->exponent += number->kept;
		number->kept = 1;
	}
	return any ? at : NULL;
}

/* "E8", to the end. */
static bool take_power(struct number *number, const char *at, const char *end)
{
	bool below;
	int power = 0;

	if (at == end)
		return true;
	if (*at != 'e' && *at != 'E')
		return false;
	below = ++at < end && *at == '-';
	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (at == end || end - at > 4)
		return false;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		power = power * 10 + (*at - '0');
	number->exponent += below ? -power : power;
	return at == end;
}

/* 912260000, 9.1226E8 and 912260000.0 are one. False when the text is no number. */
static bool add_number(struct buf *out, const char *text, size_t len)
{
	struct number number = { .minus = *text == '-' };
	const char *end = text + len;
	const char *at = take_digits(&number, text + (*text == '-' || *text == '+'), end);

	if (!at || !take_power(&number, at, end))
		return false;
	for (; number.kept && number.digits[number.kept - 1] == '0'; number.kept--)
		number.exponent++;
	buf_add_char(out, number.minus && number.kept ? '-' : '+');
	buf_add(out, number.digits, (size_t)number.kept);
	if (number.kept)
		buf_add(out, &number.exponent, sizeof(number.exponent));
	return true;
}

static bool begins_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+';
}

void bulk_value_add(struct buf *out, const char *text, size_t len)
{
	if (len == sizeof(BULK_CLEARED) - 1 && memcmp(text, BULK_CLEARED, len) == 0)
		return;
	if (len && len < 64 && begins_number(*text) && add_number(out, text, len))
		return;
	while (len) {
		const char *cr = memchr(text, '\r', len);
		size_t part = cr ? (size_t)(cr - text) : len;

		buf_add(out, text, part);
		text += part + (cr != NULL);
		len -= part + (cr != NULL);
	}
}
