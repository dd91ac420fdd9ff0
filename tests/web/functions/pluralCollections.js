/**
 * Reports path segments that name a collection in the singular (/core/naming-collections).
 *
 * Takes a key of `paths` ("/initiatieven/{id}") and `{ singular, irregular }`: words that may stand in the singular because
 * they are not collections, and plurals without a regular ending. A word of `singular` that is followed by a parameter is
 * reported all the same: whatever holds things by their identification is a collection.
 * Returns one finding per wrong segment.
 */
export default function pluralCollections(path, { singular = [], irregular = [] }) {
  const segments = String(path).split('/').slice(1);
  return segments.flatMap((segment, place) => {
    // Neither a trailing slash, a parameter, an operation (_verb) nor a version has a number.
    if (/^($|\{|_|v\d)/.test(segment)) return [];
    const holds = segments[place + 1]?.startsWith('{') ?? false;
    if (singular.includes(segment)) {
      return holds ? [{ message: `"${segment}" is named as a single thing but holds "${segments[place + 1]}"` }] : [];
    }
    const noun = segment.split('-').at(-1);
    // Dutch plurals end in -en or -s; "proces" and "adres" end so too, which only a reader can tell.
    if (/(en|s)$/.test(noun) || irregular.includes(noun)) return [];
    return [{ message: `"${segment}" is not a plural` }];
  });
}
