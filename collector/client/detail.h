/*
 * The one line that tells people what went wrong with a request.
 */
#ifndef S1SPOOL_DETAIL_H
#define S1SPOOL_DETAIL_H

#include "collector/base/buf.h"

#define DETAIL_MAX 600 /* bytes of the finished line */
#define DETAIL_BODY_MAX 4096 /* bytes of an error body that are looked at */
#define DETAIL_DRAFT_MAX (2 * DETAIL_BODY_MAX) /* cap for the line's buf */

/*
 * Append what an error body says, as "title: detail (code N)"; nothing when
 * it is not one of the JSON forms that the API answers with (HTML, plain
 * text, a body that is cut off).  Returns the body's own error code, 0 when
 * there is none.
 */
int detail_add_body(struct buf *line, struct slice body);

/*
 * Make the line fit for a log: a secret that a server echoed becomes
 * "[secret]", control characters become spaces, and only then the line is cut
 * to DETAIL_MAX, so that no half of a secret is left at the cut.
 */
void detail_finish(struct buf *line, struct slice secret);

#endif
