#include "config.h"

#include "collector/cmd/shippers.h"

#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/walk/ship.h"

void
shippers_read(struct shippers *all, const struct conf *conf, struct buf *err)
{
	*all = (struct shippers){ .n = conf->n_shippers };
	all->options = xcalloc(all->n + 1, sizeof(*all->options));
	all->readable = xcalloc(all->n + 1, sizeof(*all->readable));
	for (size_t i = 0; i < all->n; i++) {
		ship_options(&conf->shipper[i], &all->options[i]);
		all->readable[i] = shipper_read(&all->options[i], err);
		if (all->readable[i] != NULL)
			continue;
		all->n_unreadable++;
		buf_adds(err, "; nothing is taken for shipped\n");
	}
}

void
shippers_free(struct shippers *all)
{
	for (size_t i = 0; i < all->n; i++)
		shipper_free(all->readable[i]);
	free(all->readable);
	free(all->options);
	*all = (struct shippers){ 0 };
}
