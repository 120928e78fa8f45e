// Draws asyncapi.yaml with the AsyncAPI project's own component into one HTML file that needs nothing else: no network, no other file.
// Usage: node render.mjs [FILE], by default out/contract.html in the checkout's root.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser, stringify } from '@asyncapi/parser';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const source = join(root, 'src/StoreEdge.Contracts/asyncapi.yaml');
const target = resolve(process.argv[2] ?? join(root, 'out/contract.html'));
const component = join(here, 'node_modules/@asyncapi/react-component');

const { document, diagnostics } = await new Parser().parse(await readFile(source, 'utf8'), { source });
if (!document) {
  for (const d of diagnostics.filter(d => d.severity === 0)) console.error(`asyncapi.yaml:${d.range.start.line + 1}: ${d.path.join('.')}: ${d.message}`);
  process.exit(1);
}

const [script, style, licences] = await Promise.all([
  readFile(join(component, 'browser/standalone/without-parser.js'), 'utf8'),
  readFile(join(component, 'styles/default.min.css'), 'utf8'),
  readFile(join(component, 'browser/standalone/without-parser.js.LICENSE.txt'), 'utf8'),
]);
// Within a script element only these two beginnings mean anything to the HTML parser.
const inline = text => text.replace(/<(?=\/script|!--)/gi, '\\x3C');
const literal = text => JSON.stringify(text).replace(/</g, '\\u003c');
const config = { show: { sidebar: true, errors: true }, sidebar: { showOperations: 'byOperationsTags', showServers: 'byDefault' }, expand: { messageExamples: true } };

await mkdir(dirname(target), { recursive: true });
await writeFile(target, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info().title()} ${document.info().version()}: words on the wire</title>
<style>${style.replace(/<\/style/gi, '<\\/style')}</style>
<style>
  body { margin: 0; background: #fff; font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
  /* The component's typography would put backquotes around code that is marked already. */
  .aui-root .prose code::before, .aui-root .prose code::after { content: none }
</style>
</head>
<body>
<div id="contract"><noscript>This page draws itself: it needs JavaScript.</noscript></div>
<script type="text/plain" id="licences">
${inline(licences)}
</script>
<script>${inline(script)}</script>
<script>AsyncApiStandalone.render({ schema: ${literal(stringify(document))}, config: ${JSON.stringify(config)} }, document.getElementById('contract'));</script>
</body>
</html>
`);
console.log(`${target}: ${document.allMessages().all().length} messages, ${document.allOperations().all().length} operations`);
