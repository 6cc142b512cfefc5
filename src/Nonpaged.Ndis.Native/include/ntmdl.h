/* Memory descriptor lists. Included by ntrtl.h. Driver and kernel have one address space, and all memory is resident. */
#ifndef NONPAGED_NTMDL_H
#define NONPAGED_NTMDL_H

#include "wdm.h"
#include "ndismem.h"

NONPAGED_EXTERN_C_BEGIN

typedef ULONG_PTR PFN_NUMBER, *PPFN_NUMBER;

#define MDL_MAPPED_TO_SYSTEM_VA 0x0001
#define MDL_PAGES_LOCKED 0x0002
#define MDL_SOURCE_IS_NONPAGED_POOL 0x0004
#define MDL_ALLOCATED_FIXED_SIZE 0x0008
#define MDL_PARTIAL 0x0010

typedef enum _LOCK_OPERATION {
    IoReadAccess,
    IoWriteAccess,
    IoModifyAccess
} LOCK_OPERATION;

typedef enum _MEMORY_CACHING_TYPE {
    MmNonCached,
    MmCached,
    MmWriteCombined
} MEMORY_CACHING_TYPE;

#define MmSizeOfMdl(address, length) \
    (sizeof(MDL) + sizeof(PFN_NUMBER) * (SIZE_T)ADDRESS_AND_SIZE_TO_SPAN_PAGES((address), (length)))

NONPAGED_HELPER VOID MmInitializeMdl(PMDL Mdl, PVOID BaseVa, SIZE_T Length)
{
    memset(Mdl, 0, sizeof *Mdl);
    Mdl->Size = (CSHORT)MmSizeOfMdl(BaseVa, Length);
    Mdl->StartVa = PAGE_ALIGN(BaseVa);
    Mdl->ByteOffset = BYTE_OFFSET(BaseVa);
    Mdl->ByteCount = (ULONG)Length;
    Mdl->MappedSystemVa = BaseVa;
}

/* The list itself is memory with the tag "Mdl ", by which one that is left is told. */
NONPAGED_HELPER PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp)
{
    PVOID memory = NULL;
    (void)ChargeQuota;
    if (NdisAllocateMemoryWithTag(&memory, (UINT)MmSizeOfMdl(VirtualAddress, Length), 0x206c644dU) != 0) return NULL;
    MmInitializeMdl((PMDL)memory, VirtualAddress, Length);
    if (Irp != NULL) {
        /* IRP.MdlAddress is behind the type and size, at 8. */
        PMDL *place = (PMDL *)(void *)((PUCHAR)Irp + 8);
        while (SecondaryBuffer && *place != NULL) place = &(*place)->Next;
        *place = (PMDL)memory;
    }
    return (PMDL)memory;
}

NONPAGED_HELPER VOID IoFreeMdl(PMDL Mdl)
{
    NdisFreeMemory(Mdl, 0, 0);
}

NONPAGED_HELPER VOID MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList)
{
    MemoryDescriptorList->MappedSystemVa = MmGetMdlVirtualAddress(MemoryDescriptorList);
    MemoryDescriptorList->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

NONPAGED_HELPER VOID MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    (void)AccessMode, (void)Operation;
    MemoryDescriptorList->MdlFlags |= MDL_PAGES_LOCKED;
}

NONPAGED_HELPER VOID MmUnlockPages(PMDL MemoryDescriptorList)
{
    MemoryDescriptorList->MdlFlags = (CSHORT)(MemoryDescriptorList->MdlFlags & ~(MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA));
}

NONPAGED_HELPER PVOID MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
    (void)AccessMode;
    MemoryDescriptorList->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    MemoryDescriptorList->MappedSystemVa = MmGetMdlVirtualAddress(MemoryDescriptorList);
    return MemoryDescriptorList->MappedSystemVa;
}

#define MmMapLockedPagesSpecifyCache(mdl, mode, cache, address, bugcheck, priority) \
    ((void)(cache), (void)(address), (void)(bugcheck), (void)(priority), MmMapLockedPages((mdl), (mode)))

NONPAGED_HELPER VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    (void)BaseAddress;
    MemoryDescriptorList->MdlFlags = (CSHORT)(MemoryDescriptorList->MdlFlags & ~MDL_MAPPED_TO_SYSTEM_VA);
}

/*
 * The numbers of the frames, which are looked up now. NULL where the descriptor has no room for them: those of NDIS's buffer pools
 * have none.
 */
NONPAGED_HELPER PPFN_NUMBER MmGetMdlPfnArray(PMDL Mdl)
{
    PPFN_NUMBER frames = (PPFN_NUMBER)(void *)(Mdl + 1);
    SIZE_T index, count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount);
    if ((SIZE_T)(USHORT)Mdl->Size < sizeof(MDL) + count * sizeof(PFN_NUMBER)) return NULL;
    for (index = 0; index < count; index++)
        frames[index] = (PFN_NUMBER)(MmGetPhysicalAddress((PUCHAR)Mdl->StartVa + index * PAGE_SIZE).QuadPart >> PAGE_SHIFT);
    return frames;
}

NONPAGED_HELPER VOID IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    CSHORT size = TargetMdl->Size;
    ULONG rest = (ULONG)((PUCHAR)MmGetMdlVirtualAddress(SourceMdl) + SourceMdl->ByteCount - (PUCHAR)VirtualAddress);
    MmInitializeMdl(TargetMdl, VirtualAddress, Length == 0 ? rest : Length);
    TargetMdl->Size = size;
    TargetMdl->MdlFlags = (CSHORT)((SourceMdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL)) | MDL_PARTIAL);
}

#define MmPrepareMdlForReuse(mdl) ((void)((mdl)->MdlFlags = (CSHORT)((mdl)->MdlFlags & ~MDL_MAPPED_TO_SYSTEM_VA)))

NONPAGED_EXTERN_C_END

#endif
