/*
 * A secret that lives in a file of its own: an API token, a key, a password.  It
 * is in memory for as long as the caller needs it, in no message and in no core
 * file.
 */
#ifndef S1SPOOL_SECRET_H
#define S1SPOOL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/buf.h"

/* A token is a JWT of some hundred characters. */
#define SECRET_MAX 4096

struct secret {
	char *text; /* NUL-terminated, printable, no blanks; NULL: none */
	size_t len;
};

/*
 * Read the file into memory of the vault; end with secret_wipe().  -1, with
 * s empty and a line in err that names the file and the mend, when it is
 * missing, no regular file, open to everybody, empty, or holds anything but
 * one word.  A symbolic link is followed; white space at the end is dropped.
 */
int secret_load(struct secret *s, const char *file, struct buf *err);
/* The same for another secret than an API token: what it is called. */
int secret_load_named(struct secret *s, const char *what, const char *file,
    struct buf *err);
/* Empty it, which it may be already. */
void secret_wipe(struct secret *s);

/*
 * Neither a core file nor another process of the same user shall see this
 * process's memory.  S1SPOOL_ALLOW_CORE in the environment, of any value,
 * leaves it as it is, for debugging.
 */
void secret_forbid_core(void);

#endif
