/*
 * random_records DATASET COUNT: the oracle's random records, one a line.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/dataset/dataset.h"
#include "tests/oracle/gen.h"

#define SEED 20250304

int
main(int argc, char **argv)
{
	const struct dataset *d = argc == 3 ? dataset_find(slice_of(argv[1])) :
					      NULL;
	struct rng r = { SEED };

	if (d == NULL) {
		fputs("usage: random_records DATASET COUNT\n", stderr);
		return 99;
	}
	for (long n = strtol(argv[2], NULL, 10); n > 0; n--) {
		struct json_object *record = gen_record(&d->map, &r);

		puts(json_object_to_json_string_ext(record,
		    JSON_C_TO_STRING_PLAIN));
		json_object_put(record);
	}
	return fflush(stdout) == 0 ? 0 : 99;
}
