// LibreOffice, as a clerk's program: what it makes of a file.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from './server.mjs';

const profile = temporaryFolder();

// Opens a file and saves it as another kind ("xlsx", "csv"). CSV is read and written in UTF-8.
export function saveAs(file, kind) {
  const folder = join(temporaryFolder(), 'saved');
  mkdirSync(folder);
  execFileSync('soffice', [
    `-env:UserInstallation=file://${profile}`, '--headless', '--norestore',
    '--infilter=CSV:44,34,76,1,,0,false,true', '--convert-to', kind, '--outdir', folder, file,
  ], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  return join(folder, basename(file).replace(/\.[^.]+$/, `.${kind}`));
}

// Every sheet's cells, as openpyxl reads them: {title: [[value, …], …]}
export function cellsOf(file) {
  const script = 'import json, openpyxl, sys; b = openpyxl.load_workbook(sys.argv[1], data_only=True);'
    + ' print(json.dumps({s.title: [[c for c in r] for r in s.iter_rows(values_only=True)] for s in b}, default=str))';
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, file], { encoding: 'utf8' }));
}
