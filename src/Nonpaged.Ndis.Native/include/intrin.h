/* Where drivers look for Microsoft's intrinsics: wdm.h has them. */
#include "wdm.h"
