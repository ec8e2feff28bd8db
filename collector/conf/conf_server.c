#include "config.h"

#include "collector/conf/conf_server.h"

#include <string.h>

#include "collector/conf/conf_value.h"

static const struct server {
	const char *name; /* of its option */
	const struct conf_section *section;
	size_t offset; /* of its struct */
} servers[] = {
	{ "elasticsearch", &conf_schema_elasticsearch,
	    offsetof(struct conf, elasticsearch) },
	{ "kibana", &conf_schema_kibana, offsetof(struct conf, kibana) },
};

#define N_SERVERS (sizeof(servers) / sizeof(servers[0]))

void
conf_servers_init(struct conf *c)
{
	for (size_t i = 0; i < N_SERVERS; i++)
		conf_value_defaults(servers[i].section,
		    (char *)c + servers[i].offset);
}

void
conf_servers_fini(struct conf *c)
{
	for (size_t i = 0; i < N_SERVERS; i++)
		conf_value_free(servers[i].section,
		    (char *)c + servers[i].offset);
}

void
conf_server_read(const struct conf_scope *sc, const struct conf_option *o,
    yaml_node_t *map)
{
	size_t line_of[CONF_OPTIONS_MAX] = { 0 };
	struct conf_scope inner = *sc;
	size_t i = 0;

	if (conf_file_is_null(map))
		return;
	while (strcmp(servers[i].name, o->path) != 0)
		i++;
	inner.section = servers[i].section;
	inner.base = (char *)sc->base + servers[i].offset;
	inner.group = "";
	inner.line_of = line_of;
	conf_file_pairs(sc->file, map, o->path, conf_scope_option, &inner);
}

/* What is wrong with a server's options, NULL for nothing. */
static const char *
objection(const struct conf_server *s)
{
	bool user = s->username != NULL || s->password_file != NULL;

	if ((s->username == NULL) != (s->password_file == NULL))
		return "username and password_file go together; give both or "
		    "none";
	if (user && s->api_key_file != NULL)
		return "api_key_file and username exclude each other; remove "
		    "one";
	if ((s->ssl.certificate == NULL) != (s->ssl.key == NULL))
		return "ssl.certificate and ssl.key go together; give both or "
		    "none";
	return NULL;
}

size_t
conf_servers_check(const struct conf *c, const char *file, struct buf *err)
{
	size_t errors = 0;

	for (size_t i = 0; i < N_SERVERS; i++) {
		const struct conf_server *s =
		    (const void *)((const char *)c + servers[i].offset);
		const char *wrong = objection(s);

		if (wrong != NULL) {
			buf_addf(err, "%s: %s: %s\n", file, servers[i].name,
			    wrong);
			errors++;
		} else if (strcmp(s->ssl.verification_mode, "none") == 0) {
			buf_addf(err, "%s: %s: ssl.verification_mode none: "
			    "anybody on the way can read the key\n", file,
			    servers[i].name);
		}
	}
	return errors;
}
