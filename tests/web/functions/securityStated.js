/**
 * Reports an operation that leaves open whether it is secured: neither it nor the document states `security`.
 *
 * Takes an operation. An empty list counts as stated: that is how OpenAPI says "public".
 */
export default function securityStated(operation, _options, { document }) {
  if (operation?.security !== undefined || document.data?.security !== undefined) return [];
  return [{ message: 'the operation states no security, not even that it is public' }];
}
