/*
 * A file of saved objects, as Kibana imports it.
 */
#ifndef S1SPOOL_OBJECTS_H
#define S1SPOOL_OBJECTS_H

/* Look at the file and at all that is in it. */
void objects_check(const char *file);

#endif
