// bench.mjs — the same rows from a CSV file by jsforce, for the project's benchmark.
// Usage: node bench.mjs collections|bulk URL KEY SECRET FILE. Ends with 0 when all rows arrived.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import jsforce from 'jsforce';

const [how, url, clientId, clientSecret, file] = process.argv.slice(2);
const OBJECT = 'Order_Line__c';
const EXTERNAL_ID = 'Order_No__c';
const PACKET = 200;
const NUMBERS = new Set(['Quantity__c', 'Price__c']);

const conn = new jsforce.Connection({
	loginUrl: url,
	instanceUrl: url,
	version: '66.0',
	oauth2: { clientId, clientSecret, loginUrl: url },
});
await conn.authorize({ grant_type: 'client_credentials' });

// The file has no quotes and no commas in values: the least that reading it can cost.
async function* records() {
	let names;

	for await (const line of createInterface({ input: createReadStream(file) })) {
		const values = line.split(',');

		if (!names) {
			names = values;
			continue;
		}
		const record = {};

		names.forEach((name, i) => {
			if (NUMBERS.has(name)) record[name] = Number(values[i]);
			else if (name === 'Shipped__c') record[name] = values[i] === 'true';
			else record[name] = values[i];
		});
		yield record;
	}
}

async function send(packet) {
	const results = await conn
		.sobject(OBJECT)
		.upsert(packet, EXTERNAL_ID, { allOrNone: false });

	if (results.length !== packet.length || !results.every((result) => result.success))
		throw new Error('a row was refused');
}

if (how === 'collections') {
	let packet = [];

	for await (const record of records()) {
		packet.push(record);
		if (packet.length === PACKET) {
			await send(packet);
			packet = [];
		}
	}
	if (packet.length) await send(packet);
} else {
	conn.bulk2.pollTimeout = 600000;
	conn.bulk2.pollInterval = 200;
	const results = await conn.bulk2.loadAndWaitForResults({
		object: OBJECT,
		operation: 'upsert',
		externalIdFieldName: EXTERNAL_ID,
		input: createReadStream(file),
	});

	if (results.failedResults.length || results.unprocessedRecords.length)
		throw new Error('a row was refused');
}
