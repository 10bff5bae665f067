/*
 * template.h — files with placeholders: a template's text with every @name@ replaced.
 *
 * The templates are the files of core/setup/template, compiled in (embed.awk), so that the program
 * needs nothing beside itself. The kind of the file, by its ending, decides how values are escaped.
 */

#ifndef SETUP_TEMPLATE_H
#define SETUP_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct template_file {
	const char *name; /* "app.xml" */
	const char *text;
};

extern const struct template_file template_files[]; /* ends with name == NULL */

/* What stands for @name@. */
struct slot {
	const char *name; /* small letters and underscores */
	const char *text; /* NULL = "" */
	bool raw;	  /* is XML or JSON already: not escaped */
};

#define SLOT(name, text)                                                                           \
	{                                                                                          \
		(name), (text), false                                                              \
	}
#define SLOT_RAW(name, text)                                                                       \
	{                                                                                          \
		(name), (text), true                                                               \
	}
#define SLOT_END SLOT(NULL, NULL)
#define SLOTS(...) ((const struct slot[]){ __VA_ARGS__, SLOT_END })

/*
 * Append the template with its values: .xml escapes for XML, .json for JSON strings, all others
 * not at all. An @word@ that is no slot stays as it is. ERR_USAGE when there is no such template.
 * `slots` ends with name == NULL.
 */
int template_render(struct buf *out, const char *name, const struct slot *slots, struct err *err);

/* The same with a text of the caller's, never escaped: for names of files. */
void template_fill(struct buf *out, const char *text, const struct slot *slots);

/* Text as XML 1.0 content: the five characters escaped, what XML cannot hold replaced by U+FFFD. */
void template_escape_xml(struct buf *out, const char *text);

/* Text as one word of a shell: quoted where it needs to be. */
void template_quote_shell(struct buf *out, const char *text);

#endif
