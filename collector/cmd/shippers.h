/*
 * The shippers of the configuration, each as its registry says now.
 */
#ifndef S1SPOOL_CMD_SHIPPERS_H
#define S1SPOOL_CMD_SHIPPERS_H

#include "collector/conf/conf.h"
#include "spool/shipper.h"

struct shippers {
	struct shipper_options *options;
	struct shipper **readable; /* NULL where it cannot be read */
	size_t n, n_unreadable;
};

/* Those that cannot be read are said in err, a line each.  conf is borrowed;
 * the caller calls shippers_free() at the end. */
void shippers_read(struct shippers *all, const struct conf *conf,
    struct buf *err);
void shippers_free(struct shippers *all);

#endif
