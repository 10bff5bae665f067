/*
 * flight.h — one request to Salesforce and the rows in it (internal to core/process), from the
 * stored packet to the results that are recorded. All of it belongs to the run's thread, but for
 * the time a writer's job has it.
 */

#ifndef PROCESS_FLIGHT_H
#define PROCESS_FLIGHT_H

#include "base/text.h"
#include "process/process.h"
#include "process/retry.h"
#include "process/row_ids.h"
#include "salesforce/collections.h"
#include "salesforce/org.h"

enum flight_stage {
	FLIGHT_IDLE,
	FLIGHT_PARKED,	  /* waits for packets that share a parent with it */
	FLIGHT_BEGINNING, /* its attempt is on its way into the store */
	FLIGHT_READY,	  /* the attempt is durable: the request may leave */
	FLIGHT_FLYING,
	FLIGHT_RECORDING, /* its results are on their way into the store */
};

struct sender;

struct flight {
	struct sender *sender;
	enum flight_stage stage;
	struct flight *next_posted; /* in the sender's mailbox */
	int rc;			    /* what the writer said, with `err` */
	struct err err;

	struct packet_out packet;
	struct row_set rows;		  /* of the packet: those in this request */
	int positions[PACKET_ROWS_MAX];	  /* their places, in the order of the request */
	uint64_t hashes[PACKET_ROWS_MAX]; /* their keys in the gate, 0 = none */
	int count;
	bool rest_due;		  /* other rows of the packet are due as well */
	struct row_set overtaken; /* rows of the packet that must not be sent any more */

	int64_t attempt;
	char request_id[40];

	struct row_ids ids;
	int asked, asking; /* rows whose Ids were asked for; those of the query on its way */
	bool ids_known;
	int sent[PACKET_ROWS_MAX]; /* indices of the rows that are in the request */
	int sent_count;
	bool by_id;   /* of an Upsert: its rows have their Ids, and are updated */
	bool creates; /* of an Upsert: its rows have no records, and are created */
	bool left;    /* the org may have it */

	struct buf path, body;
	struct org_prepared prepared;

	int http_status;
	char note[256];	  /* about the request as a whole, "" = nothing */
	const char *said; /* the answer to the request, where it is none about rows; NULL = none */
	struct row_result results[PACKET_ROWS_MAX]; /* in the order of the request */
	struct collection_results answer;	    /* owns texts of `results` */
	struct text_list words;			    /* owns further ones */
	int64_t calls;				    /* to be added to the run's with the results */
};

/* Make address and body of the request for the rows that are `sent`; see collection_request(). */
int flight_build(struct flight *flight, const struct collection_call *call, const char **method,
	struct err *err);

/* Was row `index` in the request, and did that leave? */
bool flight_has_left(const struct flight *flight, int index);

/* An answer that says nothing about single rows: flight_all() gives it to each of them. */
void flight_hear(struct flight *flight, const struct http_answer *answer);

/* The same outcome for all rows. Texts are copied. */
void flight_all(
	struct flight *flight, enum message_event event, const struct err *why, int64_t next_try);

/* A copy of `text` that lives as long as the results; "" when out of memory. */
const char *flight_words(struct flight *flight, const char *text);

/* Back to FLIGHT_IDLE, memory kept where the next packet needs it too. */
void flight_clear(struct flight *flight);
void flight_free(struct flight *flight);

#endif
