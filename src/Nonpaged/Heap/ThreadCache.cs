using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A thread's magazines: for each pool's slot (<see cref="PoolSlots"/>) one of each size class. It is address space that the
/// kernel backs where it is written. A pool keeps the place of its own among the empty ones, which nobody writes: a thread adds
/// how far its own lie from those, and needs not ask whether it has any.
/// </summary>
internal static unsafe class ThreadCache
{
    /// <summary>From a slot to the next, as a power of two.</summary>
    private const int SlotShift = 14;
    private const nuint Length = PoolSlots.Count << SlotShift;
    private const int MostSpare = 16;

    private static readonly Lock s_gate = new();

    // Of threads that have ended: all of their magazines are empty again.
    private static readonly Stack<nint> s_spare = [];
    private static nint s_empty;

    /// <summary>Magazines that are empty for good.</summary>
    /// <exception cref="AllocationException">The process has no address space for them.</exception>
    public static nint Empty
    {
        get
        {
            lock (s_gate) return s_empty != 0 ? s_empty : s_empty = Make(LibC.PROT_READ);
        }
    }

    /// <summary>A thread's, all of them empty.</summary>
    /// <exception cref="AllocationException">The process has no address space for them.</exception>
    public static nint Make()
    {
        lock (s_gate)
        {
            if (s_spare.TryPop(out nint caches)) return caches;
        }

        return Make(LibC.PROT_READ | LibC.PROT_WRITE);
    }

    /// <summary>Gives a thread's back, all of them empty. Some are kept for threads that come.</summary>
    public static void Free(nint caches)
    {
        lock (s_gate)
        {
            if (s_spare.Count < MostSpare)
            {
                s_spare.Push(caches);
                return;
            }
        }

        AddressSpace.Release((nuint)caches, Length);
    }

    /// <summary>Unmaps those that are kept.</summary>
    internal static void ReleaseSpare()
    {
        lock (s_gate)
        {
            while (s_spare.TryPop(out nint caches)) AddressSpace.Release((nuint)caches, Length);
        }
    }

    /// <summary>The magazines for the pool of a slot.</summary>
    public static nint At(nint caches, int slot) => caches + ((nint)slot << SlotShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Magazine* MagazineOf(nint cache, int sizeClass) => (Magazine*)(cache + ((nint)sizeClass << Magazine.SizeShift));

    private static nint Make(int protection)
    {
        SysResult mapped = LibC.MMap(null, Length, protection, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (mapped.IsError) throw new AllocationException(AddressSpaceFailures.None(Length, mapped.Errno));
        // Of 4 MiB a thread uses some KiB for each pool. Kernels without huge pages refuse, and need not be told.
        LibC.MAdvise((void*)mapped.Value, Length, LibC.MADV_NOHUGEPAGE);
        return mapped.Value;
    }
}
