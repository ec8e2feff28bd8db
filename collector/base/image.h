/*
 * The pages of the program and of its libraries, as they are mapped from their
 * files.
 */
#ifndef S1SPOOL_IMAGE_H
#define S1SPOOL_IMAGE_H

/*
 * Unmap all that nobody writes to: what is needed again comes back from the
 * page cache by itself.  For a process that has started and will run for
 * long: constructors, relocation and set-up touch most of the pages of some
 * forty libraries, the work after that touches few.  Does nothing where the
 * kernel refuses.  Breakpoints that a debugger has set before are lost.
 */
void image_give_back(void);

#endif
