/*
 * Authorities are read once for all connections that trust the same, and again
 * when their file has changed.
 */
#include "config.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "collector/client/trust.h"
#include "tests/unit/certificate.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static char *dir;

static void
write_authority(const char *name)
{
	struct certificate c = certificate_new("CA", NULL, NULL, -1, 1);

	certificate_save(&c, scratch_path(dir, name), NULL);
	certificate_free(&c);
}

/* What a new connection gets; NULL for none.  Good as long as it is kept. */
static X509_STORE *
ask(const char *first, const char *second)
{
	char *authorities[] = { (char *)(uintptr_t)first,
		(char *)(uintptr_t)second, NULL };
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	X509_STORE *store = NULL;
	struct buf err;
	int result;

	buf_init(&err, 1000);
	result = trust_use(tls, authorities, &err);
	CU_ASSERT_EQUAL(result == 0, err.len == 0);
	SSL_CTX_get0_verify_cert_store(tls, &store);
	SSL_CTX_free(tls);
	buf_fini(&err);
	return result == 0 ? store : NULL;
}

static int
size_of(X509_STORE *store)
{
	return store == NULL ? 0 :
	    sk_X509_OBJECT_num(X509_STORE_get0_objects(store));
}

static void
test_shared(void)
{
	const char *file, *other;
	X509_STORE *store;
	char *text;

	dir = scratch_make();
	write_authority("ca.pem");
	write_authority("other.pem");
	file = scratch_path(dir, "ca.pem");
	other = scratch_path(dir, "other.pem");
	store = ask(file, NULL);
	CU_ASSERT_EQUAL(size_of(store), 1);
	CU_ASSERT_PTR_EQUAL(ask(file, NULL), store);
	CU_ASSERT_PTR_NOT_EQUAL(ask(other, NULL), store);
	CU_ASSERT_EQUAL(size_of(ask(file, other)), 2);
	text = scratch_read(dir, "ca.pem", NULL);
	CU_ASSERT_PTR_NOT_EQUAL(ask(text, NULL), store);
	CU_ASSERT_PTR_EQUAL(ask(text, NULL), ask(text, NULL));
	CU_ASSERT_PTR_EQUAL(ask(file, NULL), store);
	free(text);
	scratch_remove(dir);
}

static void
test_changed(void)
{
	const char *file;
	X509_STORE *store;

	dir = scratch_make();
	write_authority("ca.pem");
	write_authority("new.pem");
	file = scratch_path(dir, "ca.pem");
	store = ask(file, NULL);
	CU_ASSERT_EQUAL(rename(scratch_path(dir, "new.pem"), file), 0);
	CU_ASSERT_PTR_NOT_EQUAL(ask(file, NULL), store);
	/* In place, too; and what cannot be used is not kept. */
	scratch_write(dir, "ca.pem", SLICE("nothing"));
	CU_ASSERT_PTR_NULL(ask(file, NULL));
	CU_ASSERT_PTR_NULL(ask(file, NULL));
	unlink(file);
	CU_ASSERT_PTR_NULL(ask(file, NULL));
	scratch_remove(dir);
}

/* More than are kept: each is as good as the first. */
static void
test_many(void)
{
	char name[20], file[200];

	dir = scratch_make();
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 20; i++) {
			snprintf(name, sizeof(name), "%d.pem", i);
			snprintf(file, sizeof(file), "%s/%s", dir, name);
			if (round == 0)
				write_authority(name);
			CU_ASSERT_EQUAL(size_of(ask(file, NULL)), 1);
		}
	scratch_remove(dir);
}

static void
test_system(void)
{
	const char *file = curl_version_info(CURLVERSION_NOW)->cainfo;
	X509_STORE *store = ask(NULL, NULL);

	if (file == NULL || access(file, R_OK) != 0)
		return;
	CU_ASSERT(size_of(store) > 1);
	CU_ASSERT_PTR_EQUAL(ask(NULL, NULL), store);
}

static const struct unit_test tests[] = {
	{ "shared", test_shared },
	{ "changed", test_changed },
	{ "many", test_many },
	{ "the system's", test_system },
};

UNIT_MAIN("trust", tests)
