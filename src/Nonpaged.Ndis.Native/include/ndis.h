/*
 * NDIS 5 for miniports in C, written from the public documents. Say which version the driver is of by NDIS40_MINIPORT, NDIS50_MINIPORT or
 * NDIS51_MINIPORT, before this header; without any it is 5.0.
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

#endif
