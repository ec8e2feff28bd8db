/*
 * make_certificate FILE KEY-FILE FROM TO
 *
 * A certificate for 127.0.0.1 that signs itself, valid from and to so many
 * days from now; both may be negative.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/certificate.h"

int
main(int argc, char **argv)
{
	struct certificate c;

	if (argc != 5) {
		fprintf(stderr,
		    "usage: make_certificate FILE KEY-FILE FROM TO\n");
		return 2;
	}
	c = certificate_new("console.example", "IP:127.0.0.1", NULL,
	    (int)strtol(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
	certificate_save(&c, argv[1], argv[2]);
	certificate_free(&c);
	return 0;
}
