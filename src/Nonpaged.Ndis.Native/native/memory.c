/*
 * The library's functions, as ndismem.h and ndisinline.h declare them: each enters the C# function of its name, or answers that it failed where C# must not be entered. Calls that free
 * do nothing there.
 */
#define NONPAGED_NO_INLINE
#include "entry.h"
#include "ndismem.h"

#define EXPORT __attribute__((visibility("default")))
/* GetLastError of a call that never was. */
#define ERROR_NOT_ENOUGH_MEMORY 8

NDIS_STATUS ManagedNdisAllocateMemory(
    PVOID *VirtualAddress, UINT Length, UINT MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress);
EXPORT NDIS_STATUS NdisAllocateMemory(
    PVOID *VirtualAddress, UINT Length, UINT MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    if (nonpaged_may_enter("NdisAllocateMemory")) return ManagedNdisAllocateMemory(VirtualAddress, Length, MemoryFlags, HighestAcceptableAddress);
    *VirtualAddress = NULL;
    return NDIS_STATUS_FAILURE;
}

NDIS_STATUS ManagedNdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag);
EXPORT NDIS_STATUS NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag)
{
    if (nonpaged_may_enter("NdisAllocateMemoryWithTag")) return ManagedNdisAllocateMemoryWithTag(VirtualAddress, Length, Tag);
    *VirtualAddress = NULL;
    return NDIS_STATUS_FAILURE;
}

VOID ManagedNdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags);
EXPORT VOID NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags)
{
    if (nonpaged_may_enter("NdisFreeMemory")) ManagedNdisFreeMemory(VirtualAddress, Length, MemoryFlags);
}

SIZE_T ManagedNonpagedGetUsableSize(PVOID VirtualAddress);
EXPORT SIZE_T NonpagedGetUsableSize(PVOID VirtualAddress)
{
    return nonpaged_may_enter("NonpagedGetUsableSize") ? ManagedNonpagedGetUsableSize(VirtualAddress) : 0;
}

VOID ManagedNdisMAllocateSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress);
EXPORT VOID NdisMAllocateSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    if (nonpaged_may_enter("NdisMAllocateSharedMemory")) {
        ManagedNdisMAllocateSharedMemory(MiniportAdapterHandle, Length, Cached, VirtualAddress, PhysicalAddress);
        return;
    }
    *VirtualAddress = NULL;
    PhysicalAddress->QuadPart = 0;
}

VOID ManagedNdisMFreeSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress);
EXPORT VOID NdisMFreeSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    if (nonpaged_may_enter("NdisMFreeSharedMemory")) ManagedNdisMFreeSharedMemory(MiniportAdapterHandle, Length, Cached, VirtualAddress, PhysicalAddress);
}

PHYSICAL_ADDRESS ManagedMmGetPhysicalAddress(PVOID BaseAddress);
EXPORT PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress)
{
    if (nonpaged_may_enter("MmGetPhysicalAddress")) return ManagedMmGetPhysicalAddress(BaseAddress);
    return (PHYSICAL_ADDRESS){ .QuadPart = 0 };
}

VOID ManagedNdisInitializeNPagedLookasideList(
    PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free, ULONG Flags, ULONG Size, ULONG Tag, USHORT Depth);
EXPORT VOID NdisInitializeNPagedLookasideList(
    PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free, ULONG Flags, ULONG Size, ULONG Tag, USHORT Depth)
{
    if (nonpaged_may_enter("NdisInitializeNPagedLookasideList")) {
        ManagedNdisInitializeNPagedLookasideList(Lookaside, Allocate, Free, Flags, Size, Tag, Depth);
        return;
    }
    memset(Lookaside, 0, sizeof *Lookaside);
}

VOID ManagedNdisDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
EXPORT VOID NdisDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    if (nonpaged_may_enter("NdisDeleteNPagedLookasideList")) ManagedNdisDeleteNPagedLookasideList(Lookaside);
}

PVOID ManagedNdisAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
EXPORT PVOID NdisAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    if (nonpaged_may_enter("NdisAllocateFromNPagedLookasideList")) return ManagedNdisAllocateFromNPagedLookasideList(Lookaside);
    return NULL;
}

VOID ManagedNdisFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry);
EXPORT VOID NdisFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    if (nonpaged_may_enter("NdisFreeToNPagedLookasideList")) ManagedNdisFreeToNPagedLookasideList(Lookaside, Entry);
}

