/* sfid.h — record ids: three characters of key prefix, the instance, a running number; 15
 * characters, or 18 with a checksum that survives case folding. */

#ifndef PRACTICE_SFID_H
#define PRACTICE_SFID_H

#include <stddef.h>
#include <stdint.h>

#define SFID_SIZE 19 /* 18 characters and the NUL */

/* The 18-character id. */
void sfid_make(char id[SFID_SIZE], const char *prefix, uint64_t number);

enum sfid_verdict {
	SFID_OK,
	SFID_MALFORMED,	 /* no id at all: length, characters, checksum */
	SFID_OTHER_TYPE, /* an id, but of another object */
	SFID_UNKNOWN,	 /* of this object, but of no record this org ever made */
};

/* Take a 15- or 18-character id apart. */
enum sfid_verdict sfid_parse(uint64_t *number, const char *id, size_t len, const char *prefix);

/* The 18-character form of an id that sfid_parse() took. */
void sfid_canonical(char id[SFID_SIZE], const char *from);

#endif
