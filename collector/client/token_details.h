/*
 * What a console says of the token that asks it: whose it is, what it may see
 * and how long it lives.  Pure: an answer's body in, a struct out.  Roles and
 * licences decide what is told, so everything may be missing.
 */
#ifndef S1SPOOL_TOKEN_DETAILS_H
#define S1SPOOL_TOKEN_DETAILS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/buf.h"
#include "collector/client/client.h"

/* Whose it is; any token may ask, and most are told its times, too. */
#define TOKEN_USER_PATH "/web/api/v2.1/user"
#define TOKEN_USER_CLASS "/user"
/* When it was made and when it ends.  A POST with the token in its body
 * (struct call, body_has_token). */
#define TOKEN_LIFE_PATH "/web/api/v2.1/users/api-token-details"
#define TOKEN_LIFE_CLASS "/users/api-token-details"
#define TOKEN_LIFE_BODY "{\"data\":{\"apiToken\":\"" CALL_TOKEN "\"}}"

/* Longer answers are none that we can read. */
#define TOKEN_DETAILS_MAX (256 << 10)

struct token_role {
	char *name; /* "Viewer"; NULL when it is not told */
	char *id; /* for /rbac/role/{id}; NULL when it is not told */
	char *where; /* the account, site or group; NULL when not told */
};

/* Texts are owned, NULL for what was not told; times are milliseconds since
 * 1970, 0 for what was not told. */
struct token_details {
	char *email;
	char *name;
	char *scope; /* "tenant", "account", "site", "group" */
	struct token_role *role;
	size_t n_roles;
	int64_t created_ms;
	int64_t expires_ms;
};

void token_details_init(struct token_details *t);
void token_details_fini(struct token_details *t);

/*
 * Take what the body of an answer says: of TOKEN_USER_PATH, and of
 * TOKEN_LIFE_PATH.  Members of another kind than expected are as missing, and
 * what is missing stays as it is in *t.  0, or -1 (*t unchanged) when the body
 * is longer than TOKEN_DETAILS_MAX or no JSON object with a member "data" that
 * is one.
 */
int token_details_user(struct token_details *t, struct slice body);
int token_details_life(struct token_details *t, struct slice body);

/* The mail address, else the name, else NULL. */
const char *token_details_who(const struct token_details *t);

#endif
