/* convert.h — values between JSON and their stored text: numbers, dates, counts of characters. */

#ifndef PRACTICE_CONVERT_H
#define PRACTICE_CONVERT_H

#include "practice/schema.h"

#define CONVERT_NUMBER_MAX 48
#define CONVERT_TIME_MAX 40

enum convert_verdict { CONVERT_OK, CONVERT_NO_NUMBER, CONVERT_RANGE };

/* Round to the field's scale and write without needless digits: "12.50" becomes "12.5". */
enum convert_verdict convert_number(char text[CONVERT_NUMBER_MAX], const char *from, size_t len,
	const struct schema_field *field);

/* "2026-11-23"; a time behind it is cut off. */
bool convert_date(char text[CONVERT_TIME_MAX], const char *from, size_t len);

/* "2026-11-23T12:04:11Z", fractions and offsets allowed; stored in UTC as
 * "2026-11-23T12:04:11.000+0000". */
bool convert_datetime(char text[CONVERT_TIME_MAX], const char *from, size_t len);

/* The same from milliseconds. */
void convert_millis(char text[CONVERT_TIME_MAX], int64_t ms);

/* Characters of a UTF-8 text. */
size_t convert_characters(const char *text, size_t len);

bool convert_is_email(const char *text, size_t len);

#endif
