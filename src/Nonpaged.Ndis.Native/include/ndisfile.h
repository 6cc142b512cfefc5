/* NDIS: files, below the folder that the environment variable NONPAGED_FILES names. */
#ifndef NONPAGED_NDISFILE_H
#define NONPAGED_NDISFILE_H

#include "ndisbase.h"

NONPAGED_EXTERN_C_BEGIN

VOID NdisOpenFile(
    PNDIS_STATUS Status, PNDIS_HANDLE FileHandle, PUINT FileLength, PNDIS_STRING FileName,
    NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress);
VOID NdisMapFile(PNDIS_STATUS Status, PVOID *MappedBuffer, NDIS_HANDLE FileHandle);
VOID NdisUnmapFile(NDIS_HANDLE FileHandle);
VOID NdisCloseFile(NDIS_HANDLE FileHandle);

NONPAGED_EXTERN_C_END

#endif
