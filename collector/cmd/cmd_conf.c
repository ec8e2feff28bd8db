#include "config.h"

#include "collector/base/log.h"
#include "collector/cmd/cmd.h"
#include "collector/conf/conf.h"
#include "collector/dataset/dataset_id.h"

struct conf *
cmd_conf_load(const char *file)
{
	struct conf *conf;
	struct buf messages;

	buf_init(&messages, 1 << 20);
	conf = conf_load(file != NULL ? file : CMD_CONFIG_FILE, &messages);
	if (conf != NULL)
		log_setup(conf->logging.level, conf->logging.format);
	/* Those of a configuration that can be used are warnings. */
	log_lines(conf != NULL ? LOG_WARN : LOG_ERROR, messages.p);
	buf_fini(&messages);
	return conf;
}

void
cmd_conf_trace(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_consoles; i++) {
		struct conf_console *c = conf->console[i];

		c->enable_request_tracer = true;
		for (int id = 0; id < DATASET_COUNT; id++)
			c->dataset[id].enable_request_tracer = true;
	}
}
