using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A pool's table of chunks, indexed by address, with the states of their blocks and the spans that they are of. It is address
/// space that the kernel backs where it is written. Reading takes no lock.
/// </summary>
/// <remarks>
/// A program that locks all of its memory (mlockall(2)) fills whatever can be accessed, so what has no use yet has no access; but
/// any address may be looked up among the entries, so these can be read, where the kernel maps its huge zero page. A table is
/// never unmapped, for a thread may be looking something up: it is emptied, and the next heap's.
/// </remarks>
internal sealed unsafe class ChunkTable : IDisposable
{
    /// <summary>States that it has room for: one for each block, up to two where its length is no power of two.</summary>
    public const uint MostStates = 1u << 31;

    private const nuint HugePage = 2 << 20;

    private static readonly Lock s_gate = new();
    private static readonly Stack<ChunkTable> s_empty = [];

    // User space has 47 bits on x86-64, and 48 on arm64: mmap(2) gives longer addresses only on request.
    private static readonly int s_countShift =
        (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 47 : 48) - Chunk.Shift;
    private static readonly nuint s_numbersAt = (nuint)sizeof(Chunk) << s_countShift;
    private static readonly nuint s_statesAt = s_numbersAt + ((nuint)sizeof(int) << s_countShift);

    // Behind the last ones there is room for a look at those of a whole chunk.
    private static readonly nuint s_length = s_statesAt + ((nuint)MostStates << 1) + HugePage;

    private Lock _gate = new();
    private readonly Stack<int> _vacant = [];
    private readonly Dictionary<int, Queue<nint>> _freeStates = [];
    private readonly HashSet<nuint> _writable = [];
    private readonly nuint _start;
    private HeapSpan?[] _spans = new HeapSpan?[16];
    private int _spanCount = 1;
    private uint _usedStates;
    private nuint _writableStates;

    private ChunkTable(nuint start) => _start = start;

    public static nuint Count => (nuint)1 << s_countShift;

    public Chunk* Entries => (Chunk*)_start;

    private ushort* States => (ushort*)(_start + s_statesAt);

    private int* Numbers => (int*)(_start + s_numbersAt);

    /// <summary>Null where the process has no address space for it: then the heap goes without.</summary>
    public static ChunkTable? TryCreate()
    {
        lock (s_gate)
        {
            if (s_empty.TryPop(out ChunkTable? table))
            {
                // One that a finalizer emptied (EndOfThread) was unreachable until then, so what its
                // lock waits with is finalized, too.
                table._gate = new Lock();
                return table;
            }
        }

        SysResult reserved = AddressSpace.Reserve(s_length, HugePage);
        if (reserved.IsError) return null;
        nuint start = (nuint)reserved.Value;
        // What mlockall(MCL_FUTURE) has made of it would fill it when it becomes accessible.
        SysResult readable = LibC.MUnlock((void*)start, s_length);
        if (!readable.IsError) readable = LibC.MProtect((void*)start, s_numbersAt, LibC.PROT_READ);
        if (readable.IsError)
        {
            AddressSpace.Release(start, s_length);
            return null;
        }

        // Where a look finds nothing the kernel maps zeros: 2 MiB of them at once.
        LibC.MAdvise((void*)start, s_numbersAt, LibC.MADV_HUGEPAGE);
        return new ChunkTable(start);
    }

    /// <summary>Unmaps the tables that wait for another heap. No other thread may be in a call of a pool that is gone.</summary>
    internal static void ReleaseEmpty()
    {
        lock (s_gate)
        {
            while (s_empty.TryPop(out ChunkTable? table)) AddressSpace.Release(table._start, s_length);
        }
    }

    /// <summary>
    /// The chunk that an address lies in; one of no class where the heap has none there, or no block can start there.
    /// </summary>
    public Chunk Find(nuint address) => Chunk.IndexOf(address) is var index && index < Count ? Entries[index] : default;

    /// <summary>The state of a block. The block must be the heap's.</summary>
    public ushort* StateOf(nuint block) => Entries[block >> Chunk.Shift].StateOf(block);

