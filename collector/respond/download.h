/*
 * Downloads, into memory: from the console, and from where its links lead.
 */
#ifndef S1SPOOL_RESPOND_DOWNLOAD_H
#define S1SPOOL_RESPOND_DOWNLOAD_H

#include "collector/base/buf.h"
#include "collector/respond/action.h"

#define DOWNLOAD_MAX ((size_t)256 << 20)

/* Of a path below ASK_ROOT, three times if need be.  RESPOND_GO, or an exit
 * code after a message. */
int download_file(struct respond *r, const char *path, struct buf *to);

/*
 * Of a link that the console has signed, to a storage of others: https only (of
 * a console that is itself asked by http, on a loopback address, http to one),
 * no token, no redirect.  RESPOND_DONE; RESPOND_GO when a new link may lead to it;
 * or an exit code.  Messages do not repeat the link: who has it may have the
 * file.
 */
int download_link(struct respond *r, const char *link, struct buf *to);

#endif
