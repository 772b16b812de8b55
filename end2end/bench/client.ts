// What a browser sends, without a browser: a session, and server functions by their names.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import type { AutoReport } from '../fixtures/autoreport.ts';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Milliseconds from sending to the last byte. */
  time: number;
}

/** One person's session over one kept connection. */
export class Client {
  private cookie = '';
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly server: AutoReport, private readonly functions = functionsOf(server)) {}

  /** Another connection of the same session. */
  another(): Client {
    const other = new Client(this.server, this.functions);
    other.cookie = this.cookie;
    return other;
  }

  request(method: string, url: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const begin = performance.now();
    return new Promise((resolve, reject) => {
      const request = http.request(`${this.server.url}${url}`, {
        method,
        agent: this.agent,
        headers: {
          cookie: this.cookie, origin: this.server.url, 'sec-fetch-site': 'same-origin',
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...headers,
        },
      }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          for (const cookie of answer.headers['set-cookie'] ?? []) this.keep(cookie);
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks), time: performance.now() - begin });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  private keep(cookie: string): void {
    const pair = cookie.split(';')[0];
    const name = pair.split('=')[0];
    this.cookie = [...this.cookie.split('; ').filter((kept) => kept && !kept.startsWith(`${name}=`)), pair].join('; ');
  }

  get cookies(): { name: string; value: string; url: string }[] {
    return this.cookie.split('; ').map((pair) => {
      const at = pair.indexOf('=');
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url: this.server.url };
    });
  }

  /** The address of a server function. */
  address(name: string): string {
    const found = this.functions.get(name);
    if (!found) throw new Error(`the pages know no server function ${name}`);
    return found;
  }

  /** Calls a server function as the pages do. `kind` is how it takes its arguments. */
  async call<T>(name: string, values: Record<string, unknown>, kind: 'json' | 'form' = 'form'): Promise<{ value: T; answer: Answer }> {
    const body = kind === 'json' ? JSON.stringify(values) : new URLSearchParams(values as Record<string, string>).toString();
    const type = kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    const answer = await this.request('POST', this.address(name), body, { 'content-type': type, accept: 'application/json' });
    if (answer.status >= 300) throw new Error(`${name} answered ${answer.status}: ${answer.body.toString().slice(0, 300)}`);
    return { value: answer.body.length ? JSON.parse(answer.body.toString()) as T : undefined as T, answer };
  }

  async signIn(email: string, password: string): Promise<void> {
    const body = new URLSearchParams({ email, password }).toString();
    const answer = await this.request('POST', this.address('sign_in'), body, { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' });
    if (answer.status !== 302 || /err/.test(answer.headers.location ?? '')) throw new Error(`sign-in answered ${answer.status} ${answer.headers.location}`);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** The names of server functions with the addresses that the build gave them, read out of the modules. */
function functionsOf(server: AutoReport): Map<string, string> {
  const manifest: Record<string, string> = JSON.parse(fs.readFileSync(path.join(server.site, 'manifest.json'), 'utf8'));
  const files = Object.entries(manifest).filter(([logical]) => /\.(wasm|bin)$/.test(logical)).map(([, file]) => file);
  const module = files.map((file) => fs.readFileSync(path.join(server.site, file), 'latin1')).join('\n');
  return new Map([...module.matchAll(/\/rpc\/([a-z_]+?)(\d{6,20})/g)].map((match) => [match[1], match[0]]));
}
