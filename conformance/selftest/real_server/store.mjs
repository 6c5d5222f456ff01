// Where the provider keeps what it issued. Its own store for development forgets the oldest thousand entries.

const entries = new Map();

export function forget() {
  entries.clear();
}

export class Store {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model} ${id}`;
  }

  async upsert(id, payload) {
    entries.set(this.key(id), payload);
  }

  async find(id) {
    return entries.get(this.key(id));
  }

  async findByUid(uid) {
    return this.ofModel().find(([, payload]) => payload.uid === uid)?.[1];
  }

  async findByUserCode() {
    return undefined; // of the device flow, which is switched off
  }

  async consume(id) {
    entries.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    entries.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    this.ofModel()
      .filter(([, payload]) => payload.grantId === grantId)
      .forEach(([key]) => entries.delete(key));
  }

  ofModel() {
    return [...entries].filter(([key]) => key.startsWith(`${this.model} `));
  }
}
