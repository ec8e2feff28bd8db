#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/conf/conf.h"
#include "collector/conf/conf_list.h"
#include "collector/conf/conf_schema.h"
#include "collector/dataset/dataset.h"
#include "tests/unit/unit.h"

/* With the real datasets, unlike the other tests of the configuration. */

static char dir[32];
static struct buf err, sample;

static void
begin(void)
{
	const char *top = getenv("top_srcdir");
	char name[4096];

	buf_init(&err, 65536);
	buf_init(&sample, 65536);
	snprintf(name, sizeof(name), "%s/packaging/s1spool.yml",
	    top != NULL ? top : ".");
	CU_ASSERT_FATAL(fs_read_file(AT_FDCWD, name, &sample) == 0);
	snprintf(dir, sizeof(dir), "/tmp/s1spool-sample-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(dir) != NULL);
}

static void
end(void)
{
	rmdir(dir);
	buf_fini(&err);
	buf_fini(&sample);
}

static struct conf *
load(const struct buf *text)
{
	struct conf *conf;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/s1spool.yml", dir);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text->p, text->len), (ssize_t)text->len);
	close(fd);
	buf_reset(&err);
	conf = conf_load(name, &err);
	UNIT_TEXT(err.p, "");
	unlink(name);
	return conf;
}

/* Options that are shown as comments become options: "#name:" and "#- name:"
 * do, "# text" does not. */
static void
uncomment(struct buf *all)
{
	const char *line = sample.p, *end;

	buf_init(all, 65536);
	for (; *line != '\0'; line = end + 1) {
		size_t indent = strspn(line, " ");
		size_t item = strncmp(line + indent, "#- ", 3) == 0 ? 2 : 0;
		char first = line[indent + item + 1];
		bool option = line[indent] == '#' && first >= 'a' &&
		    first <= 'z';

		end = strchr(line, '\n');
		CU_ASSERT_FATAL(end != NULL);
		buf_add(all, line, indent);
		buf_add(all, line + indent + option,
		    (size_t)(end + 1 - line) - indent - option);
	}
}

static void
test_as_it_is(void)
{
	struct conf *conf;

	begin();
	conf = load(&sample);
	CU_ASSERT_FATAL(conf != NULL && conf->n_consoles == 1);
	UNIT_TEXT(conf->console[0]->name, "acme");
	conf_free(conf);
	end();
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_tags(char *const *a, char *const *b)
{
	size_t i = 0;

	while (a[i] != NULL && b[i] != NULL && strcmp(a[i], b[i]) == 0)
		i++;
	return a[i] == NULL && b[i] == NULL;
}

/* An example of what has no default is no default. */
static bool
has_default(const struct conf_option *o)
{
	return o->def != NULL || o->type == CONF_TAGS || o->min < o->max ||
	    o->type == CONF_BOOL;
}

static bool
same_value(const struct conf_option *o, const void *a, const void *b)
{
	const void *x = (const char *)a + o->offset;
	const void *y = (const char *)b + o->offset;

	switch (o->type) {
	case CONF_GROUP:
	case CONF_CONSOLES:
	case CONF_SHIPPERS:
	case CONF_SERVER:
	case CONF_DATASETS:
		return true;
	case CONF_BOOL:
		return memcmp(x, y, sizeof(bool)) == 0;
	case CONF_COUNT:
	case CONF_DURATION:
	case CONF_SIZE:
		return memcmp(x, y, sizeof(int64_t)) == 0;
	case CONF_SHARE:
		return memcmp(x, y, sizeof(double)) == 0;
	case CONF_ENUM:
	case CONF_SET:
		return memcmp(x, y, sizeof(unsigned)) == 0;
	case CONF_TAGS:
	case CONF_INPUTS:
	case CONF_AUTHORITIES:
		return same_tags(*(char **const *)x, *(char **const *)y);
	default:
		return same_text(*(char *const *)x, *(char *const *)y);
	}
}

static void
compare(const struct conf_section *s, const void *a, const void *b)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct conf_option *o = &s->options[i];

		if (has_default(o) && !same_value(o, a, b)) {
			CU_FAIL("not the default");
			fprintf(stderr, "%s is not the default\n", o->path);
		}
	}
}

