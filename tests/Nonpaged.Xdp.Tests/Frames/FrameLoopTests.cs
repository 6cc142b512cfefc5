using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Xdp.Tests.Frames;

/// <summary>Frames by eights are the same as one by one: runs, broken runs and frames in any order, on their way round.</summary>
public sealed unsafe class FrameLoopTests
{
    private const int Frames = 256;
    private const byte Socket = 7;

    private static readonly uint[] s_sizes = [2048, 4096, 3008];

    // Runs of some frames, each frame once: where the runs start, how many at a time, and where something is wrong.
    private static readonly Gen<(int[] Order, uint FrameSize, int Seed)> s_orders =
        Gen.Select(Gen.Int[1, 90].List[1, 20], Gen.Bool, Gen.Int[0, 2], Gen.Int[0, int.MaxValue])
            .Select((lengths, isShuffled, size, seed) => (Order(lengths, isShuffled, seed), s_sizes[size], seed));

    [Fact]
    public void Free_frames_are_taken_as_one_by_one() => s_orders.Sample(given =>
    {
        (int[] order, uint size, int seed) = given;
        using var memory = new Owners(FrameStack.Free);
        uint start = (uint)(seed % 300), length = (uint)(seed % 1500);
        var frames = new XdpFrame[order.Length + 1];
        fixed (int* free = order)
            FrameLoops.Take(memory.Bytes, (uint*)free, ref frames[0], (uint)order.Length, size, start, length);
        Assert.Equal([.. order.Select(frame => new XdpFrame(((ulong)frame * size) + start, length, 0)), default], frames);
        memory.AssertAre(order, FrameStack.InHands, FrameStack.Free);
    });

    [Fact]
    public void Free_frames_are_filled_in_as_one_by_one() => s_orders.Sample(given =>
    {
        (int[] order, uint size, _) = given;
        using var memory = new Owners(FrameStack.Free);
        ulong[] entries = new ulong[order.Length + 1];
        fixed (int* free = order)
        fixed (ulong* to = entries)
            FrameLoops.Fill(memory.Bytes, (uint*)free, to, (uint)order.Length, Socket, size);
        Assert.Equal([.. order.Select(frame => (ulong)frame * size), 0], entries);
        memory.AssertAre(order, Socket, FrameStack.Free);
    });

    [Fact]
    public void Frames_that_were_sent_are_freed_or_recycled_as_one_by_one() => s_orders.Sample(given =>
    {
        (int[] order, uint size, int seed) = given;
        using var memory = new Owners(Socket);
        ulong[] sent = [.. order.Select((frame, i) => ((ulong)frame * size) + (ulong)((seed + i) % 2000))];
        uint[] free = new uint[order.Length + 1];
        ulong[] entries = new ulong[order.Length + 1];
        var terms = new FrameTerms(size, Frames, true, 0);
        fixed (ulong* from = sent)
        fixed (ulong* to = entries)
        fixed (uint* back = free)
        {
            uint count = (uint)order.Length;
            if (terms.IsPowerOfTwo)
            {
                FrameLoops.Recycle(from, to, count, size, terms.Shift);
                FrameLoops.Reclaim(memory.Bytes, back, from, count, size, terms.Shift);
            }
            else
            {
                FrameLoops.Recycle(from, to, count, size, terms.Reciprocal);
                FrameLoops.Reclaim(memory.Bytes, back, from, count, size, terms.Reciprocal);
            }
        }

        Assert.Equal([.. order.Select(frame => (ulong)frame * size), 0], entries);
        Assert.Equal([.. order.Select(frame => (uint)frame), 0], free);
        memory.AssertAre(order, FrameStack.Free, Socket);
    });

