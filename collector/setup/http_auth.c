#include "config.h"

#include "collector/setup/http_auth.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/vault.h"
#include "collector/client/redact.h"

static void
encode(struct http_auth *a, const char *plain)
{
	size_t n = strlen(plain);

	a->encoded = vault_alloc(n / 3 * 4 + 5);
	EVP_EncodeBlock((unsigned char *)a->encoded,
	    (const unsigned char *)plain, (int)n);
}

static int
load_key(struct http_auth *a, const char *file, struct buf *err)
{
	if (secret_load_named(&a->secret, "API key", file, err) != 0)
		return -1;
	/* Elasticsearch gives both forms: id and key, and both encoded. */
	if (strchr(a->secret.text, ':') != NULL)
		encode(a, a->secret.text);
	return 0;
}

static int
load_password(struct http_auth *a, const struct conf_server *conf,
    struct buf *err)
{
	char *pair;

	if (secret_load_named(&a->secret, "password", conf->password_file,
	    err) != 0)
		return -1;
	pair = vault_printf("%s:%s", conf->username, a->secret.text);
	encode(a, pair);
	vault_free(pair);
	return 0;
}

int
http_auth_load(struct http_auth *a, const struct conf_server *conf,
    struct buf *err)
{
	*a = (struct http_auth){ 0 };
	if (conf->api_key_file != NULL)
		return load_key(a, conf->api_key_file, err);
	if (conf->username != NULL)
		return load_password(a, conf, err);
	return 0;
}

void
http_auth_wipe(struct http_auth *a)
{
	secret_wipe(&a->secret);
	vault_free(a->encoded);
	a->encoded = NULL;
}

struct curl_slist *
http_auth_header(const struct http_auth *a, const struct conf_server *conf,
    struct curl_slist *list)
{
	char *line;

	if (a->secret.len == 0)
		return list;
	line = vault_printf("Authorization: %s %s",
	    conf->api_key_file != NULL ? "ApiKey" : "Basic",
	    a->encoded != NULL ? a->encoded : a->secret.text);
	list = curl_slist_append(list, line);
	if (list == NULL)
		abort();
	vault_free(line);
	return list;
}

void
http_auth_hide(const struct http_auth *a, struct buf *text)
{
	const char *colon;

	if (a->secret.len == 0)
		return;
	redact_secret(text, (struct slice){ a->secret.text, a->secret.len });
	/* The key without its id. */
	colon = strchr(a->secret.text, ':');
	if (colon != NULL)
		redact_secret(text, slice_of(colon + 1));
	if (a->encoded != NULL)
		redact_secret(text, slice_of(a->encoded));
}
