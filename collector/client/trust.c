#include "config.h"

#include "collector/client/trust.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/xalloc.h"

#define OPTION "ssl.certificate_authorities"
/* Few tell their consoles' authorities apart; more cost only memory. */
#define KEPT 8

struct trusted {
	char *const *authorities;
	const char *folder; /* by the hashes of their names, or NULL */
};

struct kept {
	unsigned char look[EVP_MAX_MD_SIZE];
	X509_STORE *store;
};

static struct kept kept[KEPT];
static size_t oldest;

bool
trust_is_named(char *const *authorities)
{
	return authorities != NULL && authorities[0] != NULL;
}

/* All certificates of a PEM text.  How many, -1 when one is damaged. */
static int
add_certificates(X509_STORE *store, BIO *pem)
{
	X509 *x;
	int n;

	for (n = 0; ; n++) {
		x = PEM_read_bio_X509(pem, NULL, NULL, NULL);
		if (x == NULL)
			break;
		X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return -1;
	return n;
}

static int
add_authority(X509_STORE *store, const char *authority, struct buf *err)
{
	bool is_file = authority[0] == '/';
	FILE *f = NULL;
	BIO *pem;
	int n;

	if (is_file) {
		f = fopen(authority, "re");
		if (f == NULL) {
			buf_addf(err, "%s: %s (" OPTION ")", authority,
			    strerror(errno));
			return -1;
		}
		pem = BIO_new_fp(f, BIO_CLOSE);
	} else {
		pem = BIO_new_mem_buf(authority, -1);
	}
	n = add_certificates(store, pem);
	BIO_free(pem);
	if (n > 0)
		return 0;
	buf_addf(err, "%s: %s in PEM form (" OPTION ")",
	    is_file ? authority : "the text given",
	    n == 0 ? "no certificate" : "a certificate is not");
	return -1;
}

/* NULL with a message in err. */
static X509_STORE *
new_store(const struct trusted *t, struct buf *err)
{
	X509_STORE *store = xcheck(X509_STORE_new());

	/* One that is no root may be named, too. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	for (size_t i = 0; t->authorities[i] != NULL; i++)
		if (add_authority(store, t->authorities[i], err) != 0) {
			X509_STORE_free(store);
			return NULL;
		}
	if (t->folder != NULL)
		X509_LOOKUP_add_dir(X509_STORE_add_lookup(store,
		    X509_LOOKUP_hash_dir()), t->folder, X509_FILETYPE_PEM);
	return store;
}

/* A text looks like itself, a file or folder like its inode. */
static void
add_look(EVP_MD_CTX *digest, const char *authority)
{
	struct stat st;

	EVP_DigestUpdate(digest, authority, strlen(authority) + 1);
	if (authority[0] == '/' && stat(authority, &st) == 0) {
		const int64_t look[] = { (int64_t)st.st_dev,
			(int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec,
			st.st_mtim.tv_nsec, st.st_ctim.tv_sec,
			st.st_ctim.tv_nsec };

		EVP_DigestUpdate(digest, look, sizeof(look));
	}
}

static void
look_at(const struct trusted *t, unsigned char look[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *digest = xcheck(EVP_MD_CTX_new());

	memset(look, 0, EVP_MAX_MD_SIZE);
	EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
	for (size_t i = 0; t->authorities[i] != NULL; i++)
		add_look(digest, t->authorities[i]);
	if (t->folder != NULL)
		add_look(digest, t->folder);
	EVP_DigestFinal_ex(digest, look, NULL);
	EVP_MD_CTX_free(digest);
}

/* Borrowed; NULL with a message in err.  Connections keep what is dropped. */
static X509_STORE *
store_of(const struct trusted *t, struct buf *err)
{
	unsigned char look[EVP_MAX_MD_SIZE];
	X509_STORE *store;
	struct kept *k;

	look_at(t, look);
	for (k = kept; k < kept + KEPT; k++)
		if (k->store != NULL &&
		    memcmp(k->look, look, sizeof(look)) == 0)
			return k->store;
	store = new_store(t, err);
	if (store == NULL)
		return NULL;
	k = &kept[oldest++ % KEPT];
	X509_STORE_free(k->store);
	memcpy(k->look, look, sizeof(look));
	return k->store = store;
}

int
trust_use(SSL_CTX *tls, char *const *authorities, struct buf *err)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	char *const known[] = { (char *)(uintptr_t)v->cainfo, NULL };
	struct trusted t = { authorities, NULL };
	X509_STORE *store;

	if (!trust_is_named(authorities))
		t = (struct trusted){ known, v->capath };
	if (t.authorities[0] == NULL && t.folder == NULL)
		return 0;
	store = store_of(&t, err);
	if (store == NULL)
		return -1;
	SSL_CTX_set1_verify_cert_store(tls, store);
	return 0;
}
