/* Beside debug.h of NDIS: this one is the driver's. */
#define OWN_DEBUG 1
