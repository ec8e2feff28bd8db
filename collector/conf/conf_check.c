#include "config.h"

#include "collector/conf/conf_check.h"

#include "collector/base/clock.h"
#include "collector/conf/conf_dataset.h"

static void
check_tls(struct conf_file *f, const struct conf_ssl *ssl,
    const yaml_node_t *node)
{
	if ((ssl->certificate == NULL) != (ssl->key == NULL))
		conf_file_error(f, node, "ssl.certificate and ssl.key go "
		    "together; give both or none");
	if (ssl->verification_mode != NULL &&
	    strcmp(ssl->verification_mode, "none") == 0)
		conf_file_warn(f, node, "ssl.verification_mode none: anybody "
		    "on the way can read the API token");
}

/* Who names sites for a console may think that nothing else comes. */
static void
check_sites(struct conf_file *f, const struct conf_console *c,
    const yaml_node_t *node)
{
	if (c->site_ids == NULL)
		return;
	for (int id = 0; id < DATASET_COUNT; id++)
		if (c->dataset[id].enabled &&
		    !conf_dataset_has_sites(dataset_table[id]))
			conf_file_warn(f, node, "site_ids: %s cannot be "
			    "limited to sites and brings those of all",
			    dataset_table[id]->name);
}

/* A typing error here would cost the time between. */
static void
check_start(struct conf_file *f, const struct conf_console *c,
    const yaml_node_t *node)
{
	int64_t now = clock_wall_us() / 1000;

	for (int id = 0; id < DATASET_COUNT; id++)
		if (c->dataset[id].enabled && c->dataset[id].start_time > now)
			conf_file_warn(f, node, "start_time of %s is in the "
			    "future: the first poll begins now",
			    dataset_table[id]->name);
}

void
conf_check_console(struct conf_file *f, const struct conf_console *c,
    const yaml_node_t *node)
{
	check_tls(f, &c->ssl, node);
	check_sites(f, c, node);
	check_start(f, c, node);
}
