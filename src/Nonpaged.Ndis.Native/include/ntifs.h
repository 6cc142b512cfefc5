/* What drivers find here. */
#include "wdm.h"
#include "ntrtl.h"