    [Fact]
    public void Frames_that_were_received_are_handed_out_as_one_by_one() => s_orders.Sample(given =>
    {
        (int[] order, uint size, int seed) = given;
        using var memory = new Owners(Socket);
        XdpFrame[] received = Descriptors(order, size, seed);
        var frames = new XdpFrame[order.Length + 1];
        var terms = new FrameTerms(size, Frames, true, 0);
        fixed (XdpFrame* from = received)
        {
            if (terms.IsPowerOfTwo)
                FrameLoops.Hand(memory.Bytes, from, ref frames[0], (uint)order.Length, size, terms.Shift);
            else
                FrameLoops.Hand(memory.Bytes, from, ref frames[0], (uint)order.Length, size, terms.Reciprocal);
        }

        Assert.Equal([.. received, default], frames);
        memory.AssertAre(order, FrameStack.InHands, Socket);
    });

    [Fact]
    public void Frames_are_sent_up_to_the_first_that_may_not_be() => Gen.Select(s_orders, Gen.Int[0, 8]).Sample((given, fault) =>
    {
        (int[] order, uint size, int seed) = given;
        using var memory = new Owners(FrameStack.InHands);
        const uint allowed = 1;
        XdpFrame[] frames = Descriptors(order, size, seed);
        int bad = Spoil(frames, size, seed, fault, memory);
        var entries = new XdpFrame[order.Length];
        var terms = new FrameTerms(size, Frames, true, (ulong)allowed << XdpFrame.OptionShift);
        uint passed;
        fixed (XdpFrame* to = entries)
        {
            uint count = (uint)order.Length;
            passed = terms.IsPowerOfTwo
                ? FrameLoops.Pass(memory.Bytes, ref frames[0], to, count, Socket, terms, terms.Shift)
                : FrameLoops.Pass(memory.Bytes, ref frames[0], to, count, Socket, terms, terms.Reciprocal);
        }

        Assert.Equal(bad, (int)passed);
        Assert.Equal(frames[..bad], entries[..bad]);
        if (bad < order.Length) memory.AssertAre(order[..bad], Socket);
        else memory.AssertAre(order, Socket, FrameStack.InHands);
    });

    [Fact]
    public void Frames_are_given_up_to_the_first_that_one_lacks() => Gen.Select(s_orders, Gen.Int[0, 2]).Sample((given, fault) =>
    {
        (int[] order, uint size, int seed) = given;
        XdpFrame[] frames = Descriptors(order, size, seed);
        uint[] free = new uint[order.Length];
        ulong[] entries = new ulong[order.Length];
        var terms = new FrameTerms(size, Frames, true, 0);
        using var first = new Owners(FrameStack.InHands);
        using var second = new Owners(FrameStack.InHands);
        int bad = Spoil(frames, size, seed, fault, first, second);
        fixed (uint* freed = free)
        fixed (ulong* filled = entries)
        {
            Assert.Equal(bad, Give(first, new FreePlace(freed)));
            Assert.Equal(bad, Give(second, new FillPlace(filled, Socket, size)));
        }

        Assert.Equal(order[..bad].Select(frame => (uint)frame), free[..bad]);
        Assert.Equal(order[..bad].Select(frame => (ulong)frame * size), entries[..bad]);
        first.AssertAre(order[..bad], FrameStack.Free);
        second.AssertAre(order[..bad], Socket);

        int Give<TPlace>(Owners owners, TPlace place)
            where TPlace : struct, IFramePlace => (int)(terms.IsPowerOfTwo
            ? FrameLoops.Give(owners.Bytes, ref frames[0], (uint)frames.Length, terms, terms.Shift, place)
            : FrameLoops.Give(owners.Bytes, ref frames[0], (uint)frames.Length, terms, terms.Reciprocal, place));
    });

    [Fact]
    public void Numbers_are_taken_and_given_as_one_by_one() => Gen.Select(s_orders, Gen.Int[0, 2]).Sample((given, fault) =>
    {
        (int[] order, _, int seed) = given;
        using var memory = new Owners(FrameStack.Free);
        uint[] frames = [.. order.Select(frame => (uint)frame)];
        nuint count = (nuint)frames.Length;
        uint[] taken = new uint[order.Length + 1], free = new uint[order.Length + 1];
        fixed (uint* from = frames, back = free)
        {
            FrameNumbers.Take(memory.Bytes, from, ref taken[0], count);
            Assert.Equal([.. frames, 0], taken);
            memory.AssertAre(order, FrameStack.InHands, FrameStack.Free);
            int bad = fault == 0 ? frames.Length : seed % frames.Length;
            if (fault == 1) frames[bad] = Frames + (uint)(seed % 100);
            else if (fault == 2) memory.Bytes[frames[bad]] = Socket;
            Assert.Equal(bad, (int)FrameNumbers.Give(memory.Bytes, ref frames[0], back, count, Frames));
            Assert.Equal(frames[..bad], free[..bad]);
            Assert.Equal(0u, free[^1]);
            memory.AssertAre(order[..bad], FrameStack.Free);
        }
    });

