using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: NDIS's own memory calls.</summary>
internal static unsafe class NdisMemoryExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateMemory))]
    public static NDIS_STATUS NdisAllocateMemory(void** VirtualAddress, uint Length, uint MemoryFlags, long HighestAcceptableAddress)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateMemory));
        var status = NdisLibrary.NdisAllocateMemory(out var address, Length, MemoryFlags, new NDIS_PHYSICAL_ADDRESS(HighestAcceptableAddress));
        *VirtualAddress = address;
        call.Trace($"Length={Length} MemoryFlags={MemoryFlags} HighestAcceptableAddress={HighestAcceptableAddress} VirtualAddress={address} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateMemoryWithTag))]
    public static NDIS_STATUS NdisAllocateMemoryWithTag(void** VirtualAddress, uint Length, uint Tag)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateMemoryWithTag));
        var status = NdisLibrary.NdisAllocateMemoryWithTag(out var address, Length, Tag);
        *VirtualAddress = address;
        call.Trace($"Length={Length} Tag={Tag} VirtualAddress={address} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreeMemory))]
    public static void NdisFreeMemory(void* VirtualAddress, uint Length, uint MemoryFlags)
    {
        using var call = NativeCall.Enter(nameof(NdisFreeMemory));
        NdisLibrary.NdisFreeMemory(VirtualAddress, Length, MemoryFlags);
        call.Trace($"VirtualAddress={VirtualAddress} Length={Length} MemoryFlags={MemoryFlags}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMAllocateSharedMemory))]
    public static void NdisMAllocateSharedMemory(
        nint MiniportAdapterHandle, uint Length, byte Cached, void** VirtualAddress, NDIS_PHYSICAL_ADDRESS* PhysicalAddress)
    {
        using var call = NativeCall.Enter(nameof(NdisMAllocateSharedMemory));
        NdisLibrary.NdisMAllocateSharedMemory(new NDIS_HANDLE(MiniportAdapterHandle), Length, Cached != 0, out var address, out var physical);
        *VirtualAddress = address;
        *PhysicalAddress = physical;
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Length={Length} Cached={Cached} VirtualAddress={address} PhysicalAddress={physical}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMFreeSharedMemory))]
    public static void NdisMFreeSharedMemory(nint MiniportAdapterHandle, uint Length, byte Cached, void* VirtualAddress, long PhysicalAddress)
    {
        using var call = NativeCall.Enter(nameof(NdisMFreeSharedMemory));
        NdisLibrary.NdisMFreeSharedMemory(
            new NDIS_HANDLE(MiniportAdapterHandle), Length, Cached != 0, VirtualAddress, new NDIS_PHYSICAL_ADDRESS(PhysicalAddress));
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Length={Length} Cached={Cached} VirtualAddress={VirtualAddress} PhysicalAddress={PhysicalAddress}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(MmGetPhysicalAddress))]
    public static long MmGetPhysicalAddress(void* BaseAddress)
    {
        using var call = NativeCall.Enter(nameof(MmGetPhysicalAddress));
        var physical = NdisLibrary.MmGetPhysicalAddress(BaseAddress).QuadPart;
        call.Trace($"BaseAddress={BaseAddress} ={physical}");
        return physical;
    }
}
