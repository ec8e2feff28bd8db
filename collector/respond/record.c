#include "config.h"

#include "collector/respond/record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "collector/base/clock.h"
#include "collector/base/fsutil.h"
#include "collector/base/iso8601.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"

#define ECS_VERSION "8.17.0"
#define TEXT_MAX ((size_t)64 << 10)
#define NO_UID UINT32_MAX

/* who */

static void
set_text(struct json_object *doc, const char *path, const char *text)
{
	if (text != NULL && *text != '\0')
		audit_set(doc, path, tree_text(text));
}

static char *
user_name(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL ? xstrdup(pw->pw_name) :
	    xasprintf("%lu", (unsigned long)uid);
}

/* Who logged in, whatever sudo and su made of it since: the kernel's word, or
 * else sudo's; -1 when nobody knows. */
static int64_t
login_uid(void)
{
	const char *sudo = getenv("SUDO_UID");
	struct buf text;
	int64_t uid = -1;

	buf_init(&text, 64);
	if (fs_read_file(AT_FDCWD, "/proc/self/loginuid", &text) == 0 &&
	    (num_int((struct slice){ text.p, strcspn(text.p, "\n") }, 0,
		NO_UID, &uid) != 0 || uid == NO_UID))
		uid = -1;
	buf_fini(&text);
	if (uid < 0 && sudo != NULL)
		num_int(slice_of(sudo), 0, NO_UID - 1, &uid);
	return uid;
}

char *
record_operator(void)
{
	int64_t uid = login_uid();

	return user_name(uid >= 0 ? (uid_t)uid : getuid());
}

static void
add_people(struct json_object *doc)
{
	char *user = record_operator(), *effective = user_name(geteuid());
	char here[256] = "";

	set_text(doc, "user.name", user);
	set_text(doc, "user.effective.name", effective);
	if (gethostname(here, sizeof(here) - 1) == 0)
		set_text(doc, "observer.hostname", here);
	audit_set(doc, "process.pid", tree_int(getpid()));
	free(user);
	free(effective);
}

/* a line */

static struct json_object *
list_of_one(const char *word)
{
	struct json_object *list = tree_list();

	tree_push(list, tree_text(word));
	return list;
}

static void
add_event(const struct respond *r, struct json_object *doc, const char *type,
    const char *outcome)
{
	set_text(doc, "event.kind", "event");
	set_text(doc, "event.module", "s1spool");
	set_text(doc, "event.dataset", "s1spool.audit");
	set_text(doc, "event.action", r->action->about.name);
	audit_set(doc, "event.category", list_of_one(r->action->category));
	audit_set(doc, "event.type", list_of_one(type));
	set_text(doc, "event.outcome", outcome);
	set_text(doc, "event.reason", r->call->value[RESPOND_REASON]);
}

/* A copy of what is known of the call. */
static void
add_facts(struct json_object *doc, struct json_object *facts)
{
	json_object_object_foreach(facts, name, value)
	{
		if (json_object_is_type(value, json_type_object) &&
		    json_object_object_get(doc, name) != NULL)
			add_facts(json_object_object_get(doc, name), value);
		else
			tree_put(doc, name, json_object_get(value));
	}
}

static struct json_object *
new_doc(const struct respond *r, const char *stage, const char *type,
    const char *outcome)
{
	struct json_object *doc = tree_object();
	char now[ISO8601_LEN + 1] = "";

	iso8601_format(clock_wall_us() / 1000, now);
	set_text(doc, "@timestamp", now);
	set_text(doc, "data_stream.type", "logs");
	set_text(doc, "data_stream.dataset", "s1spool.audit");
	set_text(doc, "data_stream.namespace", r->console.namespace);
	set_text(doc, "ecs.version", ECS_VERSION);
	add_event(r, doc, type, outcome);
	add_people(doc);
	if (r->host.agent != NULL) {
		set_text(doc, "host.id", r->host.id);
		set_text(doc, "host.name", r->host.name);
	} else if (r->action->has_host) {
		set_text(doc, "s1spool.audit.selector", r->call->args[0]);
	}
	set_text(doc, "s1spool.audit.stage", stage);
	set_text(doc, "s1spool.audit.request_id", r->id);
	set_text(doc, "s1spool.audit.console", r->console.name);
	add_facts(doc, r->facts);
	return doc;
}

