/* sfid.c — record ids as Salesforce writes them. */

#include "base/base.h"
#include "practice/sfid.h"

#define INSTANCE "Pr0"
#define NUMBER_DIGITS 9

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Per group of five, one bit for each upper-case letter, as a character. */
static void add_checksum(char id[SFID_SIZE])
{
	static const char codes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

	for (int group = 0; group < 3; group++) {
		unsigned bits = 0;

		for (int i = 0; i < 5; i++) {
			char c = id[group * 5 + i];

			if (c >= 'A' && c <= 'Z')
				bits |= 1u << i;
		}
		id[15 + group] = codes[bits];
	}
	id[18] = '\0';
}

void sfid_make(char id[SFID_SIZE], const char *prefix, uint64_t number)
{
	memcpy(id, prefix, 3);
	memcpy(id + 3, INSTANCE, 3);
	for (int i = 5 + NUMBER_DIGITS; i > 5; i--) {
		id[i] = alphabet[number % 62];
		number /= 62;
	}
	add_checksum(id);
}

static bool all_letters(const char *id, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!id[i] || !strchr(alphabet, id[i]))
			return false;
	}
	return true;
}

enum sfid_verdict sfid_parse(uint64_t *number, const char *id, size_t len, const char *prefix)
{
	char whole[SFID_SIZE];

	if ((len != 15 && len != 18) || !all_letters(id, len))
		return SFID_MALFORMED;
	memcpy(whole, id, 15);
	add_checksum(whole);
	if (len == 18 && strncasecmp(whole + 15, id + 15, 3) != 0)
		return SFID_MALFORMED;
	if (strncmp(id, prefix, 3) != 0)
		return SFID_OTHER_TYPE;
	*number = 0;
	for (int i = 6; i < 15; i++)
		*number = *number * 62 + (uint64_t)(strchr(alphabet, whole[i]) - alphabet);
	return memcmp(id + 3, INSTANCE, 3) == 0 ? SFID_OK : SFID_UNKNOWN;
}

void sfid_canonical(char id[SFID_SIZE], const char *from)
{
	memcpy(id, from, 15);
	add_checksum(id);
}
