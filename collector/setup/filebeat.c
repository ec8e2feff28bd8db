/*
 * A configuration for Filebeat.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "collector/setup/feeds.h"
#include "collector/setup/setup.h"
#include "collector/setup/target.h"
#include "collector/setup/template.h"

#define TEXT_MAX (4u << 20)

/* Expand an asset; 0, or -1 after a message. */
static int
expand(const struct setup *s, const char *asset,
    const struct template_word *words, struct buf *out)
{
	struct buf text;
	int rc;

	buf_init(&text, TEXT_MAX);
	rc = setup_asset(s, asset, &text);
	if (rc == 0) {
		rc = template_expand(buf_slice(&text), words, out);
		if (rc != 0)
			fprintf(stderr, "s1spool setup: %s/%s: %s\n",
			    s->assets, asset, strerror(errno));
	}
	buf_fini(&text);
	return rc;
}

static int
add_input(const struct setup *s, const struct feed *f, struct buf *out)
{
	struct buf paths;
	struct template_word words[] = {
		{ "ID", f->id },
		{ "PATHS", "" },
		{ "IDENTITY", "file_identity.path: ~\n"
		    "prospector.scanner.fingerprint.enabled: false" },
		{ "INDEX", "" },
		{ "PIPELINE", f->output == OUTPUT_MAPPED ? "pipeline: _none" :
		    "" },
		{ NULL, NULL },
	};
	int rc;

	buf_init(&paths, TEXT_MAX);
	for (char **p = f->folders; *p != NULL; p++)
		buf_addf(&paths, "- \"%s/*.ndjson\"\n", *p);
	words[1].value = paths.p;
	rc = expand(s, "shipper/parts/input.yml", words, out);
	buf_fini(&paths);
	return rc;
}

static int
add_inputs(const struct setup *s, struct buf *out)
{
	struct feeds feeds;
	int rc = 0;

	feeds_make(&feeds, s->conf, false);
	for (size_t i = 0; i < feeds.n && rc == 0; i++)
		rc = add_input(s, &feeds.feed[i], out);
	feeds_fini(&feeds);
	return rc;
}

static int
print_all(const struct setup *s)
{
	struct buf inputs, output, all;
	int rc;

	buf_init(&inputs, TEXT_MAX);
	buf_init(&output, TEXT_MAX);
	buf_init(&all, TEXT_MAX);
	rc = add_inputs(s, &inputs);
	if (rc == 0)
		rc = setup_asset(s, "shipper/parts/output/elasticsearch.yml",
		    &output);
	if (rc == 0)
		rc = expand(s, "shipper/parts/filebeat.yml",
		    (const struct template_word[]){ { "INPUTS", inputs.p },
			{ "OUTPUT", output.p }, { NULL, NULL } }, &all);
	if (rc == 0)
		fwrite(all.p, 1, all.len, stdout);
	buf_fini(&all);
	buf_fini(&output);
	buf_fini(&inputs);
	return rc;
}

int
setup_filebeat(struct setup *s)
{
	return print_all(s) == 0 ? EX_OK : EX_NOINPUT;
}
