// judge.mjs — named checks with a count at the end, and a practice org of their own.

import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';

let passed = 0;
let failed = 0;

/** One named check; what it throws is its failure, and the others go on. */
export async function check(name, body) {
	try {
		await body();
		passed++;
		console.log(`ok    ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAIL  ${name}: ${error.message}`);
	}
}

/** Print the count and end with 0 only when something was tried and nothing failed. */
export function verdict() {
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed || !passed ? 1 : 0;
}

/** A practice org that runs until stop(): {url, consumer_key, consumer_secret, username, stop}. */
export async function startOrg(program, ...options) {
	const child = spawn(program, ['practice', '--json', ...options], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: child.stdout });
	const line = await new Promise((resolve, reject) => {
		lines.once('line', resolve);
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
	});
	const stop = () =>
		new Promise((resolve) => {
			child.once('exit', resolve);
			child.kill('SIGTERM');
		});

	return { ...JSON.parse(line).practice, stop };
}

/** The promise must be rejected with an error whose code, name or text matches. */
export async function refused(promise, pattern) {
	try {
		await promise;
	} catch (error) {
		assert.match(`${error.errorCode ?? ''} ${error.name} ${error.message}`, pattern);
		return;
	}
	assert.fail(`was not refused with ${pattern}`);
}
