#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/base/iso8601.h"
#include "collector/base/xalloc.h"
#include "collector/json/text.h"
#include "collector/map/mapper.h"

#define CHUNK_BYTES (64u << 10)
#define TAG_ORIGINAL "preserve_original_event"
#define TAG_DUPLICATES "preserve_duplicate_custom_fields"

/* The texts of one record.  Chunks are kept from record to record; a text too
 * large for one gets a chunk of its own, freed with the next record. */
char *
map_alloc(struct mapper *m, size_t n)
{
	struct chunk *c;
	char *p;

	if (n > CHUNK_BYTES / 4) {
		c = xmalloc(sizeof(*c) + n);
		c->next = m->large;
		m->large = c;
		return c->bytes;
	}
	if (m->chunk_used + n > CHUNK_BYTES || m->chunk == NULL) {
		struct chunk **next = m->chunk == NULL ? &m->chunks :
							 &m->chunk->next;

		if (*next == NULL) {
			*next = xmalloc(sizeof(**next) + CHUNK_BYTES);
			(*next)->next = NULL;
		}
		m->chunk = *next;
		m->chunk_used = 0;
	}
	p = m->chunk->bytes + m->chunk_used;
	/* Aligned, as structs are put here too. */
	m->chunk_used += (n + 7) & ~(size_t)7;
	return p;
}

static void
free_chunks(struct chunk **list)
{
	while (*list != NULL) {
		struct chunk *c = *list;

		*list = c->next;
		free(c);
	}
}

static void
reset_arena(struct mapper *m)
{
	if (m->large != NULL)
		free_chunks(&m->large);
	m->chunk = NULL;
	m->chunk_used = CHUNK_BYTES;
}

static char *
json_text(const char *plain)
{
	struct buf b;
	char *text;

	buf_init(&b, 1 << 16);
	buf_addc(&b, '"');
	json_escape(&b, slice_of(plain));
	buf_addc(&b, '"');
	text = xstrndup(b.p, b.len);
	buf_fini(&b);
	return text;
}

/* Has the dataset custom fields that the option is about? */
static bool
has_duplicates(const struct map_table *t)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if ((t->rows[i].flags & MAP_DUPLICATE) != 0)
			return true;
	return false;
}

/* The options add tags; what they ask for goes by the tags, as with the
 * integration. */
static bool
has_tag(const struct map_options *opt, const char *name)
{
	for (char *const *tag = opt->tags; tag != NULL && *tag != NULL; tag++)
		if (strcmp(*tag, name) == 0)
			return true;
	return false;
}

/*
 * The tags of a document: the marks of what is preserved, then the configured
 * ones.  `error` is a document whose failure keeps its original, `dropped` one
 * that was too long to keep it.
 */
static char *
make_tags(const struct mapper *m, bool error, bool dropped)
{
	const struct map_options *opt = m->opt;
	const char *mark[4];
	const char *comma = "";
	size_t n = 0;
	struct buf b;
	char *text;
	bool late = error && !m->keeps_original;

	if (opt->preserve_original_event && !dropped)
		mark[n++] = TAG_ORIGINAL;
	if (opt->preserve_duplicate_custom_fields && has_duplicates(m->table))
		mark[n++] = TAG_DUPLICATES;
	buf_init(&b, 1 << 20);
	buf_addc(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "%s\"%s\"", comma, mark[i]);
		comma = ",";
	}
	for (char *const *tag = opt->tags; tag != NULL && *tag != NULL; tag++) {
		char *json;

		if ((*tag)[0] == '\0' ||
		    (dropped && strcmp(*tag, TAG_ORIGINAL) == 0))
			continue;
		json = json_text(*tag);
		buf_addf(&b, "%s%s", comma, json);
		comma = ",";
		free(json);
	}
	if (late && !dropped) {
		buf_addf(&b, "%s\"" TAG_ORIGINAL "\"", comma);
		comma = ",";
	}
	if (dropped)
		buf_addf(&b, "%s\"event_original_dropped\"", comma);
	buf_addc(&b, ']');
	text = b.len == 2 ? NULL : xstrndup(b.p, b.len);
	buf_fini(&b);
	return text;
}

