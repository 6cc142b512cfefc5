using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// ndismem.h: nonpaged lookaside lists. A list whose driver brings functions of its own for allocating and freeing uses these.
/// </summary>
internal static unsafe class LookasideExports
{
    private const uint NonPagedPool = 0;

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisInitializeNPagedLookasideList))]
    public static void NdisInitializeNPagedLookasideList(
        NativeLookaside* Lookaside, nint Allocate, nint Free, uint Flags, uint Size, uint Tag, ushort Depth)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisInitializeNPagedLookasideList));
            Lookaside->Allocate = (delegate* unmanaged<uint, nuint, uint, void*>)Allocate;
            Lookaside->Free = (delegate* unmanaged<void*, void>)Free;
            Lookaside->Tag = Tag;
            Lookaside->Size = Size;
            NdisLibrary.NdisInitializeNPagedLookasideList(&Lookaside->List, Flags, Size, Tag, Depth);
            call.Trace($"Lookaside={Lookaside} Flags={Flags} Size={Size} Tag={Tag} Depth={Depth}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisInitializeNPagedLookasideList), exception);
            *Lookaside = default;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisDeleteNPagedLookasideList))]
    public static void NdisDeleteNPagedLookasideList(NativeLookaside* Lookaside)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisDeleteNPagedLookasideList));
            NdisLibrary.NdisDeleteNPagedLookasideList(&Lookaside->List);
            call.Trace($"Lookaside={Lookaside}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisDeleteNPagedLookasideList), exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisAllocateFromNPagedLookasideList))]
    public static void* NdisAllocateFromNPagedLookasideList(NativeLookaside* Lookaside)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisAllocateFromNPagedLookasideList));
            void* entry = Lookaside->Allocate != null
                ? Lookaside->Allocate(NonPagedPool, Lookaside->Size, Lookaside->Tag)
                : NdisLibrary.NdisAllocateFromNPagedLookasideList(&Lookaside->List);
            call.Trace($"Lookaside={Lookaside} ={entry}");
            return entry;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisAllocateFromNPagedLookasideList), exception);
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NdisFreeToNPagedLookasideList))]
    public static void NdisFreeToNPagedLookasideList(NativeLookaside* Lookaside, void* Entry)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NdisFreeToNPagedLookasideList));
            if (Lookaside->Free != null) Lookaside->Free(Entry);
            else NdisLibrary.NdisFreeToNPagedLookasideList(&Lookaside->List, Entry);
            call.Trace($"Lookaside={Lookaside} Entry={Entry}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NdisFreeToNPagedLookasideList), exception);
        }
    }
}
