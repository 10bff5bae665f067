/* reader_environment.h — which environment variables the reader child inherits. */

#ifndef SOURCE_READER_ENVIRONMENT_H
#define SOURCE_READER_ENVIRONMENT_H

/*
 * The variables of `from` that a database driver may need, NULL-terminated; the strings are
 * borrowed, free() the array. NULL when out of memory. Everything else stays behind, since a secret
 * of the configuration may live in a variable.
 */
char **reader_environment(char *const *from);

#endif
