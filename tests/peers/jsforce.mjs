// jsforce.mjs — the most used Salesforce client of Node works against the practice org unchanged.
// Usage: node jsforce.mjs PATH_OF_AGENTBOARD

import assert from 'node:assert/strict';
import jsforce from 'jsforce';
import { check, refused, startOrg, verdict } from './judge.mjs';

const VERSION = '66.0';
const org = await startOrg(process.argv[2]);

function connect(secret = org.consumer_secret) {
	return new jsforce.Connection({
		loginUrl: org.url,
		instanceUrl: org.url,
		version: VERSION,
		oauth2: { clientId: org.consumer_key, clientSecret: secret, loginUrl: org.url },
		refreshFn: async (conn, done) => {
			try {
				await conn.authorize({ grant_type: 'client_credentials' });
				done(null, conn.accessToken);
			} catch (error) {
				done(error);
			}
		},
	});
}

const accounts = (from, count) =>
	Array.from({ length: count }, (_, i) => ({
		Ext_Id__c: `J-${from + i}`,
		Name: `Account ${String(from + i).padStart(5, '0')}`,
	}));

const conn = connect();
let id;

await check('a wrong secret is refused', () =>
	refused(connect('wrong').authorize({ grant_type: 'client_credentials' }), /invalid_client/));

await check('authorize with client credentials', async () => {
	const user = await conn.authorize({ grant_type: 'client_credentials' });

	assert.match(conn.accessToken, /^00D\w{12,15}![.\w]*$/);
	assert.equal(conn.instanceUrl, org.url);
	assert.match(user.id, /^005\w{15}$/);
	assert.match(user.organizationId, /^00D\w{15}$/);
});

await check('identity', async () => {
	const identity = await conn.identity();

	assert.equal(identity.username, org.username);
	assert.equal(identity.user_id, conn.userInfo.id);
});

await check('list of versions and resources', async () => {
	const versions = await conn.request('/services/data');
	const resources = await conn.request(`/services/data/v${VERSION}`);

	assert.ok(versions.some((v) => v.version === VERSION));
	assert.equal(resources.sobjects, `/services/data/v${VERSION}/sobjects`);
});

