// SPDX-License-Identifier: MIT
'use strict';
/*
 * siptwinLab(wasm, library): the program siptwin itself, in WebAssembly. Each call of run() is a process of its own with a
 * file system of its own: run(args, files) gives {status, out, err, read(path), list(folder)}. files is {path: bytes, or a
 * text of which each character is one}; library ({'03_busy/uac.xml': text}) is in /scenarios. It works in a page and in node alike.
 */
const siptwinLab = async (create, wasm, library) => {
  const module = await WebAssembly.compile(wasm);
  const put = (FS, path, content) => {
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (!FS.analyzePath(folder).exists) FS.mkdir(folder);
    }
    FS.writeFile(path, typeof content === 'string' ? Uint8Array.from(content, c => c.charCodeAt(0)) : content);
  };
  const run = async (args, files = {}) => {
    let out = '', err = '', status = null;
    const program = await create({
      instantiateWasm: (imports, done) => { const made = new WebAssembly.Instance(module, imports); done(made); return made.exports; },
      print: line => { out += line + '\n'; },
      printErr: line => { err += line + '\n'; },
      onExit: code => { status = code; },
    });
    const FS = program.FS;
    for (const [name, text] of Object.entries(library)) put(FS, '/scenarios/' + name, text);
    for (const [path, content] of Object.entries(files)) put(FS, path, content);
    try { const code = program.callMain(args); if (status === null) status = code; } catch (e) { err += 'siptwin: ' + e + '\n'; status = 2; }
    FS.ignorePermissions = true; // there is no umask here that outputs could be made with
    return {status, out, err,
      read: path => FS.analyzePath(path).exists ? FS.readFile(path) : null,
      list: path => FS.analyzePath(path).exists && FS.isDir(FS.stat(path).mode) ? FS.readdir(path).filter(n => n[0] !== '.') : null};
  };

  // All files below a folder of a run, as texts by their names.
  const texts = (result, folder, below = '') => {
    const found = {};
    for (const name of result.list(folder + below) || []) {
      const path = below + '/' + name;
      if (result.list(folder + path)) Object.assign(found, texts(result, folder, path));
      else found[path.slice(1)] = Array.from(result.read(folder + path), b => String.fromCharCode(b)).join('');
    }
    return found;
  };

  // A scenario by name or by path, as files that need no others: what `siptwin new` makes of it.
  const open = async (name, files = {}) => {
    const result = await run(['new', '/mine', '--from', name], files);
    return {files: result.status === 0 ? texts(result, '/mine') : null, err: result.err};
  };
  return {run, open};
};
if (typeof module !== 'undefined') module.exports = siptwinLab;
