/*
 * The _id of a document: Elasticsearch's fingerprint processor (ingest-common,
 * method SHA-1, no salt) byte for byte, so that our document and the
 * integration's are one.
 */
#include "config.h"

/* The one-shot functions of OpenSSL 3 cost a fetch and an allocation each;
 * these do not, and this digest is an identity, not a secret. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/map/mapper.h"

/* A digest under way.  What is added are mostly a few bytes: they are gathered,
 * as each call costs more than they do. */
struct digest {
	SHA_CTX ctx;
	size_t n;
	char held[256];
};

static void add_value(struct mapper *m, struct digest *sha, size_t tok);

/* What a dataset prunes before it maps is not there for the hash either. */
static bool
is_pruned(const struct mapper *m, size_t tok)
{
	return m->table->prune_first &&
	    (m->scan.tok[tok].flags & TOK_VOID) != 0;
}

static void
flush(struct digest *sha)
{
	SHA1_Update(&sha->ctx, sha->held, sha->n);
	sha->n = 0;
}

static void
add_bytes(struct digest *sha, const void *p, size_t n)
{
	if (n > sizeof(sha->held) - sha->n)
		flush(sha);
	if (n > sizeof(sha->held)) {
		SHA1_Update(&sha->ctx, p, n);
		return;
	}
	memcpy(sha->held + sha->n, p, n);
	sha->n += n;
}

static void
add_zero(struct digest *sha)
{
	add_bytes(sha, "", 1);
}

static void
add_le(struct digest *sha, uint64_t v, size_t n)
{
	unsigned char b[8];

	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)(v >> 8 * i);
	add_bytes(sha, b, n);
}

/* As Jackson reads it: an int or long in 4 or 8 bytes, else a double. */
static void
add_number(struct mapper *m, struct digest *sha, struct slice text)
{
	double d;
	uint64_t raw;
	char *end;

	buf_reset(&m->work);
	buf_add_slice(&m->work, text);
	if (strpbrk(m->work.p, ".eE") == NULL) {
		long long v;

		errno = 0;
		v = strtoll(m->work.p, &end, 10);
		if (errno == 0) {
			add_le(sha, (uint64_t)v,
			    v >= INT32_MIN && v <= INT32_MAX ? 4 : 8);
			return;
		}
	}
	d = strtod(m->work.p, &end);
	memcpy(&raw, &d, sizeof(raw));
	add_le(sha, raw, 8);
}

struct named {
	struct slice name;
	size_t tok;
};

static int
named_cmp(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
	int r = memcmp(x->name.p, y->name.p, n);

	return r != 0 ? r : (x->name.len > y->name.len) -
				(x->name.len < y->name.len);
}

/* An object feeds nothing for itself; its members by name, each a 0x00 and the
 * name, then the value. */
static void
add_object(struct mapper *m, struct digest *sha, size_t tok)
{
	const struct scan *s = &m->scan;
	size_t n = 0, end = s->tok[tok].next;
	struct named *list;

	for (size_t i = tok + 1; i < end; i = s->tok[i + 1].next)
		n++;
	list = (struct named *)(void *)map_alloc(m, n * sizeof(*list));
	n = 0;
	for (size_t i = tok + 1; i < end; i = s->tok[i + 1].next) {
		struct val name = val_of_tok(m, i);

		if (is_pruned(m, i + 1) || (s->tok[i].flags & TOK_DEAD) != 0)
			continue;
		list[n++] = (struct named){ val_plain(m, &name), i + 1 };
	}
	qsort(list, n, sizeof(*list), named_cmp);
	for (size_t i = 0; i < n; i++) {
		add_zero(sha);
		add_bytes(sha, list[i].name.p, list[i].name.len);
		add_value(m, sha, list[i].tok);
	}
}

static void
add_value(struct mapper *m, struct digest *sha, size_t tok)
{
	const struct tok *t = &m->scan.tok[tok];
	struct val v = val_of_tok(m, tok);
	struct slice text;

	if (t->kind == TOK_OBJECT) {
		add_object(m, sha, tok);
		return;
	}
	if (t->kind == TOK_ARRAY) {
		for (size_t i = tok + 1; i < t->next; i = m->scan.tok[i].next)
			if (!is_pruned(m, i))
				add_value(m, sha, i);
		return;
	}
	add_zero(sha);
	switch (t->kind) {
	case TOK_STRING:
		text = val_plain(m, &v);
		add_bytes(sha, text.p, text.len);
		break;
	case TOK_NUMBER:
		add_number(m, sha, (struct slice){ v.p, v.len });
		break;
	case TOK_TRUE:
		add_le(sha, 1, 1);
		break;
	case TOK_FALSE:
		add_le(sha, 2, 1);
		break;
	default:
		break;
	}
}

/* The record's text without insignificant white space. */
static void
add_record(struct mapper *m, struct digest *sha)
{
	const struct scan *s = &m->scan;
	const char *p = s->text + s->tok[0].start, *end = p + s->tok[0].len;
	const char *from = p;
	bool in_string = false;

	if (!s->spaced)
		p = end;
	for (; p < end; p++) {
		if (in_string && *p == '\\') {
			p++;
		} else if (*p == '"') {
			in_string = !in_string;
		} else if (!in_string && (unsigned char)*p <= ' ') {
			add_bytes(sha, from, (size_t)(p - from));
			from = p + 1;
		}
	}
	add_bytes(sha, from, (size_t)(p - from));
}

/* The number of the re-send period; the same for all records of a sweep. */
static void
add_period(struct mapper *m, struct digest *sha)
{
	int64_t period = m->opt->resend_period_ms > 0 ?
	    m->ctx.sweep_start_ms / m->opt->resend_period_ms : 0;

	if (m->period_text[0] == '\0' || m->period != period) {
		m->period = period;
		snprintf(m->period_text, sizeof(m->period_text), "%lld",
		    (long long)period);
	}
	add_zero(sha);
	add_bytes(sha, m->period_text, strlen(m->period_text));
}

/* Present: there, not null and, in a pruned record, not empty either. */
static size_t
find_present(const struct mapper *m, struct scan_path *path)
{
	size_t i = scan_follow(&m->scan, path);

	if (i == 0 || m->scan.tok[i].kind == TOK_NULL || is_pruned(m, i))
		return 0;
	return i;
}

static void
add_identity(struct mapper *m, struct digest *sha)
{
	const struct map_identity *identity = &m->table->identity;
	struct scan_path *field = m->path.field;
	bool any = false;

	if (identity->record) {
		add_zero(sha);
		add_record(m, sha);
		add_period(m, sha);
		return;
	}
	if (identity->when != NULL && find_present(m, &m->path.when) != 0)
		field = m->path.field_when;
	if (identity->parent && m->ctx.parent_id.len > 0) {
		add_zero(sha);
		add_bytes(sha, m->ctx.parent_id.p, m->ctx.parent_id.len);
	}
	for (; field->text != NULL; field++) {
		size_t tok = find_present(m, field);

		if (tok == 0)
			continue;
		add_value(m, sha, tok);
		any = true;
	}
	if (!any) {
		/* The package sets no _id here; ours is always there. */
		add_zero(sha);
		add_record(m, sha);
	}
}

void
map_identify(struct mapper *m)
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	struct digest sha;

	SHA1_Init(&sha.ctx);
	sha.n = 0;
	add_identity(m, &sha);
	flush(&sha);
	SHA1_Final(digest, &sha.ctx);
	m->id_len = (size_t)EVP_EncodeBlock((unsigned char *)m->id, digest,
	    sizeof(digest));
}
