#!/usr/bin/env python3
"""Manual pages and bash completion from what is written once: the program's own --help, and the README's tables of the configuration.

    texts.py PROGRAM README VERSION ROOT

writes below ROOT/usr/share: man/man1/storeedge*.1 (one page for each subcommand, its own subcommands in it), man/man5/storeedge.json.5 and bash-completion/completions/storeedge.
"""
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROGRAM, README, VERSION, ROOT = shlex.split(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
SHARE = ROOT / 'usr/share'


class Help:
    """One --help, taken apart: sections of (term, explanation)."""

    def __init__(self, path):
        self.path = path
        said = subprocess.run([*PROGRAM, *path, '--help'], capture_output=True, text=True, timeout=120)
        if said.returncode != 0:
            raise SystemExit(f'{" ".join(PROGRAM + path)} --help ended with {said.returncode}: {said.stderr.strip()}')
        self.sections, name = {}, None
        for line in said.stdout.splitlines():
            if re.fullmatch(r'\S.*:', line):
                name = line[:-1]
                self.sections[name] = []
            elif line.strip() and name:
                term, _, text = line.strip().partition('  ')
                if line.startswith('   ') and self.sections[name]:  # the explanation goes on
                    self.sections[name][-1][1] += ' ' + line.strip()
                else:
                    self.sections[name].append([term.strip(), text.strip()])
        if not self.sections.get('Description'):
            raise SystemExit(f'{" ".join(path)} --help has no description')
        self.description = ' '.join(' '.join(pair).strip() for pair in self.sections['Description'])
        self.usage = [' '.join(pair).strip() for pair in self.sections.get('Usage', [])]
        # Words only: what follows in <> is an argument.
        self.commands = [(term.split()[0], text) for term, text in self.sections.get('Commands', [])]
        self.options = self.sections.get('Options', [])
        self.arguments = self.sections.get('Arguments', [])


def read(paths):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(Help, paths))


def roff(text):
    text = text.replace('\\', r'\e').replace('-', r'\-')
    return re.sub(r"^([.'])", r'\\&\1', text)


def terms(pairs):
    return ''.join(f'.TP\n.B {roff(term)}\n{roff(text) or "."}\n' for term, text in pairs)


def page(name, section, short, body):
    directory = SHARE / f'man/man{section}'
    directory.mkdir(parents=True, exist_ok=True)
    title = f'.TH "{name.upper()}" {section} "" "StoreEdge {VERSION}" "StoreEdge"\n.SH NAME\n{roff(name)} \\- {roff(short)}\n'
    (directory / f'{name}.{section}').write_text(title + body, encoding='utf-8')


def sentence(text):
    """The first of a description, as a NAME line wants it."""
    first = re.split(r'(?<=[a-z)])[.:;] ', text)[0].rstrip('.')
    return first[0].lower() + first[1:]


def command_page(top, nested):
    name = 'storeedge-' + '-'.join(top.path)
    body = '.SH SYNOPSIS\n' + ''.join(f'.B {roff(u)}\n.br\n' for u in top.usage)
    body += f'.SH DESCRIPTION\n{roff(top.description)}\n'
    if top.arguments:
        body += '.SH ARGUMENTS\n' + terms(top.arguments)
    body += '.SH OPTIONS\n' + terms(top.options)
    for child in nested:
        body += f'.SH "{roff(" ".join(child.path).upper())}"\n.B {roff(" ".join(child.usage))}\n.PP\n{roff(child.description)}\n' + terms(child.arguments + child.options)
    page(name, 1, sentence(top.description), body + '.SH SEE ALSO\n.BR storeedge (1),\n.BR storeedge.json (5)\n')


def words(options):
    return [word for term, _ in options for word in re.findall(r'(?<![\w<])--?[\w?-]+', term) if word != '-?']


def configuration_page():
    """The README's chapter: its sentences, and each row of its tables as one key."""
    text = README.read_text(encoding='utf-8')
    chapter = re.search(r'^## Configuration\n(.*?)^## ', text, re.M | re.S)
    if not chapter:
        raise SystemExit(f'{README} has no chapter "Configuration"')
    def plain(cell):
        return re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', cell).replace('`', '').replace('**', '').replace('&lt;', '<').strip()
    body, keys = '.SH DESCRIPTION\n', 0
    for line in chapter.group(1).splitlines():
        if heading := re.fullmatch(r'\*\*(.+?)\.?\*\*', line.strip()):
            body += f'.SH "{roff(heading.group(1).upper())}"\n'
        elif line.startswith('|'):
            cells = [plain(c) for c in re.split(r'(?<!\\)\|', line.strip('|'))]
            if len(cells) < 3 or cells[0] in ('Key', '') or set(cells[0]) <= set('-: '):
                continue
            default = cells[2]
            said = [cells[1].rstrip('.'), f'Default: {default}' if default.strip('; ') else '']
            body += f'.TP\n.B {roff(cells[0])}\n' + roff(' '.join(f'{s}.' for s in said if s)) + '\n'
            keys += 1
        elif line.strip():
            body += roff(plain(line)) + '\n'
    if keys < 50:
        raise SystemExit(f'only {keys} keys were found in {README}')
    page('storeedge.json', 5, 'configuration of StoreEdge', body + '.SH FILES\n.I /etc/storeedge/storeedge.json\n.br\n.I /etc/storeedge/conf.d/*.json\n.SH SEE ALSO\n.BR storeedge (1)\n')


def completion(root, tops, nested):
    lines = ['# bash completion of storeedge, made from its own --help', '_storeedge() {', '  local words', '  case "${COMP_WORDS[1]:-} ${COMP_WORDS[2]:-}" in']
    for top in tops:
        for child in [c for c in nested if c.path[0] == top.path[0]]:
            lines.append(f"    '{child.path[0]} {child.path[1]}') words='{' '.join(words(child.options))}' ;;")
        lines.append(f"    '{top.path[0]} '*) words='{' '.join([c for c, _ in top.commands] + words(top.options))}' ;;")
    lines += [f"    *) words='{' '.join([c for c, _ in root.commands] + words(root.options))}' ;;", '  esac',
              '  case "${COMP_WORDS[COMP_CWORD]}" in', "    */*) COMPREPLY=() ;;", '    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}") ;;', '  esac', '}',
              'complete -o default -F _storeedge storeedge', '']
    place = SHARE / 'bash-completion/completions'
    place.mkdir(parents=True, exist_ok=True)
    (place / 'storeedge').write_text('\n'.join(lines), encoding='utf-8')


root = Help([])
tops = read([[name] for name, _ in root.commands])
nested = read([[*top.path, name] for top in tops for name, _ in top.commands])
for top in tops:
    command_page(top, [child for child in nested if child.path[0] == top.path[0]])
page('storeedge', 1, 'in-store presence agent',
     '.SH SYNOPSIS\n' + ''.join(f'.B {roff(u)}\n' for u in root.usage) + f'.SH DESCRIPTION\n{roff(root.description)}\n.SH COMMANDS\n'
     + ''.join(f'.TP\n.BR storeedge\\-{roff(name)} (1)\n{roff(text)}\n' for name, text in root.commands) + '.SH OPTIONS\n' + terms(root.options)
     + '.SH FILES\n.TP\n.I /etc/storeedge/storeedge.json\nthe configuration\n.TP\n.I /var/lib/storeedge\njournal, identity, what is kept\n.SH SEE ALSO\n.BR storeedge.json (5)\n')
configuration_page()
completion(root, tops, nested)
print(f'{len(tops) + 2} pages, {len(tops) + len(nested)} commands')
