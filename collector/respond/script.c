#include "config.h"

#include "collector/respond/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"

#define TEXT_MAX ((size_t)64 << 10)
#define PAGES_MAX 100 /* of a thousand scripts each */

const char *const script_rights[] = {
	"Endpoints.view", "Remote Script Orchestration.view",
	"Remote Script Orchestration.runScript", "Task Management.view", NULL
};

void
script_fini(struct script *s)
{
	json_object_put(s->row);
	*s = (struct script){ 0 };
}

static void
take(struct script *s, struct json_object *row)
{
	script_fini(s);
	*s = (struct script){ .row = json_object_get(row),
		.id = host_text(row, "id"),
		.name = host_text(row, "scriptName") };
}

bool
script_is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

int
script_each(struct respond *r, const char *query, script_fn *fn, void *cookie)
{
	char *path = xasprintf("/remote-scripts?limit=1000%s", query);
	int code = respond_each(r, &(struct pages){ path, "scripts", PAGES_MAX,
	    fn, cookie });

	free(path);
	return code;
}

/* A host of "windows_legacy" is none of "windows". */
static bool
is_for(struct json_object *row, const char *os)
{
	struct json_object *list = json_object_object_get(row, "osTypes");

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *one = json_object_get_string(
		    json_object_array_get_idx(list, i));

		if (one != NULL && strcmp(one, os) == 0)
			return true;
	}
	return false;
}

/* the vendor's */

struct own_search {
	const struct script_wanted *wanted;
	const char *os;
	struct script *found;
};

static bool
is_own(const struct own_search *search, struct json_object *row)
{
	const char *text = host_text(row, "inputInstructions");

	if (strcmp(host_text(row, "creator"), "SentinelOne") != 0 ||
	    strcmp(host_text(row, "creatorId"), "-1") != 0 ||
	    !is_for(row, search->os))
		return false;
	for (const char *const *word = search->wanted->words; *word != NULL;
	    word++)
		if (strcasestr(text, *word) == NULL)
			return false;
	return true;
}

static bool
try_own(void *cookie, struct json_object *row)
{
	struct own_search *search = cookie;

	if (!is_own(search, row))
		return true;
	take(search->found, row);
	return false;
}

int
script_find_own(struct respond *r, const struct script_wanted *wanted,
    struct script *s)
{
	struct own_search search = { wanted, r->host.os, s };
	struct buf query;
	int code;

	*s = (struct script){ 0 };
	buf_init(&query, TEXT_MAX);
	buf_addf(&query, "%s&osTypes=", wanted->query);
	client_quote(&query, slice_of(r->host.os));
	code = script_each(r, query.p, try_own, &search);
	buf_fini(&query);
	if (code == RESPOND_GO && s->row == NULL) {
		respond_say(r, "the console has no script of SentinelOne that "
		    "%s on %s, or the token may not see it", wanted->what,
		    r->host.os);
		code = RESPOND_FAILED;
	}
	return code;
}

/* by id or name */

struct search {
	const char *word;
	const char *member;
	size_t n;
	struct script *found;
};

static bool
try_one(void *cookie, struct json_object *row)
{
	struct search *search = cookie;

	if (strcmp(host_text(row, search->member), search->word) == 0 &&
	    search->n++ == 0)
		take(search->found, row);
	return true;
}

static int
judge(struct respond *r, const struct search *search)
{
	const struct script *s = search->found;

	if (search->n == 0)
		respond_say(r, "no script with the %s '%s' is there for this "
		    "token; see s1spool respond scripts",
		    strcmp(search->member, "id") == 0 ? "id" : "name",
		    search->word);
	else if (search->n > 1)
		respond_say(r, "%zu scripts are called '%s'; name one by its "
		    "id, see s1spool respond scripts", search->n,
		    search->word);
	else if (!is_for(s->row, r->host.os))
		respond_say(r, "the script '%s' is not for %s, which is the "
		    "system of %s", s->name, r->host.os, r->host.name);
	else
		return RESPOND_GO;
	return RESPOND_USAGE;
}

int
script_find(struct respond *r, const char *word, struct script *s)
{
	bool is_id = *word != '\0' &&
	    word[strspn(word, "0123456789")] == '\0';
	struct search search = { word, is_id ? "id" : "scriptName", 0, s };
	struct buf query;
	int code;

	*s = (struct script){ 0 };
	buf_init(&query, TEXT_MAX);
	buf_adds(&query, is_id ? "&ids=" : "&query=");
	client_quote(&query, slice_of(word));
	code = script_each(r, query.p, try_one, &search);
	buf_fini(&query);
	return code == RESPOND_GO ? judge(r, &search) : code;
}
