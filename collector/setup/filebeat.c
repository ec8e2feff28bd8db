/*
 * Configurations for Filebeat: a complete one, or inputs for a Filebeat that
 * has other work too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf.h"
#include "collector/setup/setup.h"
#include "collector/setup/ship.h"
#include "collector/setup/target.h"

#define EXAMPLE_URL "https://elasticsearch.example:9200"

static const char *const outputs[] = {
	"elasticsearch", "cloud", "serverless", "logstash", "kafka", NULL
};

static bool
is_output(const char *name)
{
	const char *const *o = outputs;

	while (*o != NULL && strcmp(*o, name) != 0)
		o++;
	if (*o != NULL)
		return true;
	fprintf(stderr, "s1spool setup: unknown output '%s'; there are", name);
	for (o = outputs; *o != NULL; o++)
		fprintf(stderr, "%s %s", o == outputs ? "" : ",", *o);
	fputc('\n', stderr);
	return false;
}

/* The port stands in the URL, for without it Filebeat takes 9200. */
static void
add_host(const char *url, struct buf *out)
{
	const char *host = strstr(url, "://") + 3;
	size_t end = (size_t)(host - url) + strcspn(host, "/");
	bool has_port = url[end - 1] != ']' &&
	    memrchr(host, ':', end - (size_t)(host - url)) != NULL;
	char *text = xasprintf("%.*s%s%s", (int)end, url, has_port ? "" :
	    strncmp(url, "https:", 6) == 0 ? ":443" : ":80", url + end);

	template_quote(text, out);
	free(text);
}

/* TLS towards it, as the configuration has it; of the authorities those that are
 * files. */
static void
add_ssl(const struct conf_ssl *ssl, struct buf *out)
{
	char *const *ca = ssl->certificate_authorities;
	size_t n = 0;

	for (; ca != NULL && *ca != NULL; ca++) {
		if (**ca != '/')
			continue;
		if (n++ == 0)
			buf_adds(out, "ssl.certificate_authorities:\n");
		buf_adds(out, "  - ");
		template_quote(*ca, out);
		buf_addc(out, '\n');
	}
	if (n == 0)
		buf_adds(out, "# ssl.certificate_authorities: "
		    "[/etc/filebeat/ca.pem]\n");
	if (ssl->verification_mode != NULL &&
	    strcmp(ssl->verification_mode, "full") != 0)
		buf_addf(out, "ssl.verification_mode: %s\n",
		    ssl->verification_mode);
}

static int
add_output(const struct setup *s, const char *name, struct buf *out)
{
	char *asset = xasprintf("shipper/parts/output/%s.yml", name);
	const char *url = s->conf->elasticsearch.url;
	struct buf routing, host, ssl;
	int rc;

	buf_init(&routing, SHIP_TEXT_MAX);
	buf_init(&host, SHIP_TEXT_MAX);
	buf_init(&ssl, SHIP_TEXT_MAX);
	add_host(url != NULL ? url : EXAMPLE_URL, &host);
	add_ssl(&s->conf->elasticsearch.ssl, &ssl);
	rc = setup_asset(s, "shipper/parts/routing.yml", &routing);
	if (rc == 0)
		rc = ship_expand(s, asset, (const struct template_word[]){
		    { "HOST", host.p }, { "ROUTING", routing.p },
		    { "SSL", ssl.p }, { NULL, NULL } }, out);
	buf_fini(&ssl);
	buf_fini(&host);
	buf_fini(&routing);
	free(asset);
	return rc;
}

/* All outputs but the one that is chosen, as comments. */
static int
add_others(const struct setup *s, const char *chosen, struct buf *out)
{
	struct buf one;
	int rc = 0;

	buf_init(&one, SHIP_TEXT_MAX);
	for (const char *const *o = outputs; *o != NULL && rc == 0; o++) {
		if (strcmp(*o, chosen) == 0)
			continue;
		buf_reset(&one);
		rc = add_output(s, *o, &one);
		buf_addf(out, "\n# s1spool setup filebeat --output %s:\n#\n",
		    *o);
		template_indent(buf_slice(&one), "#   ", out);
	}
	buf_fini(&one);
	return rc;
}

static int
add_inputs(const struct setup *s, const struct feeds *feeds, struct buf *out)
{
	int rc = 0;

	for (size_t i = 0; i < feeds->n && rc == 0; i++)
		rc = ship_expand_feed(s, &feeds->feed[i],
		    "shipper/parts/input.yml", NULL, out);
	return rc;
}

/*
 * The output of a complete configuration chooses the data stream by each line;
 * inputs must not rely on somebody else's output for that.
 */
static int
add_all(const struct setup *s, struct buf *out)
{
	const char *output = s->ship.output != NULL ? s->ship.output :
	    outputs[0];
	enum { INPUTS, HINT, OUTPUT, OTHERS, N };
	struct buf text[N];
	struct feeds feeds;
	int rc;

	feeds_make(&feeds, s->conf, s->ship.inputs_only);
	for (int i = 0; i < N; i++)
		buf_init(&text[i], SHIP_TEXT_MAX);
	ship_hint(s, CONF_FILEBEAT, &feeds, &text[HINT]);
	rc = add_inputs(s, &feeds, &text[INPUTS]);
	if (rc == 0)
		rc = add_output(s, output, &text[OUTPUT]);
	if (rc == 0)
		rc = add_others(s, output, &text[OTHERS]);
	if (rc == 0)
		rc = ship_expand(s, s->ship.inputs_only ?
		    "shipper/parts/inputs.yml" : "shipper/parts/filebeat.yml",
		    (const struct template_word[]){
		    { "INPUTS", text[INPUTS].p }, { "SHIPPERS", text[HINT].p },
		    { "OUTPUT", text[OUTPUT].p }, { "OTHERS", text[OTHERS].p },
		    { NULL, NULL } }, out);
	for (int i = 0; i < N; i++)
		buf_fini(&text[i]);
	feeds_fini(&feeds);
	return rc;
}

int
setup_filebeat(struct setup *s)
{
	struct buf text;
	int code = EX_NOINPUT;

	if (s->ship.output != NULL && !is_output(s->ship.output))
		return EX_USAGE;
	buf_init(&text, SHIP_TEXT_MAX);
	if (add_all(s, &text) == 0)
		code = ship_deliver(s, s->ship.inputs_only ? "s1spool.yml" :
		    "filebeat.yml", buf_slice(&text));
	buf_fini(&text);
	return ship_end(s, code);
}
