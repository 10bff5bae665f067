/* export.h — the marked messages, or those that pass the filter, as a CSV or JSON file. */

#ifndef BOARD_EXPORT_H
#define BOARD_EXPORT_H

struct board;

/* Ask for the file's name (unless given), then write it on the worker. */
void export_ask(struct board *board, const char *path);

#endif
