#include "config.h"

#include "collector/cmd/backfill_plan.h"

#include <stdio.h>
#include <sysexits.h>

#include "collector/cmd/cmd.h"
#include "collector/dataset/dataset.h"

/* What the bounds mean. */
static void
tell_bounds(const struct dataset *d)
{
	const struct walk_row *row = &d->walk;
	const char *last = row->phase[1] != NULL ? row->phase[1] :
						   row->phase[0];

	fprintf(stderr, "%s: by %s%s%s\n", d->name, last,
	    row->phase[1] != NULL ? ", and by " : "",
	    row->phase[1] != NULL ? row->phase[0] : "");
	if (row->child_mode == WALK_CHILD_RECORDS)
		fprintf(stderr, "%s: that is the time of the threat, of "
				"which all events are fetched\n", d->name);
}

int
backfill_plan_datasets(const struct choice *choice, const struct conf *conf)
{
	bool named = choice->datasets != NULL;
	size_t n = 0;

	for (int id = 0; id < DATASET_COUNT; id++) {
		const struct dataset *d = dataset_table[id];
		const char *why = backfill_refusal(d);

		if (cmd_choice_count(choice, conf, id) == 0)
			continue;
		if (why == NULL) {
			tell_bounds(d);
			n++;
			continue;
		}
		fprintf(stderr, "%s is %s: %s\n", d->name,
		    named ? "refused" : "left out", why);
		if (named)
			return EX_USAGE;
	}
	if (n > 0)
		return EX_OK;
	fputs("s1spool backfill: no dataset that is enabled can be "
	      "backfilled\n", stderr);
	return EX_USAGE;
}
