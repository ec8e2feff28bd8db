/*
 * A body with the token in it.
 */
#include "config.h"

#include <string.h>

#include "collector/base/vault.h"
#include "collector/client/client_internal.h"

/* Printable ASCII (secret.h), as a part of a JSON string. */
static char *
put_escaped(char *to, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			*to++ = '\\';
		*to++ = text.p[i];
	}
	return to;
}

char *
body_with_token(const char *body, struct slice token)
{
	const char *at = strstr(body, CALL_TOKEN);
	char *all, *to;

	if (at == NULL)
		return vault_strdup(body);
	all = vault_alloc(strlen(body) + 2 * token.len + 1);
	to = mempcpy(all, body, (size_t)(at - body));
	to = put_escaped(to, token);
	at += strlen(CALL_TOKEN);
	memcpy(to, at, strlen(at) + 1);
	return all;
}
