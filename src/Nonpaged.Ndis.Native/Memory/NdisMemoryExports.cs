using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: NDIS's own memory calls.</summary>
internal static unsafe class NdisMemoryExports
{
    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisAllocateMemory))]
    public static NDIS_STATUS NdisAllocateMemory(
        void** VirtualAddress, uint Length, uint MemoryFlags, long HighestAcceptableAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisAllocateMemory));
            NDIS_STATUS status = NdisLibrary.NdisAllocateMemory(
                out void* address, Length, MemoryFlags, new NDIS_PHYSICAL_ADDRESS(HighestAcceptableAddress));
            *VirtualAddress = address;
            call.Trace($"Length={Length} MemoryFlags={MemoryFlags} HighestAcceptableAddress={HighestAcceptableAddress} "
                + $"VirtualAddress={address} ={status}");
            return status;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisAllocateMemory), exception);
            *VirtualAddress = null;
            return NDIS_STATUS_FAILURE;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisAllocateMemoryWithTag))]
    public static NDIS_STATUS NdisAllocateMemoryWithTag(void** VirtualAddress, uint Length, uint Tag)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisAllocateMemoryWithTag));
            NDIS_STATUS status = NdisLibrary.NdisAllocateMemoryWithTag(out void* address, Length, Tag);
            *VirtualAddress = address;
            call.Trace($"Length={Length} Tag={Tag} VirtualAddress={address} ={status}");
            return status;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisAllocateMemoryWithTag), exception);
            *VirtualAddress = null;
            return NDIS_STATUS_FAILURE;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisFreeMemory))]
    public static void NdisFreeMemory(void* VirtualAddress, uint Length, uint MemoryFlags)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisFreeMemory));
            NdisLibrary.NdisFreeMemory(VirtualAddress, Length, MemoryFlags);
            call.Trace($"VirtualAddress={VirtualAddress} Length={Length} MemoryFlags={MemoryFlags}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisFreeMemory), exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NonpagedGetUsableSize))]
    public static nuint NonpagedGetUsableSize(void* VirtualAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NonpagedGetUsableSize));
            nuint size = CallContext.Current.Instance.Pool.FindUsableSize(VirtualAddress);
            call.Trace($"VirtualAddress={VirtualAddress} ={(long)size}");
            return size;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NonpagedGetUsableSize), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisMAllocateSharedMemory))]
    public static void NdisMAllocateSharedMemory(
        nint MiniportAdapterHandle, uint Length, byte Cached, void** VirtualAddress, NDIS_PHYSICAL_ADDRESS* PhysicalAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisMAllocateSharedMemory));
            NdisLibrary.NdisMAllocateSharedMemory(
                new NDIS_HANDLE(MiniportAdapterHandle), Length, Cached != 0, out void* address,
                out NDIS_PHYSICAL_ADDRESS physical);
            *VirtualAddress = address;
            *PhysicalAddress = physical;
            call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Length={Length} Cached={Cached} VirtualAddress={address} "
                + $"PhysicalAddress={physical}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisMAllocateSharedMemory), exception);
            *VirtualAddress = null;
            *PhysicalAddress = default;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisMFreeSharedMemory))]
    public static void NdisMFreeSharedMemory(
        nint MiniportAdapterHandle, uint Length, byte Cached, void* VirtualAddress, long PhysicalAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisMFreeSharedMemory));
            NdisLibrary.NdisMFreeSharedMemory(
                new NDIS_HANDLE(MiniportAdapterHandle), Length, Cached != 0, VirtualAddress,
                new NDIS_PHYSICAL_ADDRESS(PhysicalAddress));
            call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Length={Length} Cached={Cached} "
                + $"VirtualAddress={VirtualAddress} PhysicalAddress={PhysicalAddress}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisMFreeSharedMemory), exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(MmGetPhysicalAddress))]
    public static long MmGetPhysicalAddress(void* BaseAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(MmGetPhysicalAddress));
            long physical = NdisLibrary.MmGetPhysicalAddress(BaseAddress).QuadPart;
            call.Trace($"BaseAddress={BaseAddress} ={physical}");
            return physical;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(MmGetPhysicalAddress), exception);
            return 0;
        }
    }
}
