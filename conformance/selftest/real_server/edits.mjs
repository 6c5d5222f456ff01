// Middleware that changes an answer of the provider on its way out, and hooks that change what it finds.

function afterRoute(bank, route, edit) {
  bank.middleware.push(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === route && ctx.status === 200) await edit(ctx);
  });
}

export function editDiscovery(bank, edit) {
  afterRoute(bank, 'discovery', (ctx) => edit(ctx.body));
}

/** Hands over copies of the published keys; what is returned is published instead. */
export function editKeys(bank, edit) {
  afterRoute(bank, 'jwks', (ctx) => {
    ctx.body = { keys: edit(structuredClone(ctx.body.keys)) };
    ctx.type = 'application/jwk-set+json';
  });
}

export function editTokenResponse(bank, edit) {
  afterRoute(bank, 'token', (ctx) => edit(ctx.body, ctx));
}

/** Changes the redirect that leaves the bank for the TPP: its URL, which the provider builds last. */
export function editRedirect(bank, edit) {
  bank.middleware.push(async (ctx, next) => {
    await next();
    const location = ctx.response.get('Location');
    if (!location || new URL(location, ctx.href).host === bank.settings.hosts.sso) return;
    const url = new URL(location);
    edit(url);
    ctx.set('Location', url.href);
  });
}

/** Changes each code, token or grant that the provider looks up while it serves a request with parameters. */
export function editFound(bank, model, edit) {
  bank.prepare.push((provider) => {
    const Model = provider[model];
    const find = Model.find;
    Model.find = async function findAndEdit(...args) {
      const found = await find.apply(this, args);
      const oidc = provider.constructor.ctx?.oidc;
      if (found && oidc?.params) edit(found, oidc);
      return found;
    };
  });
}
