#include "config.h"

#include "collector/conf/conf_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Maps that merge maps that merge maps: nobody writes more levels. */
#define MERGE_DEPTH_MAX 8

static void __attribute__((format(printf, 4, 0)))
put_message(struct conf_file *f, const yaml_mark_t *at, const char *kind,
    const char *fmt, va_list ap)
{
	size_t begin;

	buf_addf(f->err, "%s:%zu:%zu: %s", f->name, at->line + 1,
	    at->column + 1, kind);
	begin = f->err->len;
	buf_vaddf(f->err, fmt, ap);
	/* What was quoted from the file does not end the line. */
	for (size_t i = begin; i < f->err->len; i++)
		if (iscntrl((unsigned char)f->err->p[i]))
			f->err->p[i] = '?';
	buf_addc(f->err, '\n');
}

void
conf_file_error(struct conf_file *f, const yaml_node_t *at, const char *fmt,
    ...)
{
	va_list ap;

	f->n_errors++;
	va_start(ap, fmt);
	put_message(f, &at->start_mark, "", fmt, ap);
	va_end(ap);
}

void
conf_file_warn(struct conf_file *f, const yaml_node_t *at, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(f, &at->start_mark, "warning: ", fmt, ap);
	va_end(ap);
}

static void
report_syntax(struct conf_file *f, const yaml_parser_t *parser, FILE *in)
{
	const yaml_mark_t *at = &parser->problem_mark;

	f->n_errors++;
	if (ferror(in)) {
		buf_addf(f->err, "%s: %s\n", f->name, strerror(errno));
		return;
	}
	if (parser->error == YAML_READER_ERROR) {
		buf_addf(f->err, "%s: byte %zu: %s; write the file as UTF-8\n",
		    f->name, parser->problem_offset + 1, parser->problem);
		return;
	}
	buf_addf(f->err, "%s:%zu:%zu: not YAML: %s", f->name, at->line + 1,
	    at->column + 1, parser->problem);
	if (parser->context != NULL)
		buf_addf(f->err, " %s that begins on line %zu", parser->context,
		    parser->context_mark.line + 1);
	buf_addc(f->err, '\n');
}

/* A second document would be ignored; rather refuse it. */
static int
check_end(struct conf_file *f, yaml_parser_t *parser, FILE *in)
{
	yaml_document_t next;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &next)) {
		report_syntax(f, parser, in);
		return -1;
	}
	root = yaml_document_get_root_node(&next);
	if (root != NULL)
		conf_file_error(f, root, "a second document; put all options "
		    "into one, without ---");
	yaml_document_delete(&next);
	return root == NULL ? 0 : -1;
}

static int
parse(struct conf_file *f, FILE *in)
{
	yaml_parser_t parser;
	int r = -1;

	if (!yaml_parser_initialize(&parser)) {
		buf_addf(f->err, "%s: out of memory\n", f->name);
		f->n_errors++;
		return -1;
	}
	yaml_parser_set_input_file(&parser, in);
	if (!yaml_parser_load(&parser, &f->doc))
		report_syntax(f, &parser, in);
	else if (yaml_document_get_root_node(&f->doc) == NULL)
		r = 0;
	else
		r = check_end(f, &parser, in);
	yaml_parser_delete(&parser);
	return r;
}

int
conf_file_open(struct conf_file *f, const char *name, struct buf *err,
    yaml_node_t **root)
{
	FILE *in;
	int r;

	*f = (struct conf_file){ .name = name, .err = err };
	in = fopen(name, "re");
	if (in == NULL) {
		buf_addf(err, "%s: %s%s\n", name, strerror(errno),
		    errno == ENOENT ? "; --config names another file" : "");
		f->n_errors++;
		return -1;
	}
	r = parse(f, in);
	fclose(in);
	if (r == 0)
		*root = yaml_document_get_root_node(&f->doc);
	return r;
}

void
conf_file_close(struct conf_file *f)
{
	yaml_document_delete(&f->doc);
}

struct slice
conf_file_text(const yaml_node_t *node)
{
	if (node->type != YAML_SCALAR_NODE)
		return SLICE("");
	return (struct slice){
		(const char *)node->data.scalar.value,
		node->data.scalar.length,
	};
}

bool
conf_file_is_null(const yaml_node_t *node)
{
	struct slice text = conf_file_text(node);

	return node->type == YAML_SCALAR_NODE &&
	    node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (text.len == 0 || slice_is(text, "~") || slice_is(text, "null"));
}

size_t
conf_file_line(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

yaml_node_t *
conf_file_node(struct conf_file *f, int id)
{
	return yaml_document_get_node(&f->doc, id);
}

struct walk {
	struct conf_file *file;
	const char *what;
	conf_pair_fn *fn;
	void *cookie;
};

static void walk_map(const struct walk *w, yaml_node_t *map, int depth);

/* What stands behind `<<`: a map or a list of maps. */
static void
walk_merged(const struct walk *w, yaml_node_t *value, int depth)
{
	yaml_node_item_t *item;

	if (value->type != YAML_SEQUENCE_NODE) {
		walk_map(w, value, depth);
		return;
	}
	for (item = value->data.sequence.items.start;
	    item < value->data.sequence.items.top; item++)
		walk_map(w, conf_file_node(w->file, *item), depth);
}

static void
walk_map(const struct walk *w, yaml_node_t *map, int depth)
{
	yaml_node_pair_t *pair;

	if (map->type != YAML_MAPPING_NODE) {
		conf_file_error(w->file, map, "%s must be a map: lines of "
		    "'name: value'", w->what);
		return;
	}
	if (depth > MERGE_DEPTH_MAX) {
		conf_file_error(w->file, map, "merged too deeply");
		return;
	}
	for (pair = map->data.mapping.pairs.start;
	    pair < map->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = conf_file_node(w->file, pair->key);

		if (!slice_is(conf_file_text(key), "<<"))
			w->fn(w->cookie, key,
			    conf_file_node(w->file, pair->value), depth > 0);
	}
	for (pair = map->data.mapping.pairs.start;
	    pair < map->data.mapping.pairs.top; pair++)
		if (slice_is(conf_file_text(conf_file_node(w->file, pair->key)),
		    "<<"))
			walk_merged(w, conf_file_node(w->file, pair->value),
			    depth + 1);
}

void
conf_file_pairs(struct conf_file *f, yaml_node_t *map, const char *what,
    conf_pair_fn *fn, void *cookie)
{
	struct walk w = { f, what, fn, cookie };

	walk_map(&w, map, 0);
}