await check('limits, also in the header of every answer', async () => {
	const limits = await conn.limits();

	assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
	assert.equal(conn.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
	assert.ok(conn.limitInfo.apiUsage.used > 0);
});

await check('describe of all objects and of one', async () => {
	const all = await conn.describeGlobal();
	const account = await conn.sobject('Account').describe();
	const key = account.fields.find((field) => field.name === 'Ext_Id__c');

	assert.ok(all.sobjects.some((object) => object.name === 'Order_Line__c'));
	assert.ok(key.externalId && key.unique && key.createable && key.nillable);
	assert.equal(account.fields.find((field) => field.name === 'Name').nillable, false);
});

await check('create one record', async () => {
	const result = await conn.sobject('Account').create({ Name: 'One', Phone: '1' });

	assert.equal(result.success, true);
	id = result.id;
});

await check('retrieve one record, and several', async () => {
	const one = await conn.sobject('Account').retrieve(id);
	const many = await conn.sobject('Account').retrieve([id], { fields: ['Name'] });

	assert.equal(one.Name, 'One');
	assert.equal(one.attributes.type, 'Account');
	assert.equal(many[0].Name, 'One');
});

await check('update one record', async () => {
	const result = await conn.sobject('Account').update({ Id: id, Name: 'Changed', Phone: null });
	const after = await conn.sobject('Account').retrieve(id);

	assert.equal(result.success, true);
	assert.equal(after.Name, 'Changed');
	assert.equal(after.Phone, null);
});

await check('upsert one record: created, then updated', async () => {
	const first = await conn.sobject('Account').upsert({ Ext_Id__c: 'S-1', Name: 'a' }, 'Ext_Id__c');
	const second = await conn.sobject('Account').upsert({ Ext_Id__c: 'S-1', Name: 'b' }, 'Ext_Id__c');

	assert.deepEqual([first.created, second.created], [true, false]);
	assert.equal(first.id, second.id);
});

await check('destroy one record, and a second time', async () => {
	const result = await conn.sobject('Account').destroy(id);

	assert.equal(result.success, true);
	await refused(conn.sobject('Account').destroy(id), /ENTITY_IS_DELETED/);
	await refused(conn.sobject('Account').retrieve(id), /NOT_FOUND/);
});

await check('create an array: every row has its own answer', async () => {
	const results = await conn.sobject('Account').create([
		{ Name: 'first' },
		{ Phone: '1' },
		{ Name: 'third', Status__c: 'Lost' },
		{ Name: 'fourth', Ext_Id__c: 'S-1' },
	]);

	assert.deepEqual(
		results.map((row) => row.success || row.errors[0].statusCode),
		[true, 'REQUIRED_FIELD_MISSING', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'DUPLICATE_VALUE'],
	);
	assert.deepEqual(results[1].errors[0].fields, ['Name']);
});

await check('all or none takes the good rows back', async () => {
	const rows = [{ Name: 'innocent' }, { Phone: '1' }];
	const results = await conn.sobject('Account').create(rows, { allOrNone: true });
	const found = await conn.query("SELECT COUNT() FROM Account WHERE Name = 'innocent'");

	assert.equal(results[0].errors[0].statusCode, 'ALL_OR_NONE_OPERATION_ROLLED_BACK');
	assert.equal(found.totalSize, 0);
});

await check('upsert an array of 2,500 rows in calls of 200', async () => {
	const results = await conn
		.sobject('Account')
		.upsert(accounts(0, 2500), 'Ext_Id__c', { allowRecursive: true });

	assert.equal(results.length, 2500);
	assert.ok(results.every((row) => row.success && row.created === true));
});

await check('upsert the same rows again: updated, not doubled', async () => {
	const results = await conn
		.sobject('Account')
		.upsert(accounts(0, 400), 'Ext_Id__c', { allowRecursive: true });
	const found = await conn.query("SELECT COUNT() FROM Account WHERE Ext_Id__c LIKE 'J-%'");

	assert.ok(results.every((row) => row.success && row.created === false));
	assert.equal(found.totalSize, 2500);
});

await check('a parent is named by its external id', async () => {
	const line = { Order_No__c: 'O-1', Name: 'line', Account__r: { Ext_Id__c: 'J-7' } };
	const [good, bad] = await conn.sobject('Order_Line__c').upsert(
		[line, { ...line, Order_No__c: 'O-2', Account__r: { Ext_Id__c: 'nobody' } }],
		'Order_No__c',
	);
	const found = await conn.query('SELECT Name, Account__r.Name FROM Order_Line__c');

	assert.equal(good.success, true);
	assert.equal(bad.errors[0].statusCode, 'INVALID_FIELD');
	assert.equal(found.records[0].Account__r.Name, 'Account 00007');
});

await check('update and destroy arrays', async () => {
	const found = await conn.query("SELECT Id FROM Account WHERE Ext_Id__c IN ('J-1', 'J-2', 'J-3')");
	const ids = found.records.map((record) => record.Id);
	const updated = await conn.sobject('Account').update(ids.map((Id) => ({ Id, Rating: 'Hot' })));
	const hot = await conn.query("SELECT COUNT() FROM Account WHERE Rating = 'Hot'");
	const destroyed = await conn.sobject('Account').destroy([...ids, ids[0]]);

	assert.ok(updated.every((row) => row.success));
	assert.equal(hot.totalSize, 3);
	assert.deepEqual(
		destroyed.map((row) => row.success || row.errors[0].statusCode),
		[true, true, true, 'ENTITY_IS_DELETED'],
	);
});

await check('query, page by page', async () => {
	const soql = "SELECT Id, Name FROM Account WHERE Ext_Id__c LIKE 'J-%' ORDER BY Name";
	const first = await conn.query(soql);
	const second = await conn.queryMore(first.nextRecordsUrl);
	const names = [...first.records, ...second.records].map((record) => record.Name);

	assert.equal(first.totalSize, 2497);
	assert.deepEqual([first.records.length, first.done], [2000, false]);
	assert.deepEqual([second.records.length, second.done], [497, true]);
	assert.equal(new Set(names).size, 2497);
	assert.deepEqual(names, [...names].sort());
});

await check('query that fetches its pages by itself', async () => {
	const all = await conn.query('SELECT COUNT() FROM Account');
	const query = conn.query('SELECT Id FROM Account');
	const found = await query.execute({ autoFetch: true, maxFetch: 10000 });

	assert.ok(all.totalSize > 2000);
	assert.equal(found.records.length, all.totalSize);
});

await check('find with conditions', async () => {
	const found = await conn
		.sobject('Account')
		.find({ Ext_Id__c: { $in: ['J-10', 'J-11'] }, Name: { $like: 'Account%' } }, 'Id, Name')
		.sort({ Name: -1 })
		.limit(5);

	assert.deepEqual(found.map((record) => record.Name), ['Account 00011', 'Account 00010']);
});

await check('deleted records are found when asked for', async () => {
	const soql = "SELECT Id FROM Account WHERE IsDeleted = true AND Ext_Id__c LIKE 'J-%'";
	const found = await conn.query(soql, { scanAll: true });

	assert.equal(found.totalSize, 3);
});

await check('a wrong query is refused with its place', async () => {
	await refused(conn.query('SELECT Id FRM Account'), /MALFORMED_QUERY.*unexpected token: 'FRM'/s);
	await refused(conn.query('SELECT Nope FROM Account'), /INVALID_FIELD/);
	await refused(conn.query('SELECT Id FROM Nope'), /INVALID_TYPE/);
});

await check('a value of the wrong kind fails the whole call', () =>
	refused(
		conn.sobject('Order_Line__c').create([{ Name: 'x' }, { Name: 'y', Ship_Date__c: '23.11.2026' }]),
		/JSON_PARSER_ERROR.*Cannot deserialize instance of date/s,
	));

await check('composite with a reference', async () => {
	const answer = await conn.requestPost(`/services/data/v${VERSION}/composite`, {
		allOrNone: true,
		compositeRequest: [
			{
				method: 'POST',
				url: `/services/data/v${VERSION}/sobjects/Account`,
				referenceId: 'a',
				body: { Name: 'Parent' },
			},
			{
				method: 'POST',
				url: `/services/data/v${VERSION}/sobjects/Contact`,
				referenceId: 'b',
				body: { LastName: 'Child', AccountId: '@{a.id}' },
			},
		],
	});

	assert.deepEqual(answer.compositeResponse.map((row) => row.httpStatusCode), [201, 201]);
});

await check('bulk: insert, with rows that fail', async () => {
	const results = await conn.bulk2.loadAndWaitForResults({
		object: 'Account',
		operation: 'insert',
		input: [
			{ Ext_Id__c: 'B-1', Name: 'a, "b"\nc', Phone: null },
			{ Ext_Id__c: 'B-2', Name: '' },
			{ Ext_Id__c: 'J-10', Name: 'double' },
			{ Ext_Id__c: 'B-3', Name: 'good' },
		],
		pollInterval: 50,
	});
	const found = await conn.query("SELECT Id, Name FROM Account WHERE Ext_Id__c = 'B-1'");

	assert.deepEqual(results.successfulResults.map((row) => row.Ext_Id__c).sort(), ['B-1', 'B-3']);
	assert.ok(results.successfulResults.every((row) => row.sf__Created === 'true'));
	assert.deepEqual(
		results.failedResults.map((row) => row.sf__Error.split(':')[0]).sort(),
		['DUPLICATE_VALUE', 'REQUIRED_FIELD_MISSING'],
	);
	assert.deepEqual(results.unprocessedRecords, []);
	assert.equal(found.records[0].Name, 'a, "b"\nc');
	assert.equal(
		results.successfulResults.find((row) => row.Ext_Id__c === 'B-1').sf__Id,
		found.records[0].Id,
	);
});

await check('bulk: upsert creates and updates', async () => {
	const results = await conn.bulk2.loadAndWaitForResults({
		object: 'Account',
		operation: 'upsert',
		externalIdFieldName: 'Ext_Id__c',
		input: [
			{ Ext_Id__c: 'B-1', Name: 'changed', Status__c: null },
			{ Ext_Id__c: 'B-4', Name: 'new' },
			{ Ext_Id__c: 'B-5', Name: 'bad', Status__c: 'Lost' },
		],
		pollInterval: 50,
	});

	assert.deepEqual(
		results.successfulResults.map((row) => `${row.Ext_Id__c} ${row.sf__Created}`).sort(),
		['B-1 false', 'B-4 true'],
	);
	assert.match(results.failedResults[0].sf__Error, /^INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:/);
});

await check('bulk: delete, and of one that is gone', async () => {
	const found = await conn.query("SELECT Id FROM Account WHERE Ext_Id__c LIKE 'B-%'");
	const gone = found.records[0].Id;

	await conn.sobject('Account').destroy(gone);
	const results = await conn.bulk2.loadAndWaitForResults({
		object: 'Account',
		operation: 'delete',
		input: found.records.map(({ Id }) => ({ Id })),
		pollInterval: 50,
	});

	assert.equal(results.successfulResults.length, found.records.length - 1);
	assert.deepEqual(results.failedResults.map((row) => row.Id), [gone]);
	assert.match(results.failedResults[0].sf__Error, /^ENTITY_IS_DELETED:/);
});

await check('bulk: a wrong column fails the job', () =>
	refused(
		conn.bulk2.loadAndWaitForResults({
			object: 'Account',
			operation: 'insert',
			input: [{ Name: 'a', Nope__c: 'b' }],
			pollInterval: 50,
		}),
		/InvalidBatch : Field name not found : Nope__c/,
	));

await check('bulk: query', async () => {
	const all = await conn.query("SELECT COUNT() FROM Account WHERE Ext_Id__c LIKE 'J-%'");
	const stream = await conn.bulk2.query(
		"SELECT Id, Ext_Id__c, Owner.Name FROM Account WHERE Ext_Id__c LIKE 'J-%'",
		{ pollInterval: 50 },
	);
	const records = await stream.toArray();

	assert.equal(records.length, all.totalSize);
	assert.equal(new Set(records.map((record) => record.Ext_Id__c)).size, all.totalSize);
	assert.match(records[0].Id, /^001\w{15}$/);
	assert.equal(records[0]['Owner.Name'], 'Practice Agent');
});

await check('an expired session is renewed by the client', async () => {
	const before = conn.accessToken;

	await fetch(`${org.url}/practice/expire`, { method: 'POST' });
	await conn.limits();
	assert.notEqual(conn.accessToken, before);
});

await check('an object that is not there', () => refused(conn.sobject('Nope').describe(), /NOT_FOUND/));

await check('logout revokes the token', async () => {
	const token = conn.accessToken;
	const bare = new jsforce.Connection({ instanceUrl: org.url, accessToken: token, version: VERSION });

	await conn.logout();
	await refused(bare.limits(), /INVALID_SESSION_ID|refresh token/);
});

await org.stop();
verdict();