static void
set_constants(struct mapper *m)
{
	char *stream = xasprintf("\"sentinel_one.%s\"", m->opt->name);
	char *namespace = json_text(m->opt->namespace);

	m->constant[0] = (struct map_constant){ "data_stream",
		xasprintf("{\"dataset\":%s,\"namespace\":%s,\"type\":\"logs\"}",
		    stream, namespace) };
	m->constant[1] = (struct map_constant){ "event.dataset", stream };
	m->constant[2] = (struct map_constant){ "event.module",
		xstrdup("\"sentinel_one\"") };
	free(namespace);
}

static void
set_paths(struct mapper *m)
{
	const struct map_identity *identity = &m->table->identity;

	for (int i = 0; i < MAP_ID_FIELDS_MAX; i++) {
		m->path.field[i].text = identity->field[i];
		m->path.field_when[i].text = identity->field_when[i];
	}
	m->path.when.text = identity->when;
	m->path.at.text = m->table->at;
}

struct mapper *
mapper_new(const struct map_table *table, const struct map_options *opt)
{
	struct mapper *m = xcalloc(1, sizeof(*m));

	m->opt = opt;
	m->table = table;
	m->keeps_original = opt->preserve_original_event ||
	    has_tag(opt, TAG_ORIGINAL);
	m->keeps_duplicates = opt->preserve_duplicate_custom_fields ||
	    has_tag(opt, TAG_DUPLICATES);
	set_paths(m);
	set_constants(m);
	map_compile(m);
	scan_init(&m->scan);
	m->scan.names = &m->names;
	buf_init(&m->error, 1024);
	buf_init(&m->work, SCAN_BYTES_MAX);
	buf_init(&m->text, SCAN_BYTES_MAX);
	for (int error = 0; error < 2; error++)
		for (int dropped = 0; dropped < 2; dropped++)
			m->tags[error][dropped] = make_tags(m, error != 0,
			    dropped != 0);
	m->collected_ms = INT64_MIN;
	reset_arena(m);
	return m;
}

void
mapper_free(struct mapper *m)
{
	if (m == NULL)
		return;
	map_compile_free(m);
	for (size_t i = 0; m->constant[i].target != NULL; i++)
		free((void *)(uintptr_t)m->constant[i].value);
	for (int i = 0; i < 4; i++)
		free(m->tags[i / 2][i % 2]);
	scan_fini(&m->scan);
	names_fini(&m->names);
	free(m->known);
	map_snake_free(m);
	free_chunks(&m->chunks);
	free_chunks(&m->large);
	for (unsigned i = 0; i < m->n_names; i++)
		free(m->name[i]);
	free(m->drop);
	free(m->val);
	free(m->item);
	free(m->set.place);
	buf_fini(&m->error);
	buf_fini(&m->work);
	buf_fini(&m->text);
	free(m);
}

const char *
mapper_error(const struct mapper *m)
{
	return m->error.p;
}

const struct map_counts *
mapper_counts(const struct mapper *m)
{
	return &m->counts;
}

static int
refuse(struct mapper *m, const char *why, size_t at)
{
	buf_reset(&m->error);
	buf_addf(&m->error, "%s at byte %zu", why, at + 1);
	return -1;
}

int
mapper_scan(struct mapper *m, struct slice record,
    const struct map_context *ctx, struct map_ident *ident)
{
	size_t at;

	reset_arena(m);
	m->marked = false;
	m->ctx = *ctx;
	if (scan_text(&m->scan, record) < 0)
		return refuse(m, m->scan.error, m->scan.error_at);
	if (m->scan.tok[0].kind != TOK_OBJECT)
		return refuse(m, "not a JSON object", m->scan.tok[0].start);
	m->n_dead = scan_mark_repeated(&m->scan);
	/* Without the white space around it. */
	m->record = scan_raw(&m->scan, &m->scan.tok[0]);
	map_identify(m);
	*ident = (struct map_ident){ .id = { m->id, m->id_len },
		.at = { "", 0 } };
	at = m->table->at == NULL ? 0 : scan_follow(&m->scan, &m->path.at);
	if (at != 0 && m->scan.tok[at].kind == TOK_STRING)
		ident->at = scan_content(&m->scan, &m->scan.tok[at]);
	return 0;
}

