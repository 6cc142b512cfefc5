/* Ethernet addresses. */
#ifndef NONPAGED_EFILTER_H
#define NONPAGED_EFILTER_H

#include "ntdef.h"

#define ETH_LENGTH_OF_ADDRESS 6

#define ETH_IS_MULTICAST(address) ((BOOLEAN)((((const UCHAR *)(address))[0] & 0x01) != 0))
#define ETH_IS_LOCALLY_ADMINISTERED(address) ((BOOLEAN)((((const UCHAR *)(address))[0] & 0x02) != 0))
#define ETH_IS_BROADCAST(address) ((BOOLEAN)(memcmp((address), "\377\377\377\377\377\377", ETH_LENGTH_OF_ADDRESS) == 0))
#define ETH_IS_EMPTY(address) ((BOOLEAN)(memcmp((address), "\0\0\0\0\0\0", ETH_LENGTH_OF_ADDRESS) == 0))
#define ETH_COPY_NETWORK_ADDRESS(destination, source) ((void)memcpy((destination), (source), ETH_LENGTH_OF_ADDRESS))
/* Blocks, as drivers use them: without a semicolon, too. The result is 0 for equal addresses. */
#define ETH_COMPARE_NETWORK_ADDRESSES(first, second, result) \
    { *(result) = memcmp((first), (second), ETH_LENGTH_OF_ADDRESS); }
#define ETH_COMPARE_NETWORK_ADDRESSES_EQ(first, second, result) \
    { *(result) = (memcmp((first), (second), ETH_LENGTH_OF_ADDRESS) != 0); }

#endif
