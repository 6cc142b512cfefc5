using System.Runtime.InteropServices;
using Nonpaged;

namespace DirectReads;

/// <summary>Memory that reads go to, on whole pages as O_DIRECT needs it, and what frees it.</summary>
internal sealed unsafe partial class ReadBuffers : IDisposable
{
    private const int Page = 4096, HugePage = 2 << 20, UseHugePages = 14, NoHugePages = 15, GivePagesBack = 4;

    private readonly Action _free;

    private ReadBuffers(void* start, int length, Memory<byte> memory, Action free)
    {
        Start = (byte*)start;
        (Length, Memory, _free) = (length, memory, free);
        // The first access to a page is not to be measured.
        new Span<byte>(start, length).Fill(1);
    }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>How many bytes.</summary>
    public int Length { get; }

    /// <summary>The same for .NET's own calls; empty for NativeMemory, which has none.</summary>
    public Memory<byte> Memory { get; }

    /// <summary>Memory of the pool.</summary>
    public static ReadBuffers OfPool(int length)
    {
        MemoryBlock block = NonpagedPool.Default.Allocate(new MemoryRequest(length) { WholePages = true });
        return new ReadBuffers(block.Address, length, block.Memory, ((IDisposable)block).Dispose);
    }

    /// <summary>A pinned array of the garbage collector, longer by a page so that a page starts in it.</summary>
    public static ReadBuffers OfArray(int length)
    {
        byte[] array = GC.AllocateArray<byte>(length + Page, pinned: true);
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        int first = (int)(-start & (Page - 1));
        return new ReadBuffers((byte*)start + first, length, array.AsMemory(first, length), () => GC.KeepAlive(array));
    }

    /// <summary>What malloc gives: pages of 4 KiB, wherever the kernel finds them.</summary>
    public static ReadBuffers OfNativeMemory(int length)
    {
        void* start = NativeMemory.AlignedAlloc((nuint)length, Page);
        return new ReadBuffers(start, length, default, () => NativeMemory.AlignedFree(start));
    }

    /// <summary>The same, on huge pages if the kernel has them free.</summary>
    public static ReadBuffers OfHugeNativeMemory(int length)
    {
        nuint whole = (nuint)((length + HugePage - 1) / HugePage * HugePage);
        void* start = NativeMemory.AlignedAlloc(whole, HugePage);
        // A kernel that is built without them says no; the measurement is of what a program then gets.
        _ = Advise(start, whole, UseHugePages);
        return new ReadBuffers(start, length, default, () =>
        {
            // malloc keeps the memory for the next allocation, which is not to find huge pages in it.
            _ = Advise(start, whole, NoHugePages);
            _ = Advise(start, whole, GivePagesBack);
            NativeMemory.AlignedFree(start);
        });
    }

    public void Dispose() => _free();

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
