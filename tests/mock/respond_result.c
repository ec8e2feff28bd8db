#include "config.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/respond.h"
#include "tests/mock/respond_filter.h"
#include "tests/mock/respond_script.h"
#include "tests/mock/respond_task.h"
#include "tests/mock/respond_zip.h"

#define SIGNATURE "5f1c0d3ab2794e6f"

static const char processes[] =
    "\"PID\",\"PPID\",\"User\",\"CPU\",\"Command\"\n"
    "1,0,root,0.0,/sbin/init\n"
    "812,1,root,0.1,\"/usr/sbin/sshd -D \"\"-o x,y\"\"\"\n"
    "4711,812,ana,99.7,/tmp/.x/xmrig\n";

/* Is there a link to what the task wrote? */
static bool
has_link(const struct console *c, const struct task *t)
{
	int64_t late = (int64_t)(respond_number(c, "results_seconds") * 1e6);
	int64_t end = t == NULL ? 0 : task_end(c, t);

	return end != 0 && console_now(c) >= end + late &&
	    strcmp(respond_text(c, "results"), "none") != 0;
}

static void
add_link(struct exchange *x, const struct task *t)
{
	const char *other = respond_text(x->console, "link");
	struct buf *out = &x->out;

	buf_addf(out, "{\"downloadUrl\":\"");
	if (*other != '\0')
		buf_adds(out, other);
	else
		buf_addf(out, "%s://%s" RESPOND_LINK "%llu?X-Amz-Expires=300"
		    "&X-Amz-Signature=" SIGNATURE, x->scheme, x->host,
		    (unsigned long long)t->id);
	buf_addf(out, "\",\"fileName\":\"%llu_output.zip\","
	    "\"taskId\":\"%llu\"}", (unsigned long long)t->id,
	    (unsigned long long)t->id);
}

static void
add_links(struct exchange *x, struct json_object *ids)
{
	struct buf *out = &x->out;
	struct buf errors;
	size_t n = 0;

	buf_init(&errors, EXCHANGE_MAX_IN);
	for (size_t i = 0; i < json_object_array_length(ids); i++) {
		const char *id = json_object_get_string(
		    json_object_array_get_idx(ids, i));
		const struct task *t = task_find(x->console,
		    strtoull(id, NULL, 10));

		if (!has_link(x->console, t)) {
			buf_addf(&errors, "%s{\"errorString\":\"File has "
			    "expired or does not exist\",\"taskId\":",
			    errors.len > 0 ? "," : "");
			exchange_string(&errors, id);
			buf_addc(&errors, '}');
			continue;
		}
		if (n++ > 0)
			buf_addc(out, ',');
		add_link(x, t);
	}
	buf_addf(out, "],\"errors\":[%s]", errors.p);
	buf_fini(&errors);
}

void
respond_results(struct exchange *x)
{
	struct json_object *body = json_tokener_parse(x->in.p), *data = NULL,
	    *ids = NULL;
	const char *shape = respond_text(x->console, "results_shape");
	bool nested = strcmp(shape, "nested") == 0;

	json_object_object_get_ex(body, "data", &data);
	json_object_object_get_ex(data, "taskIds", &ids);
	if (!json_object_is_type(ids, json_type_array)) {
		filter_missing(x, "taskIds");
	} else {
		reply_begin(x, 200, "application/json");
		buf_addf(&x->out, "{\"data\":{%s\"%s\":[",
		    nested ? "\"data\":{" : "", strcmp(shape, "camel") == 0 ?
		    "downloadLinks" : "download_links");
		add_links(x, ids);
		buf_adds(&x->out, nested ? "}}}" : "}}");
	}
	json_object_put(body);
}

static void
refuse(struct exchange *x, unsigned status, const char *code,
    const char *message)
{
	reply_begin(x, status, "application/xml");
	buf_addf(&x->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>"
	    "<Code>%s</Code><Message>%s</Message></Error>", code, message);
}

static struct zip_file
output_of(const struct console *c, const struct task *t)
{
	const char *csv = respond_text(c, "csv");
	struct script s = { .name = "" };

	script_find(c, t->script, &s);
	if (strcmp(s.name, "Process list") == 0)
		return (struct zip_file){ xstrdup("out/process_list.csv"),
			xstrdup(*csv == '\0' ? processes : csv) };
	return (struct zip_file){ xstrdup("out/stdout.txt"),
		xasprintf("%s %s\n", s.name, t->input) };
}

static void
send_archive(struct exchange *x, const struct task *t)
{
	struct zip_file file[2] = { output_of(x->console, t),
		{ xstrdup("out/stderr.txt"), xstrdup("") } };

	reply_begin(x, 200, "application/zip");
	if (respond_zip(file, 2, NULL, &x->out) != 0)
		refuse(x, 500, "InternalError", "no archive");
	for (int i = 0; i < 2; i++) {
		free(file[i].name);
		free(file[i].text);
	}
}

/* As the storage does that the links lead to: the link is the right. */
void
respond_link(struct exchange *x)
{
	const struct task *t = task_find(x->console, x->id);
	const char *signature = exchange_arg(x, "X-Amz-Signature");

	if (x->authorization != NULL)
		refuse(x, 400, "InvalidArgument",
		    "Only one auth mechanism allowed");
	else if (t == NULL || signature == NULL ||
	    strcmp(signature, SIGNATURE) != 0)
		refuse(x, 403, "SignatureDoesNotMatch", "no such link");
	else if (strcmp(respond_text(x->console, "results"), "expired") == 0)
		refuse(x, 403, "AccessDenied", "Request has expired");
	else
		send_archive(x, t);
}
