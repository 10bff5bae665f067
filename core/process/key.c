/* key.c — keys are folded piece by piece, so that a key of any length needs no memory. */

#include "base/base.h"
#include "process/key.h"

#include <ctype.h>
#include <endian.h>
#include <locale.h>
#include <pthread.h>
#include <sodium.h>
#include <wctype.h>

#define PIECE 512

/* Fixed, since row hashes are kept in the store. */
static const unsigned char key_of_rows[crypto_shorthash_KEYBYTES] = "agentboard rows";

static uint64_t hash_bytes(uint64_t seed, const char *data, size_t len)
{
	unsigned char key[crypto_shorthash_KEYBYTES];
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash;

	memcpy(key, key_of_rows, sizeof(key));
	for (size_t i = 0; i < sizeof(seed); i++)
		key[i] ^= (unsigned char)(seed >> i * 8);
	crypto_shorthash(out, (const unsigned char *)data, len, key);
	memcpy(&hash, out, sizeof(hash));
	return le64toh(hash);
}

uint64_t row_hash(const char *row, size_t len)
{
	return hash_bytes(0, row, len);
}

/* The next character of a UTF-8 text; a byte that is none stands for itself. */
static size_t next_character(wchar_t *wide, const unsigned char *at, size_t len)
{
	static const struct {
		unsigned char mask, lead, bits;
		size_t length;
	} forms[] = {
		{ 0xe0, 0xc0, 0x1f, 2 },
		{ 0xf0, 0xe0, 0x0f, 3 },
		{ 0xf8, 0xf0, 0x07, 4 },
	};

	*wide = *at;
	for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
		if ((*at & forms[f].mask) != forms[f].lead || len < forms[f].length)
			continue;
		*wide = *at & forms[f].bits;
		for (size_t i = 1; i < forms[f].length; i++)
			*wide = *wide << 6 | (at[i] & 0x3f);
		return forms[f].length;
	}
	return 1;
}

/* Folding must not depend on the locale that the program happens to run in. */
static locale_t unicode;

static void open_unicode(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static wchar_t lower(wchar_t wide)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, open_unicode);
	return unicode ? (wchar_t)towlower_l((wint_t)wide, unicode) : wide;
}

/* Fold up to PIECE bytes of what is left; returns how many of `len` were taken. */
static size_t fold(char folded[PIECE], size_t *folded_len, const char *text, size_t len)
{
	size_t at = 0, out = 0;

	while (at < len && out + sizeof(wchar_t) <= PIECE) {
		unsigned char c = (unsigned char)text[at];
		wchar_t wide;

		if (c < 0x80) {
			folded[out++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
			at++;
			continue;
		}
		at += next_character(&wide, (const unsigned char *)text + at, len - at);
		wide = lower(wide);
		memcpy(folded + out, &wide, sizeof(wide));
		out += sizeof(wide);
	}
	*folded_len = out;
	return at;
}

uint64_t key_hash(const char *key, enum key_kind kind)
{
	char folded[PIECE];
	uint64_t hash = 0;
	size_t len, piece;

	while (isspace((unsigned char)*key))
		key++;
	len = strlen(key);
	while (len && isspace((unsigned char)key[len - 1]))
		len--;
	if (kind == KEY_ID && len > 15)
		len = 15;
	if (kind != KEY_FOLDED) {
		hash = hash_bytes(0, key, len);
	} else {
		do {
			size_t taken = fold(folded, &piece, key, len);

			hash = hash_bytes(hash, folded, piece);
			key += taken;
			len -= taken;
		} while (len);
	}
	return hash ? hash : 1;
}