HLOCAL ManagedLocalAlloc(UINT uFlags, UINT uBytes);
EXPORT HLOCAL LocalAlloc(UINT uFlags, UINT uBytes)
{
    if (nonpaged_may_enter("LocalAlloc")) return ManagedLocalAlloc(uFlags, uBytes);
    return NULL;
}

HLOCAL ManagedLocalReAlloc(HLOCAL hMem, UINT uBytes, UINT uFlags);
EXPORT HLOCAL LocalReAlloc(HLOCAL hMem, UINT uBytes, UINT uFlags)
{
    if (nonpaged_may_enter("LocalReAlloc")) return ManagedLocalReAlloc(hMem, uBytes, uFlags);
    return NULL;
}

UINT ManagedLocalSize(HLOCAL hMem);
EXPORT UINT LocalSize(HLOCAL hMem)
{
    if (nonpaged_may_enter("LocalSize")) return ManagedLocalSize(hMem);
    return 0;
}

HLOCAL ManagedLocalFree(HLOCAL hMem);
EXPORT HLOCAL LocalFree(HLOCAL hMem)
{
    if (nonpaged_may_enter("LocalFree")) return ManagedLocalFree(hMem);
    return hMem;
}

PVOID ManagedVirtualAlloc(PVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect);
EXPORT PVOID VirtualAlloc(PVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect)
{
    if (nonpaged_may_enter("VirtualAlloc")) return ManagedVirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect);
    return NULL;
}

BOOL ManagedVirtualFree(PVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
EXPORT BOOL VirtualFree(PVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType)
{
    if (nonpaged_may_enter("VirtualFree")) return ManagedVirtualFree(lpAddress, dwSize, dwFreeType);
    return FALSE;
}

BOOL ManagedVirtualProtect(PVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect);
EXPORT BOOL VirtualProtect(PVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect)
{
    if (nonpaged_may_enter("VirtualProtect")) return ManagedVirtualProtect(lpAddress, dwSize, flNewProtect, lpflOldProtect);
    return FALSE;
}

BOOL ManagedVirtualLock(PVOID lpAddress, SIZE_T dwSize);
EXPORT BOOL VirtualLock(PVOID lpAddress, SIZE_T dwSize)
{
    if (nonpaged_may_enter("VirtualLock")) return ManagedVirtualLock(lpAddress, dwSize);
    return FALSE;
}

BOOL ManagedVirtualUnlock(PVOID lpAddress, SIZE_T dwSize);
EXPORT BOOL VirtualUnlock(PVOID lpAddress, SIZE_T dwSize)
{
    if (nonpaged_may_enter("VirtualUnlock")) return ManagedVirtualUnlock(lpAddress, dwSize);
    return FALSE;
}

PVOID ManagedAllocPhysMem(DWORD cbSize, DWORD fdwProtect, DWORD dwAlignmentMask, DWORD dwFlags, PULONG pPhysicalAddress);
EXPORT PVOID AllocPhysMem(DWORD cbSize, DWORD fdwProtect, DWORD dwAlignmentMask, DWORD dwFlags, PULONG pPhysicalAddress)
{
    if (nonpaged_may_enter("AllocPhysMem")) return ManagedAllocPhysMem(cbSize, fdwProtect, dwAlignmentMask, dwFlags, pPhysicalAddress);
    if (pPhysicalAddress != NULL) *pPhysicalAddress = 0;
    return NULL;
}

BOOL ManagedFreePhysMem(PVOID lpvAddress);
EXPORT BOOL FreePhysMem(PVOID lpvAddress)
{
    if (nonpaged_may_enter("FreePhysMem")) return ManagedFreePhysMem(lpvAddress);
    return FALSE;
}

DWORD ManagedGetLastError(VOID);
EXPORT DWORD GetLastError(VOID)
{
    if (nonpaged_may_enter("GetLastError")) return ManagedGetLastError();
    return ERROR_NOT_ENOUGH_MEMORY;
}

VOID ManagedNonpagedSetMessageHandler(NONPAGED_MESSAGE_HANDLER Handler, PVOID Context);
EXPORT VOID NonpagedSetMessageHandler(NONPAGED_MESSAGE_HANDLER Handler, PVOID Context)
{
    if (nonpaged_may_enter("NonpagedSetMessageHandler")) ManagedNonpagedSetMessageHandler(Handler, Context);
}
