/*
 * What the configurations of Filebeat and Elastic Agent have in common.
 */
#ifndef S1SPOOL_SHIP_H
#define S1SPOOL_SHIP_H

#include "collector/setup/feeds.h"
#include "collector/setup/setup.h"
#include "collector/setup/template.h"

/* The longest configuration; a thousand consoles make less than half of it. */
#define SHIP_TEXT_MAX (16u << 20)

/* The processors of a stream of Elastic Agent. */
#define SHIP_AGENT_PROCESSORS "shipper/parts/agent-processors.yml"

/* Append an asset with its words replaced.  0, or -1 after a message. */
int ship_expand(const struct setup *s, const char *asset,
    const struct template_word *words, struct buf *out);

/* Likewise, with the words that tell of a feed.  processors are those of its
 * stream, ready made; NULL for none. */
int ship_expand_feed(const struct setup *s, const struct feed *f,
    const char *asset, const char *processors, struct buf *out);

/*
 * Append the processors that give the documents of hosts the id of the Elastic
 * Agent that stands for them in Fleet, if the configuration names one.  0, or
 * -1 after a message.
 */
int ship_agent_id(const struct setup *s, const struct feed *f,
    struct buf *out);

/* Append, as comment lines, the entry of `shippers' for these inputs. */
void ship_hint(const struct setup *s, enum conf_shipper_type type,
    const struct feeds *feeds, struct buf *out);

/*
 * Deliver a finished text: on stdout, or as the file that was asked for; name
 * is what it is called in a directory.  EX_OK, also when it was refused, or
 * EX_IOERR after a message.
 */
int ship_deliver(struct setup *s, const char *name, struct slice text);

/* The exit code of a target whose deliveries have ended with this code. */
int ship_end(const struct setup *s, int code);

#endif
