/* row_ids.c — keys on their way out, Ids on their way back. */

#include "base/base.h"
#include "process/row_ids.h"
#include "salesforce/collections.h"
#include "base/text.h"

void row_ids_add(struct row_ids *ids, const struct lookup *lookup, const char *record, size_t len)
{
	int row = ids->count++;
	struct json_object *object;
	const char *id;
	size_t id_len;

	ids->keys[row] = (struct lookup_key){ .hash = 0 };
	ids->ids[row][0] = '\0';
	ids->hits[row] = collection_record_id(record, len, &id, &id_len) ? 1 : 0;
	if (ids->hits[row])
		return;
	object = lookup_record(record, len);
	lookup_key_read(&ids->keys[row], lookup, NULL, object);
	lookup_record_free(object);
}

void row_ids_found(void *ctx, uint64_t hash, const char *id)
{
	struct row_ids *ids = ctx;

	for (int i = 0; i < ids->count; i++) {
		if (ids->keys[i].hash != hash)
			continue;
		ids->hits[i]++;
		text_copy(ids->ids[i], sizeof(ids->ids[i]), id);
	}
}

void row_ids_clear(struct row_ids *ids)
{
	for (int i = 0; i < ids->count; i++)
		lookup_key_free(&ids->keys[i]);
	ids->count = 0;
}
