/*
 * NDIS 5 for drivers in C, written from the public documents. Say which version a miniport is of by NDIS40_MINIPORT, NDIS50_MINIPORT or
 * NDIS51_MINIPORT, and a protocol by NDIS30, NDIS40, NDIS50 or NDIS51, before this header; without any it is 5.0.
 */
#ifndef NONPAGED_NDIS_H
#define NONPAGED_NDIS_H

#include "wdm.h"
#include "ntddndis.h"
#include "ndistask.h"
#include "efilter.h"
#include "ndisbase.h"
#include "ndismem.h"
#include "ntrtl.h"
#include "ndispkt.h"
#include "ndisfile.h"
#include "ndismini.h"
#include "ndisprot.h"

#endif
