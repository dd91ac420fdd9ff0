/**
 * Reports a server whose /v{major} differs from the major number of `info.version` (/core/uri-version, /core/semver).
 *
 * Takes `servers[*].url`. A URL without a version is another rule's finding, and none here.
 */
export default function sameMajorVersion(url, _options, { document }) {
  const ofServer = /\/v(\d+)/.exec(String(url))?.[1];
  const ofDocument = /^\d+/.exec(String(document.data?.info?.version ?? ''))?.[0];
  if (ofServer === undefined || ofDocument === undefined || ofServer === ofDocument) return [];
  return [{ message: `the server says v${ofServer} where info.version starts with ${ofDocument}` }];
}
