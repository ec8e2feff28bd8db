/*
 * What a console says of a token: any answer is taken or leaves what was known
 * as it was.  The input is one answer for both questions.
 */
#include "config.h"

#include <string.h>

#include "collector/client/token_details.h"
#include "tests/fuzz/fuzz.h"

static void
check_details(const struct token_details *t)
{
	const char *who = token_details_who(t);

	MUST(t->created_ms >= 0 && t->expires_ms >= 0);
	MUST(who == NULL || strlen(who) > 0);
	for (size_t i = 0; i < t->n_roles; i++) {
		const struct token_role *r = &t->role[i];

		MUST(r->name == NULL || strlen(r->name) > 0);
		MUST(r->id == NULL || strlen(r->id) > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice body = { (const char *)data, size };
	struct token_details t;
	int user, life;

	token_details_init(&t);
	user = token_details_user(&t, body);
	MUST(user == 0 || (t.email == NULL && t.n_roles == 0));
	check_details(&t);
	life = token_details_life(&t, body);
	MUST(user == life);
	check_details(&t);
	token_details_fini(&t);
	return 0;
}