static const char *
text_at(struct json_object *doc, const char *path)
{
	struct json_object *v = audit_member(doc, path);

	return v == NULL ? "" : json_object_get_string(v);
}

/* "jdoe: isolate WS-12 (1234): INC-2041: intent: what was said" */
static void
add_message(struct json_object *doc, const char *said)
{
	const char *host = text_at(doc, "host.name");
	struct buf line, plain;

	buf_init(&line, TEXT_MAX);
	buf_init(&plain, TEXT_MAX);
	buf_addf(&line, "%s: %s %s (%s): %s: %s", text_at(doc, "user.name"),
	    text_at(doc, "event.action"),
	    *host != '\0' ? host : text_at(doc, "s1spool.audit.selector"),
	    text_at(doc, "host.id"), text_at(doc, "event.reason"),
	    text_at(doc, "s1spool.audit.stage"));
	if (*said != '\0')
		buf_addf(&line, ": %s", said);
	host_add_plain(&plain, line.p);
	set_text(doc, "message", plain.p);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "s1spool respond: %s", plain.p);
	buf_fini(&plain);
	buf_fini(&line);
}

/* the lines */

int
record_intent(struct respond *r, const char *path, const char *body)
{
	const struct audit_limit limit = { r->action->about.name,
		respond_has(r, RESPOND_OVERRIDE_LIMIT) ? 0 :
		r->conf->respond.limit, r->conf->respond.limit_period };
	struct json_object *doc;
	struct buf err;
	int got;

	respond_fact(r, "http.request.method", tree_text("POST"));
	respond_fact(r, "http.request.body.content", tree_text(body));
	respond_fact(r, "url.path", tree_text(path));
	doc = new_doc(r, "intent", "change", "unknown");
	add_message(doc, "");
	buf_init(&err, TEXT_MAX);
	got = audit_intend(r->audit, doc, &limit, &err);
	if (got > 0) {
		char period[NUM_TEXT];

		num_duration_text(limit.period_ms, period);
		respond_say(r, "%s was done %" PRId64 " times within %s "
		    "(respond.limit); --override-limit does it all the same",
		    limit.action, limit.n, period);
	} else if (got < 0) {
		respond_say(r, "%s", err.p);
	} else {
		r->intended = true;
	}
	json_object_put(doc);
	buf_fini(&err);
	return got == 0 ? RESPOND_GO : RESPOND_REFUSED;
}

static void
write_line(struct respond *r, struct json_object *doc, const char *said)
{
	struct buf err;

	add_message(doc, said);
	buf_init(&err, TEXT_MAX);
	if (audit_write(r->audit, doc, &err) != 0)
		fprintf(stderr, "s1spool respond: %s", err.p);
	json_object_put(doc);
	buf_fini(&err);
}

void
record_answer(struct respond *r, const struct ask_reply *reply)
{
	if (reply->status != 0)
		respond_fact(r, "http.response.status_code",
		    tree_int(reply->status));
	write_line(r, new_doc(r, "answer", "change",
	    reply->verdict == VERDICT_OK ? "success" :
	    ask_exit(reply) == RESPOND_UNKNOWN ? "unknown" : "failure"),
	    reply->detail.p);
}

static const char *
outcome_of(int code)
{
	switch (code) {
	case RESPOND_DONE:
		return "success";
	case RESPOND_UNKNOWN:
	case RESPOND_UNFINISHED:
	case RESPOND_APPROVAL:
		return "unknown";
	default:
		return "failure";
	}
}

int
record_end(struct respond *r, int code)
{
	const char *stage = r->intended ? "result" :
	    code == RESPOND_DONE ? "no change" : "refused";
	struct json_object *doc;

	if (r->audit == NULL)
		return code;
	doc = new_doc(r, stage, r->intended ? "change" :
	    code == RESPOND_DONE ? "info" : "denied", outcome_of(code));
	audit_set(doc, "s1spool.audit.exit_code", tree_int(code));
	if (code != RESPOND_DONE)
		set_text(doc, "error.message", r->said.p);
	write_line(r, doc, r->said.p);
	return code;
}