    /// <summary>A caller has the block. The span that it is of need not be known to the table yet.</summary>
    public bool IsInUse(nuint block)
    {
        Chunk chunk = Find(block);
        return chunk.States != null && *chunk.StateOf(block) == Chunk.InUse(block);
    }

    /// <summary>The span that a block is of. The block must be one.</summary>
    public HeapSpan SpanOf(nuint block) => Volatile.Read(ref _spans)[Numbers[block >> Chunk.Shift]]!;

    /// <summary>Makes the blocks of a span known, all of them free. False where there is no room for so many.</summary>
    public bool TryAdd(HeapSpan span)
    {
        using (HeapHook.Enter(_gate))
        {
            nuint first = span.Start >> Chunk.Shift;
            if (first + ChunksOf(span) > Count || !MakeEntriesWritable(first, ChunksOf(span))) return false;
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

    /// <summary>Forgets a span whose blocks are all free.</summary>
    public void Remove(HeapSpan span)
    {
        using (HeapHook.Enter(_gate))
        {
            nuint first = span.Start >> Chunk.Shift;
            int number = Numbers[first];
            ushort* states = Entries[first].StateOf(span.Start);
            for (nuint chunk = first; chunk < first + ChunksOf(span); chunk++)
                Entries[chunk].WithoutClass().Publish(Entries + chunk);
            _spans[number] = null;
            _vacant.Push(number);
            // A second free that has found the chunk may still look at a state, so it stays one, and is
            // another span's as late as can be.
            FreeStates(Chunk.StatesOf(span.BlockSize) * (int)ChunksOf(span)).Enqueue((nint)states);
        }
    }

    /// <summary>
    /// Empties the table, for the next heap. No thread may write to it any more; some may still look
    /// something up, and find nothing.
    /// </summary>
    public void Dispose()
    {
        using (HeapHook.Enter(_gate))
        {
            _vacant.Clear();
            _freeStates.Clear();
            _spans = new HeapSpan?[16];
            _spanCount = 1;
            _usedStates = 0;
        }

        // One that is not empty is never used again.
        if (!AddressSpace.TryEmpty(_start, s_length)) return;
        lock (s_gate) s_empty.Push(this);
    }

    /// <summary>Makes the entries and numbers of chunks writable, by whole 2 MiB of them.</summary>
    private bool MakeEntriesWritable(nuint first, nuint count) =>
        MakeWritable(first * (nuint)sizeof(Chunk), count * (nuint)sizeof(Chunk))
            && MakeWritable(s_numbersAt + first * sizeof(int), count * sizeof(int));

    private bool MakeWritable(nuint offset, nuint length)
    {
        for (nuint piece = offset & ~(HugePage - 1); piece < offset + length; piece += HugePage)
        {
            if (_writable.Contains(piece)) continue;
            void* start = (void*)(_start + piece);
            if (LibC.MProtect(start, HugePage, LibC.PROT_READ | LibC.PROT_WRITE).IsError) return false;
            // Where huge pages are always made, a single entry would take 2 MiB. Kernels without
            // them refuse, and need not be told.
            LibC.MAdvise(start, HugePage, LibC.MADV_NOHUGEPAGE);
            _writable.Add(piece);
        }

        return true;
    }

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
        // As far as a look at those of a whole chunk behind them goes.
        nuint end = ((nuint)(first + (uint)count) << 1) + Chunk.Length;
        for (; _writableStates < end; _writableStates += HugePage)
        {
            void* start = (byte*)States + _writableStates;
            if (LibC.MProtect(start, HugePage, LibC.PROT_READ | LibC.PROT_WRITE).IsError) return null;
            // The states of many blocks are looked at in no order: with small pages each look would be a walk through the page
            // table, too. Few have small ones.
            LibC.MAdvise(start, HugePage, _writableStates == 0 ? LibC.MADV_NOHUGEPAGE : LibC.MADV_HUGEPAGE);
        }

        _usedStates += (uint)count;
        return States + first;
    }

    private Queue<nint> FreeStates(int count)
    {
        if (!_freeStates.TryGetValue(count, out Queue<nint>? free)) _freeStates.Add(count, free = new Queue<nint>());
        return free;
    }
}
