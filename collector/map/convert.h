/*
 * The conversions by kind: convert.c calls them, with a value that they convert
 * in its place.  Each is false when nothing is to be set, whatever the value is
 * then; the entry in error.message, where there is to be one, is made.
 */
#ifndef S1SPOOL_CONVERT_H
#define S1SPOOL_CONVERT_H

#include "collector/map/mapper.h"

/* convert.c */
/*
 * One entry: upstream's wording with our own tag (the raw path) and pipeline
 * (the dataset).  The value stands in brackets between the two parts of the
 * reason.
 */
void convert_fail(struct mapper *m, const struct row *row,
    const char *processor, const char *before, struct slice value,
    const char *after);
/* The text a conversion looks at: of a string its content, else the JSON;
 * valid until the next record. */
struct slice convert_text_of(struct mapper *m, const struct val *v);
/* Equal to a word in lower case, in whatever case it is. */
bool convert_same_fold(struct slice s, const char *word);

/* convert_number.c */
bool convert_long(struct mapper *m, const struct row *row, struct val *v);
/* MAP_DOUBLE and MAP_FLOAT. */
bool convert_double(struct mapper *m, const struct row *row, struct val *v);

/* convert_text.c */
/* MAP_STRING and MAP_STRING_JAVA. */
bool convert_string(struct mapper *m, const struct row *row, struct val *v);
bool convert_text(struct mapper *m, const struct row *row, struct val *v);
bool convert_lower(struct mapper *m, const struct row *row, struct val *v);
/* row is not looked at; where it is false the value is as it was. */
bool convert_mac(struct mapper *m, const struct row *row, struct val *v);
bool convert_os_type(struct mapper *m, const struct row *row, struct val *v);
/* A list's scalars, joined by commas; no list: nothing.  What was escaped
 * stays so. */
bool convert_join(struct mapper *m, size_t tok, struct val *out);

#endif
