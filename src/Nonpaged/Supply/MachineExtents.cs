using System.Numerics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Extents over memory that a machine hands in: a file and where its bytes lie in the machine's physical address space. Such
/// memory is fixed by construction, so it is neither pinned nor populated; the file may be far larger than what is ever touched.
/// </summary>
internal static unsafe class MachineExtents
{
    /// <summary>A piece this long gets an extent, and with it an alignment, of its own; shorter ones share one.</summary>
    private const ulong LongPiece = 64 << 10;

    private const nuint MaxAlignment = 1 << 30;

    /// <summary>Maps each piece, or row of short ones, when its turn comes.</summary>
    /// <exception cref="ArgumentException">Pieces are not whole pages, or overlap.</exception>
    /// <exception cref="AllocationException">One cannot be mapped.</exception>
    public static IEnumerable<Extent> Map(SafeFileHandle descriptor, IReadOnlyList<MemoryPiece> layout, string name)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(layout);
        Check(layout);
        for (int first = 0, next; first < layout.Count; first = next)
        {
            next = first + 1;
            while (next < layout.Count && layout[next - 1].Length < LongPiece && layout[next].Length < LongPiece) next++;
            yield return MapTogether(descriptor, [.. layout.Skip(first).Take(next - first)], name);
        }
    }

    private static void Check(IReadOnlyList<MemoryPiece> layout)
    {
        foreach (MemoryPiece piece in layout)
        {
            bool inPages = ((piece.Offset | piece.Length | piece.Start.Value) & (Page.Size - 1)) == 0;
            if (!inPages || piece.Length == 0)
            {
                throw new ArgumentException(
                    $"A piece of memory must consist of whole pages of {Page.Size} bytes: {piece}.", nameof(layout));
            }
        }

        MemoryPiece[] sorted = [.. layout.OrderBy(piece => piece.Start)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Start - sorted[i - 1].Start < sorted[i - 1].Length)
                throw new ArgumentException($"Two pieces of memory overlap: {sorted[i - 1]} and {sorted[i]}.", nameof(layout));
        }
    }

    /// <summary>
    /// A place whose low 32 bits are not the physical address. A driver that gives its card a virtual address, cut to 32 bits,
    /// would be right now and then; a machine is there to show such faults each time.
    /// </summary>
    private static SysResult Reserve(nuint length, nuint alignment, PhysicalAddress physical)
    {
        SysResult first = AddressSpace.Reserve(length, alignment, physical.Value);
        if (first.IsError || (uint)first.Value != (uint)physical.Value) return first;
        // Of places that follow each other, an alignment of less than 4 GiB apart, one at most is like that.
        SysResult other = AddressSpace.Reserve(length + alignment, alignment, physical.Value);
        AddressSpace.Release((nuint)first.Value, length);
        if (other.IsError) return other;
        nuint start = (nuint)other.Value;
        bool isLike = (uint)start == (uint)physical.Value;
        AddressSpace.Release(isLike ? start : start + length, alignment);
        return new SysResult((nint)(isLike ? start + alignment : start));
    }

    private static Extent MapTogether(SafeFileHandle descriptor, MemoryPiece[] pieces, string name)
    {
        nuint length = (nuint)pieces.Aggregate(0UL, (sum, piece) => sum + piece.Length);
        nuint alignment = nuint.Min(MaxAlignment, (nuint)BitOperations.RoundUpToPowerOf2((ulong)length));
        SysResult reserved = Reserve(length, alignment, pieces[0].Start);
        nuint start = reserved.IsError ? 0 : (nuint)reserved.Value;
        ulong[] frames = new ulong[length >> Page.Shift];
        nuint done = 0;
        foreach (MemoryPiece piece in pieces)
        {
            SysResult mapped = start == 0 ? reserved : LibC.MMap(
                (void*)(start + done), (nuint)piece.Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED,
                (int)descriptor.DangerousGetHandle(), (long)piece.Offset);
            if (mapped.IsError)
            {
                if (start != 0) AddressSpace.Release(start, length);
                throw new AllocationException(AddressSpaceFailures.OfMachine(name, mapped.Errno));
            }

            for (ulong page = 0; page < piece.Length >> Page.Shift; page++)
                frames[(done >> Page.Shift) + (nuint)page] = piece.Start.Value + (page << Page.Shift);
            done += (nuint)piece.Length;
        }

        // A fork must not get a second mapping of memory that a device writes.
        SysResult advised = LibC.MAdvise((void*)start, length, LibC.MADV_DONTFORK);
        if (advised.IsError)
        {
            AddressSpace.Release(start, length);
            throw new AllocationException(AddressSpaceFailures.NotKeptFromChildren(name, advised.Errno));
        }

        return new Extent(start, length, new FrameTable(frames, Page.Size), ExtentOrigin.Machine, pin: null)
        {
            Rung = name,
            Evidence = new Lazy<string>(
                $"{name} hands in its memory with its physical addresses, which are fixed by construction"),
            ContiguousUnit = Page.Size,
            IsProtectable = true,
            PinKind = PinKind.Fixed,
            Sharing = Sharing.ReadWrite,
        };
    }
}
