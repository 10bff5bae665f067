/* damage.c — see the header. */

#include "harness/check_main.h"
#include "salesforce/damage.h"

static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 8;
}

static void try_exact(const char *text, size_t len, damage_try *each, void *ctx)
{
	char *copy = malloc(len ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	each(copy, len, ctx);
	free(copy);
}

/* One small harm; returns the new length. `text` has room for one byte more. */
static size_t harm(char *text, size_t len, unsigned *state)
{
	static const char likely[] = "{}[]\",:\\0123456789truefalsn-e.\x00\xff\xc3 \n<";
	size_t at = len ? next_random(state) % len : 0;

	if (len == 0)
		return 0;
	switch (next_random(state) % 4) {
	case 0:
		text[at] = likely[next_random(state) % (sizeof(likely) - 1)];
		return len;
	case 1:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	case 2:
		memmove(text + at + 1, text + at, len - at);
		return len + 1;
	default: {
		size_t other = next_random(state) % len;
		char c = text[at];

		text[at] = text[other];
		text[other] = c;
		return len;
	}
	}
}

void damage(const char *text, size_t len, unsigned rounds, damage_try *each, void *ctx)
{
	unsigned state = 20261123;

	for (size_t cut = 0; cut < len; cut++)
		try_exact(text, cut, each, ctx);
	for (unsigned i = 0; i < rounds; i++) {
		char *copy = malloc(len + 16);
		size_t now = len;

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text, len);
		for (unsigned harms = 1 + next_random(&state) % 8; harms; harms--)
			now = harm(copy, now, &state);
		try_exact(copy, now, each, ctx);
		free(copy);
	}
}