/* The time of collection as a value; formatted once per millisecond. */
static struct val
collected(struct mapper *m)
{
	if (m->collected_ms != m->ctx.collected_at_ms) {
		m->collected_ms = m->ctx.collected_at_ms;
		m->collected[0] = '"';
		iso8601_format(m->collected_ms, m->collected + 1);
		m->collected[ISO8601_LEN + 1] = '"';
	}
	return (struct val){ .p = m->collected, .len = ISO8601_LEN + 2,
		.kind = TOK_STRING };
}

/* What every dataset has, once its own fields are set. */
static void
finish_record(struct mapper *m, bool original)
{
	bool failed = m->table->error_fails && m->val[SLOT_ERROR].kind != 0;
	bool wanted = failed || m->keeps_original;
	const char *tags = m->tags[failed][wanted && !original];

	if (m->val[SLOT_TIMESTAMP].kind == 0)
		m->val[SLOT_TIMESTAMP] = collected(m);
	if (m->table->event_created && m->val[SLOT_CREATED].kind == 0)
		m->val[SLOT_CREATED] = collected(m);
	if (failed)
		m->val[SLOT_KIND] = (struct val){ .p = "\"pipeline_error\"",
			.len = 16, .kind = TOK_STRING };
	if (wanted && original)
		m->val[SLOT_ORIGINAL].kind = VAL_ORIGINAL;
	if (tags != NULL)
		m->val[SLOT_TAGS] = (struct val){ .p = tags,
			.len = (uint32_t)strlen(tags), .kind = TOK_NUMBER };
}

/* The record's text on one line: line breaks can only stand between its
 * values, where nothing needs them. */
static void
one_line(struct mapper *m)
{
	buf_reset(&m->work);
	for (size_t i = 0; i < m->record.len; i++)
		if (m->record.p[i] != '\n' && m->record.p[i] != '\r')
			buf_addc(&m->work, m->record.p[i]);
	m->record = buf_slice(&m->work);
}

/*
 * The raw form: what the integration's input would have sent, for its own
 * pipeline to map.
 */
static int
emit_raw(struct mapper *m, struct buf *out)
{
	const struct map_constant *k = m->constant;
	struct val created = collected(m);
	size_t before = out->len;
	int r;

	if (memchr(m->record.p, '\n', m->record.len) != NULL ||
	    memchr(m->record.p, '\r', m->record.len) != NULL)
		one_line(m);
	r = buf_addf(out, "\"data_stream\":%s,\"event\":{", k[0].value);
	if (m->table->event_created)
		r |= buf_addf(out, "\"created\":%.*s,", (int)created.len,
		    created.p);
	r |= buf_addf(out, "\"dataset\":%s,\"module\":%s},\"message\":\"",
	    k[1].value, k[2].value);
	r |= json_escape(out, m->record);
	r |= buf_adds(out, "\"");
	if (m->tags[0][0] != NULL)
		r |= buf_addf(out, ",\"tags\":%s", m->tags[0][0]);
	r |= buf_adds(out, "}");
	if (r < 0)
		buf_cut(out, before);
	return r;
}

int
mapper_emit(struct mapper *m, struct buf *out, bool original)
{
	struct map_counts before = m->counts;
	int r;

	m->n_drops = 0;
	if (m->opt->raw) {
		r = emit_raw(m, out);
	} else {
		map_fill(m);
		if (m->table->derive != NULL)
			m->table->derive((struct map_record *)m);
		finish_record(m, original);
		r = map_emit_document(m, out);
	}
	if (r < 0) {
		m->counts = before;
		m->n_drops = 0;
		return r;
	}
	if (m->marked)
		map_drop_marked(m);
	m->counts.records++;
	m->counts.repeated_members += m->n_dead;
	m->counts.unknown_members += m->n_drops;
	return 0;
}
