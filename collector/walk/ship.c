#include "config.h"

#include "collector/walk/ship.h"

void
ship_options(const struct conf_shipper *c, struct shipper_options *opt)
{
	static const enum shipper_type types[] = {
		[CONF_FILEBEAT] = SHIPPER_FILEBEAT,
		[CONF_ELASTIC_AGENT] = SHIPPER_ELASTIC_AGENT,
	};

	*opt = (struct shipper_options){
		.name = c->name,
		.type = types[c->type],
		.registry = c->registry,
		.inputs = c->inputs,
		.fingerprint_length = c->fingerprint_length,
	};
}
