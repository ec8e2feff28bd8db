/*
 * The name of the processes that are to be ended.  It goes between double
 * quotes of a command line that some shell of the host reads, and into a list:
 * what could end the quotes, be expanded, or mean more than one name is
 * refused.
 */
#ifndef S1SPOOL_RESPOND_PROCESS_NAME_H
#define S1SPOOL_RESPOND_PROCESS_NAME_H

/* NULL, or what is wrong with it, to follow "the name". */
const char *process_name_refuse(const char *name);

#endif
