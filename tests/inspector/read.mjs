// node read.mjs INSPECTOR SERVER...: reads every list of each server with the Inspector's command line, one process a list.
// A list passes if it is read and, for tools, `--strict` finds nothing: neither an error nor a warning.

import { execFile } from 'node:child_process';
import { basename } from 'node:path';

const [inspector, ...servers] = process.argv.slice(2);
const eras = ['legacy', 'modern'];
const lists = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'];
const key = { 'tools/list': 'tools', 'resources/list': 'resources', 'resources/templates/list': 'resourceTemplates', 'prompts/list': 'prompts' };

// What the Inspector prints with `--format json`: one object with `result` or `error`, and with what `--strict` found.
function read(server, era, method) {
  const strict = method === 'tools/list' ? ['--strict'] : [];
  const words = ['--cli', server, '--method', method, '--protocol-era', era, '--format', 'json', ...strict];
  return new Promise((done) => {
    execFile(process.execPath, [inspector, ...words], { timeout: 20_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const text = stdout.trim() || stderr.trim();
      try {
        done({ code: error?.code ?? 0, ...JSON.parse(text) });
      } catch {
        done({ code: error?.code ?? error?.signal ?? 0, error: { message: text } });
      }
    });
  });
}

function complaints({ code, result, error, schemaFindings = [] }, method) {
  const found = schemaFindings.flatMap(({ toolName, findings }) =>
    findings.map((f) => `${f.severity}: ${toolName}: ${f.schema}.${f.path}: ${f.issue} ${f.suggestion}`));
  if (found.length > 0) return found;
  if (code !== 0 || error) return [`exit code ${code}: ${error?.message ?? 'no message'}`];
  return Array.isArray(result?.[key[method]]) ? [] : [`no ${key[method]} in ${JSON.stringify(result)}`];
}

const jobs = servers.flatMap((server) => eras.flatMap((era) => lists.map((method) => ({ server, era, method }))));
const count = { ok: 0, FAIL: 0 };
let listed = 0;

async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const answer = await read(job.server, job.era, job.method);
    const wrong = complaints(answer, job.method);
    const verdict = wrong.length === 0 ? 'ok' : 'FAIL';
    count[verdict] += 1;
    listed += answer.result?.[key[job.method]]?.length ?? 0;
    console.log([`${verdict} ${basename(job.server)} ${job.era} ${job.method}`, ...wrong].join('\n  '));
  }
}

await Promise.all([work(), work()]);
// Servers that offer nothing would pass everything.
if (listed === 0) {
  console.log('FAIL nothing was listed at all');
  count.FAIL += 1;
}
console.log(`${count.ok} passed, ${count.FAIL} failed`);
process.exitCode = count.FAIL === 0 ? 0 : 1;
