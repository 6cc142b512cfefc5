/* What drivers find here comes with wdm.h. */
#include "wdm.h"
