using System.Collections.Concurrent;

namespace Nonpaged.Cli;

/// <summary>
/// The blocks and the random numbers of one thread of a soak, and of those that come after it when it has ended.
/// </summary>
internal sealed unsafe class HeapSoakThread(NonpagedPool pool, int seed, ConcurrentQueue<HeapSoakBlock[]> handedOver)
{
    private const int Places = 4096;
    private const int Batch = 64;

    // Operations between two looks at the clock, and of one thread.
    private const int Stretch = 4096;
    private const int Life = 4 << 20;

    private readonly HeapSoakBlock[] _blocks = new HeapSoakBlock[Places];
    private ulong _state = ((ulong)(uint)seed + 1) * 0x9E3779B97F4A7C15;
    private ulong _key = (ulong)(uint)seed << 40;
    private HeapSoakBlock[] _batch = new HeapSoakBlock[Batch];
    private int _batched;
    private int _unfreed;

    public long BytesChecked { get; private set; }

    public long Passed { get; private set; }

    public long BadFrees { get; private set; }

    /// <summary>Works until it is time, or a thread's life is over. How many allocations and frees it made.</summary>
    public long Run(Func<bool> isOver, long most)
    {
        long done = 0;
        while (done < Life && done < most && !isOver())
        {
            for (int i = 0; i < Stretch; i++) Step();
            TryBadFrees();
            // A free is counted where it is made.
            done += Stretch - _unfreed + TakeOver();
            _unfreed = 0;
        }

        return done;
    }

    /// <summary>Frees what there is. How many blocks.</summary>
    public long FreeAll()
    {
        long done = 0;
        foreach (HeapSoakBlock block in _blocks.Concat(_batch[.._batched]).Where(block => !block.IsNone))
        {
            CheckAndFree(block);
            done++;
        }

        Array.Clear(_blocks);
        _batched = 0;
        return done;
    }

    /// <summary>Frees all that was handed over and that nobody took. How many blocks.</summary>
    public long TakeOverAll()
    {
        long done = 0;
        while (TakeOver() is > 0 and var count) done += count;
        return done;
    }

    private void Step()
    {
        ulong random = Next();
        ref HeapSoakBlock place = ref _blocks[(int)(random % Places)];
        if (place.IsNone) place = Allocate(random >> 12);
        else
        {
            if (random >> 60 == 0) HandOver(place);
            else CheckAndFree(place);
            place = default;
        }
    }

    private HeapSoakBlock Allocate(ulong random)
    {
        int length = Length(random);
        void* address = (random >> 40 & 31) switch
        {
            0 => pool.AllocAligned((nuint)length, (nuint)1 << (int)(random >> 46 & 7) << 4),
            1 => Zeroed(length),
            _ => pool.Alloc((nuint)length),
        };
        var block = new HeapSoakBlock(address, length, ++_key * 0x9E3779B97F4A7C15);
        block.Fill();
        return block;
    }

    /// <summary>
    /// Of a hundred blocks about 75 of up to 256 bytes, 20 of up to 2 KiB, 5 of up to 9 KiB; one of a
    /// thousand is of any small length.
    /// </summary>
    private static int Length(ulong random) => (random & 1023) switch
    {
        0 => 1 + (int)((random >> 10 & 0xffff) % SizeClass.MaxLength),
        < 52 => 1 + (int)((random >> 10 & 0xffff) % 9216),
        < 256 => 1 + (int)(random >> 10 & 2047),
        _ => 1 + (int)(random >> 10 & 255),
    };

    private void* Zeroed(int length)
    {
        void* address = pool.AllocZeroed((nuint)length);
        if (new ReadOnlySpan<byte>(address, length).ContainsAnyExcept((byte)0))
            throw new HeapSoakException($"{length} bytes at 0x{(nuint)address:x} are not zero.");
        return address;
    }

    private void HandOver(HeapSoakBlock block)
    {
        _unfreed++;
        _batch[_batched++] = block;
        if (_batched < Batch) return;
        handedOver.Enqueue(_batch);
        Passed += Batch;
        _batch = new HeapSoakBlock[Batch];
        _batched = 0;
    }

    private int TakeOver()
    {
        int done = 0;
        // All threads hand over as much as they take, on average.
        for (int i = 0; i < 8 && handedOver.TryDequeue(out HeapSoakBlock[]? blocks); i++)
        {
            foreach (HeapSoakBlock block in blocks) CheckAndFree(block);
            done += blocks.Length;
        }

        return done;
    }

    private void CheckAndFree(HeapSoakBlock block)
    {
        block.Check();
        BytesChecked += block.Length;
        pool.Free(block.Address);
    }

    /// <summary>Frees of a block that is free, of its middle, and with another length: none of them may do anything.</summary>
    private void TryBadFrees()
    {
        byte* block = (byte*)pool.Alloc(100);
        Refuse(pool.Give(block + 16), BadFree.Middle, block);
        Refuse(pool.Give(block, 1000), BadFree.WrongLength, block);
        pool.Free(block, 100);
        Refuse(pool.Give(block), BadFree.NotAllocated, block);
        BadFrees += 3;
    }

    private static void Refuse(BadFree answer, BadFree expected, void* block)
    {
        if (answer != expected) throw new HeapSoakException($"A bad free at 0x{(nuint)block:x} is {answer}, not {expected}.");
    }

    // xorshift64: Marsaglia, "Xorshift RNGs", 2003.
    private ulong Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        return _state ^= _state << 17;
    }
}
