/*
 * Secrets in text that people will pass on.  What is found becomes "[secret]".
 */
#ifndef S1SPOOL_REDACT_H
#define S1SPOOL_REDACT_H

#include <stdbool.h>

#include "collector/base/buf.h"

/* Does a name say that its value is a secret? */
bool redact_is_secret(struct slice name);

/*
 * Append text to out without the values of names like "apiToken", "password"
 * or "licenseKey": members of JSON, also of JSON inside of strings, and
 * name=value.  A JSON web token goes wherever it stands.  The text may be
 * anything; a value that is cut off at its end is a value.  What out's cap has
 * no room for is left out.
 */
void redact_names(struct buf *out, struct slice text);

/*
 * Replace a secret that is known wherever it stands in text: as it is,
 * percent-encoded, with JSON's escapes, and as a part of something that is
 * base64; also where the text ends in the middle of it.  What text's cap has no
 * room for is left out at its end.
 */
void redact_secret(struct buf *text, struct slice secret);

#endif
