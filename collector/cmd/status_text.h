/*
 * What `status` shows to people.
 */
#ifndef S1SPOOL_STATUS_TEXT_H
#define S1SPOOL_STATUS_TEXT_H

#include "collector/cmd/status_view.h"

/* Append it, in lines of up to STATUS_TEXT_WIDTH columns and longer ones for
 * reasons. */
#define STATUS_TEXT_WIDTH 120
void status_text_print(struct buf *out, const struct status_view *v);

#endif
