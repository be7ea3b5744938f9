// An OpenID Connect issuer on loopback for tests. Its first argument is its configuration as JSON; each line on standard input is JSON that changes
// the user. Every user is signed in and consents without a page.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const { port, certificate, key, clientId, clientSecret, redirectUris, signedOutUris } = JSON.parse(process.argv[2]);
const user = { name: 'ann', groups: [], lifetime: 300, refuses: false };
const provider = new Provider(`https://127.0.0.1:${port}`, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: redirectUris,
    post_logout_redirect_uris: signedOutUris,
    grant_types: ['authorization_code', 'refresh_token'],
  }],
  // The API server reads the groups from the ID token.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], groups: ['groups'] },
  findAccount: (_, id) => user.refuses ? undefined : { accountId: id, claims: () => ({ sub: id, groups: user.groups }) },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: { IdToken: () => user.lifetime, AccessToken: 300, RefreshToken: 3600, AuthorizationCode: 60, Session: 3600, Interaction: 300, Grant: 3600 },
  cookies: { keys: ['for-tests-only'] },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async context => {
    const grant = new provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope('openid groups offline_access');
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  await provider.interactionFinished(request, response, { login: { accountId: user.name } });
}).listen(port, '127.0.0.1', () => console.log('ready'));

createInterface({ input: process.stdin }).on('line', line => {
  Object.assign(user, JSON.parse(line));
  console.log('changed');
}).on('close', () => process.exit(0));
