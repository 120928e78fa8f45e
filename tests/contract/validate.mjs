// Reads asyncapi.yaml with the AsyncAPI project's own parser (its rules are the specification's), then checks every example, in the document and in
// schemas/examples, with Ajv against the schema it claims. Exit 0 and one line when all is well; otherwise each fault on a line, and exit 1.
// Usage: node validate.mjs [DIRECTORY], the directory that holds asyncapi.yaml and schemas/.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const here = dirname(fileURLToPath(import.meta.url));
const contract = resolve(process.argv[2] ?? join(here, '../../src/StoreEdge.Contracts'));
const source = join(contract, 'asyncapi.yaml');
const faults = [];
const worst = 1; // Diagnostics of severity 0 (error) and 1 (warning) fail; 2 and 3 are advice, such as a missing external documentation.

const { document, diagnostics } = await new Parser().parse(await readFile(source, 'utf8'), { source });
for (const d of diagnostics.filter(d => d.severity <= worst))
  faults.push(`asyncapi.yaml:${d.range.start.line + 1}: ${d.path.join('.')}: ${d.message} [${d.code}]`);

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats(ajv);
ajv.addVocabulary(['x-parser-schema-id']); // The parser's own mark.
let examples = 0;
const check = (schema, value, where) => {
  examples++;
  let fits;
  try {
    fits = ajv.compile(schema);
  } catch (fault) {
    faults.push(`${where}: ${fault.message}`);
    return;
  }
  if (!fits(value)) for (const e of fits.errors) faults.push(`${where}: ${e.instancePath || '/'} ${e.message}`);
};

if (document) {
  for (const message of document.allMessages().all())
    for (const example of message.examples().all()) check(message.payload().json(), example.payload(), `asyncapi.yaml, example of ${message.name()}`);
}
const directory = join(contract, 'schemas');
const names = (await readdir(directory)).filter(n => n.endsWith('.json'));
for (const name of names) {
  const schema = JSON.parse(await readFile(join(directory, name), 'utf8'));
  check(schema, JSON.parse(await readFile(join(directory, 'examples', name), 'utf8')), `schemas/examples/${name}`);
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`asyncapi.yaml is valid AsyncAPI ${document.version()}; ${names.length} schemas and ${examples} examples fit`);
