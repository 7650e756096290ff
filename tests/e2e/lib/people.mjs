// Somebody with a session, over JSON, as a program would use the pages.
import assert from 'node:assert/strict';

export class Person {
  constructor(town, { lang = 'zh-CN' } = {}) {
    this.town = town;
    this.lang = lang;
  }

  // body: an object is sent as JSON, a string as it is.
  async request(method, path, body, headers = {}) {
    const answer = await fetch(this.town.url + path, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        'accept-language': this.lang,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, headers: answer.headers, text, body: json ? JSON.parse(text) : null };
  }

  get(path, headers) {
    return this.request('GET', path, undefined, headers);
  }

  post(path, body = {}, headers) {
    return this.request('POST', path, body, headers);
  }

  async login(login, password) {
    const { status, body, text } = await this.post('/login', { login, password });
    assert.equal(status, 200, text);
    this.token = body.token;
    return this;
  }

  async register(login = `guest${Math.floor(Math.random() * 1e9)}`) {
    const fields = { login, name: 'A guest', password: 'a long enough password' };
    const { status, body, text } = await this.post('/register', fields);
    assert.equal(status, 200, text);
    this.token = body.token;
    this.name = login;
    return this;
  }
}
