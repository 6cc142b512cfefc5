using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: nonpaged lookaside lists. A list whose driver brings functions of its own for allocating and freeing uses these.</summary>
internal static unsafe class LookasideExports
{
    private const uint NonPagedPool = 0;

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInitializeNPagedLookasideList))]
    public static void NdisInitializeNPagedLookasideList(
        NativeLookaside* Lookaside, nint Allocate, nint Free, uint Flags, uint Size, uint Tag, ushort Depth)
    {
        using var call = NativeCall.Enter(nameof(NdisInitializeNPagedLookasideList));
        Lookaside->Allocate = (delegate* unmanaged<uint, nuint, uint, void*>)Allocate;
        Lookaside->Free = (delegate* unmanaged<void*, void>)Free;
        Lookaside->Tag = Tag;
        Lookaside->Size = Size;
        NdisLibrary.NdisInitializeNPagedLookasideList(&Lookaside->List, Flags, Size, Tag, Depth);
        call.Trace($"Lookaside={Lookaside} Flags={Flags} Size={Size} Tag={Tag} Depth={Depth}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisDeleteNPagedLookasideList))]
    public static void NdisDeleteNPagedLookasideList(NativeLookaside* Lookaside)
    {
        using var call = NativeCall.Enter(nameof(NdisDeleteNPagedLookasideList));
        NdisLibrary.NdisDeleteNPagedLookasideList(&Lookaside->List);
        call.Trace($"Lookaside={Lookaside}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateFromNPagedLookasideList))]
    public static void* NdisAllocateFromNPagedLookasideList(NativeLookaside* Lookaside)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateFromNPagedLookasideList));
        var entry = Lookaside->Allocate != null
            ? Lookaside->Allocate(NonPagedPool, Lookaside->Size, Lookaside->Tag)
            : NdisLibrary.NdisAllocateFromNPagedLookasideList(&Lookaside->List);
        call.Trace($"Lookaside={Lookaside} ={entry}");
        return entry;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreeToNPagedLookasideList))]
    public static void NdisFreeToNPagedLookasideList(NativeLookaside* Lookaside, void* Entry)
    {
        using var call = NativeCall.Enter(nameof(NdisFreeToNPagedLookasideList));
        if (Lookaside->Free != null) Lookaside->Free(Entry);
        else NdisLibrary.NdisFreeToNPagedLookasideList(&Lookaside->List, Entry);
        call.Trace($"Lookaside={Lookaside} Entry={Entry}");
    }
}
