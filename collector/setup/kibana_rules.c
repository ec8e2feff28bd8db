#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/json/tree.h"
#include "collector/setup/kibana.h"

#define PATH "/api/detection_engine/rules"
#define INDEX_PATH "/api/detection_engine/index"
#define RIGHT "the privilege Security: All"
#define OURS "s1spool" /* the tag of rules that are s1spool's */
#define CHANGES_MAX 1024

static const char *const assets[] = {
	"kibana/rules/alert.json",
	"kibana/rules/threat.json",
	"kibana/rules/silent.json",
};

/* The index that alerts go to: a space has one only once somebody needed it. */
static void
make_index(struct kibana *k)
{
	struct http_answer answer;
	int rc = kibana_send(k, &(struct kibana_call){ .method = "GET",
	    .path = INDEX_PATH, .needs = RIGHT }, 404, &answer);
	bool missing = rc == 0 && answer.status == 404;

	http_answer_fini(&answer);
	if (missing) {
		rc = kibana_send(k, &(struct kibana_call){ .method = "POST",
		    .path = INDEX_PATH, .needs = RIGHT }, 0, &answer);
		http_answer_fini(&answer);
	}
	if (rc != 0)
		setup_report(k->setup, SETUP_FAILED, "index of alerts: %s",
		    k->why.p);
	else
		setup_report(k->setup, missing ? SETUP_CREATED : SETUP_SAME,
		    "index of alerts");
}

static void
report(struct kibana *k, enum setup_result result, struct json_object *rule,
    const char *more)
{
	setup_report(k->setup, result, "rule %s%s%s",
	    kibana_text(rule, "name"), *more == '\0' ? "" : ": ", more);
}

static void
create(struct kibana *k, struct json_object *rule)
{
	struct http_answer answer;

	if (kibana_send(k, &(struct kibana_call){ .method = "POST",
	    .path = PATH, .body = rule, .needs = RIGHT }, 0, &answer) == 0)
		report(k, SETUP_CREATED, rule, "");
	else
		report(k, SETUP_FAILED, rule, k->why.p);
	http_answer_fini(&answer);
}

/*
 * The members in which the rule that is there is another one, new.  Whether a
 * rule is switched on is up to its users, as are its exceptions and actions.
 */
static struct json_object *
changes(struct json_object *rule, struct json_object *found)
{
	struct json_object *changed = tree_object();
	struct json_object *is;

	json_object_object_foreach(rule, name, wanted) {
		is = NULL;
		json_object_object_get_ex(found, name, &is);
		if (strcmp(name, "enabled") != 0 &&
		    !json_object_equal(wanted, is))
			tree_put(changed, name, json_object_get(wanted));
	}
	return changed;
}

static void
name_members(struct json_object *object, struct buf *names)
{
	json_object_object_foreach(object, name, value) {
		(void)value;
		buf_addf(names, "%s%s", names->len > 0 ? ", " : "", name);
	}
}

static void
update(struct kibana *k, struct json_object *rule, struct json_object *changed)
{
	struct http_answer answer;
	struct buf names;

	buf_init(&names, CHANGES_MAX);
	name_members(changed, &names);
	tree_put(changed, "rule_id", tree_text(kibana_text(rule, "rule_id")));
	if (kibana_send(k, &(struct kibana_call){ .method = "PATCH",
	    .path = PATH, .body = changed, .needs = RIGHT }, 0, &answer) == 0)
		report(k, SETUP_UPDATED, rule, names.p);
	else
		report(k, SETUP_FAILED, rule, k->why.p);
	http_answer_fini(&answer);
	buf_fini(&names);
}

static void
compare(struct kibana *k, struct json_object *rule, struct json_object *found)
{
	struct json_object *changed, *tags = NULL;

	json_object_object_get_ex(found, "tags", &tags);
	if (!kibana_lists(tags, OURS)) {
		report(k, SETUP_REFUSED, rule,
		    "one of its rule_id is there without the tag " OURS);
		return;
	}
	changed = changes(rule, found);
	if (json_object_object_length(changed) == 0)
		report(k, SETUP_SAME, rule, "");
	else
		update(k, rule, changed);
	json_object_put(changed);
}

static int
install(struct kibana *k, const char *asset)
{
	struct json_object *rule = setup_asset_json(k->setup, asset);
	struct http_answer answer;
	char *path;

	if (rule == NULL)
		return -1;
	path = xasprintf(PATH "?rule_id=%s", kibana_text(rule, "rule_id"));
	if (kibana_send(k, &(struct kibana_call){ .method = "GET",
	    .path = path, .needs = RIGHT }, 404, &answer) != 0)
		report(k, SETUP_FAILED, rule, k->why.p);
	else if (answer.status == 404)
		create(k, rule);
	else
		compare(k, rule, answer.body);
	http_answer_fini(&answer);
	free(path);
	json_object_put(rule);
	return 0;
}

int
kibana_rules(struct kibana *k)
{
	int rc = 0;

	make_index(k);
	for (size_t i = 0; rc == 0 && i < sizeof(assets) / sizeof(assets[0]);
	    i++)
		rc = install(k, assets[i]);
	return rc;
}
