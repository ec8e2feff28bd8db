/*
 * The allocators that the program gives to OpenSSL and libcurl, each with one
 * of ours around it, which can fail.
 */
#include "config.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

#include "tests/faults/site.h"

/* More than the program's allocator cuts out of a mapping. */
#define LARGE (1 << 20)

/* What the program gives to OpenSSL. */
static CRYPTO_malloc_fn program_malloc;
static CRYPTO_realloc_fn program_realloc;

static void *
fail_openssl(const char *file, int line)
{
	site_fail_mmap = true;
	return program_malloc(LARGE, file, line);
}

static void *
openssl_malloc(size_t n, const char *file, int line)
{
	return n > 0 && site_is_due_at(file, line) ?
	    fail_openssl(file, line) : program_malloc(n, file, line);
}

static void *
openssl_realloc(void *p, size_t n, const char *file, int line)
{
	return n > 0 && site_is_due_at(file, line) ?
	    fail_openssl(file, line) : program_realloc(p, n, file, line);
}

int
CRYPTO_set_mem_functions(CRYPTO_malloc_fn take, CRYPTO_realloc_fn resize,
    CRYPTO_free_fn give_back)
{
	NEXT(CRYPTO_set_mem_functions);

	program_malloc = take;
	program_realloc = resize;
	return next(openssl_malloc, openssl_realloc, give_back);
}

/* What it gives to libcurl. */
static curl_malloc_callback curl_takes;
static curl_realloc_callback curl_resizes;
static curl_strdup_callback curl_copies;
static curl_calloc_callback curl_clears;

static void *
libcurl_malloc(size_t n)
{
	site_fail_mmap = site_is_due("libcurl", HERE, LIBCURL);
	return curl_takes(site_fail_mmap ? LARGE : n);
}

static void *
libcurl_realloc(void *p, size_t n)
{
	site_fail_mmap = site_is_due("libcurl", HERE, LIBCURL);
	return site_fail_mmap ? curl_takes(LARGE) : curl_resizes(p, n);
}

static char *
libcurl_strdup(const char *s)
{
	site_fail_mmap = site_is_due("libcurl", HERE, LIBCURL);
	return site_fail_mmap ? curl_takes(LARGE) : curl_copies(s);
}

static void *
libcurl_calloc(size_t n, size_t size)
{
	site_fail_mmap = site_is_due("libcurl", HERE, LIBCURL);
	return site_fail_mmap ? curl_takes(LARGE) : curl_clears(n, size);
}

CURLcode
curl_global_init_mem(long flags, curl_malloc_callback take,
    curl_free_callback give_back, curl_realloc_callback resize,
    curl_strdup_callback copy, curl_calloc_callback clear)
{
	NEXT(curl_global_init_mem);

	curl_takes = take;
	curl_resizes = resize;
	curl_copies = copy;
	curl_clears = clear;
	return next(flags, libcurl_malloc, give_back, libcurl_realloc,
	    libcurl_strdup, libcurl_calloc);
}
