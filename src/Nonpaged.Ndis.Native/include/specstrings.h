/* Where some drivers look for the annotations. */
#include "sal.h"
