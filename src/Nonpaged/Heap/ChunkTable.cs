using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A pool's table of chunks, indexed by address, with the states of their blocks and the spans that they are of. It is address space that the kernel backs where it is
/// written. Reading takes no lock.
/// </summary>
internal sealed unsafe class ChunkTable : IDisposable
{
    /// <summary>States that it has room for: one for each block, up to two where its length is no power of two.</summary>
    public const uint MostStates = 1u << 31;

    private const nuint HugePage = 2 << 20;
    private const int CountShift = AddressBits - Chunk.Shift;

    // Of user space, on x86-64 and on arm64: mmap(2) gives longer addresses only on request.
    private const int AddressBits = 48;

    private static readonly nuint s_numbersAt = (nuint)sizeof(Chunk) << CountShift;
    private static readonly nuint s_statesAt = s_numbersAt + ((nuint)sizeof(int) << CountShift);
    // Behind the last ones there is room for a look at those of a whole chunk.
    private static readonly nuint s_length = s_statesAt + ((nuint)MostStates << 1) + Chunk.Length;

    private readonly Lock _gate = new();
    private readonly Stack<int> _vacant = [];
    private readonly Dictionary<int, Queue<nint>> _freeStates = [];
    private readonly nuint _start;
    private HeapSpan?[] _spans = new HeapSpan?[16];
    private int _spanCount = 1;
    private uint _usedStates;

    private ChunkTable(nuint start) => _start = start;

    public static nuint Count => (nuint)1 << CountShift;

    public Chunk* Entries => (Chunk*)_start;

    private ushort* States => (ushort*)(_start + s_statesAt);

    private int* Numbers => (int*)(_start + s_numbersAt);

    /// <summary>Null where the process has no address space for it: then the heap goes without.</summary>
    public static ChunkTable? TryCreate()
    {
        SysResult mapped = LibC.MapMemory(
            null, s_length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (mapped.IsError) return null;
        // Where huge pages are always made, a single entry would take 2 MiB. Kernels without them refuse, and need not be told.
        LibC.AdviseMemory((void*)mapped.Value, s_statesAt + HugePage, LibC.MADV_NOHUGEPAGE);
        // The states of many blocks are looked at in no order: with small pages each look would be a walk through the page table, too.
        LibC.AdviseMemory((void*)((nuint)mapped.Value + s_statesAt + HugePage), s_length - s_statesAt - HugePage, LibC.MADV_HUGEPAGE);
        return new ChunkTable((nuint)mapped.Value);
    }

    /// <summary>The chunk that an address lies in; one of no class where the heap has none there, or no block can start there.</summary>
    public Chunk Find(nuint address) => Chunk.IndexOf(address) is var index && index < Count ? Entries[index] : default;

    /// <summary>The state of a block. The block must be the heap's.</summary>
    public ushort* StateOf(nuint block) => Entries[block >> Chunk.Shift].StateOf(block);

    /// <summary>The span that a block is of. The block must be one.</summary>
    public HeapSpan SpanOf(nuint block) => Volatile.Read(ref _spans)[Numbers[block >> Chunk.Shift]]!;

    /// <summary>Makes the blocks of a span known, all of them free. False where there is no room for so many.</summary>
    public bool TryAdd(HeapSpan span)
    {
        using (HeapHook.Enter(_gate))
        {
            int each = Chunk.StatesOf(span.BlockSize);
            ushort* states = TakeStates(each * (int)ChunksOf(span));
            if (states == null) return false;
            int number = TakeNumber();
            _spans[number] = span;
            for (nuint at = span.Start, end = at + (span.Pages << Page.Shift); at < end; at += Chunk.Length, states += each)
            {
                Numbers[at >> Chunk.Shift] = number;
                // States that were never written are zero, which is what a block in use has that starts where a chunk does.
                *states = Chunk.Free;
                Chunk.Of(span.BlockSize, span.SizeClass, states).Publish(Entries + (at >> Chunk.Shift));
            }

            return true;
        }
    }

    /// <summary>Forgets a span of which every block is free.</summary>
    public void Remove(HeapSpan span)
    {
        using (HeapHook.Enter(_gate))
        {
            nuint first = span.Start >> Chunk.Shift;
            int number = Numbers[first];
            ushort* states = Entries[first].StateOf(span.Start);
            for (nuint chunk = first; chunk < first + ChunksOf(span); chunk++) Entries[chunk].WithoutClass().Publish(Entries + chunk);
            _spans[number] = null;
            _vacant.Push(number);
            // A second free that has found the chunk may still look at a state, so it stays one, and is another span's as late as can be.
            FreeStates(Chunk.StatesOf(span.BlockSize) * (int)ChunksOf(span)).Enqueue((nint)states);
        }
    }

    public void Dispose() => AddressSpace.Release(_start, s_length);

    private static nuint ChunksOf(HeapSpan span) => span.Pages >> (Chunk.Shift - Page.Shift);

    private int TakeNumber()
    {
        if (_vacant.TryPop(out int number)) return number;
        if (_spanCount == _spans.Length)
        {
            // Readers hold no lock: they see this array or the longer one, and both have their span.
            var longer = new HeapSpan?[_spans.Length * 2];
            _spans.CopyTo(longer, 0);
            Volatile.Write(ref _spans, longer);
        }

        return _spanCount++;
    }

    private ushort* TakeStates(int count)
    {
        if (FreeStates(count).TryDequeue(out nint states)) return (ushort*)states;
        if (_usedStates + (ulong)(uint)count > MostStates) return null;
        uint first = _usedStates;
        _usedStates += (uint)count;
        return States + first;
    }

    private Queue<nint> FreeStates(int count)
    {
        if (!_freeStates.TryGetValue(count, out Queue<nint>? free)) _freeStates.Add(count, free = new Queue<nint>());
        return free;
    }
}
