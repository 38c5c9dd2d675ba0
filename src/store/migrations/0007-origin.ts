/**
 * What tells this database from one that was rebuilt in its place, whose keys
 * and ids begin anew: whoever keeps something by them, such as the search
 * index, keeps the origin along with it.
 */
export const origin = `
CREATE TABLE origin (id TEXT NOT NULL) STRICT;
INSERT INTO origin (id) VALUES (lower(hex(randomblob(16))));
`;
