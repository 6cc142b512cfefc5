using CsCheck;

namespace Nonpaged.Tests.Heap;

/// <summary>Eights of blocks that are put and handed out together, each way by itself, against a loop over eight.</summary>
public sealed unsafe class SlotVectorTests(ITestOutputHelper output)
{
    private const int Count = SlotVector.Count;
    private const int States = 64;
    private const ushort Untouched = 0x5a5a;

    // Where the states' addresses begin: in some chunk, whose number has no part in a state.
    private static readonly nuint s_base = unchecked((nuint)0x7f12_3456_0000);

    // By how much each index is more than the one before; what is wrong, and with which block.
    private static readonly Gen<(int[] Steps, int Shift, int First, int Fault, int At)> s_eight = Gen.Select(
        Gen.OneOf(Gen.Const(1), Gen.Int[1, 3]).Array[Count], Gen.Int[4, 10], Gen.Int[0, 20], Gen.Int[0, 7],
        Gen.Int[0, Count - 1]);

    public static TheoryData<int> Widths => [256, 512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Eight_are_put_where_all_are_in_order_and_in_use_and_otherwise_nothing_is_changed(int width)
    {
        SkipWithout(width);
        s_eight.Sample(
            eight => Put(width, eight.Steps, eight.Shift, eight.First, eight.Fault, eight.At),
            iter: 5000, writeLine: output.WriteLine);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Eight_that_are_handed_out_are_in_use_and_no_other_is(int width)
    {
        SkipWithout(width);
        s_eight.Sample(
            eight => Hand(width, eight.Steps, eight.Shift, eight.First), iter: 5000, writeLine: output.WriteLine);
    }

    private static void SkipWithout(int width) => Assert.SkipUnless(
        width == 256 ? SlotVector256.IsSupported : SlotVector512.IsSupported,
        $"This machine's processor has no vectors of {width} bits.");

    private static void Put(int width, int[] steps, int shift, int first, int fault, int at)
    {
        ushort[] states = [.. Enumerable.Repeat(Untouched, States)];
        nint[] blocks = Blocks(steps, shift, first);
        foreach (nint block in blocks) states[IndexOf(block, shift)] = (ushort)block;
        switch (fault)
        {
            case 1: states[IndexOf(blocks[at], shift)] = Chunk.Free; break;
            case 2: blocks[at] += 8; break;
            case 3: blocks[at] = blocks[(at + 1) % Count]; break;
            case 4: blocks[at] += 1 << 20; break;
            case 5: blocks[at] -= 1 << 16; break;
            case 6: blocks[at] = 0; break;
        }

        // What is known before: the first and the last, as they were when they were looked at.
        nuint start = (s_base >> shift) + (nuint)first;
        nuint span = (nuint)steps[1..].Sum();
        if (span >= SlotVector.Window) return;
        bool isRight = fault is 0 or 7;
        ushort[] before = [.. states];
        nuint[] slots = new nuint[2 * Count];
        fixed (ushort* all = states)
        fixed (nint* given = blocks)
        fixed (nuint* put = slots)
        {
            bool done = width == 256 ? SlotVector256.TryPut(put, given, all + first, start, shift, span)
                : SlotVector512.TryPut(put, given, all + first, start, shift, span);
            Assert.Equal(isRight, done);
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal(isRight ? (nuint)blocks[i] : 0, put[2 * i]);
                Assert.Equal(isRight ? (nuint)(all + IndexOf(blocks[i], shift)) : 0, put[2 * i + 1]);
            }
        }

        if (isRight) foreach (nint block in blocks) before[IndexOf(block, shift)] = Chunk.Free;
        Assert.Equal(before, states);
    }

    private static void Hand(int width, int[] steps, int shift, int first)
    {
        ushort[] states = [.. Enumerable.Repeat(Untouched, States)];
        ushort[] expected = [.. states];
        nint[] blocks = Blocks(steps, shift, first);
        nint[] handed = new nint[Count];
        nuint[] slots = new nuint[2 * Count];
        fixed (ushort* all = states)
        fixed (nint* to = handed)
        fixed (nuint* from = slots)
        {
            for (int i = 0; i < Count; i++)
            {
                from[2 * i] = (nuint)blocks[i];
                from[2 * i + 1] = (nuint)(all + IndexOf(blocks[i], shift));
                expected[IndexOf(blocks[i], shift)] = (ushort)blocks[i];
            }

            if (width == 256) SlotVector256.Hand(from, to);
            else SlotVector512.Hand(from, to);
        }

        Assert.Equal(blocks, handed);
        Assert.Equal(expected, states);
    }

    private static nint[] Blocks(int[] steps, int shift, int first)
    {
        nint[] blocks = new nint[Count];
        int index = first;
        for (int i = 0; i < Count; i++)
        {
            if (i > 0) index += steps[i];
            // Anywhere in its part, at a multiple of 16.
            blocks[i] = (nint)s_base + (index << shift) + (((index * 37) << 4) & ((1 << shift) - 1));
        }

        return blocks;
    }

    private static int IndexOf(nint block, int shift) => (int)((block - (nint)s_base) >> shift);
}