    // Descending runs of these lengths, in a random order, as often as there are frames.
    private static int[] Order(List<int> lengths, bool isShuffled, int seed)
    {
        var random = new Random(seed);
        int[] all = [.. Enumerable.Range(0, Frames).Reverse()];
        List<int[]> runs = [];
        for (int at = 0, i = 0; at < Frames && i < lengths.Count; at += lengths[i++])
            runs.Add(all[at..Math.Min(at + lengths[i], Frames)]);
        int[][] shuffled = [.. runs];
        random.Shuffle(shuffled);
        int[] order = [.. shuffled.SelectMany(run => run)];
        if (isShuffled) random.Shuffle(order);
        return order;
    }

    private static XdpFrame[] Descriptors(int[] order, uint size, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. order.Select(frame =>
            {
                uint offset = (uint)random.Next(0, 300);
                return new XdpFrame(((ulong)frame * size) + offset, (uint)random.Next(1, (int)(size - offset) + 1), 0);
            }),
        ];
    }

    /// <summary>Makes one wrong. Which one; all of them where it is none.</summary>
    private static int Spoil(XdpFrame[] frames, uint size, int seed, int fault, params Owners[] owners)
    {
        if (fault == 0) return frames.Length;
        int bad = seed % frames.Length;
        ref XdpFrame frame = ref frames[bad];
        ulong start = frame._address / size * size, offset = frame._address - start;
        switch (fault)
        {
            case 1:
                frame = new XdpFrame(((ulong)Frames * size) + offset, 64, 0);
                break;
            case 2:
                foreach (Owners one in owners) one.Bytes[frame._address / size] = Socket;
                break;
            case 3:
                frame = new XdpFrame(frame._address, 0, 0);
                break;
            case 4:
                frame = new XdpFrame(frame._address, (uint)(size - offset + 1), 0);
                break;
            case 5:
                frame = new XdpFrame(frame._address, 64, 2);
                break;
            case 6:
                frame = new XdpFrame(frame._address, 64, 0x8000_0000);
                break;
            case 7:
                frame = new XdpFrame(frame._address, uint.MaxValue, 0);
                break;
            default:
                frame = new XdpFrame(frame._address + (1ul << 60), 64, 0);
                break;
        }

        return bad;
    }

    /// <summary>Who has each frame, between bytes that nobody may touch.</summary>
    private sealed class Owners : IDisposable
    {
        private const int Fence = 64;
        private const byte Untouched = 0xEE;
        private readonly byte* _bytes = (byte*)NativeMemory.Alloc(Frames + (2 * Fence));

        public Owners(byte owner)
        {
            new Span<byte>(_bytes, Frames + (2 * Fence)).Fill(Untouched);
            new Span<byte>(Bytes, Frames).Fill(owner);
        }

        public byte* Bytes => _bytes + Fence;

        public void AssertAre(int[] frames, byte owner, byte? others = null)
        {
            foreach (int frame in frames) Assert.Equal(owner, Bytes[frame]);
            if (others is { } other)
            {
                foreach (int frame in Enumerable.Range(0, Frames).Except(frames)) Assert.Equal(other, Bytes[frame]);
            }

            Assert.Equal(-1, new Span<byte>(_bytes, Fence).IndexOfAnyExcept(Untouched));
            Assert.Equal(-1, new Span<byte>(Bytes + Frames, Fence).IndexOfAnyExcept(Untouched));
        }

        public void Dispose() => NativeMemory.Free(_bytes);
    }
}
