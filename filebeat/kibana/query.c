#include "config.h"

#include "filebeat/kibana/query.h"

#include <string.h>

#include "collector/base/buf.h"
#include "collector/base/xalloc.h"
#include "filebeat/kibana/rows.h"
#include "filebeat/kibana/shape.h"

#define KQL_MAX 4096

static void
add_streams(struct buf *b, const char *streams)
{
	char *copy = xstrdup(streams), *rest = copy;
	const char *name;
	bool several = strchr(streams, ' ') != NULL;
	const char *between = "";

	buf_addf(b, "data_stream.dataset : %s", several ? "(" : "");
	while ((name = rows_part(&rest, " ")) != NULL) {
		buf_addf(b, "%s\"sentinel_one.%s\"", between, name);
		between = " or ";
	}
	buf_adds(b, several ? ")" : "");
	free(copy);
}

char *
query_text(const char *streams, const char *kql)
{
	bool all = strcmp(streams, "all") == 0;
	struct buf b;
	char *text;

	if (all)
		return xstrdup(kql);
	buf_init(&b, KQL_MAX);
	add_streams(&b, streams);
	if (*kql != '\0')
		buf_addf(&b, " and (%s)", kql);
	text = xstrdup(b.p);
	buf_fini(&b);
	return text;
}

struct json_object *
query_documents(const char *title, const char *description, const char *query,
    const char *columns)
{
	struct json_object *list = json_object_new_array();
	struct json_object *source = shape("{'query':{'query':$s,"
	    "'language':'kuery'},'filter':[],'indexRefName':"
	    "'kibanaSavedObjectMeta.searchSourceJSON.index'}", query);
	char *copy = xstrdup(columns), *rest = copy;
	const char *name;

	while ((name = rows_part(&rest, ", ")) != NULL)
		shape_push(list, json_object_new_string(name));
	free(copy);
	return shape("{'title':$s,'description':$s,'columns':$j,"
	    "'sort':[['@timestamp','desc']],'grid':{},'hideChart':true,"
	    "'isTextBasedQuery':false,'timeRestore':false,"
	    "'kibanaSavedObjectMeta':{'searchSourceJSON':$t}}", title,
	    description, list, source);
}
