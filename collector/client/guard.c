#include "config.h"

#include "collector/client/guard.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "collector/base/vault.h"

/* As OpenSSL's own: nothing for no bytes. */
static void *
take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n == 0 ? NULL : vault_alloc(n);
}

static void *
resize(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (n > 0)
		return vault_resize(p, n);
	vault_free(p);
	return NULL;
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	vault_free(p);
}

void
guard_libraries(void)
{
	if (CRYPTO_set_mem_functions(take, resize, give_back) != 1 ||
	    curl_global_init_mem(CURL_GLOBAL_DEFAULT, vault_alloc, vault_free,
	    vault_resize, vault_strdup, vault_calloc) != CURLE_OK)
		abort();
}
