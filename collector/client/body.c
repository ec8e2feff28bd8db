/*
 * A body with the token in it.  One allocation of its final size: what grows
 * leaves pieces of it behind in freed memory.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
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
		return xstrdup(body);
	all = xmalloc(strlen(body) + 2 * token.len + 1);
	to = mempcpy(all, body, (size_t)(at - body));
	to = put_escaped(to, token);
	at += strlen(CALL_TOKEN);
	memcpy(to, at, strlen(at) + 1);
	return all;
}

void
body_wipe(char *body)
{
	if (body == NULL)
		return;
	explicit_bzero(body, strlen(body));
	free(body);
}