/* What is shown for Filebeat's registry is what is taken when it is left out,
 * but for the list of the inputs. */
static void
check_shipper(const struct conf *shown)
{
	struct conf *bare;
	struct buf text;

	buf_init(&text, 65536);
	buf_addf(&text, "%.*s", (int)sample.len, sample.p);
	buf_adds(&text, "shippers: [{ type: filebeat }]\n");
	bare = load(&text);
	CU_ASSERT_FATAL(bare != NULL && bare->n_shippers == 1);
	CU_ASSERT_FATAL(shown->n_shippers == 1);
	CU_ASSERT_PTR_NULL(bare->shipper[0].inputs);
	CU_ASSERT_PTR_NOT_NULL(shown->shipper[0].inputs[0]);
	conf_list_free(shown->shipper[0].inputs);
	shown->shipper[0].inputs = NULL;
	for (size_t i = 0; i < conf_schema_shipper.n; i++) {
		const struct conf_option *o = &conf_schema_shipper.options[i];

		if (o->type != CONF_INPUTS && !same_value(o, shown->shipper,
		    bare->shipper)) {
			CU_FAIL("not the default");
			fprintf(stderr, "%s is not the default\n", o->path);
		}
	}
	conf_free(bare);
	buf_fini(&text);
}

/* What the comments show is what there is without them. */
static void
test_comments_show_defaults(void)
{
	struct conf *shown, *defaults;
	struct buf all;

	begin();
	uncomment(&all);
	defaults = load(&sample);
	shown = load(&all);
	CU_ASSERT_FATAL(shown != NULL && defaults != NULL);
	compare(&conf_schema_top, shown, defaults);
	compare(&conf_schema_elasticsearch, &shown->elasticsearch,
	    &defaults->elasticsearch);
	compare(&conf_schema_kibana, &shown->kibana, &defaults->kibana);
	compare(&conf_schema_console, shown->console[0],
	    defaults->console[0]);
	for (int id = 0; id < DATASET_COUNT; id++)
		compare(&conf_schema_dataset, &shown->console[0]->dataset[id],
		    &defaults->console[0]->dataset[id]);
	UNIT_TEXT(shown->console[0]->site_ids, "225494730938493804");
	check_shipper(shown);
	conf_free(shown);
	conf_free(defaults);
	buf_fini(&all);
	end();
}

/* Some dataset has the option. */
static bool
is_offered(const struct conf_option *o)
{
	for (int id = 0; id < DATASET_COUNT; id++)
		if (o->has != CONF_HAS_DUPLICATES ||
		    dataset_table[id]->defaults.custom_duplicates)
			return true;
	return false;
}

/* No option is missing. */
static void
test_every_option_is_shown(void)
{
	static const struct conf_section *const all[] = {
		&conf_schema_top, &conf_schema_shipper, &conf_schema_console,
		&conf_schema_dataset, &conf_schema_elasticsearch,
		&conf_schema_kibana,
	};
	char line[64];

	begin();
	for (size_t s = 0; s < sizeof(all) / sizeof(all[0]); s++)
		for (size_t i = 0; i < all[s]->n; i++) {
			const struct conf_option *o = &all[s]->options[i];
			const char *dot = strrchr(o->path, '.');

			snprintf(line, sizeof(line), "%s: ",
			    dot == NULL ? o->path : dot + 1);
			if (o->type <= CONF_DATASETS)
				line[strlen(line) - 1] = '\n';
			if (!is_offered(o))
				continue;
			CU_ASSERT_PTR_NOT_NULL(strstr(sample.p, line));
			if (strstr(sample.p, line) == NULL)
				fprintf(stderr, "missing: %s\n", o->path);
		}
	for (int id = 0; id < DATASET_COUNT; id++) {
		snprintf(line, sizeof(line), " %s:\n", dataset_table[id]->name);
		CU_ASSERT_PTR_NOT_NULL(strstr(sample.p, line));
	}
	end();
}

static const struct unit_test tests[] = {
	{ "the sample as it is", test_as_it_is },
	{ "its comments show the defaults", test_comments_show_defaults },
	{ "it shows every option", test_every_option_is_shown },
};

UNIT_MAIN("conf_sample", tests)
