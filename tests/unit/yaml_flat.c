#include "config.h"

#include "tests/unit/yaml_flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "collector/base/xalloc.h"

static void
add_node(yaml_document_t *d, yaml_node_t *node, const char *path,
    struct buf *out)
{
	char *deeper;

	switch (node->type) {
	case YAML_MAPPING_NODE:
		for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
		     p < node->data.mapping.pairs.top; p++) {
			yaml_node_t *key = yaml_document_get_node(d, p->key);

			deeper = xasprintf("%s%s%s", path,
			    *path == '\0' ? "" : ".",
			    (const char *)key->data.scalar.value);
			add_node(d, yaml_document_get_node(d, p->value),
			    deeper, out);
			free(deeper);
		}
		break;
	case YAML_SEQUENCE_NODE:
		for (yaml_node_item_t *i = node->data.sequence.items.start;
		     i < node->data.sequence.items.top; i++) {
			deeper = xasprintf("%s[%d]", path,
			    (int)(i - node->data.sequence.items.start));
			add_node(d, yaml_document_get_node(d, *i), deeper,
			    out);
			free(deeper);
		}
		break;
	default:
		buf_addf(out, "%s=%s\n", path,
		    (const char *)node->data.scalar.value);
	}
}

int
yaml_flat(struct slice text, struct buf *out)
{
	yaml_parser_t parser;
	yaml_document_t document;
	yaml_node_t *root;
	int rc = -1;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
	    text.len);
	if (yaml_parser_load(&parser, &document)) {
		root = yaml_document_get_root_node(&document);
		buf_addc(out, '\n');
		if (root != NULL)
			add_node(&document, root, "", out);
		rc = root == NULL ? -1 : 0;
		yaml_document_delete(&document);
	} else {
		fprintf(stderr, "%zu: %s\n", parser.problem_mark.line + 1,
		    parser.problem);
	}
	yaml_parser_delete(&parser);
	return rc;
}

bool
yaml_flat_has(const struct buf *flat, const char *path, const char *value)
{
	char *line = xasprintf("\n%s=%s\n", path, value);
	bool found = strstr(flat->p, line) != NULL;

	free(line);
	return found;
}

bool
yaml_flat_begins(const struct buf *flat, const char *path)
{
	char *line = xasprintf("\n%s", path);
	bool found = strstr(flat->p, line) != NULL;

	free(line);
	return found;
}
