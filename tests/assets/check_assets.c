/*
 * check_assets FOLDER DATASET... -- KIND FILE...: hold assets against the
 * fields and documents of the datasets, for which the folder has a file of
 * each.  KIND is what the files are: see below.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "tests/assets/bodies.h"
#include "tests/assets/evidence.h"
#include "tests/assets/fault.h"
#include "tests/assets/objects.h"

static const struct {
	const char *word;
	void (*check)(struct json_object *body);
} kinds[] = {
	{ "connector", bodies_check_connector },
	{ "json", NULL },
	{ "pipeline", evidence_pipeline },
	{ "rule", bodies_check_rule },
	{ "transform", bodies_check_transform },
};

static void
check_body(const char *file, void (*check)(struct json_object *body))
{
	struct json_object *body = json_object_from_file(file);

	if (body == NULL)
		fault("not JSON");
	else if (check != NULL)
		check(body);
	json_object_put(body);
}

/* One document, to its end. */
static void
check_yaml(const char *file)
{
	FILE *f = fopen(file, "r");
	yaml_parser_t parser;
	yaml_document_t document;

	if (f == NULL || !yaml_parser_initialize(&parser)) {
		fault("cannot be read");
		return;
	}
	yaml_parser_set_input_file(&parser, f);
	if (yaml_parser_load(&parser, &document)) {
		if (yaml_document_get_root_node(&document) == NULL)
			fault("empty");
		yaml_document_delete(&document);
	} else {
		fault("line %zu: no YAML: %s", parser.problem_mark.line + 1,
		    parser.problem);
	}
	yaml_parser_delete(&parser);
	fclose(f);
}

/* What is no JSON as a whole. */
static const struct {
	const char *word;
	void (*check)(const char *file);
} texts[] = {
	{ "objects", objects_check },
	{ "yaml", check_yaml },
};

static int
check_file(const char *kind, const char *file)
{
	fault_at(0, file);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].word, kind) == 0) {
			texts[i].check(file);
			return 0;
		}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, kind) == 0) {
			check_body(file, kinds[i].check);
			return 0;
		}
	fprintf(stderr, "check_assets: no kind: %s\n", kind);
	return -1;
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		evidence_load(argv[1], argv[i]);
	for (i++; i + 1 < argc; i += 2)
		if (check_file(argv[i], argv[i + 1]) < 0)
			return 99;
	printf("%zu faults\n", fault_count());
	evidence_free();
	return fault_count() > 0;
}
