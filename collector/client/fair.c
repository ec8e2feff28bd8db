#include "config.h"

#include "collector/client/fair.h"

#include <openssl/bio.h>
#include <stdbool.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"

struct watch {
	unsigned reads; /* in a row */
	/* It reads from TLS to a proxy.  That may hold back what its socket
	 * has no more, so later would be never: the lower one counts. */
	bool is_upper;
};

static struct watch *reading;

static bool
has_had_enough(struct watch *w)
{
	if (reading != NULL)
		reading->is_upper = true;
	if (w->is_upper || w->reads++ < FAIR_READS)
		return false;
	w->reads = 0;
	return true;
}

/* Before and after all that is done with a BIO; what it returns is what
 * becomes of that. */
static long
on_bio(BIO *bio, int what, const char *p, size_t len, int argi, long argl,
    int result, size_t *done)
{
	struct watch *w = (void *)BIO_get_callback_arg(bio);

	(void)p;
	(void)len;
	(void)argi;
	(void)argl;
	(void)done;
	switch (what) {
	case BIO_CB_READ:
		if (has_had_enough(w)) {
			BIO_clear_retry_flags(bio);
			BIO_set_retry_read(bio);
			return -1;
		}
		reading = w;
		return result;
	case BIO_CB_READ | BIO_CB_RETURN:
		reading = NULL;
		if (result <= 0)
			w->reads = 0;
		return result;
	case BIO_CB_FREE:
		free(w);
		return result;
	default:
		return result;
	}
}

/* Only when a handshake begins there is a BIO. */
static void
on_state(const SSL *ssl, int where, int result)
{
	BIO *bio = SSL_get_rbio(ssl);

	(void)result;
	if ((where & SSL_CB_HANDSHAKE_START) == 0 ||
	    BIO_get_callback_ex(bio) != NULL)
		return;
	BIO_set_callback_arg(bio, xcalloc(1, sizeof(struct watch)));
	BIO_set_callback_ex(bio, on_bio);
}

void
fair_watch(SSL_CTX *tls)
{
	SSL_CTX_set_info_callback(tls, on_state);
}
