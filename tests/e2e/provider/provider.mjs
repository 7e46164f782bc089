// A certified OpenID provider with the accounts that it is given: provider.mjs <port> <redirect address> <accounts as JSON>
import Provider from "oidc-provider";

const [port, redirect, given] = process.argv.slice(2);
const accounts = new Map(JSON.parse(given).map((one) => [one.sub, one]));
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "fourfold",
      client_secret: "secret",
      redirect_uris: [redirect],
      post_logout_redirect_uris: [new URL(redirect).origin],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "groups"],
  },
  conformIdTokenClaims: false, // claims of the scopes stand in the ID token, where the app reads them
  pkce: { required: () => false },
  cookies: { keys: ["for tests alone"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, sub) => accounts.has(sub) && { accountId: sub, claims: () => accounts.get(sub) },
});

provider.listen(Number(port), "127.0.0.1");
