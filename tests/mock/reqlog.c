#include "config.h"

#include "tests/mock/reqlog.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "tests/mock/stamp.h"

#define LINES 4096 /* kept */
#define PATHS 64
#define STATUSES 16 /* different ones for a path */

struct line {
	int64_t at;
	char *text; /* method, address; as it came */
	char *host; /* NULL: none */
	char *variables; /* of GraphQL, NULL: none */
	const char *fault; /* NULL: none */
	size_t bytes;
	unsigned status;
};

struct path_stats {
	const char *path;
	char *last_uri;
	uint64_t requests, bytes;
	struct {
		unsigned status;
		uint64_t n;
	} status[STATUSES];
};

struct reqlog {
	struct line line[LINES];
	struct path_stats path[PATHS];
	size_t n_paths;
	uint64_t n; /* requests ever */
	unsigned now, most; /* requests at the same time */
};

struct reqlog *
reqlog_new(void)
{
	return xcalloc(1, sizeof(struct reqlog));
}

void
reqlog_free(struct reqlog *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < LINES; i++) {
		free(l->line[i].text);
		free(l->line[i].host);
		free(l->line[i].variables);
	}
	for (size_t i = 0; i < l->n_paths; i++)
		free(l->path[i].last_uri);
	free(l);
}

static struct path_stats *
stats_of(struct reqlog *l, const char *path)
{
	size_t i = 0;

	while (i < l->n_paths && strcmp(l->path[i].path, path) != 0)
		i++;
	if (i == PATHS)
		return NULL;
	if (i == l->n_paths)
		l->path[l->n_paths++].path = path;
	return &l->path[i];
}

static void
count(struct path_stats *s, const struct exchange *x)
{
	s->requests++;
	s->bytes += x->out.len;
	free(s->last_uri);
	s->last_uri = xstrdup(x->uri);
	for (size_t i = 0; i < STATUSES; i++) {
		if (s->status[i].n > 0 && s->status[i].status != x->status)
			continue;
		s->status[i].status = x->status;
		s->status[i].n++;
		break;
	}
}

void
reqlog_add(struct reqlog *l, const struct exchange *x, const char *path,
    int64_t now)
{
	struct line *line = &l->line[l->n++ % LINES];
	struct path_stats *s = stats_of(l, path);

	free(line->text);
	free(line->host);
	free(line->variables);
	*line = (struct line){ .at = now, .status = x->status,
		.text = xasprintf("%s %s", x->method, x->uri),
		.host = xstrdup(x->host),
		.variables = xstrdup(x->variables),
		.fault = x->fault, .bytes = x->out.len };
	if (s != NULL)
		count(s, x);
	if (++l->now > l->most)
		l->most = l->now;
}

void
reqlog_sent(struct reqlog *l)
{
	l->now--;
}

void
reqlog_lines(const struct reqlog *l, struct buf *out)
{
	uint64_t first = l->n > LINES ? l->n - LINES : 0;
	char stamp[STAMP_LEN + 1];

	for (uint64_t i = first; i < l->n; i++) {
		const struct line *line = &l->line[i % LINES];
		const char *uri = strchr(line->text, ' ') + 1;

		stamp_format(line->at, stamp);
		buf_addf(out, "{\"n\":%llu,\"at\":\"%s\",\"method\":\"%.*s\","
		    "\"uri\":", (unsigned long long)i, stamp,
		    (int)(uri - line->text - 1), line->text);
		exchange_string(out, uri);
		buf_adds(out, ",\"host\":");
		exchange_string(out, line->host == NULL ? "" : line->host);
		if (line->variables != NULL)
			buf_addf(out, ",\"variables\":%s", line->variables);
		buf_addf(out, ",\"status\":%u,\"bytes\":%zu,\"fault\":",
		    line->status, line->bytes);
		if (line->fault == NULL)
			buf_adds(out, "null}\n");
		else
			buf_addf(out, "\"%s\"}\n", line->fault);
	}
}

static void
path_line(const struct path_stats *s, struct buf *out)
{
	const char *query = strchr(s->last_uri, '?');

	buf_addf(out, "\"%s\":{\"requests\":%llu,\"bytes\":%llu,"
	    "\"last_query\":", s->path, (unsigned long long)s->requests,
	    (unsigned long long)s->bytes);
	exchange_string(out, query == NULL ? "" : query + 1);
	buf_adds(out, ",\"statuses\":{");
	for (size_t i = 0; i < STATUSES && s->status[i].n > 0; i++)
		buf_addf(out, "%s\"%u\":%llu", i == 0 ? "" : ",",
		    s->status[i].status, (unsigned long long)s->status[i].n);
	buf_adds(out, "}}");
}

void
reqlog_stats(const struct reqlog *l, struct buf *out)
{
	buf_addf(out, "\"requests\":%llu,\"concurrent\":%u,"
	    "\"max_concurrent\":%u,\"paths\":{", (unsigned long long)l->n,
	    l->now, l->most);
	for (size_t i = 0; i < l->n_paths; i++) {
		if (i > 0)
			buf_addc(out, ',');
		path_line(&l->path[i], out);
	}
	buf_addc(out, '}');
}
