// What a function finds in its world beside the language. Everything that
// touches bytes is done by the host.
(function () {
  'use strict';
  // ask calls Go. Arguments and result are strings; bytes are strings of
  // characters up to U+00FF.
  const native = globalThis.host;
  delete globalThis.host;
  const ask = (operation, a = '', b = '', c = '') => {
    try { return native(operation, a, b, c); } catch (problem) { throw new Error(problem); }
  };
  const toText = (bytes) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096));
    return text;
  };
  const toBytes = (text) => {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  };
  const old = ask('runtime') === 'cloudfront-js-1.0';
  const host = {
    encode: (bytes, encoding) => ask('encode', toText(bytes), String(encoding)),
    decode: (text, encoding) => toBytes(ask('decode', text, String(encoding))),
  };
  Math.random = () => Number(ask('random'));

  const bytesOf = (data, encoding) => {
    if (typeof data === 'string') return host.decode(data, encoding || 'utf8');
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    return Uint8Array.from(data);
  };

  class Buffer extends Uint8Array {
    static from(data, encoding) {
      const bytes = bytesOf(data, encoding);
      const b = new Buffer(bytes.length);
      b.set(bytes);
      return b;
    }
    static alloc(size, fill) { return new Buffer(size).fill(fill || 0); }
    static isBuffer(b) { return b instanceof Buffer; }
    static byteLength(data, encoding) { return bytesOf(data, encoding).length; }
    static compare(a, b) {
      for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return Math.sign(a.length - b.length);
    }
    static concat(list, total) {
      const size = total === undefined ? list.reduce((n, b) => n + b.length, 0) : total;
      const all = Buffer.alloc(size);
      let at = 0;
      for (const b of list) { all.set(b.subarray(0, size - at), at); at = Math.min(size, at + b.length); }
      return all;
    }
    toString(encoding, start, end) { return host.encode(this.subarray(start || 0, end), encoding || 'utf8'); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    slice(start, end) { return Buffer.from(super.slice(start, end)); }
    write(text, offset, encoding) {
      const bytes = bytesOf(text, encoding).subarray(0, this.length - (offset || 0));
      this.set(bytes, offset || 0);
      return bytes.length;
    }
  }

  const hasher = (name, key) => {
    const digest = (data) => (key === undefined ? ask('hash', name, '', data) : ask('hmac', name, toText(key), data));
    let text = '';
    digest(text); // refuses an unknown name at once
    return {
      update(data, encoding) { text += toText(bytesOf(data, encoding)); return this; },
      digest(encoding) {
        const sum = toBytes(digest(text));
        if (encoding) return host.encode(sum, encoding);
        return old ? host.encode(sum, 'latin1') : Buffer.from(sum);
      },
    };
  };
  const crypto = {
    createHash: (name) => hasher(String(name)),
    createHmac: (name, key) => hasher(String(name), bytesOf(key)),
  };

  const escape = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
  const unescape = (s) => { try { return decodeURIComponent(s); } catch (e) { return s; } };
  const querystring = {
    escape, unescape,
    parse(text, sep, eq, options) {
      const decode = (options && options.decodeURIComponent) || unescape;
      const out = {};
      for (const part of String(text).split(sep || '&')) {
        if (part === '') continue;
        const at = part.indexOf(eq || '=');
        const name = decode((at < 0 ? part : part.slice(0, at)).replace(/\+/g, ' '));
        const value = decode((at < 0 ? '' : part.slice(at + (eq || '=').length)).replace(/\+/g, ' '));
        if (!(name in out)) out[name] = value;
        else if (Array.isArray(out[name])) out[name].push(value);
        else out[name] = [out[name], value];
      }
      return out;
    },
    stringify(object, sep, eq, options) {
      const encode = (options && options.encodeURIComponent) || escape;
      const parts = [];
      for (const name of Object.keys(object || {})) {
        for (const value of [].concat(object[name])) parts.push(encode(name) + (eq || '=') + encode(String(value)));
      }
      return parts.join(sep || '&');
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;

  const store = (id) => {
    const name = id === undefined ? '' : String(id);
    const find = (key) => ask('get', name, String(key));
    const count = () => Number(ask('count', name));
    count(); // refuses another store at once
    return {
      async get(key, options) {
        const found = find(key);
        if (found === '') throw new Error('KeyNotFound: no value for the key ' + key);
        const text = found.slice(1);
        const format = (options && options.format) || 'string';
        if (format === 'json') return JSON.parse(text);
        if (format === 'bytes') return Buffer.from(text);
        return text;
      },
      async exists(key) { return find(key) !== ''; },
      async count() { return count(); },
      async meta() { return { creationDateTime: '1970-01-01T00:00:00Z', lastUpdatedDateTime: '1970-01-01T00:00:00Z', keyCount: count() }; },
    };
  };
  let origin; // that the function chose
  const cf = {
    kvs: store,
    edgeLocation: { name: 'LOC50-P1', serverIp: '127.0.0.1', region: 'us-east-1' },
    updateRequestOrigin(parameters) { origin = Object.assign({}, parameters); },
    selectRequestOriginById(id, parameters) { origin = Object.assign({}, parameters, { id: String(id) }); },
  };

  const modules = old ? { crypto, querystring } : { crypto, querystring, buffer: { Buffer }, cloudfront: cf };
  globalThis.require = (name) => {
    if (!Object.prototype.hasOwnProperty.call(modules, name)) throw new Error('the module ' + JSON.stringify(name) + ' is not supported');
    return modules[name];
  };

  if (old) {
    // What the engine has of later versions of the language, and the runtime has not.
    const later = (object, names) => names.split(' ').forEach((name) => delete object[name]);
    later(globalThis, 'AggregateError Atomics BigInt BigInt64Array BigUint64Array DOMException FinalizationRegistry Iterator Map ' +
      'Proxy Reflect Set SharedArrayBuffer Symbol WeakMap WeakRef WeakSet atob btoa performance queueMicrotask structuredClone');
    later(String.prototype, 'at isWellFormed matchAll normalize replaceAll toWellFormed');
    later(Array, 'from fromAsync');
    later(Array.prototype, 'at entries findLast findLastIndex flat flatMap keys toReversed toSorted toSpliced values with');
    later(Object, 'fromEntries getOwnPropertyDescriptors getOwnPropertySymbols groupBy hasOwn');
    later(Promise, 'all allSettled any race try withResolvers');
    // Byte strings are strings of characters up to U+00FF.
    const recode = (from, to) => function (start, end) {
      try { return host.encode(host.decode(this.slice(start, end), from), to); } catch (e) { return null; }
    };
    Object.assign(String.prototype, {
      toUTF8: recode('utf8', 'latin1'), fromUTF8: recode('latin1', 'utf8'),
      toBytes(start, end) { return /^[\0-\xff]*$/.test(this) ? this.slice(start, end) : null; },
      fromBytes(start, end) { return this.slice(start, end); },
    });
    String.bytesFrom = String.prototype.bytesFrom = (data, encoding) => host.encode(bytesOf(data, encoding), 'latin1');
  } else {
    globalThis.Buffer = Buffer;
    globalThis.TextEncoder = class { encode(s) { return new Uint8Array(host.decode(String(s), 'utf8')); } };
    globalThis.TextDecoder = class { decode(b) { return host.encode(bytesOf(b), 'utf8'); } };
  }
  const log = (...args) => ask('log', args.map((a) => (typeof a === 'string' ? a : String(JSON.stringify(a)))).join(' '));
  globalThis.console = { log };
  const banned = (name) => function () { throw new Error(name + ' is not allowed in a CloudFront function'); };
  globalThis.eval = banned('eval');
  Object.defineProperty(Function.prototype, 'constructor', { value: banned('Function'), writable: false });
  globalThis.Function = banned('Function');

  // The result is checked as it is put into the form that Go reads. What has
  // another type than the event structure says is invalid.
  const check = (holds, otherwise) => {
    if (!holds) throw { invalid: otherwise };
  };
  const object = (v, what) => {
    check(v !== null && typeof v === 'object', what + ' must be an object');
    return v;
  };
  const string = (v, what) => {
    check(typeof v === 'string', what + ' must be a string');
    return v;
  };
  // flat makes lists of the maps of headers, cookies and query strings, in
  // which a name may stand for several values.
  const flat = (map, where) => {
    const out = [];
    if (map === undefined) return out;
    for (const name of Object.keys(object(map, where))) {
      const what = where + '[' + JSON.stringify(name) + ']';
      const entry = object(map[name], what);
      if (entry.multiValue !== undefined) check(Array.isArray(entry.multiValue), what + '.multiValue must be an array');
      const several = entry.multiValue && entry.multiValue.length > 0;
      for (const v of several ? entry.multiValue : [entry]) {
        const { value, attributes } = object(v, what + '.multiValue[]');
        out.push({ name, value: string(value, what + '.value'), attributes: attributes === undefined ? '' : string(attributes, what + '.attributes') });
      }
    }
    return out;
  };
  const response = (r) => {
    check(Number.isInteger(r.statusCode), 'response.statusCode must be an integer');
    const { body = null, statusDescription = '' } = r;
    if (body !== null && typeof body !== 'string') {
      string(object(body, 'response.body').data, 'response.body.data');
      if (body.encoding !== undefined) string(body.encoding, 'response.body.encoding');
    }
    return {
      statusCode: r.statusCode, statusDescription: string(statusDescription, 'response.statusDescription'),
      headers: flat(r.headers, 'response.headers'), cookies: flat(r.cookies, 'response.cookies'),
      body: typeof body === 'string' ? { encoding: 'text', data: body } : body,
    };
  };
  const request = (r) => ({
    method: string(r.method, 'request.method'), uri: string(r.uri, 'request.uri'), query: flat(r.querystring, 'request.querystring'),
    headers: flat(r.headers, 'request.headers'), cookies: flat(r.cookies, 'request.cookies'), origin,
  });
  const result = (r) => {
    check(r !== null && typeof r === 'object', 'the handler must return the request or a response');
    return r.statusCode === undefined ? { request: request(r) } : { response: response(r) };
  };
  return async (event) => {
    if (typeof handler !== 'function') throw new Error('it has no function handler(event)');
    const parsed = JSON.parse(event);
    const { rawQuery } = parsed;
    delete parsed.rawQuery;
    Object.defineProperty(parsed.request, 'rawQueryString', { value: () => rawQuery });
    const returned = await handler(parsed);
    try { return JSON.stringify(result(returned)); } catch (e) {
      if (e && typeof e.invalid === 'string') return JSON.stringify({ invalid: e.invalid });
      throw e;
    }
  };
})()
