// Screenshots with 256 colours: a third of the bytes, and nobody sees it on a mail.
import zlib from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Pixels {
  width: number;
  height: number;
  /** 0xRRGGBB of each. */
  colours: Uint32Array;
}

/** The same PNG with its 256 most frequent colours; each other becomes the nearest of them. */
export function fewerColours(png: Buffer): Buffer {
  const { width, height, colours } = read(png);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const placeOf = (colour: number): number => {
    const known = places.get(colour);
    if (known !== undefined) return known;
    let place = 0;
    palette.forEach((other, at) => { if (distance(other, colour) < distance(palette[place], colour)) place = at; });
    places.set(colour, place);
    return place;
  };
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = placeOf(colours[y * width + x]);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const data = zlib.deflateSync(rows, { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', table), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function distance(a: number, b: number): number {
  const part = (shift: number) => ((a >> shift) & 255) - ((b >> shift) & 255);
  return part(16) ** 2 + part(8) ** 2 + part(0) ** 2;
}

/** The pixels of a screenshot: eight bits a channel, not interlaced, nothing shines through. */
function read(png: Buffer): Pixels {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('no PNG');
  const parts: Buffer[] = [];
  let width = 0, height = 0, channels = 0;
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at), type = png.toString('latin1', at + 4, at + 8), data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      width = data.readUInt32BE(0);
      height = data.readUInt32BE(4);
      channels = data[9] === 6 ? 4 : 3;
      if (data[8] !== 8 || ![2, 6].includes(data[9]) || data[12] !== 0) throw new Error('a kind of PNG that no screenshot is');
    }
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const raw = zlib.inflateSync(Buffer.concat(parts)), stride = width * channels;
  const colours = new Uint32Array(width * height);
  let before = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const begin = y * (stride + 1), filter = raw[begin], row = new Uint8Array(raw.subarray(begin + 1, begin + 1 + stride));
    for (let i = 0; i < stride; i += 1) {
      const left = i < channels ? 0 : row[i - channels], corner = i < channels ? 0 : before[i - channels];
      row[i] += predicted(filter, left, before[i], corner);
    }
    for (let x = 0; x < width; x += 1) {
      const i = x * channels;
      colours[y * width + x] = (row[i] << 16) | (row[i + 1] << 8) | row[i + 2];
    }
    before = row;
  }
  return { width, height, colours };
}

/** What a row's filter adds to a byte. */
function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0: return 0;
    case 1: return left;
    case 2: return above;
    case 3: return (left + above) >> 1;
    case 4: {
      const near = left + above - corner;
      const [a, b, c] = [Math.abs(near - left), Math.abs(near - above), Math.abs(near - corner)];
      return a <= b && a <= c ? left : b <= c ? above : corner;
    }
    default: throw new Error(`a filter that no PNG has: ${filter}`);
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4), tail = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(checksum(named));
  return Buffer.concat([head, named, tail]);
}

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
